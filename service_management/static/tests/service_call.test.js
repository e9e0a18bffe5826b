import { beforeEach, expect, test } from "@odoo/hoot";
import { animationFrame, press, queryAllTexts, runAllTimers } from "@odoo/hoot-dom";
import { contains, onRpc, mountWithCleanup, mockService } from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { getDefaultConfig } from "@web/views/view";
import { ServiceCall } from "@service_management/call/service_call";

defineMailModels();

const hit = { model: "service.object", id: 4, kind: "object", title: "Boiler", hint: "GB30", rank: 0 };
const order = { id: 9, name: "SRV/9", title: "It drips", stage: "To Plan", planned: "", is_late: false };
const card = () => ({
    customer: {
        id: 1, name: "Harbour Hotel", phone: "+371 1", email: "", address: "", tags: [],
        notes: ["Ring twice"],
    },
    contact_id: false,
    site_id: false,
    contacts: [{ id: 7, name: "Ms Berg", phone: "+371 7", email: "", function: "" }],
    sites: [
        { id: 1, name: "Harbour Hotel", address: "Quay 1" },
        { id: 2, name: "Annex", address: "Pier 2" },
    ],
    objects: [
        {
            id: 3, name: "Oven", serial: "O-1", code: "", site_id: 1, site: "Harbour Hotel", city: "",
            company: "", warranty_state: "none", warranty: "No warranty", agreements: [], orders: [],
            visits: [],
        },
        {
            id: 4, name: "Boiler", serial: "GB30", code: "", site_id: 2, site: "Annex", city: "",
            company: "", warranty_state: "full", warranty: "Warranty until 1 May", agreements: [],
            orders: [order], visits: [],
        },
    ],
    object_total: 2,
    orders: [order],
    agreements: [],
    dues: [],
});

let preview;

beforeEach(() => {
    preview = { site: "Annex", team: "North", agreement: "", coverage: [], sla: "Gold",
        targets: [{ kind: "arrival", label: "Arrival", deadline: "Mon 2 Mar, 14:00" }],
        similar: [], is_same_object: false, skills: [] };
    onRpc("service.call", "get_choices", () => ({
        priorities: [["0", "Normal"], ["3", "Emergency"]], groups: [], types: [], may_plan: true,
    }));
    onRpc("service.call", "find", ({ args }) =>
        args[0].length < 3
            ? { hits: [], is_short: true }
            : { hits: [{ ...hit, partner_id: 1, object_id: 4 }], is_short: false }
    );
    onRpc("service.call", "get_customer", card);
    onRpc("service.call", "preview", () => preview);
    mockService("action", {
        doAction: (action) => expect.step(`${action.res_model} ${action.res_id}`),
    });
});

const open = (context = {}) =>
    mountWithCleanup(ServiceCall, {
        componentEnv: { config: getDefaultConfig() },
        props: { action: { context }, actionId: 1, updateActionState: () => {}, className: "" },
    });

const typeAndChoose = async () => {
    await open();
    await contains(".o_service_call_search input").edit("GB30", { confirm: false });
    await runAllTimers();
    await animationFrame();
    await press("Enter");
    await animationFrame();
    await runAllTimers();
    await animationFrame();
};

test("too few signs are said, and nothing is offered", async () => {
    await open();
    await contains(".o_service_call_search input").edit("GB", { confirm: false });
    await runAllTimers();
    await animationFrame();
    expect(".o_service_call_hit").toHaveCount(0);
    expect(".o_service_call_hits").toHaveText("Type three signs or more.");
});

test("an object brings its customer and its site", async () => {
    await typeAndChoose();
    expect(".o_service_call_name").toHaveText("Harbour Hotel");
    expect(".o_service_call_note").toHaveText("Ring twice");
    expect("#service_call_site").toHaveValue("2");
    expect(queryAllTexts(".o_service_call_object.border-primary .fw-bold")).toEqual(["Boiler"]);
});

test("what is promised is shown before anything is saved", async () => {
    await typeAndChoose();
    expect(".o_service_call_sla").toHaveText(/Gold.*Arrival.*Mon 2 Mar, 14:00/s);
});

test("another site lets go of objects that are elsewhere", async () => {
    await typeAndChoose();
    await contains("#service_call_site").select("1");
    expect(".o_service_call_object.border-primary").toHaveCount(0);
});

test("an order is made of what was entered, and shown", async () => {
    onRpc("service.call", "take", ({ args: [values] }) => {
        expect(values).toInclude(["title", "No hot water"]);
        expect(values).toInclude(["partner_id", 1]);
        expect(values).toInclude(["site_id", 2]);
        expect(values).toInclude(["object_ids", [4]]);
        expect(values).toInclude(["contact_phone", "+371 7"]);
        return { id: 12, name: "SRV/12", stage: "To Plan" };
    });
    await typeAndChoose();
    await contains("#service_call_title").edit("No hot water", { confirm: false });
    await contains("#service_call_contact").select("7");
    await contains(".o_service_call_take").click();
    expect.verifySteps(["service.order 12"]);
});

test("the order shows what was done in the dialog that the call opened", async () => {
    onRpc("service.call", "get_choices", () => ({
        priorities: [["0", "Normal"]], groups: [], types: [], has_guides: true,
    }));
    onRpc("service.call", "take", () => ({ id: 12, name: "SRV/12", stage: "To Plan" }));
    onRpc("service.order", "action_ask_guide", () => ({ tag: "service_guide" }));
    mockService("action", {
        doAction: (action, options = {}) => {
            expect.step(action.tag || action.res_model || action);
            options.onClose?.();
        },
    });
    await typeAndChoose();
    await contains("#service_call_title").edit("No hot water", { confirm: false });
    await contains(".o_service_call_ask").click();
    expect.verifySteps(["service.order", "service_guide", "soft_reload"]);
});

test("without a subject nothing is made, and the field is shown", async () => {
    onRpc("service.call", "take", () => {
        throw new Error("nothing is made");
    });
    await typeAndChoose();
    await contains(".o_service_call_take").click();
    expect(".o_notification:contains(what is wrong)").toHaveCount(1);
    expect("#service_call_title").toBeFocused();
});

test("the call is kept with the order that is open already", async () => {
    preview.similar = [order];
    preview.is_same_object = true;
    onRpc("service.call", "add_to_order", ({ args: [id, values] }) => {
        expect(id).toBe(9);
        expect(values).toInclude(["note", "Worse"]);
        return order;
    });
    await typeAndChoose();
    expect(".o_service_call_similar").toHaveText(/Open for this object already/);
    await contains("#service_call_note").edit("Worse", { confirm: false });
    await contains(".o_service_call_add").click();
    expect.verifySteps(["service.order 9"]);
});

test("who is known already is offered instead of being entered twice", async () => {
    onRpc("service.call", "find_twins", ({ args: [values] }) =>
        values.phone ? [{ ...hit, kind: "customer", model: "res.partner", id: 1, partner_id: 1 }] : []
    );
    await open();
    await contains(".o_service_call_search input").edit("+371 2611", { confirm: false });
    await runAllTimers();
    await animationFrame();
    await contains(".o_service_call_new_customer").click();
    await runAllTimers();
    await animationFrame();
    expect(".o_service_call_new input[name=phone]").toHaveValue("+371 2611");
    await contains(".o_service_call_twins button").click();
    await animationFrame();
    expect(".o_service_call_name").toHaveText("Harbour Hotel");
});

test("a symptom is chosen of the object, makes the call as urgent, and says what helped", async () => {
    onRpc("service.call", "get_choices", () => ({
        priorities: [["0", "Normal"], ["3", "Emergency"]], groups: [], types: [], may_plan: true,
        has_symptoms: true,
    }));
    onRpc("service.call", "get_symptoms", ({ args: [values] }) => [
        {
            object_id: 4,
            name: "Boiler",
            codes: [
                { id: 11, name: "No heating", area: "Heat", count: 8, priority: "3" },
                { id: 12, name: "Noise", area: "Heat", count: 0, priority: "0" },
            ],
            helped: values.symptoms.length
                ? [{ diagnosis: "Worn", resolution: "Replaced", count: 2, level: "object", hours: 1.5,
                    parts: [] }]
                : [],
        },
    ]);
    onRpc("service.call", "take", ({ args: [values] }) => {
        expect(values.symptoms).toEqual([[4, 11]]);
        expect(values).toInclude(["priority", "3"]);
        return { id: 12, name: "SRV/12", stage: "To Plan" };
    });
    await typeAndChoose();
    expect(queryAllTexts(".o_service_call_symptoms button span")).toEqual(["No heating", "Noise"]);
    await contains(".o_service_call_symptoms button:contains(No heating)").click();
    await runAllTimers();
    await animationFrame();
    expect("#service_call_priority").toHaveValue("3");
    expect(".o_service_call_helped").toHaveText(/Worn → Replaced · 2 × on this object · 1.5 h on average/);
    await contains("#service_call_title").edit("Cold", { confirm: false });
    await contains(".o_service_call_take").click();
    expect.verifySteps(["service.order 12"]);
});
