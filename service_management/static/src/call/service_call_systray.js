import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";

/** The phone rings while something else is on the screen: one click begins the call. */
export class ServiceCallSystray extends Component {
    static template = "service_management.ServiceCallSystray";
    static props = {};

    setup() {
        this.action = useService("action");
        this.state = useState({ takesCalls: false });
        // The bar waits for nobody.
        user.hasGroup("service_management.service_management_group_customer_service").then(
            (takesCalls) => (this.state.takesCalls = takesCalls)
        );
    }

    open() {
        return this.action.doAction("service_management.service_call_action", {
            clearBreadcrumbs: true,
        });
    }
}

registry
    .category("systray")
    .add("service_management.call", { Component: ServiceCallSystray }, { sequence: 90 });
