import { Component, markup, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { getDataURLFromFile } from "@web/core/utils/urls";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { parseFloat } from "@web/views/fields/parsers";
import { formatFloat } from "@web/views/fields/formatters";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const TASK_FIELDS = ["task_id", "is_done", "note_internal", "answer_ids"];
const FIELDS = [
    "name",
    "kind",
    "order_task_id",
    "is_required",
    "unit",
    "limit_text",
    "choices",
    "answer_yes_no",
    "answer_number",
    "answer_choice",
    "answer_text",
    "remark",
    "is_answered",
    "is_beyond",
    "user_id",
    "answered_on",
];

/**
 * The work of an order, as whoever does it sees it: tasks to tick, and their questions, answered by a
 * tap. Each answer is kept at once, with who gave it and when: nothing waits for the form to be saved.
 */
export class ServiceChecklist extends Component {
    static template = "service_management.ServiceChecklist";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.camera = useRef("camera");
        this.state = useState({ tasks: [], answers: [], isBusy: false });
        this.photographed = null;
        useRecordObserver((record) => this.load(record));
    }

    get isReadonly() {
        return !this.props.record.data.can_edit;
    }

    /** Look again whenever the order was loaded or saved: other people answer, too. */
    async load(record) {
        const orderId = record.resId;
        // Read here, so that a task that is added or taken away is noticed.
        const taskIds = orderId ? record.data.task_ids.resIds.filter(Number.isInteger) : [];
        const tasks = taskIds.length
            ? await this.orm.read("service.order.task", taskIds, TASK_FIELDS)
            : [];
        const answers = await this.read(tasks.flatMap((task) => task.answer_ids));
        Object.assign(this.state, { tasks, answers });
    }

    async read(ids) {
        return ids.length ? this.orm.read("service.order.answer", ids, FIELDS) : [];
    }

    answersOf(task) {
        return this.state.answers.filter((answer) => answer.order_task_id[0] === task.id);
    }

    instructions(task) {
        return markup(task.note_internal || "");
    }

    async tick(task, ev) {
        const isDone = ev.target.checked;
        try {
            await this.orm.write("service.order.task", [task.id], { is_done: isDone });
            task.is_done = isDone;
        } catch (error) {
            ev.target.checked = task.is_done;
            throw error;
        }
    }

    get openCount() {
        return this.state.answers.filter((answer) => answer.is_required && !answer.is_answered)
            .length;
    }

    get openText() {
        return _t("%s required answers are missing.", this.openCount);
    }

    choicesOf(answer) {
        return (answer.choices || "")
            .split("\n")
            .map((choice) => choice.trim())
            .filter(Boolean);
    }

    numberOf(answer) {
        return answer.is_answered
            ? formatFloat(answer.answer_number, { digits: [16, 4], trailingZeros: false })
            : "";
    }

    photoUrl(answer) {
        const unique = encodeURIComponent(answer.answered_on || "");
        return `/web/image/service.order.answer/${answer.id}/answer_photo_small?unique=${unique}`;
    }

    bigPhotoUrl(answer) {
        return `/web/image/service.order.answer/${answer.id}/answer_photo`;
    }

    givenBy(answer) {
        const when = toLocaleDateTimeString(deserializeDateTime(answer.answered_on));
        return answer.user_id ? `${answer.user_id[1]}, ${when}` : when;
    }

    /** Keep an answer; tapping the one that is there takes it back. */
    async give(answer, name, value) {
        await this.orm.write("service.order.answer", [answer.id], { [name]: value });
        const [kept] = await this.read([answer.id]);
        Object.assign(
            this.state.answers.find((other) => other.id === answer.id),
            kept
        );
    }

    toggle(answer, name, value) {
        return this.give(answer, name, answer[name] === value ? false : value);
    }

    giveNumber(answer, ev) {
        const text = ev.target.value.trim();
        if (!text) {
            return answer.is_answered && this.give(answer, "answer_number", false);
        }
        let number;
        try {
            number = parseFloat(text);
        } catch {
            this.notification.add(_t("“%s” is no number.", text), { type: "danger" });
            ev.target.value = this.numberOf(answer);
            return;
        }
        return this.give(answer, "answer_number", number);
    }

    giveText(answer, name, ev) {
        const text = ev.target.value.trim();
        if (text !== (answer[name] || "")) {
            return this.give(answer, name, text || false);
        }
    }

    takePhoto(answer) {
        this.photographed = answer;
        this.camera.el.click();
    }

    async onPhoto(ev) {
        const [file] = ev.target.files;
        ev.target.value = "";
        if (!file || !this.photographed) {
            return;
        }
        this.state.isBusy = true;
        try {
            const url = await getDataURLFromFile(file);
            await this.give(this.photographed, "answer_photo", url.split(",")[1]);
        } finally {
            this.state.isBusy = false;
        }
    }
}

export const serviceChecklist = {
    component: ServiceChecklist,
    fieldDependencies: [
        { name: "can_edit", type: "boolean", readonly: true },
        { name: "task_ids", type: "one2many" },
    ],
};

registry.category("view_widgets").add("service_checklist", serviceChecklist);
