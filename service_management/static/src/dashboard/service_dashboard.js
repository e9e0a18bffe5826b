import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** The page that is opened in the morning: what waits, and how full the day is. */
export class ServiceDashboard extends Component {
    static template = "service_management.ServiceDashboard";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ sections: [], technicians: [] });
        onWillStart(() => this.load());
    }

    async load() {
        Object.assign(this.state, await this.orm.call("service.dashboard", "get_data", []));
    }

    open(tile) {
        return this.action.doAction(tile.action);
    }

    openBoard() {
        return this.action.doAction("service_management.service_visit_action_dispatch");
    }
}

registry.category("actions").add("service_dashboard", ServiceDashboard);
