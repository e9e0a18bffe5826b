import { _t } from "@web/core/l10n/translation";
import { getActiveActions } from "@web/views/utils";
import { SCALES } from "./schedule_layout";

export class ScheduleArchParser {
    parse(arch) {
        const scales = (arch.getAttribute("scales") || Object.keys(SCALES).join(","))
            .split(",")
            .filter((scale) => scale in SCALES);
        return {
            activeActions: getActiveActions(arch),
            rowTitle: arch.getAttribute("string") || _t("Technician"),
            scales,
            defaultScale: arch.getAttribute("default_scale") || scales[0],
            step: parseInt(arch.getAttribute("step") || "15", 10),
        };
    }
}
