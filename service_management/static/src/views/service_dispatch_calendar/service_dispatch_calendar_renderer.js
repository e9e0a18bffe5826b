import { CalendarCommonPopover } from "@web/views/calendar/calendar_common/calendar_common_popover";
import { CalendarCommonRenderer } from "@web/views/calendar/calendar_common/calendar_common_renderer";
import { CalendarRenderer } from "@web/views/calendar/calendar_renderer";

import { onWillStart } from "@odoo/owl";

export class ServiceDispatchCalendarPopover extends CalendarCommonPopover {
    setup() {
        super.setup();
        onWillStart(() => this.props.model.loadWarning(this.props.record));
    }
}

export class ServiceDispatchCalendarCommonRenderer extends CalendarCommonRenderer {
    static components = {
        ...CalendarCommonRenderer.components,
        Popover: ServiceDispatchCalendarPopover,
    };

    get options() {
        return { ...super.options, businessHours: this.props.model.businessHours };
    }
}

export class ServiceDispatchCalendarRenderer extends CalendarRenderer {
    static template = "service_management.ServiceDispatchCalendarRenderer";
    static components = {
        ...CalendarRenderer.components,
        day: ServiceDispatchCalendarCommonRenderer,
        week: ServiceDispatchCalendarCommonRenderer,
        month: ServiceDispatchCalendarCommonRenderer,
    };
}
