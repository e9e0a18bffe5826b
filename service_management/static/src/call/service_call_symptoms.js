import { Component, useState } from "@odoo/owl";
import { describeTook, describeWhere } from "../repair/what_helped";

/** How many symptoms are offered before somebody asks for all. */
const OFFERED = 6;

/** What is wrong with each object of a call: the most frequent symptoms first, and what helped before. */
export class ServiceCallSymptoms extends Component {
    static template = "service_management.ServiceCallSymptoms";
    static props = {
        /** As `service.call.get_symptoms` returns them. */
        objects: Array,
        /** {id of the object, or 0: id of its symptom} */
        chosen: Object,
        onChosen: Function,
    };

    where = describeWhere;
    took = describeTook;

    setup() {
        this.state = useState({ shown: {} });
    }

    get objects() {
        return this.props.objects.map((object) => {
            const key = object.object_id || 0;
            const chosenId = this.props.chosen[key];
            const codes = object.codes.filter(
                (code, number) => this.state.shown[key] || number < OFFERED || code.id === chosenId
            );
            return { ...object, key, chosenId, codes, hidden: object.codes.length - codes.length };
        });
    }

    showAll(key) {
        this.state.shown[key] = true;
    }

    /** Tapping the one that is chosen takes it back. */
    tap(object, code) {
        this.props.onChosen(object.key, code.id === object.chosenId ? null : code);
    }
}
