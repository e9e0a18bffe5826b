import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";

/** The technician's day, the next one and the week: one tap each, as filters of the search. */
export class ServiceMyVisitsController extends KanbanController {
    static template = "service_management.ServiceMyVisits";

    get tabs() {
        return [
            { name: "mine_today", label: _t("Today") },
            { name: "mine_tomorrow", label: _t("Tomorrow") },
            { name: "mine_week", label: _t("Week") },
        ].map((tab) => ({ ...tab, item: this.findItem(tab.name) }));
    }

    findItem(name) {
        return this.env.searchModel.getSearchItems((item) => item.name === name)[0];
    }

    openTab(name) {
        const { searchModel } = this.env;
        for (const { item } of this.tabs.filter((tab) => tab.item)) {
            if (item.isActive !== (item.name === name)) {
                searchModel.toggleSearchItem(item.id);
            }
        }
    }
}

export const serviceMyVisitsView = { ...kanbanView, Controller: ServiceMyVisitsController };

registry.category("views").add("service_my_visits", serviceMyVisitsView);
