import { rottingKanbanView } from "@mail/js/rotting_mixin/rotting_kanban_view";
import { registry } from "@web/core/registry";
import { ServiceOrderKanbanRenderer } from "./service_order_kanban_renderer";

export const serviceOrderKanbanView = {
    ...rottingKanbanView,
    Renderer: ServiceOrderKanbanRenderer,
};

registry.category("views").add("service_order_kanban", serviceOrderKanbanView);
