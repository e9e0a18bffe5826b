import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("service_guide_tour", {
    steps: () => [
        {
            content: "Ask the guide on the phone",
            trigger: ".o_service_my_visits .o_kanban_record:contains(Stays cold) .o_service_ask_guide",
            run: "click",
        },
        {
            trigger: ".o_service_guide_choice:contains(Burner does not start)",
            run: "click",
        },
        {
            content: "What has to be done first",
            trigger: ".o_service_guide:has(.o_service_guide_question:contains(Switch the mains on)) .o_service_guide_answer:contains(Done)",
            run: "click",
        },
        {
            content: "A number that is none is not taken",
            trigger: ".o_service_guide_number",
            run: "edit much",
        },
        {
            trigger: ".o_service_guide button[type=submit]",
            run: "click",
        },
        {
            trigger: ".o_service_guide .is-invalid",
            run: "edit 1,8",
        },
        {
            trigger: ".o_service_guide button[type=submit]",
            run: "click",
        },
        {
            content: "A wrong answer is taken back",
            trigger: ".o_service_guide:has(.o_service_guide_question:contains(Does it spark?)) .o_service_guide_answer:contains(Yes)",
            run: "click",
        },
        {
            trigger: ".o_service_guide:has(.o_service_guide_question:contains(Fill up the water)) .o_service_guide_back",
            run: "click",
        },
        {
            trigger: ".o_service_guide:has(.o_service_guide_question:contains(Does it spark?)) .o_service_guide_answer:contains(No)",
            run: "click",
        },
        {
            content: "The result is taken over",
            trigger: ".o_service_guide_result:contains(Part replaced) .o_service_guide_take_over",
            run: "click",
        },
        {
            trigger: ".o_service_guide_taken",
        },
        {
            trigger: ".o_service_guide_close",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_service_my_visits .o_kanban_record:contains(Stays cold)",
        },
    ],
});
