"""Every page of the portal looks right: on a screen and on a phone, dialogs included."""
import json

from odoo.tests import tagged

from .common_walk import IS_LONG, WalkCommon

WIDTHS = (1440, 390)
LISTS = (
    '/my', '/my/service_request', '/my/service_orders?groupby=stage_id',
    '/my/service_objects?groupby=site_id', '/my/service_agreements?groupby=state',
    '/my/service_subscriptions?groupby=state', '/my/service_orders?search=nothing+like+it')


@tagged('post_install', '-at_install', 'service_browser')
class TestServiceLook(WalkCommon):

    #: As many as there are states: what looks alike is looked at once
    number = 1

    def _get_pages(self, documents):
        """Return the addresses of documents, and of what else is shown of them."""
        if not IS_LONG:
            documents = self.chance.sample(documents, 12)
        return [document.get_portal_url() for document in documents]

    def _look(self, login, pages):
        self.browser_js(
            '/my' if login else pages[0], _LOOK % json.dumps([pages, WIDTHS]), login=login,
            ready="document.readyState === 'complete'", timeout=300)

    def test_pages_of_a_customer(self):
        rated = self.env['service.order'].search([('title', 'like', "guest: done")], limit=1)
        self._look('guest', [*LISTS, f'{rated._get_rating_url()}/5', *self._get_pages(
            self.documents['guest'])])

    def test_pages_of_a_customer_without_anything(self):
        self._look('nobody', LISTS)

    def test_pages_for_who_has_the_link(self):
        self._look(None, self._get_pages(self.documents['stranger'])[:None if IS_LONG else 6])


#: Opens page after page in a frame of each width, and its dialogs; says what looks wrong, and where.
_LOOK = """
(async () => {
    const [pages, widths] = %s;
    const found = [];
    const frame = document.createElement("iframe");
    frame.style = "position: fixed; inset: 0; height: 900px; z-index: 9999; background: white";
    document.body.append(frame);
    const settle = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const until = async (what, done) => {
        for (const start = Date.now(); !done(); await settle(20)) {
            if (Date.now() - start > 15000) {
                throw new Error(`${what} does not come`);
            }
        }
    };
    const describe = (element) => element.outerHTML.slice(0, 160).replace(/\\s+/g, " ");
    const isShown = (element) =>
        element.getClientRects().length && getComputedStyle(element).visibility !== "hidden";
    function look(root, view) {
        const wrong = [];
        const page = view.document.scrollingElement;
        if (page.scrollWidth > view.innerWidth) {
            const wide = [...root.querySelectorAll("*:not(.table-responsive *)")].filter(
                (element) => element.getBoundingClientRect().right > view.innerWidth + 1);
            wrong.push(`scrolls sideways, ${page.scrollWidth}: ${wide.slice(-1).map(describe)}`);
        }
        const isOurs = (element) => !element.closest(".o_web_sign_name_and_signature");  // Odoo's
        for (const element of [...root.querySelectorAll("*")].filter(isShown).filter(isOurs)) {
            const style = getComputedStyle(element);
            const hasText = [...element.childNodes].some(
                (node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
            if (hasText && style.overflowX !== "visible" && style.overflowX !== "auto" &&
                    element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1) {
                wrong.push(`cuts its text off: ${describe(element)}`);
            }
            if (element.matches("input:not([type=hidden]), select, textarea") &&
                    !element.labels?.length && !element.ariaLabel && !element.title &&
                    !element.getAttribute("aria-labelledby")) {
                wrong.push(`has no label: ${describe(element)}`);
            }
            if (element.matches("a, button") && !element.innerText.trim() && !element.title &&
                    !element.ariaLabel && !element.querySelector("img[alt], [aria-label], [title]")) {
                wrong.push(`says nothing: ${describe(element)}`);
            }
            if (element.matches("a[href='#'], a[href='']:not([role])") &&
                    !element.matches(".disabled, [data-bs-toggle], .dropdown-item")) {
                wrong.push(`leads nowhere: ${describe(element)}`);
            }
            if (element.matches("img") && element.complete && !element.naturalWidth) {
                wrong.push(`is no picture: ${describe(element)}`);
            }
        }
        return wrong;
    }
    for (const url of pages) {
        for (const width of widths) {
            frame.style.width = `${width}px`;
            const loaded = new Promise((resolve) => (frame.onload = resolve));
            frame.src = url;
            await loaded;
            const view = frame.contentWindow;
            const body = view.document.body;
            await until("The page", () => view.document.querySelector("#wrap, #wrapwrap"));
            const thread = view.document.querySelector("#discussion");
            await until("The history", () => !thread || thread.shadowRoot || thread.children.length);
            const note = (where, wrong) =>
                found.push(...wrong.map((text) => `${url} at ${width}${where}: ${text}`));
            note("", look(body, view));
            for (const button of body.querySelectorAll("[data-bs-toggle=collapse]")) {
                if (isShown(button)) {
                    const opened = body.querySelector(button.dataset.bsTarget);
                    const open = new Promise((resolve) =>
                        opened.addEventListener("shown.bs.collapse", resolve, { once: true }));
                    button.click();
                    await open;
                    note(` in ${button.dataset.bsTarget}`, look(body, view));
                }
            }
            for (const button of view.document.querySelectorAll("[data-bs-toggle=modal]")) {
                const modal = view.document.querySelector(button.dataset.bsTarget);
                const open = new Promise((resolve) =>
                    modal.addEventListener("shown.bs.modal", resolve, { once: true }));
                const closed = new Promise((resolve) =>
                    modal.addEventListener("hidden.bs.modal", resolve, { once: true }));
                button.click();
                await open;
                await until("The form", () => !modal.querySelector("owl-component:empty"));
                note(` in ${button.dataset.bsTarget}`, look(modal, view));
                modal.querySelector("[data-bs-dismiss]").click();
                await closed;
            }
        }
    }
    if (found.length) {
        throw new Error(`${found.length} things look wrong:\\n${[...new Set(found)].join("\\n")}`);
    }
    console.log("test successful");
})();
"""
