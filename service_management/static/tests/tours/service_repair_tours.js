import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("service_repair_tour", {
    steps: () => [
        {
            content: "Code the fault on the phone",
            trigger: ".o_service_my_visits .o_kanban_record:contains(Stays cold) .o_service_code_repair",
            run: "click",
        },
        {
            content: "The first tap: what the customer sees",
            trigger: ".o_service_repair_step_symptom_id .o_service_repair_code:contains(No heating)",
            run: "click",
        },
        {
            content: "The second one: what helped before",
            trigger: ".o_service_repair_answer:contains(Electrode worn):contains(Part replaced)",
            run: "click",
        },
        {
            content: "Codes and parts are there",
            trigger:
                ".o_service_repair .list-group-item.active:contains(No heating → Electrode worn → Part replaced):contains(Pump)",
        },
        {
            content: "It is done",
            trigger: ".o_service_repair_status button[data-category=finished]:enabled",
            run: "click",
        },
        {
            trigger: ".o_service_repair_status button[data-category=finished][aria-pressed=true]:enabled",
        },
        {
            trigger: ".o_service_repair_close",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_service_my_visits .o_kanban_record:contains(Stays cold)",
        },
    ],
});

tours.add("service_roll_back_tour", {
    steps: () => [
        {
            content: "Look at the structure",
            trigger: ".o_form_view .o_notebook .nav-link:contains(Structure)",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=component_ids] .o_data_row:contains(Wrong pump)",
        },
        {
            trigger: "button[name=action_view_structure]",
            run: "click",
        },
        {
            content: "Of the day on which it was right",
            trigger: ".modal .o_field_widget[name=date] button, .modal .o_field_widget[name=date] input",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=date] input",
            run: "edit 01/02/2025 && press Tab",
        },
        {
            trigger: ".modal .o_field_widget[name=line_ids] .o_data_row:contains(Right pump)",
        },
        {
            trigger: ".modal button[name=action_roll_back]",
            run: "click",
        },
        {
            trigger: ".modal .modal-footer button.btn-primary:contains(Ok)",
            run: "click",
        },
        {
            content: "It is there again",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=component_ids] .o_data_row:contains(Right pump)",
        },
    ],
});
