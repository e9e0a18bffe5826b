import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { confirmWarnings } from "../service_dispatch_warning";
import { ServiceDispatchKanbanHeader } from "./service_dispatch_kanban_header";

/**
 * A column per technician. A card that is dropped on one is planned by the server: it proposes the
 * time of an undated visit and says what speaks against the plan; the dispatcher decides.
 */
export class ServiceDispatchKanbanRenderer extends KanbanRenderer {
    static components = {
        ...KanbanRenderer.components,
        KanbanHeader: ServiceDispatchKanbanHeader,
    };

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
    }

    /** A board without columns would be blank, as if somebody could add one: it says what to do. */
    get showNoContentHelper() {
        const { isGrouped, groups } = this.props.list;
        return super.showNoContentHelper || (isGrouped && !groups.length);
    }

    async sortRecordDrop(dataRecordId, dataGroupId, params) {
        const { list } = this.props;
        const target = list.isGrouped && list.groups.find((g) => g.id === params.parent?.dataset.id);
        const record = list.records.find((r) => r.id === dataRecordId);
        if (!target || !record || target.groupByField.name !== "employee_id") {
            return super.sortRecordDrop(dataRecordId, dataGroupId, params);
        }
        params.parent.classList.remove("o_kanban_hover");
        if (target.id === dataGroupId) {
            this.notification.add(_t("To change the time, open the visit."), { type: "info" });
            return;
        }
        this.toggleProcessing(dataRecordId, true);
        try {
            await this.planVisit(record.resId, target.value);
        } finally {
            this.toggleProcessing(dataRecordId, false);
        }
    }

    async planVisit(visitId, employeeId) {
        const { context, model } = this.props.list;
        const proposal = await this.orm.call(
            "service.visit",
            "get_drop_proposal",
            [[visitId], employeeId],
            { context }
        );
        if (!(await confirmWarnings(this.dialog, proposal.warnings))) {
            return;
        }
        await this.orm.write("service.visit", [visitId], proposal.values, { context });
        if (proposal.message || proposal.undo) {
            this.notification.add(proposal.message || _t("Planned."), {
                type: "success",
                buttons: proposal.undo ? [this.getUndoButton(visitId, proposal.undo)] : [],
            });
        }
        await model.load();
    }

    /** A drop that missed its column is taken back with one tap. */
    getUndoButton(visitId, values) {
        const { context, model } = this.props.list;
        return {
            name: _t("Undo"),
            primary: true,
            onClick: async () => {
                await this.orm.write("service.visit", [visitId], values, { context });
                await model.load();
            },
        };
    }
}
