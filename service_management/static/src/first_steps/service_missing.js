import { Component, onWillStart, useState } from "@odoo/owl";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";

/** Says above a screen what is missing for it to be of use, and opens where it is entered. */
export class ServiceMissing extends Component {
    static template = "service_management.ServiceMissing";
    static props = { place: String };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ missing: [] });
        onWillStart(async () => {
            if (await user.hasGroup("service_management.service_management_group_customer_service")) {
                this.state.missing = await this.orm.call("service.first.steps", "get_missing", [
                    this.props.place,
                ]);
            }
        });
    }

    open(missing) {
        return this.action.doAction(missing.action);
    }
}
