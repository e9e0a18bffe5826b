import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("service_call_tour", {
    steps: () => [
        {
            content: "the phone rings",
            trigger: ".o_service_call_systray",
            run: "click",
        },
        {
            trigger: ".o_service_call_search input",
            run: "edit 2611 1111",
        },
        {
            content: "the number is known",
            trigger: ".o_service_call_hit:contains(Harbour Hotel)",
            run: "click",
        },
        {
            content: "the boiler is cold",
            trigger: ".o_service_call_object:contains(Boiler) button",
            run: "click",
        },
        {
            content: "what is promised is shown",
            trigger: ".o_service_call_sla:contains(Gold):contains(Arrival)",
        },
        {
            trigger: "#service_call_title",
            run: "edit Phoned in cold",
        },
        {
            trigger: ".o_service_call_take",
            run: "click",
        },
        {
            content: "it is an open order",
            trigger: ".o_form_view .o_field_widget[name=title] :value(Phoned in cold)",
        },
    ],
});

tours.add("service_call_board_tour", {
    steps: () => [
        {
            content: "the call waits on the board",
            trigger:
                ".o_service_dispatch_kanban .o_kanban_group:contains(Unassigned) .o_kanban_record:contains(Phoned in cold)",
        },
        {
            content: "the next call begins here",
            trigger: ".o_control_panel button:contains(Call)",
            run: "click",
        },
        {
            trigger: ".o_service_call_search input",
        },
    ],
});

tours.add("service_quick_create_tour", {
    steps: () => [
        {
            content: "somebody adds a card to the column of requests",
            trigger: ".o_service_order_kanban .o_kanban_group:contains(Request) .o_kanban_quick_add",
            run: "click",
        },
        {
            trigger: ".o_kanban_quick_create .o_field_widget[name=title] input",
            run: "edit Added to requests",
        },
        {
            trigger: ".o_kanban_quick_create .o_field_widget[name=partner_id] input",
            run: "edit Harbour",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(/^Harbour Hotel/)",
            run: "click",
        },
        {
            trigger: ".o_kanban_quick_create .o_kanban_add",
            run: "click",
        },
        {
            content: "it says where the order is",
            trigger: ".o_notification:contains(To Plan)",
        },
        {
            trigger: ".o_kanban_group:contains(To Plan) .o_kanban_record:contains(Added to requests)",
        },
    ],
});
