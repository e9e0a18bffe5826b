import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ServiceFirstSteps } from "../first_steps/service_first_steps";

/** The page that is opened in the morning: what waits, and how full the day is. */
export class ServiceDashboard extends Component {
    static template = "service_management.ServiceDashboard";
    static components = { Layout, ServiceFirstSteps };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ sections: [], technicians: [], first_steps: false });
        onWillStart(() => this.load());
    }

    async load() {
        Object.assign(this.state, await this.orm.call("service.dashboard", "get_data", []));
    }

    get showsSteps() {
        return this.state.first_steps && !this.state.first_steps.is_hidden;
    }

    /** While a company has nothing yet, its first steps are all there is to say. */
    get showsFigures() {
        const { sections, technicians } = this.state;
        return !this.showsSteps || technicians.length || sections.some((s) => s.tiles.length);
    }

    async hideSteps(isHidden) {
        await this.orm.call("service.first.steps", "hide", [isHidden]);
        await this.load();
    }

    async open(tile) {
        const { help } = await this.action.loadAction(tile.source);
        return this.action.doAction({ ...tile.action, help });
    }

    openBoard() {
        return this.action.doAction("service_management.service_visit_action_board");
    }
}

registry.category("actions").add("service_dashboard", ServiceDashboard);
