import { registry } from "@web/core/registry";
import { _t } from "@web/core/l10n/translation";
import { CalendarController } from "@web/views/calendar/calendar_controller";
import { calendarView } from "@web/views/calendar/calendar_view";
import { ServiceDispatchCalendarModel } from "./service_dispatch_calendar_model";
import { ServiceDispatchCalendarRenderer } from "./service_dispatch_calendar_renderer";

/** What is entered here are visits. */
export class ServiceDispatchCalendarController extends CalendarController {
    get editRecordDefaultDisplayText() {
        return _t("Plan a Visit");
    }

    getQuickCreateFormViewProps(record) {
        return { ...super.getQuickCreateFormViewProps(record), title: _t("Plan a Visit") };
    }
}

export const serviceDispatchCalendarView = {
    ...calendarView,
    Controller: ServiceDispatchCalendarController,
    Model: ServiceDispatchCalendarModel,
    Renderer: ServiceDispatchCalendarRenderer,
};

registry.category("views").add("service_dispatch_calendar", serviceDispatchCalendarView);
