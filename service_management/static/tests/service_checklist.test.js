import { expect, test } from "@odoo/hoot";
import { animationFrame, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

class ServiceTask extends models.Model {
    _name = "service.task";

    name = fields.Char();

    _records = [{ id: 1, name: "Boiler service" }];
}

class ServiceOrderTask extends models.Model {
    _name = "service.order.task";

    task_id = fields.Many2one({ relation: "service.task" });
    is_done = fields.Boolean();
    note_internal = fields.Html();
    answer_ids = fields.One2many({ relation: "service.order.answer", relation_field: "order_task_id" });

    _records = [{ id: 1, task_id: 1, answer_ids: [1, 2] }];
}

class ServiceOrderAnswer extends models.Model {
    _name = "service.order.answer";

    name = fields.Char();
    kind = fields.Char();
    order_task_id = fields.Many2one({ relation: "service.order.task" });
    is_required = fields.Boolean();
    unit = fields.Char();
    limit_text = fields.Char();
    choices = fields.Text();
    answer_yes_no = fields.Char();
    answer_number = fields.Float();
    answer_choice = fields.Char();
    answer_text = fields.Text();
    remark = fields.Char();
    is_answered = fields.Boolean();
    is_beyond = fields.Boolean();
    user_id = fields.Many2one({ relation: "res.users" });
    answered_on = fields.Datetime();

    _records = [
        { id: 1, name: "Tight?", kind: "yes_no", order_task_id: 1, is_required: true },
        { id: 2, name: "Pressure", kind: "number", order_task_id: 1, unit: "bar" },
    ];
}

class ServiceOrder extends models.Model {
    _name = "service.order";

    name = fields.Char();
    can_edit = fields.Boolean();
    task_ids = fields.One2many({ relation: "service.order.task" });

    _records = [
        { id: 1, name: "First", can_edit: true, task_ids: [1] },
        { id: 2, name: "Signed", can_edit: false, task_ids: [1] },
    ];
}

defineMailModels();
defineModels([ServiceTask, ServiceOrderTask, ServiceOrderAnswer, ServiceOrder]);

const openOrder = (resId) =>
    mountView({
        type: "form",
        resModel: "service.order",
        resId,
        arch: `<form><field name="name"/><widget name="service_checklist"/></form>`,
    });

test("a tap answers, and is kept at once", async () => {
    onRpc("service.order.answer", "write", ({ args }) => {
        expect.step(JSON.stringify(args[1]));
    });
    await openOrder(1);
    expect(queryAllTexts(".o_service_checklist_task")).toEqual(["Boiler service"]);
    expect(".alert").toHaveCount(1);
    await contains(".o_service_checklist_question[data-id='1'] button:first").click();
    expect.verifySteps([`{"answer_yes_no":"yes"}`]);
    expect(".o_service_checklist_question[data-id='1'] .btn-success").toHaveCount(1);
    await contains(".o_service_checklist_question[data-id='1'] .btn-success").click();
    expect.verifySteps([`{"answer_yes_no":false}`]);
});

test("a number that is none is not kept", async () => {
    onRpc("service.order.answer", "write", ({ args }) => {
        expect.step(JSON.stringify(args[1]));
    });
    await openOrder(1);
    await contains(".o_service_checklist_number").edit("much");
    await animationFrame();
    expect.verifySteps([]);
    expect(queryFirst(".o_service_checklist_number").value).toBe("");
    await contains(".o_service_checklist_number").edit("1.5");
    expect.verifySteps([`{"answer_number":1.5}`]);
});

test("what is signed is only looked at", async () => {
    await openOrder(2);
    expect(".o_service_checklist button:enabled").toHaveCount(0);
    expect(".o_service_checklist input:enabled:not([type=file])").toHaveCount(0);
});
