/* Opens the screens of one user in one web client: views, first records with all their tabs, and
 * the dialogs that their buttons open. Collects what fails, with the way there. `plan` comes from
 * test_service_browse.py: {screens: [way, action, view types, record], dialogs: [way, model, record,
 * button]}. */
(async (plan) => {
    const { action } = odoo.__WOWL_DEBUG__.root.env.services;
    const failures = new Set();
    const tell = console.error.bind(console);
    let way = "";

    const fail = (what) => failures.add(`${way}: ${what}`);
    console.error = (...args) => fail(`console: ${args.join(" ").slice(0, 600)}`);
    window.open = () => null;

    /** Wait until something is there, and the page has drawn it. */
    async function until(find, what) {
        const start = Date.now();
        for (;;) {
            const found = find();
            if (found) {
                await new Promise((resolve) => setTimeout(resolve, 30));
                return found;
            }
            if (Date.now() - start > 10000) {
                throw new Error(what);
            }
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
    }

    const isShown = (node) => node.getClientRects().length > 0;
    const getText = (node) =>
        [...node.childNodes].filter((part) => part.nodeType === Node.TEXT_NODE)
            .map((part) => part.textContent.trim()).join(" ").trim();

    /** Return the nearest element that cuts off what does not fit into it, if it is near enough. */
    function findBox(node) {
        for (let box = node, depth = 0; box && depth < 3; box = box.parentElement, depth++) {
            const style = getComputedStyle(box);
            if (["hidden", "clip"].includes(style.overflowX)) {
                return box;
            }
        }
    }

    /** Keep each text that is cut off in its box: of data, its tip shows it; labels have none. */
    function findCutTexts(root) {
        for (const node of root.querySelectorAll("*")) {
            const text = getText(node);
            if (!text || !isShown(node) || node.closest(IGNORED) ||
                    !(isOurs() || node.closest('[name*="service"]'))) {
                continue;
            }
            const box = findBox(node);
            if (!box || box.matches(".o_action_manager, .o_content, body, html")) {
                continue;
            }
            const right = node.getBoundingClientRect().right;
            const edge = box.getBoundingClientRect().right;
            const isCut = box === node
                ? node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0
                : right > edge + 1;
            if (isCut) {
                fail(`cut off: "${text.slice(0, 80)}" in ${describe(node)}`);
            }
        }
        if (document.documentElement.scrollWidth > window.innerWidth + 1) {
            fail("the page is wider than the screen");
        }
    }
    const describe = (node) => node.tagName.toLowerCase() + [...node.classList].slice(0, 4).map((name) => `.${name}`).join("");
    const IGNORED = [
        ".o_main_navbar", ".o_data_cell", ".o_breadcrumb", ".o_searchview", ".o-mail-Chatter",
        ".o-mail-Message", ".fc", ".o_activity_view td", ".o_group_header", ".o_list_footer", ".visually-hidden", "[title]",
        ".o_field_widget:not(.o_field_badge):not(.o_field_statusbar):not(.o_field_x2many)",
        ".o_field_x2many td", "script", "style", ".o_kanban_record .o_field_widget", ".o_schedule_bar",
    ].join(", ");

    async function look(root = document.querySelector(".o_action_manager")) {
        for (const box of document.querySelectorAll(".o_error_dialog, .o_notification:has(.bg-danger)")) {
            fail(`error: ${box.innerText.slice(0, 300).replaceAll("\n", " ")}`);
            box.querySelector("button.btn-close, .o-default-button, .o_notification_close")?.click();
        }
        const content = root.querySelector(".o_content") || root;
        await until(
            () => content.innerText.trim() || content.querySelector("canvas, svg, img"),
            "the page is blank");
        findCutTexts(root);
    }
    const isOurs = () =>
        String(action.currentController?.action.res_model).startsWith("service.") ||
        action.currentController?.action.tag === "service_dashboard";

    async function step(name, body) {
        const before = way;
        way = way ? `${way} > ${name}` : name;
        try {
            await body();
        } catch (error) {
            fail(error.message || error.data?.message || `${error}`);
        }
        way = before;
    }

    async function openTabs(root) {
        const tabs = [...root.querySelectorAll(".o_notebook_headers .nav-link")].filter(isShown);
        for (const tab of tabs) {
            await step(`[${tab.innerText.trim()}]`, async () => {
                tab.click();
                await until(() => tab.classList.contains("active") || !tab.isConnected, "the tab does not open");
                await look();
            });
        }
    }

    async function openForm(model, resId, viewId) {
        const views = [[viewId, "form"]];
        await action.doAction(
            { type: "ir.actions.act_window", res_model: model, res_id: resId, views },
            { clearBreadcrumbs: true });
        return until(
            () => document.querySelector(".o_action_manager .o_form_view .o_form_renderer"), "no form");
    }

    /** Return a button of a form: in sight, behind "More" on a phone, or on one of its tabs. */
    async function findButton(form, name) {
        const find = () => [...document.querySelectorAll(`button[name="${name}"]`)].find(isShown);
        const covers = [...document.querySelectorAll(
            ".o_form_view .o_statusbar_buttons .dropdown-toggle, .o_form_view .o-form-buttonbox .dropdown-toggle, .o_form_view .o_cp_action_menus .dropdown-toggle, .o_form_view .o_button_more, .o_notebook_headers .nav-link"
        )].filter(isShown);
        for (const cover of [null, ...covers]) {
            cover?.click();
            await new Promise((resolve) => setTimeout(resolve, 60));
            if (find()) {
                return find();
            }
        }
        throw new Error("the button is not there");
    }

    async function closeDialogs() {
        const start = Date.now();
        while (document.querySelector(".modal .modal-content") && Date.now() - start < 4000) {
            window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
            const close = [...document.querySelectorAll(".modal .btn-close, .modal .o_form_button_cancel")].pop();
            await new Promise((resolve) => setTimeout(resolve, 30));
            close?.click();
            await new Promise((resolve) => setTimeout(resolve, 30));
        }
    }

    for (const [name, actionId, viewTypes, resId] of plan.screens) {
        for (const viewType of viewTypes) {
            await step(`${name} > ${viewType}`, async () => {
                await action.doAction(actionId, {
                    clearBreadcrumbs: true, ...(viewType === "client" ? {} : { viewType }),
                });
                const { type } = action.currentController?.view || {};
                if (viewType !== "client" && type && type !== viewType && type !== "form") {
                    await action.switchView(viewType); // a phone begins with cards
                }
                const selector = viewType === "client" ? ".o_service_dashboard, .o_service_call" : `.o_${viewType}_view, .modal .o_form_view`;
                await until(() => document.querySelector(selector), "the view does not open");
                await look(document.querySelector(".modal .modal-content") || undefined);
            });
            await closeDialogs();
        }
        if (resId) {
            await step(`${name} > form`, async () => {
                await action.doAction(actionId, { clearBreadcrumbs: true, viewType: "form", props: { resId } });
                const form = await until(
                    () => document.querySelector(".o_action_manager .o_form_view .o_form_renderer"), "no form");
                await look();
                await openTabs(form);
            });
        }
    }
    for (const [name, model, resId, viewId, buttons] of plan.dialogs) {
        await step(name, async () => {
            for (const button of buttons) {
                await step(`[${button}]`, async () => {
                    const form = await openForm(model, resId, viewId);
                    (await findButton(form, button)).click();
                    const dialog = await until(
                        () => document.querySelector(".modal .modal-content .modal-body *"), "no dialog");
                    await look(dialog.closest(".modal-content"));
                });
                await closeDialogs();
            }
        });
    }
    if (failures.size) {
        tell([...failures].join("\n"));
    } else {
        console.log("test successful");
    }
})(%s);
