import { choose, signAs } from "@service_management/../tests/tours/service_tour_utils";
import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("service_manager_agreement_tour", {
    steps: () => [
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_field_widget[name=title] input", run: "edit Boilers of the hotel" },
        ...choose("template_id", "Boilers, yearly"),
        ...choose("partner_id", "Harbour Hotel", "/^Harbour Hotel$/"),
        { trigger: ".o_form_button_save", run: "click" },
        {
            content: "the template's lines are there",
            trigger: ".o_field_widget[name=line_ids] .o_data_row:contains(Inspection)",
        },
        { trigger: "button[name=action_send_quote]", run: "click" },
        { trigger: ".modal .o_mail_send", run: "click" },
        { trigger: "button[name=action_send_quote_again]:contains(Send Again)" },
    ],
});

tours.add("service_customer_agreement_tour", {
    steps: () => [
        {
            trigger: "a[href='/my/service_agreements?filterby=quote']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_portal_my_doc_table a:contains(Boilers of the hotel)",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "td:contains(Inspection)" },
        { trigger: "button[data-bs-target='#o_service_sign']", run: "click" },
        ...signAs("Maria Berg"),
        { trigger: ".alert-success:contains(You have accepted the agreement)" },
        { trigger: ".badge:contains(Active)" },
    ],
});

tours.add("service_manager_generate_tour", {
    steps: () => [
        { trigger: ".o_data_row:contains(Boilers of the hotel) td[name=title]", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains(Active)" },
        { trigger: ".o_form_view button[name=action_generate]", run: "click" },
        {
            content: "what would be created is shown before",
            trigger: ".modal .o_field_widget[name=summary]:contains('Orders: 5, lines: 5')",
        },
        { trigger: ".modal .o_field_widget[name=preview_ids] .o_data_row:eq(4)" },
        { trigger: ".modal button[name=action_apply]", run: "click" },
        {
            content: "and then created",
            trigger: ".o_kanban_record:contains(Boilers of the hotel), .o_data_row:contains(Boilers of the hotel)",
        },
    ],
});

tours.add("service_dispatcher_agreement_tour", {
    steps: () => [
        {
            content: "the first visit is proposed to the preferred technician",
            trigger:
                ".o_service_dispatch_kanban .o_kanban_group:contains(Anna) .o_kanban_record:contains(Boilers of the hotel)",
        },
    ],
});

const badge = (text, colour) => ({
    content: `the badge says ${text}`,
    trigger: `.o_kanban_record:contains(Boiler is cold) .o_field_widget[name=sla_state] .text-bg-${colour}:contains(${text})`,
});

tours.add("service_sla_on_track_tour", { steps: () => [badge("On Track", "info")] });
tours.add("service_sla_at_risk_tour", { steps: () => [badge("At Risk", "warning")] });
tours.add("service_sla_missed_tour", {
    steps: () => [
        badge("Missed", "danger"),
        { trigger: ".o_kanban_record:contains(Boiler is cold)", run: "click" },
        { trigger: ".o_notebook a[name=service_levels]", run: "click" },
        { trigger: ".o_field_widget[name=sla_status_ids] .o_data_row:contains(Missed)" },
        { trigger: "button[name=action_sla_clock]", run: "click" },
        { trigger: ".modal .o_field_widget[name=operation] input[data-value=stop]", run: "click" },
        { trigger: ".modal .o_field_widget[name=note] input", run: "edit Waits for the customer" },
        { trigger: ".modal button[name=action_apply]", run: "click" },
        { trigger: "body:not(:has(.modal)) .o-mail-Message:contains(was stopped)" },
    ],
});
