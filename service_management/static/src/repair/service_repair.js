import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { oneAtATime } from "@service_management/one_at_a_time";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { describeTook, describeWhere } from "./what_helped";

/** What is coded, in the order in which it is found. */
const STEPS = ["symptom_id", "diagnosis_id", "resolution_id", "condition_id"];
/** How many codes are offered before somebody asks for all. */
const OFFERED = 8;

/**
 * Repairs are coded by taps, the most frequent codes first: what is seen, found and done. Each tap is
 * kept at once. As soon as a symptom is known, what ended it before is shown, and one tap takes it over.
 */
export class ServiceRepair extends Component {
    static template = "service_management.ServiceRepair";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.orderId = this.props.action.params.order_id;
        this.state = useState({
            objects: [],
            statuses: [],
            usages: [],
            index: 0,
            repairId: false,
            choices: {},
            helped: [],
            sets: [],
            shown: {},
            sought: "",
            isBusy: false,
        });
        onWillStart(async () => {
            this.take(await this.call("get_repair_coding"));
            const [first] = this.object.repairs.filter((repair) => !repair.is_finished);
            this.state.repairId = first ? first.id : false;
            await this.look();
        });
    }

    call(method, ...args) {
        return this.orm.call("service.order", method, [[this.orderId], ...args]);
    }

    take({ objects, statuses, usages }) {
        Object.assign(this.state, { objects, statuses, usages });
    }

    get object() {
        return this.state.objects[this.state.index];
    }

    get repair() {
        return this.object.repairs.find((repair) => repair.id === this.state.repairId);
    }

    /** {field: id} of what is coded so far. */
    get codes() {
        const given = this.repair ? this.repair.codes : {};
        return Object.fromEntries(STEPS.map((name) => [name, given[name] ? given[name].id : false]));
    }

    get steps() {
        const labels = {
            symptom_id: _t("Symptom"),
            diagnosis_id: _t("Diagnosis"),
            resolution_id: _t("Resolution"),
            condition_id: _t("Condition"),
        };
        return STEPS.map((name) => ({
            name,
            label: labels[name],
            chosen: this.repair ? this.repair.codes[name] : false,
            ...this.offer(name),
        }));
    }

    /** The codes to tap: the most frequent ones, or those that are sought. */
    offer(name) {
        const all = this.state.choices[name] || [];
        const sought = this.state.sought.trim().toLowerCase();
        if (sought) {
            const found = all.filter((code) =>
                `${code.name} ${code.area}`.toLowerCase().includes(sought)
            );
            return { codes: found, hidden: 0 };
        }
        const chosen = this.codes[name];
        const codes = this.state.shown[name]
            ? all
            : all.filter((code, number) => number < OFFERED || code.id === chosen);
        return { codes, hidden: all.length - codes.length };
    }

    describe(repair) {
        const names = STEPS.slice(0, 3).map((name) => repair.codes[name] && repair.codes[name].name);
        return names.filter(Boolean).join(" → ") || _t("Not coded yet");
    }

    where = describeWhere;
    took = describeTook;

    /** Ask what can be coded next. */
    async look() {
        Object.assign(
            this.state,
            await this.call("get_repair_choices", this.object.id, this.codes)
        );
    }

    once(act) {
        return oneAtATime(this.state, async () => {
            await act();
            await this.look();
        });
    }

    chooseObject(index) {
        return this.once(() => {
            const [first] = this.state.objects[index].repairs.filter((repair) => !repair.is_finished);
            Object.assign(this.state, { index, repairId: first ? first.id : false, sought: "" });
        });
    }

    chooseRepair(repairId) {
        return this.once(() => {
            Object.assign(this.state, { repairId, sought: "" });
        });
    }

    async keep(codes, takeOver = false) {
        const known = this.object.repairs.map((repair) => repair.id);
        this.take(
            await this.call("code_repair", this.object.id, codes, this.state.repairId, takeOver)
        );
        if (!this.state.repairId) {
            const made = this.object.repairs.find((repair) => !known.includes(repair.id));
            this.state.repairId = made ? made.id : false;
        }
        this.state.sought = "";
    }

    /** Keep a code; tapping the one that is there takes it back. */
    tap(name, code) {
        const value = this.codes[name] === code.id ? false : code.id;
        return this.once(() => this.keep({ [name]: value }));
    }

    takeOver(answer) {
        return this.once(async () => {
            const codes = { resolution_id: answer.resolution_id };
            if (answer.diagnosis_id) {
                codes.diagnosis_id = answer.diagnosis_id;
            }
            await this.keep(codes, true);
            this.notification.add(
                answer.parts.length
                    ? _t("Codes are taken over, and parts are planned.")
                    : _t("Codes are taken over."),
                { type: "success" }
            );
        });
    }

    insertSet(lineSet) {
        return this.once(async () => {
            this.take(
                await this.call("insert_repair_set", this.object.id, this.state.repairId, lineSet.id)
            );
        });
    }

    get proposedUsage() {
        const found = this.state.usages.find(([value]) => value === this.object.proposed_usage);
        return found ? found[1] : "";
    }

    note(ev) {
        const text = ev.target.value.trim();
        if (this.repair && text !== this.repair.note) {
            return this.once(() => this.keep({ note: text }));
        }
    }

    remove() {
        return this.once(async () => {
            await this.orm.unlink("service.repair", [this.state.repairId]);
            this.state.repairId = false;
            this.take(await this.call("get_repair_coding"));
        });
    }

    say(vals) {
        return this.once(async () => {
            this.take(await this.call("set_object_status", this.object.id, vals));
        });
    }

    setNote(name, ev) {
        return this.say({ [name]: ev.target.value.trim() });
    }

    setUsage(ev) {
        return this.say({ usage_state: ev.target.value || false });
    }

    setSought(ev) {
        this.state.sought = ev.target.value;
    }

    showAll(name) {
        this.state.shown[name] = true;
    }

    /** Close, and let what is behind show what was coded. */
    async close() {
        await this.action.doAction({ type: "ir.actions.act_window_close" });
    }
}

registry.category("actions").add("service_repair", ServiceRepair);
