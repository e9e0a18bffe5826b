import { Component, markup, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { parseFloat } from "@web/views/fields/parsers";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { oneAtATime } from "@service_management/one_at_a_time";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/**
 * Return the number that a text stands for, or NaN. The keyboard of a phone may write a comma where the
 * language writes a point: 1,8 is no eighteen.
 */
export function readNumber(text) {
    const [, whole, part] = /^\s*([-+]?\d+)[.,](\d{1,2}|\d{4,})\s*$/.exec(text) || [];
    if (part !== undefined) {
        return Number(`${whole}.${part}`);
    }
    try {
        return text.trim() ? parseFloat(text) : NaN;
    } catch {
        return NaN;
    }
}

/**
 * A guide is walked: one question at a time, each answer kept at once. What was answered is above, what
 * it leads to below; in the end the result proposes codes, lines and more, and one tap takes it over.
 */
export class ServiceGuide extends Component {
    static template = "service_management.ServiceGuide";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.orderId = this.props.action.params.order_id;
        this.state = useState({
            objects: [],
            objectId: false,
            guides: [],
            runs: [],
            run: false,
            number: "",
            isNumberWrong: false,
            remark: "",
            unwanted: {},
            isTypeWanted: true,
            isBusy: false,
        });
        onWillStart(async () => {
            this.choose(await this.call("get_guides"));
            const running = this.state.runs.find((run) => run.state === "running");
            if (running) {
                this.show(await this.call("get_guide_run", running.id));
            }
        });
    }

    call(method, ...args) {
        return this.orm.call("service.order", method, [[this.orderId], ...args]);
    }

    /** Show what can be chosen. */
    choose({ objects, object_id, guides, runs }) {
        Object.assign(this.state, { objects, objectId: object_id, guides, runs, run: false });
    }

    /** Show where a guide is. */
    show(run) {
        Object.assign(this.state, { run, number: "", isNumberWrong: false, remark: "" });
    }

    get description() {
        return markup(this.state.run.step.description);
    }

    get left() {
        const { left } = this.state.run;
        return left === 1 ? _t("The last question") : _t("%s questions at most", left);
    }

    once(act) {
        return oneAtATime(this.state, act);
    }

    chooseObject(objectId) {
        return this.once(async () => this.choose(await this.call("get_guides", objectId)));
    }

    start(guide) {
        return this.once(async () =>
            this.show(await this.call("start_guide", this.state.objectId, guide.id))
        );
    }

    open(run) {
        return this.once(async () => this.show(await this.call("get_guide_run", run.id)));
    }

    reply(answerId, number = 0) {
        const { run, remark } = this.state;
        return this.once(async () =>
            this.show(
                await this.call("answer_guide", run.id, run.step.id, answerId, number, remark)
            )
        );
    }

    replyNumber() {
        const number = readNumber(this.state.number);
        this.state.isNumberWrong = !Number.isFinite(number);
        if (!this.state.isNumberWrong) {
            return this.reply(false, number);
        }
    }

    takeBack() {
        return this.once(async () =>
            this.show(await this.call("take_back_guide_answer", this.state.run.id))
        );
    }

    stop() {
        return this.once(async () => this.choose(await this.call("stop_guide", this.state.run.id)));
    }

    /** Leave a guide, which stays where it is. */
    back() {
        return this.chooseObject(this.state.objectId);
    }

    setRemark(ev) {
        this.state.remark = ev.target.value;
    }

    setNumber(ev) {
        this.state.number = ev.target.value;
    }

    toggleSet(lineSet) {
        this.state.unwanted[lineSet.id] = !this.state.unwanted[lineSet.id];
    }

    toggleType() {
        this.state.isTypeWanted = !this.state.isTypeWanted;
    }

    takeOver() {
        const { run, unwanted, isTypeWanted } = this.state;
        const sets = run.result.sets.map((each) => each.id).filter((id) => !unwanted[id]);
        const isTyped = Boolean(run.result.type && run.result.can_retype && isTypeWanted);
        return this.once(async () => {
            this.show(await this.call("take_over_guide", run.id, sets, isTyped));
            this.notification.add(_t("The result is taken over."), { type: "success" });
        });
    }

    /** Close, and let what is behind show what was found. */
    async close() {
        await this.action.doAction({ type: "ir.actions.act_window_close" });
    }
}

registry.category("actions").add("service_guide", ServiceGuide);
