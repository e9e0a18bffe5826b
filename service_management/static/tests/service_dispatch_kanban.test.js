import { beforeEach, expect, test } from "@odoo/hoot";
import { animationFrame, click, queryAllTexts } from "@odoo/hoot-dom";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

class Technician extends models.Model {
    _name = "test.technician";

    name = fields.Char();

    _records = [
        { id: 1, name: "Anna" },
        { id: 2, name: "Boris" },
    ];
}

class ServiceVisit extends models.Model {
    _name = "service.visit";

    name = fields.Char();
    employee_id = fields.Many2one({ relation: "test.technician" });

    _records = [
        { id: 1, name: "First", employee_id: 1 },
        { id: 2, name: "Second", employee_id: 2 },
    ];
}

defineMailModels();
defineModels([Technician, ServiceVisit]);

beforeEach(() => {
    onRpc("service.first.steps", "get_missing", () => []);
});

const board = {
    type: "kanban",
    resModel: "service.visit",
    arch: `
        <kanban js_class="service_dispatch_kanban" default_group_by="employee_id">
            <templates>
                <t t-name="card"><field name="name"/></t>
            </templates>
        </kanban>`,
};

const dropFirstOnBoris = async () => {
    await mountView(board);
    await contains(".o_kanban_group:first .o_kanban_record").dragAndDrop(".o_kanban_group:last");
    await animationFrame();
};

test("a drop without doubt writes what the server proposes", async () => {
    onRpc("service.visit", "get_drop_proposal", ({ args }) => {
        expect(args).toEqual([[1], 2]);
        return { values: { employee_id: 2 }, warnings: [], message: "Boris: 10:00" };
    });
    onRpc("service.visit", "write", ({ args }) => {
        expect.step(args);
    });
    onRpc("service.visit", "web_save", () => {
        throw new Error("the board writes nothing but the proposal");
    });
    await dropFirstOnBoris();
    expect.verifySteps([[[1], { employee_id: 2 }]]);
    expect(".o_notification:contains(Boris: 10:00)").toHaveCount(1);
    expect(queryAllTexts(".o_kanban_group:last .o_kanban_record")).toEqual(["First", "Second"]);
});

test("a doubtful drop says why and is written only when it is wanted", async () => {
    onRpc("service.visit", "get_drop_proposal", () => ({
        values: { employee_id: 2 },
        warnings: ["Boris is on leave."],
        message: false,
    }));
    onRpc("service.visit", "write", () => {
        expect.step("write");
    });
    await dropFirstOnBoris();
    expect(".modal-body").toHaveText("Boris is on leave.");
    await click(".modal button:contains(Leave as It Was)");
    await animationFrame();
    expect.verifySteps([]);
    expect(queryAllTexts(".o_kanban_group:first .o_kanban_record")).toEqual(["First"]);

    await contains(".o_kanban_group:first .o_kanban_record").dragAndDrop(".o_kanban_group:last");
    await contains(".modal button:contains(Plan Anyway)").click();
    await animationFrame();
    expect.verifySteps(["write"]);
});

test("a drop is undone with one tap", async () => {
    onRpc("service.visit", "get_drop_proposal", () => ({
        values: { employee_id: 2 },
        warnings: [],
        message: "Boris: 10:00",
        undo: { employee_id: 1 },
    }));
    onRpc("service.visit", "write", ({ args }) => {
        expect.step(args[1]);
    });
    await dropFirstOnBoris();
    await contains(".o_notification button:contains(Undo)").click();
    await animationFrame();
    expect.verifySteps([{ employee_id: 2 }, { employee_id: 1 }]);
    expect(queryAllTexts(".o_kanban_group:first .o_kanban_record")).toEqual(["First"]);
});

test("a card that is dropped on its own column stays and asks nothing", async () => {
    onRpc("service.visit", "get_drop_proposal", () => {
        throw new Error("not needed");
    });
    await mountView(board);
    await contains(".o_kanban_group:first .o_kanban_record").dragAndDrop(".o_kanban_group:first");
    expect(queryAllTexts(".o_kanban_group:first .o_kanban_record")).toEqual(["First"]);
});

test("a board says what is missing, and opens where it is entered", async () => {
    onRpc("service.first.steps", "get_missing", ({ args }) => {
        expect(args).toEqual(["board"]);
        return [
            { text: "Nobody can be planned.", action: { type: "ir.actions.act_window_close" } },
            { text: "Ask somebody.", action: false },
        ];
    });
    await mountView(board);
    expect(queryAllTexts(".o_service_missing span")).toEqual([
        "Nobody can be planned.",
        "Ask somebody.",
    ]);
    expect(".o_service_missing button").toHaveCount(1);
});
