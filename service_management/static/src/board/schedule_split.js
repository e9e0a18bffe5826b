import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { parseFloatTime } from "@web/views/fields/parsers";
import { formatFloatTime } from "@web/views/fields/formatters";

/** Divide a visit into two by hours, or into a part for each working day. */
export class ScheduleSplit extends Component {
    static template = "service_management.ScheduleSplit";
    static components = { Dialog };
    static props = { bar: Object, isLong: Boolean, split: Function, close: Function };

    setup() {
        this.title = _t("Divide %s", this.props.bar.title);
        this.state = useState({ text: formatFloatTime(this.props.bar.hours / 2) });
    }

    /** @returns {number | null} hours of the first part, if they are some of the visit's */
    get hours() {
        try {
            const hours = parseFloatTime(this.state.text);
            return 0 < hours && hours < this.props.bar.hours ? hours : null;
        } catch {
            return null;
        }
    }

    get hint() {
        const { hours } = this.props.bar;
        return this.hours === null
            ? _t("Enter less than %s hours, as in 1:30.", formatFloatTime(hours))
            : _t(
                  "The other part takes %s hours, and follows when work goes on.",
                  formatFloatTime(hours - this.hours)
              );
    }

    async split(hours) {
        this.props.close();
        await this.props.split(hours);
    }
}
