import { expect, test } from "@odoo/hoot";
import { animationFrame, queryAllTexts } from "@odoo/hoot-dom";
import {
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

class ServiceStage extends models.Model {
    _name = "service.stage";

    name = fields.Char();

    _records = [
        { id: 1, name: "To Plan" },
        { id: 2, name: "On Hold" },
    ];
}

class ServiceOrder extends models.Model {
    _name = "service.order";

    name = fields.Char();
    stage_id = fields.Many2one({ relation: "service.stage" });

    _records = [
        { id: 1, name: "First", stage_id: 1 },
        { id: 2, name: "Second", stage_id: 2 },
    ];
}

defineMailModels();
defineModels([ServiceStage, ServiceOrder]);

const dropFirstOnHold = async () => {
    await mountView({
        type: "kanban",
        resModel: "service.order",
        arch: `
            <kanban js_class="service_order_kanban" default_group_by="stage_id">
                <templates>
                    <t t-name="card"><field name="name"/></t>
                </templates>
            </kanban>`,
    });
    await contains(".o_kanban_group:first .o_kanban_record").dragAndDrop(".o_kanban_group:last");
    await animationFrame();
};

test("a move with questions opens their dialog and moves nothing", async () => {
    onRpc("service.order", "get_stage_move_action", ({ args }) => {
        expect(args).toEqual([[1], 2]);
        return { type: "ir.actions.act_window", res_model: "service.order.change.stage" };
    });
    onRpc("service.order", "web_save", () => {
        expect.step("save");
    });
    mockService("action", {
        doAction(action) {
            expect.step(action.res_model);
        },
    });
    await dropFirstOnHold();
    expect.verifySteps(["service.order.change.stage"]);
    expect(queryAllTexts(".o_kanban_group:first .o_kanban_record")).toEqual(["First"]);
});

test("a move without questions is saved", async () => {
    onRpc("service.order", "get_stage_move_action", () => false);
    onRpc("service.order", "web_save", ({ args }) => {
        expect.step(args);
    });
    await dropFirstOnHold();
    expect.verifySteps([[[1], { stage_id: 2 }]]);
    expect(queryAllTexts(".o_kanban_group:first")[0]).not.toInclude("First");
});
