import { CalendarModel } from "@web/views/calendar/calendar_model";
import { confirmWarnings } from "../service_dispatch_warning";

const WARNING = "planning_warning";

/** Knows the opening hours, and asks before a visit that was dragged is planned doubtfully. */
export class ServiceDispatchCalendarModel extends CalendarModel {
    static services = [...CalendarModel.services, "dialog"];

    setup(params, services) {
        super.setup(params, services);
        this.dialog = services.dialog;
    }

    get businessHours() {
        return this.data.businessHours || [];
    }

    /** What is left out, in words, or nothing. */
    get notice() {
        return this.data.notice;
    }

    async updateData(data) {
        data.businessHours =
            this.data.businessHours ||
            (await this.orm.call(this.meta.resModel, "get_business_hours", []));
        return super.updateData(data);
    }

    /** More than somebody can look at is not read. */
    async fetchRecords(data) {
        const { activeFields, context, fieldNames, resModel } = this.meta;
        const names = new Set([...fieldNames, ...Object.keys(activeFields)]);
        names.delete(WARNING); // read for the visit that is looked at
        const found = await this.orm.call(
            resModel,
            "get_calendar",
            [this.computeDomain(data), [...names]],
            { context }
        );
        data.notice = found.notice;
        return found.visits;
    }

    /** What speaks against the plan of a visit, when somebody looks at it. */
    async loadWarning({ id, rawRecord }) {
        if (WARNING in this.meta.activeFields) {
            const { context, resModel } = this.meta;
            const [found] = await this.orm.read(resModel, [id], [WARNING], { context });
            rawRecord[WARNING] = found[WARNING];
        }
    }

    /** The job says more than the number of its order. */
    normalizeRecord(rawRecord) {
        const { title, partner_id: customer, employee_id: technician } = rawRecord;
        const parts = [title, customer?.[1], technician?.[1]];
        return { ...super.normalizeRecord(rawRecord), title: parts.filter(Boolean).join(" · ") };
    }

    async updateRecord(record, options = {}) {
        const values = this.buildRawRecord(record, options);
        delete values.name;
        let isWanted = false;
        try {
            const warnings = await this.orm.call(this.meta.resModel, "get_planning_warnings", [
                [record.id],
                values,
            ]);
            isWanted = await confirmWarnings(this.dialog, warnings);
        } finally {
            if (!isWanted) {
                await this.load(); // put the card back where it was
            }
        }
        if (isWanted) {
            await super.updateRecord(record, options);
        }
    }
}
