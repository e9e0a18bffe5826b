import { registry } from "@web/core/registry";
import { choose, drawOn } from "@service_management/../tests/tours/service_tour_utils";

const tours = registry.category("web_tour.tours");

const step = (key, isDone) =>
    `.o_service_first_steps [data-step=${key}][data-done="${isDone ? 1 : 0}"]`;

const overview = [
    { trigger: "[data-menu-xmlid='service_management.service_dashboard_menu']", run: "click" },
    { trigger: ".o_service_first_steps" },
];

const save = [
    { trigger: ".o_form_button_save", run: "click" },
    { trigger: ".o_form_view .o_form_saved" },
];

tours.add("service_first_steps_tour", {
    steps: () => [
        {
            content: "an empty company shows its first steps, and no figures",
            trigger: `.o_service_dashboard:not(:has(.o_service_tile)) ${step("team", false)}`,
        },
        { trigger: `${step("team", false)} button`, run: "click" },
        {
            content: "the team that is there from the beginning",
            trigger: ".o_form_view .o_field_widget[name=member_ids] input",
            run: "edit Anna",
        },
        { trigger: ".o-autocomplete--dropdown-item:contains(Anna)", run: "click" },
        { trigger: ".o_field_widget[name=member_ids] .o_tag:contains(Anna)" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved, .o_form_status_indicator_buttons.invisible" },
        { trigger: "[data-menu-xmlid='service_management.service_dashboard_menu']", run: "click" },
        {
            content: "ticks itself",
            trigger: step("team", true),
        },
        {
            content: "and says what follows of the next one",
            trigger: `${step("hourly_cost", false)}:contains(margins are too high: Anna)`,
        },
        { trigger: `${step("prices", true)} button`, run: "click" },
        { trigger: ".o_list_view .o_data_row:contains(Service Hours)" },
        ...overview,
        { content: "what an hour costs", trigger: `${step("hourly_cost", false)} button`, run: "click" },
        { trigger: ".o_list_view .o_data_row .o_data_cell:contains(Anna)", run: "click" },
        { trigger: ".o_form_view .o_notebook .nav-link:contains(Settings)", run: "click" },
        { trigger: ".o_field_widget[name=hourly_cost] input", run: "edit 30" },
        ...save,
        ...overview,
        { trigger: step("hourly_cost", true) },
        { content: "where the company is", trigger: `${step("company", false)} button`, run: "click" },
        { trigger: ".o_form_view .o_field_widget[name=city] input", run: "edit Riga" },
        { trigger: ".o_form_view .o_field_widget[name=email] input", run: "edit office@begins.example.com" },
        { trigger: ".o_form_button_save", run: "click", expectUnloadPage: true },
        { trigger: ".o_form_view .o_form_saved" },
        ...overview,
        { content: "who sends its mails", trigger: `${step("mail", false)} button`, run: "click" },
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name=name] input", run: "edit Out" },
        { trigger: ".o_form_view .o_field_widget[name=smtp_host] input", run: "edit localhost" },
        ...save,
        ...overview,
        { trigger: step("mail", true) },
        { content: "what is serviced", trigger: `${step("objects", false)} button`, run: "click" },
        { trigger: ".o_list_button_add, .o-kanban-button-new", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name=name] input, .o_form_view .o_field_widget[name=name] textarea", run: "edit Oven" },
        ...choose("partner_id", "Bakery", "Create"),
        ...save,
        ...overview,
        { content: "somebody calls", trigger: `${step("order", false)} button`, run: "click" },
        { trigger: ".o_control_panel .o-kanban-button-new", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name=title] input", run: "edit Oven stays cold" },
        ...choose("partner_id", "Bakery"),
        ...choose("object_ids", "Oven"),
        ...save,
        { content: "the next step", trigger: "button.btn-primary[name=action_plan_visit]:visible", run: "click" },
        ...choose("employee_id", "Anna"),
        { trigger: ".modal .o_field_widget[name=date_start] button, .modal .o_field_widget[name=date_start] input", run: "click" },
        { trigger: ".o_datetime_picker .o_today", run: "click" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { content: "the work is written down", trigger: "body:not(:has(.modal)) .o_field_widget[name=line_ids] .o_field_x2many_list_row_add a:contains(Add hours)", run: "click" },
        { trigger: ".o_selected_row .o_field_widget[name=employee_id] input", run: "edit Anna" },
        { trigger: ".o-autocomplete--dropdown-item:contains(Anna)", run: "click" },
        { trigger: ".o_selected_row .o_field_widget[name=quantity] input", run: "edit 2" },
        ...save,
        { content: "signed", trigger: "button[name=action_sign_off_anyway]:visible", run: "click" },
        { trigger: ".modal .o_field_widget[name=signed_by] input", run: "edit Ms Berg" },
        {
            trigger: ".modal .o_service_signature canvas",
            run({ anchor }) {
                drawOn(anchor);
            },
        },
        { trigger: ".modal .o_service_signature_clear" },
        { trigger: ".modal button[name=action_apply]:contains(Confirm Completion)", run: "click" },
        { content: "posted", trigger: "body:not(:has(.modal)) button.btn-primary[name=action_post]:visible", run: "click" },
        { content: "billed", trigger: "button.btn-primary[name=action_bill]:visible", run: "click" },
        { trigger: ".modal button[name=action_apply]:visible", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name=invoice_line_ids]:contains(Service Hours)" },
        { trigger: "button[name=action_post]:visible", run: "click" },
        { trigger: ".o_arrow_button_current:contains(Posted)" },
    ],
});

tours.add("service_first_steps_done_tour", {
    steps: () => [
        { trigger: ".o_service_first_steps:contains(All is set up)" },
        { trigger: ".o_service_first_steps button:contains(Dismiss)", run: "click" },
        { trigger: ".o_service_dashboard:not(:has(.o_service_first_steps))" },
        { trigger: ".o_control_panel button:contains(First Steps)", run: "click" },
        { trigger: ".o_service_first_steps" },
    ],
});
