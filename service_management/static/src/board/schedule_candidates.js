import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { getDay, getTime } from "./schedule_words";

/** Who could do a visit, the best first; a click plans it. */
export class ScheduleCandidates extends Component {
    static template = "service_management.ScheduleCandidates";
    static components = { Dialog };
    static props = { bar: Object, find: Function, plan: Function, close: Function };

    setup() {
        this.title = _t("Who can come first? %s", this.props.bar.title);
        this.state = useState({ candidates: [], others: [] });
        onWillStart(async () => Object.assign(this.state, await this.props.find()));
    }

    getDay(candidate) {
        return getDay(candidate);
    }

    getTime(candidate) {
        return getTime(candidate);
    }

    round(hours) {
        return Math.round(hours * 10) / 10;
    }

    async plan(candidate) {
        this.props.close();
        await this.props.plan(candidate);
    }
}
