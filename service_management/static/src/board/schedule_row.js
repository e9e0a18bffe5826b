import { Component } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { formatHours, getColorClass } from "./schedule_words";

/**
 * Somebody who works, and the bars of what is planned.
 *
 * It is drawn anew where its line changed, or what is held came or went: not wherever a hand moves.
 */
export class ScheduleRow extends Component {
    static template = "service_management.ScheduleRow";
    static components = { Dropdown, DropdownItem };
    static props = {
        board: Object,
        line: Object,
        index: Number,
        day: Object,
        ghost: { type: [Object, { value: null }] },
        heldId: { type: [Number, { value: null }] },
    };

    get board() {
        return this.props.board;
    }

    get model() {
        return this.board.props.model;
    }

    get leaveTitle() {
        return _t("On leave");
    }

    get dayTitle() {
        return this.props.day.toLocaleString({ weekday: "long", day: "numeric", month: "short" });
    }

    formatHours(hours) {
        return formatHours(hours);
    }

    getColorClass(color) {
        return getColorClass(color);
    }

    getSlaClass(bar) {
        return bar.sla_state ? `o_schedule_promise_${bar.sla_state}` : "";
    }
}
