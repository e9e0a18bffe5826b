import { Component } from "@odoo/owl";

/** Several visits at one place: each can be opened, or taken into the hand. */
export class ScheduleMapList extends Component {
    static template = "service_management.ScheduleMapList";
    static props = { items: Array, take: Function, open: Function, close: Function };

    open(bar) {
        this.props.close();
        this.props.open(bar);
    }
}
