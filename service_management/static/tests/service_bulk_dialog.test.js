import { expect, test } from "@odoo/hoot";
import { queryAllTexts, queryText } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { contains, getService, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

defineMailModels();

const start = async () => {
    await mountWithCleanup(WebClient);
    getService("action").doAction({
        type: "ir.actions.client",
        tag: "service_bulk",
        params: {
            title: "Posting",
            model: "service.order",
            verb: "post",
            batches: [[1, 2], [3]],
        },
    });
    await animationFrame();
};

test("steps follow each other, and what failed is named", async () => {
    onRpc("service.order", "action_bulk_step", ({ args }) => {
        expect.step(`${args[1]} ${args[0]}`);
        const failed = args[0].includes(3) ? [{ id: 3, name: "Third", text: "Not signed." }] : [];
        return { done: args[0].length - failed.length, failed, made: [] };
    });
    await start();
    await animationFrame();
    expect.verifySteps(["post 1,2", "post 3"]);
    expect(queryText(".modal [role='status']")).toBe(
        "2 done. 1 not done, for the reasons below."
    );
    expect(queryAllTexts(".modal li")).toEqual(["Third: Not signed."]);
    await contains(".modal .btn-primary").click();
    expect(".modal").toHaveCount(0);
});

test("who stops it leaves the rest as it was", async () => {
    const step = new Deferred();
    onRpc("service.order", "action_bulk_step", async ({ args }) => {
        expect.step(String(args[0]));
        await step;
        return { done: args[0].length, failed: [], made: [] };
    });
    await start();
    expect(queryText(".modal [role='status']")).toBe("0 of 3");
    await contains(".modal .btn:contains(Stop)").click();
    step.resolve();
    await animationFrame();
    await animationFrame();
    expect.verifySteps(["1,2"]);
    expect(queryText(".modal [role='status']")).toBe("2 done. 1 left as they were.");
});

test("what was made is shown", async () => {
    onRpc("service.order", "action_bulk_step", ({ args }) => ({
        done: args[0].length,
        failed: [],
        made: args[0],
    }));
    onRpc("service.order", "action_bulk_show", ({ args }) => {
        expect.step(`show ${args[2]}`);
        return false;
    });
    await start();
    await animationFrame();
    await contains(".modal .btn-primary").click();
    await animationFrame();
    expect.verifySteps(["show 1,2,3"]);
});
