import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { CONFLICTS, getTime } from "./schedule_words";

/** Who could come along to a visit; a click plans him. */
export class ScheduleCrew extends Component {
    static template = "service_management.ScheduleCrew";
    static components = { Dialog };
    static props = { bar: Object, offers: Array, add: Function, close: Function };

    get title() {
        return _t("Who comes along? %s", this.props.bar.title);
    }

    get explanation() {
        return _t(
            "A crew arrives together: %s. Whoever of it is moved, all are.", getTime(this.props.bar)
        );
    }

    getConflict({ conflict }) {
        return conflict ? CONFLICTS[conflict] : _t("free");
    }

    async add(row) {
        this.props.close();
        await this.props.add(row.id);
    }
}
