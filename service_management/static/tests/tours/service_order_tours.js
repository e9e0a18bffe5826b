import { registry } from "@web/core/registry";
import { drawOn } from "@service_management/../tests/tours/service_tour_utils";

const tours = registry.category("web_tour.tours");

const openMenu = (...xmlIds) =>
    xmlIds.map((xmlId) => ({
        content: `open ${xmlId}`,
        trigger: `[data-menu-xmlid="service_management.${xmlId}"]`,
        run: "click",
    }));

tours.add("service_new_order_tour", {
    steps: () => [
        {
            content: "New belongs to no column",
            trigger: ".o_control_panel .o-kanban-button-new",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=title] input",
            run: "edit Phoned in",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=partner_id] input",
            run: "edit Harbour",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains(/^Harbour Hotel$/)",
            run: "click",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_form_saved",
        },
    ],
});

tours.add("service_dispatcher_tour", {
    steps: () => [
        {
            content: "a call comes in",
            trigger: ".o_service_order_kanban .o_kanban_group:contains(To Plan) .o_kanban_quick_add",
            run: "click",
        },
        {
            trigger: ".o_kanban_quick_create .o_field_widget[name=title] input",
            run: "edit Radiator stays cold",
        },
        {
            trigger: ".o_kanban_quick_create .o_field_widget[name=partner_id] input",
            run: "edit Harbour",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains(/^Harbour Hotel$/)",
            run: "click",
        },
        {
            trigger: ".o_kanban_quick_create .o_kanban_add",
            run: "click",
        },
        {
            content: "the order waits to be planned",
            trigger: ".o_kanban_group:contains(To Plan) .o_kanban_record:contains(Radiator stays cold)",
        },
        ...openMenu("service_visit_menu_dispatch", "service_visit_menu_board"),
        {
            content: "an idle technician has a column",
            trigger: ".o_service_dispatch_kanban .o_kanban_group:contains(Boris) .o_kanban_header",
        },
        {
            content: "drag the visit to Anna",
            trigger:
                ".o_service_dispatch_kanban .o_kanban_group:contains(Unassigned) .o_kanban_record.o_draggable:contains(Radiator stays cold)",
            run: "drag_and_drop(.o_service_dispatch_kanban .o_kanban_group:contains(Anna))",
        },
        {
            content: "the server proposed a time",
            trigger: ".o_notification:contains(Anna)",
        },
        {
            trigger: ".o_kanban_group:contains(Anna) .o_kanban_record:contains(Radiator stays cold)",
            run: "click",
        },
        {
            content: "dispatch it",
            trigger: ".o_form_view button[name=action_dispatch]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Dispatched)",
        },
    ],
});

tours.add("service_dispatcher_doubt_tour", {
    steps: () => [
        {
            content: "drop a visit on a technician who is busy",
            trigger: ".o_kanban_group:contains(Boris) .o_kanban_record.o_draggable:contains(Second call)",
            run: "drag_and_drop(.o_service_dispatch_kanban .o_kanban_group:contains(Anna))",
        },
        {
            content: "see why it is doubtful, and leave it",
            trigger: ".modal .modal-body:contains(Anna has SRV/)",
        },
        {
            trigger: ".modal button:contains(Leave as It Was)",
            run: "click",
        },
        {
            content: "it stayed where it was; try again and insist",
            trigger:
                "body:not(:has(.modal)) .o_kanban_group:contains(Boris) .o_kanban_record.o_draggable:contains(Second call)",
            run: "drag_and_drop(.o_service_dispatch_kanban .o_kanban_group:contains(Anna))",
        },
        {
            trigger: ".modal button:contains(Plan Anyway)",
            run: "click",
        },
        {
            trigger: ".o_kanban_group:contains(Anna) .o_kanban_record:contains(Second call)",
        },
        {
            content: "a visit under way is refused",
            trigger: ".o_kanban_group:contains(Boris) .o_kanban_record.o_draggable:contains(Under way call)",
            run: "drag_and_drop(.o_service_dispatch_kanban .o_kanban_group:contains(Anna))",
        },
        {
            trigger: ".modal:contains(is under way and cannot be planned again) button:contains(Close)",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_kanban_group:contains(Boris) .o_kanban_record:contains(Under way call)",
        },
    ],
});

tours.add("service_stage_reason_tour", {
    steps: () => [
        {
            content: "drop an order on a stage that needs a reason",
            trigger: ".o_kanban_group:contains(To Plan) .o_kanban_record.o_draggable:contains(Waits for a part)",
            run: "drag_and_drop(.o_service_order_kanban .o_kanban_group:contains(On Hold))",
        },
        {
            trigger: ".modal .o_field_widget[name=reason_id] input",
            run: "click",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains(Waiting for a part)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=note] input",
            run: "edit Ordered today",
        },
        {
            trigger: ".modal button[name=action_apply]:visible",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_kanban_group:contains(On Hold) .o_kanban_record:contains(Waits for a part)",
        },
    ],
});

tours.add("service_technician_tour", {
    steps: () => [
        {
            content: "today's card",
            trigger: ".o_service_my_visits .o_kanban_record:contains(Radiator stays cold) .o_service_travel",
            run: "click",
        },
        {
            content: "arrived: start",
            trigger: ".o_kanban_record:contains(Travel since) .o_service_start",
            run: "click",
        },
        {
            content: "finished: stop",
            trigger: ".o_kanban_record:contains(Work since) .o_service_stop",
            run: "click",
        },
        {
            content: "book a part on the order",
            trigger: ".o_kanban_record:not(:contains(since)) button[name=action_open_order]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_notebook .nav-link:contains(Lines)",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=line_ids] button:contains(Add an item)",
            run: "click",
        },
        {
            content: "a phone searches in a dialog of its own",
            trigger: ".modal .o_field_widget[name=product_id] input",
            run: "click",
        },
        {
            trigger: ".modal .o_kanban_record:contains(Pump)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=product_id] input:value(Pump)",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "let the customer sign",
            trigger: "body:not(:has(.modal)) .o_form_saved button[name=action_sign_off], body:not(:has(.modal)) button[name=action_sign_off]",
            run: "click",
        },
        {
            content: "the customer reads what is signed",
            trigger: ".modal .o_service_work_summary:contains(Pump)",
        },
        {
            trigger: ".modal .o_field_widget[name=signed_by] input",
            run: "edit Ms Berg",
        },
        {
            content: "prices and the total are shown before",
            trigger: ".modal .o_service_work_summary .o_service_work_total",
        },
        {
            trigger: ".modal .o_field_widget[name=work_done] textarea",
            run: "edit Pump replaced",
        },
        {
            content: "nothing is wider than the phone",
            trigger: ".modal .o_service_signature canvas",
            run({ anchor }) {
                const body = anchor.closest(".modal-body");
                if (body.scrollWidth > body.clientWidth) {
                    throw new Error("The sign-off scrolls sideways");
                }
                drawOn(anchor);
            },
        },
        {
            trigger: ".modal .o_service_signature_clear",
        },
        {
            trigger: ".modal button[name=action_apply]:contains(Confirm Completion)",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_form_view .o_field_widget[name=stage_id]:contains(Signed Off)",
        },
    ],
});

tours.add("service_take_back_tour", {
    steps: () => [
        {
            content: "the card says what has to be known",
            trigger: ".o_service_my_visits .o_kanban_record:contains(Gate code 4711) .o_service_history",
        },
        {
            content: "nothing is planned for tomorrow",
            trigger: ".o_service_my_visits_tabs button[data-name=mine_tomorrow]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.o_kanban_record:contains(Wrong tap)))",
        },
        {
            trigger: ".o_service_my_visits_tabs button[data-name=mine_today]",
            run: "click",
        },
        {
            content: "a wrong tap",
            trigger: ".o_kanban_record:contains(Wrong tap) .o_service_start",
            run: "click",
        },
        {
            trigger: ".o_kanban_record:contains(Work since) .o_service_stop",
            run: "click",
        },
        {
            trigger: ".o_kanban_record:has(.o_service_sign) .o_service_take_back:contains(Stop)",
            run: "click",
        },
        {
            trigger: ".o_kanban_record:contains(Work since) .o_service_take_back:contains(Start)",
            run: "click",
        },
        {
            content: "it is as it was",
            trigger: ".o_kanban_record:contains(Wrong tap):not(:contains(since)):has(.o_service_travel)",
        },
        {
            content: "add a part that this unit had before",
            trigger: ".o_kanban_record:contains(Wrong tap) .o_service_parts",
            run: "click",
        },
        {
            trigger: ".modal .o_service_add_parts .o_data_row:contains(Pump) .o_field_boolean_toggle input",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_kanban_record:contains(Wrong tap)",
        },
    ],
});

tours.add("service_manager_tour", {
    steps: () => [
        {
            content: "orders that are ready to post",
            trigger: ".o_list_view .o_data_row:contains(Radiator stays cold) .o_data_cell[name=title]",
            run: "click",
        },
        {
            trigger: ".o_form_view button[name=action_post]",
            run: "click",
        },
        {
            trigger: ".o_form_view button[name=action_bill]",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "the draft",
            trigger: ".o_form_view .o_field_widget[name=state]:contains(Draft)",
        },
        {
            trigger: "button[name=action_view_service_orders]:contains(Service Orders)",
        },
    ],
});

tours.add("service_accountant_tour", {
    steps: () => [
        {
            content: "the draft invoice",
            trigger: ".o_form_view .o_field_widget[name=invoice_line_ids]:contains(Pump)",
        },
        {
            trigger: "button[name=action_post]:visible",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains(Posted)",
        },
        {
            content: "look at the work behind it",
            trigger: "button[name=action_view_service_orders]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=title]:contains(Radiator stays cold)",
        },
        {
            trigger: ".o_notebook .nav-link:contains(Visits)",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=visit_ids] .o_data_row:contains(Done)",
        },
    ],
});
