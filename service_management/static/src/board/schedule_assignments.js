import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { getDay, getTime } from "./schedule_words";

/** To whom several visits could go; a click plans those that are ticked. */
export class ScheduleAssignments extends Component {
    static template = "service_management.ScheduleAssignments";
    static components = { Dialog };
    static props = { find: Function, plan: Function, close: Function };

    setup() {
        this.state = useState({ offers: [] });
        onWillStart(async () => {
            const offers = await this.props.find();
            this.state.offers = offers.map((offer) => ({ ...offer, isTaken: Boolean(offer.row) }));
        });
    }

    get taken() {
        return this.state.offers.filter((offer) => offer.isTaken);
    }

    getDay(offer) {
        return getDay(offer);
    }

    getTime(offer) {
        return getTime(offer);
    }

    async plan() {
        const taken = this.taken;
        this.props.close();
        await this.props.plan(taken);
    }
}
