import { Component, onMounted, useRef, useState } from "@odoo/owl";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

/** A customer, site or object that is not known yet, in a few fields; says who is like it. */
export class ServiceCallNew extends Component {
    static template = "service_management.ServiceCallNew";
    static props = {
        kind: { validate: (kind) => ["customer", "site", "object"].includes(kind) },
        text: { type: String, optional: true },
        card: { type: [Object, { value: null }], optional: true },
        siteId: { type: [Number, { value: false }], optional: true },
        groups: { type: Array, optional: true },
        onAdded: Function,
        onTwinChosen: Function,
        onCancel: Function,
    };
    static defaultProps = { text: "", groups: [] };

    setup() {
        this.orm = useService("orm");
        this.firstRef = useRef("first");
        this.lookUps = new KeepLast();
        this.state = useState({ values: this.getValues(), twins: [], isBusy: false });
        this.lookUp = useDebounced(() => this.findTwins(), 300);
        onMounted(() => {
            this.firstRef.el?.focus();
            this.lookUp();
        });
    }

    /** What was typed into the search is not typed again. */
    getValues() {
        const { kind, card, siteId } = this.props;
        const text = this.props.text.trim();
        if (kind === "site") {
            return { name: "", street: "", zip: "", city: "", parent_id: card.customer.id };
        }
        if (kind === "object") {
            return {
                name: "",
                serial_number: "",
                group_id: "",
                partner_id: card.customer.id,
                site_id: siteId || false,
            };
        }
        const isPhone = /^[+\d\s()./-]+$/.test(text);
        const isEmail = text.includes("@");
        return {
            name: isPhone || isEmail ? "" : text,
            is_company: false,
            phone: isPhone ? text : "",
            email: isEmail ? text : "",
            street: "",
            zip: "",
            city: "",
        };
    }

    async findTwins() {
        const { name, phone, email, serial_number } = this.state.values;
        if (this.props.kind !== "site") {
            const values = this.props.kind === "object" ? { serial_number } : { name, phone, email };
            this.state.twins = await this.lookUps.add(
                this.orm.call("service.call", "find_twins", [values])
            );
        }
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            this.add();
        } else if (ev.key === "Escape") {
            this.props.onCancel();
        }
    }

    async add() {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            const { kind } = this.props;
            const id = await this.orm.call("service.call", `add_${kind}`, [this.state.values]);
            await this.props.onAdded(kind, id);
        } finally {
            this.state.isBusy = false;
        }
    }
}
