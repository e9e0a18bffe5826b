import { registry } from "@web/core/registry";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ServiceDispatchKanbanController } from "./service_dispatch_kanban_controller";
import { ServiceDispatchKanbanRenderer } from "./service_dispatch_kanban_renderer";

export const serviceDispatchKanbanView = {
    ...kanbanView,
    Controller: ServiceDispatchKanbanController,
    Renderer: ServiceDispatchKanbanRenderer,
};

registry.category("views").add("service_dispatch_kanban", serviceDispatchKanbanView);
