import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { animationFrame, mockDate, runAllTimers } from "@odoo/hoot-mock";
import { findEvent, moveEventToTime } from "@web/../tests/views/calendar/calendar_test_helpers";
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

    has_access() {
        return true;
    }

    _records = [
        {
            id: 1,
            name: "First",
            date_start: "2026-03-03 08:00:00",
            date_end: "2026-03-03 09:00:00",
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
                date_stop="date_end" mode="week" event_open_popup="1"/>`,
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
