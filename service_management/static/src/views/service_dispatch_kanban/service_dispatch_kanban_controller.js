import { KanbanController } from "@web/views/kanban/kanban_controller";
import { ServiceMissing } from "../../first_steps/service_missing";

/** A board of nobody says so. */
export class ServiceDispatchKanbanController extends KanbanController {
    static template = "service_management.DispatchKanbanView";
    static components = { ...KanbanController.components, ServiceMissing };
}
