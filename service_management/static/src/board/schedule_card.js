import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { getTime, STATES } from "./schedule_words";

/** What is known of a bar, and what can be done with it. */
export class ScheduleCard extends Component {
    static template = "service_management.ScheduleCard";
    static props = {
        bar: Object,
        findings: Array,
        travel: Object,
        others: Array,
        open: Function,
        acts: Array,
        close: Function,
    };

    get state() {
        return STATES[this.props.bar.state].title;
    }

    get time() {
        return this.props.bar.start ? getTime(this.props.bar) : "";
    }

    get promised() {
        const [from, to] = this.props.bar.window;
        const format = (moment) =>
            moment ? luxon.DateTime.fromSeconds(moment).toLocaleString(luxon.DateTime.DATETIME_SHORT) : "…";
        return from || to ? `${format(from)} – ${format(to)}` : "";
    }

    get road() {
        const { minutes, km, text } = this.props.travel;
        return Number.isInteger(minutes)
            ? _t("%(minutes)s min, %(km)s km", { minutes, km: Math.round(km) })
            : text;
    }

    do(action) {
        this.props.close();
        return action();
    }
}
