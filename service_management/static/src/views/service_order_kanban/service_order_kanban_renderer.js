import { RottingKanbanRenderer } from "@mail/js/rotting_mixin/rotting_kanban_renderer";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/**
 * Asks the server, before a card is moved to a stage, whether the move has questions (a reason, a
 * signature), and opens the dialog that asks them. The rules themselves stay on the server.
 */
export class ServiceOrderKanbanRenderer extends RottingKanbanRenderer {
    setup() {
        super.setup();
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
    }

    /** A new order goes where orders begin, which may be another column: show it there, and say so. */
    async validateQuickCreate(recordId, mode, group) {
        const { list } = this.props;
        if (list.groupByField.name !== "stage_id") {
            return super.validateQuickCreate(recordId, mode, group);
        }
        const [order] = await this.orm.read("service.order", [recordId], ["name", "stage_id"]);
        const target = list.groups.find((g) => g.value === order.stage_id[0]);
        if (!target || target.isFolded) {
            await list.model.load();
        }
        if (target !== group) {
            this.notification.add(
                _t("%(order)s is in “%(stage)s”: a visit waits to be planned.", {
                    order: order.name,
                    stage: order.stage_id[1],
                }),
                { type: "info" }
            );
        }
        if (!target || target.isFolded) {
            this.props.quickCreateState.groupId = false;
            return mode === "edit" && this.props.openRecord({ resId: recordId });
        }
        await super.validateQuickCreate(recordId, mode, target);
        if (mode === "add") {
            this.props.quickCreateState.groupId = group.id;
        }
    }

    async sortRecordDrop(dataRecordId, dataGroupId, params) {
        const { list } = this.props;
        const target = list.isGrouped && list.groups.find((g) => g.id === params.parent?.dataset.id);
        if (target && target.id !== dataGroupId && target.groupByField.name === "stage_id") {
            const record = list.records.find((r) => r.id === dataRecordId);
            const dialog =
                record &&
                (await this.orm.call("service.order", "get_stage_move_action", [
                    [record.resId],
                    target.value,
                ]));
            if (dialog) {
                params.parent.classList.remove("o_kanban_hover");
                return this.action.doAction(dialog, { onClose: () => list.model.load() });
            }
        }
        return super.sortRecordDrop(dataRecordId, dataGroupId, params);
    }
}
