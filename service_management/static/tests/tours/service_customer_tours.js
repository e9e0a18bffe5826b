import { signAs } from "@service_management/../tests/tours/service_tour_utils";
import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("service_customer_request_tour", {
    steps: () => [
        {
            trigger: ".o_portal_index_card a[href='/my/service_request']",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "#request_title", run: "edit No hot water on the second floor" },
        { trigger: "#request_object", run: "selectByLabel Boiler, S/N B-1, Harbour Hotel Annex" },
        { trigger: "#request_description", run: "edit Since this morning." },
        {
            trigger: ".o_service_request button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".alert-success:contains(We have your request)" },
        { trigger: ".o_service_steps li.o_service_step_done:contains(Received)" },
        {
            content: "the words are in the conversation",
            trigger: "#chatterRoot:shadow .o-mail-Message:contains(Since this morning.)",
        },
        {
            content: "and one more",
            trigger: "#chatterRoot:shadow .o-mail-Composer-input",
            run: "edit The key is at the reception.",
        },
        { trigger: "#chatterRoot:shadow .o-mail-Composer button:contains(Send):enabled", run: "click" },
        { trigger: "#chatterRoot:shadow .o-mail-Message:contains(The key is at the reception.)" },
    ],
});

tours.add("service_customer_accept_tour", {
    steps: () => [
        {
            trigger: "a[href='/my/service_orders?filterby=quote']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_portal_my_doc_table a:contains(New circulation pump)",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".o_price_total:contains(160.00)" },
        { trigger: "button[data-bs-target='#o_service_sign']", run: "click" },
        ...signAs("Maria Berg"),
        { trigger: ".alert-success:contains(You have accepted the quote)" },
        { trigger: ".o_service_steps li.o_service_step_done:contains(Confirmed)" },
    ],
});

/** Fetches what a link leads to, as the browser does that downloads it. */
const download = (selector) => ({
    content: `download ${selector}`,
    trigger: selector,
    run: async ({ anchor }) => {
        const response = await fetch(anchor.href);
        if (response.headers.get("Content-Type") !== "application/pdf") {
            throw new Error(`${anchor.href} is no document`);
        }
    },
});

tours.add("service_customer_phone_tour", {
    steps: () => [
        {
            content: "the quote is one of cards that tell orders apart",
            trigger: ".o_service_card:contains(Boiler)",
        },
        {
            trigger: ".o_portal_my_doc_table a:contains(New circulation pump)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "quantity and price stand below the work",
            trigger: ".o_service_detail:visible:contains(80.00)",
        },
        {
            content: "nothing is cut off",
            trigger: ".o_price_total:visible:contains(160.00)",
            run: () => {
                if (document.documentElement.scrollWidth > window.innerWidth) {
                    throw new Error("the page scrolls sideways");
                }
            },
        },
        download("a[href*='report=quote']"),
        { trigger: "button[data-bs-target='#o_service_sign']", run: "click" },
        { trigger: ".modal.show .o_web_sign_name_and_signature" },
    ],
});

tours.add("service_customer_visit_tour", {
    steps: () => [
        {
            trigger: "a:contains(Move or cancel this visit)",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".o_service_visit_form input[name=start]", run: "click" },
        { trigger: "button[name=move]", run: "click", expectUnloadPage: true },
        { trigger: ".alert-success:contains(at the time that you have chosen)" },
    ],
});

tours.add("service_customer_decline_tour", {
    steps: () => [
        { trigger: "button[data-bs-target='#o_service_decline']", run: "click" },
        { trigger: ".modal.show #decline_reason", run: "selectByLabel Too expensive" },
        { trigger: ".modal.show textarea[name=note]", run: "edit Half of it would do." },
        { trigger: ".modal.show button[type=submit]", run: "click", expectUnloadPage: true },
        { trigger: ".alert-info:contains(You have declined the quote)" },
    ],
});

tours.add("service_customer_sign_tour", {
    steps: () => [
        { trigger: "button[data-bs-target='#o_service_sign']", run: "click" },
        {
            content: "what is confirmed stands above the signature",
            trigger: ".modal .o_service_work",
        },
        ...signAs("Maria Berg"),
        { trigger: ".alert-success:contains(You have confirmed the work)" },
        download("a[href*='report=receipt']"),
        { trigger: ".o_service_rate_5", run: "click", expectUnloadPage: true },
        { trigger: "textarea[name=feedback]", run: "edit Quick and friendly." },
        { trigger: "button[type=submit]", run: "click", expectUnloadPage: true },
        { trigger: ":contains(Thank you)" },
    ],
});

tours.add("service_salesperson_tour", {
    steps: () => [
        { trigger: "button[name=action_confirm]", run: "click" },
        {
            trigger: "button[name=action_view_service_orders]:contains(1)",
            run: "click",
        },
        {
            content: "the job at its price",
            trigger: ".o_field_widget[name=line_ids] .o_data_row:contains(Annual Service)",
        },
        { trigger: ".o_notebook .nav-link:contains(Details)", run: "click" },
        {
            content: "of the sale",
            trigger: ".o_form_view .o_field_widget[name=sale_order_id]",
        },
        { trigger: "button[name=action_view_sale_orders]", run: "click" },
        { trigger: ".o_form_view .o_statusbar_status .o_arrow_button_current:contains(Sales Order)" },
    ],
});

tours.add("service_manager_quote_tour", {
    steps: () => [
        { trigger: ".o_service_tile:contains(Requests)", run: "click" },
        { trigger: ".o_data_row:contains(Heating is too loud) td[name=title]", run: "click" },
        { trigger: "button:contains(Insert Line Sets)", run: "click" },
        {
            trigger: ".modal .o_field_widget[name=set_ids] label:contains(Boiler Service)",
            run: "click",
        },
        { trigger: ".modal footer button[name=action_apply]", run: "click" },
        {
            content: "the lines of the set are there",
            trigger: "body:not(:has(.modal)) .o_field_widget[name=line_ids] .o_data_row:contains(Pump)",
        },
        {
            trigger: ".o_field_widget[name=limit_kind] select, .o_field_widget[name=limit_kind] input",
            run: "click",
        },
        { trigger: ".o_select_menu_item:contains(Fixed Total)", run: "click" },
        { trigger: ".o_field_widget[name=limit_amount] input", run: "edit 199" },
        {
            content: "send it: the rules are applied first",
            trigger: "button[name=action_send_quote]:contains(/^Send Quote$/)",
            run: "click",
        },
        {
            content: "the mail carries the quote",
            trigger: ".modal .o_field_widget[name=attachment_ids]:contains(Quote)",
        },
        { trigger: ".modal footer button[name=action_send_mail]", run: "click" },
        {
            trigger: "body:not(:has(.modal)) .o_statusbar_status .o_arrow_button_current:contains(Quoted)",
        },
        { trigger: ".o_field_widget[name=amount_untaxed]:contains(199.00)" },
    ],
});

tours.add("service_manager_figures_tour", {
    steps: () => [
        { trigger: ".o_service_tile:contains(Margin this month)", run: "click" },
        { trigger: ".o_pivot_view .o_pivot_cell_value:contains(280.00)" },
        { trigger: "button[data-menu-xmlid='service_management.service_reporting_menu']", run: "click" },
        { trigger: "[data-menu-xmlid='service_management.service_utilization_menu']", run: "click" },
        { trigger: ".modal footer button[name=action_apply]", run: "click" },
        { trigger: ".o_pivot_view th:contains(Anna)" },
        { trigger: "button[data-menu-xmlid='service_management.service_reporting_menu']", run: "click" },
        {
            trigger: "[data-menu-xmlid='service_management.service_order_stage_log_menu']",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains(Posted)" },
    ],
});
