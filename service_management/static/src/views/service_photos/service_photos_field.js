import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Pictures side by side, as small as a line of text allows; a tap opens one. */
export class ServicePhotosField extends Component {
    static template = "service_management.ServicePhotosField";
    static props = { ...standardFieldProps };

    get photos() {
        return this.props.record.data[this.props.name].records.map((record) => ({
            id: record.resId,
            name: record.data.name,
        }));
    }
}

export const servicePhotosField = {
    component: ServicePhotosField,
    supportedTypes: ["many2many"],
    relatedFields: [{ name: "name", type: "char" }],
};

registry.category("fields").add("service_photos", servicePhotosField);
