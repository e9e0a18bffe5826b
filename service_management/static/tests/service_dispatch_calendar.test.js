import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { animationFrame, mockDate, runAllTimers } from "@odoo/hoot-mock";
import { clickEvent, findEvent, moveEventToTime } from "@web/../tests/views/calendar/calendar_test_helpers";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

class ServiceVisit extends models.Model {
    _name = "service.visit";

    name = fields.Char();
    date_start = fields.Datetime();
    date_end = fields.Datetime();

    planning_warning = fields.Text();

    has_access() {
        return true;
    }

    get_calendar(domain, names) {
        expect(names).not.toInclude("planning_warning");
        return { visits: this.search_read(domain, names), notice: false };
    }

    _records = [
        {
            id: 1,
            name: "First",
            date_start: "2026-03-03 08:00:00",
            date_end: "2026-03-03 09:00:00",
            planning_warning: "Anna has another visit.",
        },
    ];
}

describe.current.tags("desktop");
defineMailModels();
defineModels([ServiceVisit]);
preloadBundle("web.fullcalendar_lib");
beforeEach(() => {
    mockDate("2026-03-03 07:00:00", 0);
    onRpc("service.visit", "get_business_hours", () => [
        { daysOfWeek: [2], startTime: "08:00", endTime: "17:00" },
    ]);
});

const mountCalendar = () =>
    mountView({
        type: "calendar",
        resModel: "service.visit",
        arch: `
            <calendar js_class="service_dispatch_calendar" date_start="date_start"
                date_stop="date_end" mode="week" event_open_popup="1">
                <field name="planning_warning" invisible="not planning_warning"/>
            </calendar>`,
    });

const moveFirst = async () => {
    await moveEventToTime(1, "2026-03-04 10:00:00");
    await runAllTimers();
    await animationFrame();
};

test("hours outside of the opening hours are shaded", async () => {
    await mountCalendar();
    expect(".fc-non-business").not.toHaveCount(0);
});

test("a move without doubt is written", async () => {
    onRpc("service.visit", "get_planning_warnings", () => []);
    onRpc("service.visit", "write", ({ args }) => {
        expect.step(args[1].date_start);
    });
    await mountCalendar();
    await moveFirst();
    expect.verifySteps(["2026-03-04 10:00:00"]);
});

test("a doubtful move says why, and goes back when it is not wanted", async () => {
    onRpc("service.visit", "get_planning_warnings", ({ args }) => {
        expect(args[1].date_start).toBe("2026-03-04 10:00:00");
        return ["Anna is on leave."];
    });
    onRpc("service.visit", "write", () => {
        expect.step("write");
    });
    await mountCalendar();
    const before = findEvent(1).getBoundingClientRect().x;
    await moveFirst();
    expect(".modal-body").toHaveText("Anna is on leave.");
    await contains(".modal button:contains(Leave as It Was)").click();
    await animationFrame();
    expect.verifySteps([]);
    expect(findEvent(1).getBoundingClientRect().x).toBe(before);
});

test("what speaks against a visit is there when somebody looks at it", async () => {
    await mountCalendar();
    await clickEvent(1);
    expect(".o_popover").toHaveText(/Anna has another visit\./);
    expect(".o_service_dispatch_calendar_notice").toHaveCount(0);
});

test("what is left out is said", async () => {
    onRpc("service.visit", "get_calendar", () => ({
        visits: [],
        notice: "0 of 9 visits are shown.",
    }));
    await mountCalendar();
    expect(".o_service_dispatch_calendar_notice").toHaveText("0 of 9 visits are shown.");
});
