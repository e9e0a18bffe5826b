import { Component, onWillStart, onWillUpdateProps, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { getDataURLFromFile } from "@web/core/utils/urls";
import { formatDateTime, deserializeDateTime } from "@web/core/l10n/dates";
import { parseFloat } from "@web/views/fields/parsers";
import { formatFloat } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const FIELDS = [
    "name",
    "kind",
    "task_name",
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
 * The checklist of an order: a question a row, answered by a tap. Each answer is kept at once, with
 * who gave it and when: nothing waits for the form to be saved.
 */
export class ServiceChecklistField extends Component {
    static template = "service_management.ServiceChecklistField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.camera = useRef("camera");
        this.state = useState({ answers: [], isBusy: false });
        this.photographed = null;
        onWillStart(() => this.load(this.props));
        onWillUpdateProps((props) => this.load(props));
    }

    async load(props) {
        const ids = props.record.data[props.name].resIds.filter((id) => Number.isInteger(id));
        const answers = ids.length ? await this.read(ids) : [];
        this.state.answers = answers;
    }

    read(ids) {
        return this.orm.read("service.order.answer", ids, FIELDS, {
            context: this.props.context || {},
        });
    }

    /** The questions by task, in order. */
    get groups() {
        const groups = [];
        for (const answer of this.state.answers) {
            if (groups.at(-1)?.name !== answer.task_name) {
                groups.push({ name: answer.task_name, answers: [] });
            }
            groups.at(-1).answers.push(answer);
        }
        return groups;
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
        const when = formatDateTime(deserializeDateTime(answer.answered_on), {
            showSeconds: false,
        });
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

export const serviceChecklistField = {
    component: ServiceChecklistField,
    displayName: _t("Checklist"),
    supportedTypes: ["one2many"],
    relatedFields: [{ name: "name", type: "char" }],
};

registry.category("fields").add("service_checklist", serviceChecklistField);
