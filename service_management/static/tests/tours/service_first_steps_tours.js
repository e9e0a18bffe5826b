import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const step = (key, isDone) =>
    `.o_service_first_steps [data-step=${key}][data-done="${isDone ? 1 : 0}"]`;

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
