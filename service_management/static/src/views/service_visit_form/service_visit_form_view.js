import { useService } from "@web/core/utils/hooks";
import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";
import { confirmWarnings } from "../service_dispatch_warning";

const PLANNING_FIELDS = ["employee_id", "date_start", "date_end", "duration_hours"];

/** Asks before a visit is planned doubtfully or somebody is told of it, as the board does. */
export class ServiceVisitFormController extends FormController {
    setup() {
        super.setup();
        this.orm = useService("orm");
        this.warningDialog = useService("dialog");
    }

    async onWillSaveRecord(record, changes) {
        const result = await super.onWillSaveRecord(...arguments);
        const planned = PLANNING_FIELDS.filter((name) => name in changes);
        if (result === false || !record.resId || !planned.length) {
            return result;
        }
        const values = Object.fromEntries(planned.map((name) => [name, changes[name]]));
        const questions = await this.orm.call("service.visit", "get_change_questions", [
            [record.resId],
            values,
        ]);
        return (await confirmWarnings(this.warningDialog, questions)) && result;
    }
}

export const serviceVisitFormView = { ...formView, Controller: ServiceVisitFormController };

registry.category("views").add("service_visit_form", serviceVisitFormView);
