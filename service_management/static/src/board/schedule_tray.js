import { Component } from "@odoo/owl";
import { formatHours } from "./schedule_words";

const { DateTime } = luxon;

/** What waits for a technician or a time, beside the board: it is dragged from here. */
export class ScheduleTray extends Component {
    static template = "service_management.ScheduleTray";
    static props = {
        model: Object,
        now: Number,
        chosen: Set,
        heldId: { type: Number, optional: true },
        onClick: Function,
        onPointerDown: Function,
        onKeyDown: Function,
        openRecord: Function,
        ask: Function,
    };

    formatHours(hours) {
        return formatHours(hours);
    }

    getDeadline(bar) {
        const moments = [bar.window[1], bar.deadline, bar.preferred_start].filter(Boolean);
        return moments.length ? DateTime.fromSeconds(Math.min(...moments)) : null;
    }

    formatDeadline(deadline) {
        return deadline.toLocaleString({
            weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit",
        });
    }
}
