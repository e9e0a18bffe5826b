import { expect, test } from "@odoo/hoot";
import { queryAllTexts, queryText } from "@odoo/hoot-dom";
import { contains, getService, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

defineMailModels();

const step = (key, done, values = {}) => ({
    key,
    title: `Title of ${key}`,
    text: `Text of ${key}`,
    done,
    missing: false,
    action: { type: "ir.actions.act_window_close" },
    ...values,
});

const open = async (data) => {
    onRpc("service.dashboard", "get_data", () => ({
        sections: [{ key: "today", title: "Today", tiles: [] }],
        technicians: [],
        ...data,
    }));
    await mountWithCleanup(WebClient);
    await getService("action").doAction({ type: "ir.actions.client", tag: "service_dashboard" });
};

test("an empty company is shown its steps, the next one first of all, and no figures", async () => {
    await open({
        first_steps: {
            is_hidden: false,
            count: 1,
            steps: [
                step("company", true),
                step("team", false, { missing: "Nobody can be planned." }),
                step("mail", false, { action: false }),
            ],
        },
    });
    expect(queryText(".o_service_first_steps")).toInclude("1 / 3");
    expect(queryText("[data-step=team]")).toInclude("Nobody can be planned.");
    expect(queryAllTexts(".o_service_first_steps .btn-primary")).toEqual(["Open"]);
    expect("[data-step=team] .btn-primary").toHaveCount(1);
    expect("[data-step=mail] button").toHaveCount(0);
    expect(".o_service_dashboard h5:contains(Today)").toHaveCount(0);
});

test("the panel is dismissed", async () => {
    const steps = { is_hidden: false, count: 1, steps: [step("team", true)] };
    onRpc("service.first.steps", "hide", ({ args: [isHidden] }) => {
        expect.step(isHidden);
        steps.is_hidden = isHidden;
        return true;
    });
    await open({ first_steps: steps });
    expect(queryText(".o_service_first_steps")).toInclude("All is set up");
    await contains(".o_service_first_steps button:contains(Dismiss)").click();
    expect(".o_service_first_steps").toHaveCount(0);
    expect.verifySteps([true]);
});

test("who does not set up sees the overview alone", async () => {
    await open({ first_steps: false });
    expect(".o_service_first_steps").toHaveCount(0);
    expect(".o_control_panel button:contains(First Steps)").toHaveCount(0);
    expect(queryAllTexts(".o_service_dashboard h5")).toHaveLength(2);
});
