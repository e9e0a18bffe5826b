import { registry } from "@web/core/registry";
import { ScheduleArchParser } from "./schedule_arch_parser";
import { ScheduleController } from "./schedule_controller";
import { ScheduleModel } from "./schedule_model";
import { ScheduleRenderer } from "./schedule_renderer";

/** A row for each one who works, and a time axis: what is planned is as long as it lasts. */
export const scheduleView = {
    type: "schedule",
    ArchParser: ScheduleArchParser,
    Controller: ScheduleController,
    Model: ScheduleModel,
    Renderer: ScheduleRenderer,
    searchMenuTypes: ["filter", "favorite"],

    props: (genericProps, view) => {
        const { ArchParser, Model, Renderer } = view;
        return {
            ...genericProps,
            archInfo: new ArchParser().parse(genericProps.arch),
            Model,
            Renderer,
        };
    },
};

registry.category("views").add("schedule", scheduleView);
