import { RottingKanbanRenderer } from "@mail/js/rotting_mixin/rotting_kanban_renderer";
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
