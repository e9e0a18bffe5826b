import { choose } from "@service_management/../tests/tours/service_tour_utils";
import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");


tours.add("service_manager_subscription_tour", {
    steps: () => [
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_field_widget[name=title] input", run: "edit Lift monitoring" },
        ...choose("partner_id", "Harbour Hotel", "/^Harbour Hotel$/"),
        ...choose("plan_id", "Prepaid Quarter"),
        { trigger: ".o_field_widget[name=line_ids] .o_field_x2many_list_row_add button, .o_field_widget[name=line_ids] .o_field_x2many_list_row_add a", run: "click" },
        ...choose("product_id", "Monitoring"),
        {
            content: "the price is looked up",
            trigger: ".o_field_widget[name=amount_period]:contains(100.00)",
        },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: "button[name=action_activate]", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains(Active)" },
        { trigger: "button[name=action_bill]", run: "click" },
        {
            content: "what would be billed is shown before",
            trigger: ".modal .o_field_widget[name=preview] td:contains(Untaxed Amount)",
        },
        { trigger: ".modal .o_field_widget[name=preview_ids] .o_data_row:contains(Monitoring)" },
        { trigger: ".modal button[name=action_apply]", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains(Done)" },
        { trigger: "button[name=action_view_invoices].btn-primary", run: "click" },
        { trigger: ".o_field_widget[name=invoice_line_ids] .o_data_row:contains(Monitoring)" },
    ],
});

tours.add("service_manager_sold_subscription_tour", {
    steps: () => [
        { trigger: "button[name=action_view_service_subscriptions]", run: "click" },
        { trigger: ".o_field_widget[name=line_ids] .o_data_row:contains(Monitoring)" },
        { trigger: "button[name=action_activate]", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains(Active)" },
    ],
});

tours.add("service_accountant_subscription_tour", {
    steps: () => [
        { trigger: "button[name=action_post]:enabled", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains(Posted)" },
        { trigger: "button[name=action_view_service_subscriptions]" },
    ],
});

tours.add("service_accountant_accrual_tour", {
    steps: () => [
        { trigger: ".o_data_row:contains(Recognition):contains(Posted)" },
        {
            trigger: ".o_data_row:contains(Recognition):contains(Planned) .o_list_record_selector",
            run: "click",
        },
        { trigger: ".o_list_buttons button[name=action_post], .o_control_panel button[name=action_post]", run: "click" },
        { trigger: ".o_data_row:contains(Recognition):contains(Posted):eq(1)" },
    ],
});

tours.add("service_accountant_credit_tour", {
    steps: () => [
        { trigger: "button[name=action_reverse]", run: "click" },
        { trigger: ".modal button[name=refund_moves]", run: "click" },
        { trigger: ".o_form_view:contains(Credit Note) button[name=action_post]:enabled", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains(Posted)" },
    ],
});

tours.add("service_manager_close_tour", {
    steps: () => [
        { trigger: "button[name=action_close]", run: "click" },
        { trigger: ".modal .o_field_widget[name=credit_summary]" },
        { trigger: ".modal .o_field_widget[name=reason_id] input", run: "click" },
        { trigger: ".o-autocomplete--dropdown-item a:contains(Ended by the customer)", run: "click" },
        { trigger: ".modal button[name=action_apply]", run: "click" },
        {
            content: "the credit note was made at once",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Done)",
        },
    ],
});

tours.add("service_manager_taxes_tour", {
    steps: () => [
        { trigger: ".alert button[name=action_update_taxes]", run: "click" },
        {
            content: "what would change is shown before",
            trigger: ".modal .o_field_widget[name=row_ids] .o_data_row:contains(VAT 21):contains(VAT 25)",
        },
        { trigger: ".modal button[name=action_apply]", run: "click" },
        {
            content: "nothing is different any more",
            trigger: "body:not(:has(.modal)):not(:has(button[name=action_update_taxes])) .o_form_view",
        },
    ],
});
