import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** The photos of an object on its orders, asked for when somebody looks at them. */
export class ServiceObjectPhotosWidget extends Component {
    static template = "service_management.ServiceObjectPhotosWidget";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.lookUps = new KeepLast();
        this.state = useState({ photos: [] });
        onWillStart(() => this.load(this.props.record.resId));
        onWillUpdateProps(({ record }) => {
            if (record.resId !== this.loadedId) {
                return this.load(record.resId);
            }
        });
    }

    async load(objectId) {
        this.loadedId = objectId;
        this.state.photos = objectId
            ? await this.lookUps.add(this.orm.call("service.object", "get_photos", [[objectId]]))
            : [];
    }
}

registry.category("view_widgets").add("service_object_photos", {
    component: ServiceObjectPhotosWidget,
});
