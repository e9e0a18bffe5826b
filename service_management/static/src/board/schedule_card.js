import { Component } from "@odoo/owl";
import { getTime, STATES } from "./schedule_words";

/** What is known of a bar, and what can be done with it. */
export class ScheduleCard extends Component {
    static template = "service_management.ScheduleCard";
    static props = {
        bar: Object,
        findings: Array,
        canPlan: Boolean,
        open: Function,
        lock: Function,
        dispatch: Function,
        takeBack: Function,
        push: { type: [Function, Boolean] },
        close: Function,
    };

    get state() {
        return STATES[this.props.bar.state].title;
    }

    get time() {
        return getTime(this.props.bar);
    }

    get promised() {
        const [from, to] = this.props.bar.window;
        const format = (moment) =>
            moment ? luxon.DateTime.fromSeconds(moment).toLocaleString(luxon.DateTime.DATETIME_SHORT) : "…";
        return from || to ? `${format(from)} – ${format(to)}` : "";
    }

    get isOpen() {
        return ["planned", "dispatched"].includes(this.props.bar.state);
    }

    do(action) {
        this.props.close();
        return action();
    }
}
