import { formatFloatTime } from "@web/views/fields/formatters";
import { KanbanHeader } from "@web/views/kanban/kanban_header";
import { AnimatedNumber } from "@web/views/view_components/animated_number";
import { ColumnProgress } from "@web/views/view_components/column_progress";

/** Planned hours of a column, as hours: not rounded to a number that may be anything. */
export class ServiceDispatchHours extends AnimatedNumber {
    format(value) {
        return `${formatFloatTime(value)} h`;
    }
}

export class ServiceDispatchProgress extends ColumnProgress {
    static components = { ...ColumnProgress.components, AnimatedNumber: ServiceDispatchHours };
}

export class ServiceDispatchKanbanHeader extends KanbanHeader {
    static components = { ...KanbanHeader.components, ColumnProgress: ServiceDispatchProgress };
}
