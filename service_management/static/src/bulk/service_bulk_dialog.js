import { Component, onMounted, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/** Does a verb with many documents, a step at a time, and says what came of it. */
export class ServiceBulkDialog extends Component {
    static template = "service_management.ServiceBulkDialog";
    static components = { Dialog };
    static props = {
        title: String,
        model: String,
        verb: String,
        batches: { type: Array, element: { type: Array, element: Number } },
        onDone: Function,
        close: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.total = this.props.batches.reduce((sum, ids) => sum + ids.length, 0);
        this.made = [];
        this.state = useState({ done: 0, failed: [], isRunning: true, isStopped: false });
        // Whoever leaves while it runs stops it after the step that is on its way.
        this.env.dialogData.dismiss = () => {
            this.stop();
            this.props.onDone(this.made);
        };
        onMounted(() => this.run());
    }

    get tried() {
        return this.state.done + this.state.failed.length;
    }

    get percent() {
        return this.total ? Math.round((100 * this.tried) / this.total) : 100;
    }

    get progress() {
        return _t("%(tried)s of %(total)s", { tried: this.tried, total: this.total });
    }

    get result() {
        const left = this.total - this.tried;
        const texts = [_t("%s done.", this.state.done)];
        if (this.state.failed.length) {
            texts.push(_t("%s not done, for the reasons below.", this.state.failed.length));
        }
        if (left) {
            texts.push(_t("%s left as they were.", left));
        }
        return texts.join(" ");
    }

    getUrl(failed) {
        return `/odoo/${this.props.model}/${failed.id}`;
    }

    async run() {
        try {
            for (const ids of this.props.batches) {
                if (this.state.isStopped) {
                    break;
                }
                const step = await this.orm.silent.call(this.props.model, "action_bulk_step", [
                    ids,
                    this.props.verb,
                ]);
                // What was deleted meanwhile is done with.
                this.state.done += ids.length - step.failed.length;
                this.state.failed.push(...step.failed);
                this.made.push(...step.made);
            }
        } finally {
            this.state.isRunning = false;
        }
    }

    stop() {
        this.state.isStopped = true;
    }

    close() {
        this.props.onDone(this.made);
        this.props.close();
    }
}

/**
 * Run the steps in a dialog; then show what was made, or go back to where it began.
 *
 * @returns {Promise<Object>} the action that comes next
 */
async function runInSteps(env, action) {
    const { title, model, verb, batches } = action.params;
    const made = await new Promise((resolve) => {
        env.services.dialog.add(
            ServiceBulkDialog,
            { title, model, verb, batches, onDone: resolve },
            { onClose: () => resolve([]) }
        );
    });
    const next =
        made.length && (await env.services.orm.call(model, "action_bulk_show", [[], verb, made]));
    return next || { type: "ir.actions.act_window_close" };
}

registry.category("actions").add("service_bulk", runInSteps);
