import { registry } from "@web/core/registry";
import { calendarView } from "@web/views/calendar/calendar_view";
import { ServiceDispatchCalendarModel } from "./service_dispatch_calendar_model";
import { ServiceDispatchCalendarRenderer } from "./service_dispatch_calendar_renderer";

export const serviceDispatchCalendarView = {
    ...calendarView,
    Model: ServiceDispatchCalendarModel,
    Renderer: ServiceDispatchCalendarRenderer,
};

registry.category("views").add("service_dispatch_calendar", serviceDispatchCalendarView);
