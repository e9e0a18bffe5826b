import { CalendarCommonRenderer } from "@web/views/calendar/calendar_common/calendar_common_renderer";
import { CalendarRenderer } from "@web/views/calendar/calendar_renderer";

export class ServiceDispatchCalendarCommonRenderer extends CalendarCommonRenderer {
    get options() {
        return { ...super.options, businessHours: this.props.model.businessHours };
    }
}

export class ServiceDispatchCalendarRenderer extends CalendarRenderer {
    static components = {
        ...CalendarRenderer.components,
        day: ServiceDispatchCalendarCommonRenderer,
        week: ServiceDispatchCalendarCommonRenderer,
        month: ServiceDispatchCalendarCommonRenderer,
    };
}
