import { Component } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";

/** What a company does before its first invoice: each step ticks itself, and opens its screen. */
export class ServiceFirstSteps extends Component {
    static template = "service_management.ServiceFirstSteps";
    static props = { steps: Array, count: Number, hide: Function };

    setup() {
        this.action = useService("action");
    }

    /** The first step that is not done: the one to go on with. */
    get next() {
        return this.props.steps.find((step) => !step.done);
    }

    open(step) {
        return this.action.doAction(step.action);
    }
}
