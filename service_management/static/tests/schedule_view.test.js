import { beforeEach, describe, expect, mockTouch, test } from "@odoo/hoot";
import {
    drag,
    hover,
    keyDown,
    keyUp,
    manuallyDispatchProgrammaticEvent,
    press,
    queryAllTexts,
    queryFirst,
    resize,
    waitFor,
} from "@odoo/hoot-dom";
import { advanceTime, animationFrame, mockDate } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    getMockEnv,
    getService,
    mockService,
    models,
    MockServer,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { ConnectionLostError } from "@web/core/network/rpc";
import { waitForChannels } from "@bus/../tests/bus_test_helpers";
import { registry } from "@web/core/registry";
import { ScheduleModel } from "@service_management/board/schedule_model";
import { mapAssets } from "@service_management/board/schedule_map";
import { ScheduleRow } from "@service_management/board/schedule_row";
import { ScheduleTray } from "@service_management/board/schedule_tray";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

const { DateTime } = luxon;
const seconds = (text) => DateTime.fromISO(`2026-03-03T${text}`).toSeconds();
const HOUR = 3600;

class ServiceVisit extends models.Model {
    _name = "service.visit";

    name = fields.Char();
}

defineMailModels();
defineModels([ServiceVisit]);

let rows, bars, waiting, answers, asked, lastId;

const makeBar = (id, row, from, to, values = {}) => ({
    id, row, start: from && seconds(from), end: to && seconds(to), hours: 1, state: "planned",
    is_locked: false, number: `SRV/${id}`, title: `Job ${id}`, customer: "Hotel", city: "Riga",
    priority: "0", team_id: 1, team: "North", type_id: false, type: false, zone_id: false,
    sla_state: false, deadline: false, window: [false, false], preferred_id: false,
    preferred: false, is_found: true, lead: false, part_of: false, part: false, ...values,
});

beforeEach(() => {
    mockDate("2026-03-03 09:00:00", 0);
    const hours = [[seconds("08:00"), seconds("17:00")]];
    rows = ["Anna", "Boris", "Clara"].map((name, index) => ({
        id: index + 1, name, team: { id: 1, name: "North" }, zones: [], skills: ["Gas"],
        is_bound: true, open: hours, present: hours,
    }));
    bars = [makeBar(11, 1, "10:00", "11:00"), makeBar(12, 2, "10:00", "12:00", { state: "dispatched" })];
    waiting = [makeBar(13, false, false, false, { skills: [], reason: "Part arrived" })];
    answers = [];
    asked = [];
    lastId = 100;
    onRpc("service.first.steps", "get_missing", () => []);
    onRpc("service.visit", "get_schedule", () => ({ rows, bars, can_plan: true }));
    onRpc("service.visit", "get_schedule_waiting", () => ({ count: waiting.length, bars: waiting }));
    onRpc("service.visit", "get_schedule_details", () => ({
        findings: { 12: [{ code: "skill_missing", text: "Boris lacks the skill Gas." }] },
        travel: { 11: { minutes: 30, km: 21.4, back: 25, text: false } },
    }));
    onRpc("service.visit", "get_schedule_bars", ({ args }) => {
        return [...bars, ...waiting].filter((bar) => args[0].includes(bar.id));
    });
    onRpc("service.visit", "move_on_schedule", ({ args, kwargs }) => {
        asked.push({ moves: args[0], confirmed: Boolean(kwargs.is_confirmed) });
        const answer = answers.shift();
        if (answer) {
            return answer;
        }
        return {
            moved: args[0].map((move) => {
                if (move.from) {
                    const source = bars.find((each) => each.id === move.from);
                    const { row, start, hours, lead } = move;
                    const made = { ...source, id: ++lastId, row, start, end: start + hours * HOUR, lead };
                    bars.push(made);
                    return { id: made.id, before: false, after: { row, start, hours, lead }, from: source.id };
                }
                if (move.is_gone) {
                    const [gone] = bars.splice(bars.findIndex((each) => each.id === move.id), 1);
                    return { id: move.id, before: { row: gone.row, start: gone.start, hours: 1 }, after: false };
                }
                const bar = [...bars, ...waiting].find((each) => each.id === move.id);
                const before = { row: bar.row, start: bar.start, end: bar.end, hours: bar.hours };
                const end = move.end || (move.start && move.start + bar.hours * HOUR);
                Object.assign(bar, { row: move.row, start: move.start, end });
                return { id: bar.id, before, after: { row: move.row, start: move.start, end, hours: 1 } };
            }),
        };
    });
});

const mountBoard = (params) =>
    mountView({
        ...params,
        type: "schedule",
        resModel: "service.visit",
        arch: `<schedule date_start="date_start" date_stop="date_end" row="employee_id"/>`,
    });

const bar = (id) => `.o_schedule_bar[data-id='${id}']`;
const row = (id) => `.o_schedule_row[data-row='${id}'] .o_schedule_cells`;

/** Drag something to a time of a row, as drawn from 7 to 18; returns what lets go of it. */
const dragTo = async (source, rowId, time) => {
    const { width } = queryFirst(row(rowId)).getBoundingClientRect();
    const x = ((seconds(time) - seconds("07:00")) / (11 * HOUR)) * width;
    const { drop, moveTo } = await drag(source, { position: { x: 1, y: 4 }, relative: true });
    await moveTo(row(rowId), { position: { x: x + 1, y: 8 }, relative: true });
    await animationFrame();
    return drop;
};

describe.current.tags("desktop");

test("everybody has a row, idle ones too, and what waits is beside it", async () => {
    await mountBoard();
    expect(queryAllTexts(".o_schedule_person")).toEqual(["AnnaNorth", "BorisNorth", "ClaraNorth"]);
    expect(queryAllTexts(".o_schedule_load")).toEqual(["1/9 h", "1/9 h", "0/9 h"]);
    expect(`${row(1)} ${bar(11)}`).toHaveCount(1);
    expect(".o_schedule_waiting").toHaveText(/Job 13/);
    expect(".o_schedule_waiting").toHaveText(/Part arrived/);
    expect(".o_schedule_now").toHaveCount(1);
});

test("the drive to a visit and home is drawn, and what speaks against it is marked", async () => {
    await mountBoard();
    expect(queryAllTexts(".o_schedule_road")).toHaveLength(2);
    expect(`${row(1)} .o_schedule_road:first`).toHaveAttribute("title", "30 min, 21 km");
    expect(bar(12)).toHaveClass("o_schedule_bar_conflict");
    expect(`${bar(12)} .fa-exclamation-triangle`).toHaveCount(1);
    await contains(bar(12)).click();
    expect(".o_schedule_card").toHaveText(/Boris lacks the skill Gas/);
});

test("what the company forbids is marked otherwise than what is only doubtful", async () => {
    onRpc("service.visit", "get_schedule_details", () => ({
        findings: {
            12: [{ code: "zone", text: "Forbidden: Boris does not work there.", is_forbidden: true }],
        },
        travel: {},
    }));
    await mountBoard();
    expect(`${bar(12)} .fa-ban`).toHaveCount(1);
    expect(`${bar(12)} .fa-exclamation-triangle`).toHaveCount(0);
    await contains(bar(12)).click();
    expect(".o_schedule_card .fa-ban").toHaveCount(1);
});

test("bars and rows are read aloud", async () => {
    await mountBoard();
    expect(bar(12)).toHaveAttribute(
        "aria-label",
        "10:00 AM – 12:00 PM, Boris, Job 12, Hotel, Riga, Dispatched, Boris lacks the skill Gas."
    );
    expect(".o_schedule_row[role=row] [role=rowheader]").toHaveCount(3);
});

test("a drop is when the technician arrives, for as long as the work takes", async () => {
    await mountBoard();
    const drop = await dragTo(".o_schedule_waiting", 3, "14:05");
    expect(`${row(3)} .o_schedule_ghost_fits`).toHaveText("2:00 PM – 3:00 PM");
    await drop();
    await animationFrame();
    expect(asked[0].moves[0]).toEqual({
        id: 13, row: 3, start: seconds("14:00"), end: false,
        known: { row: false, start: false, end: false },
    });
    expect(`${row(3)} ${bar(13)}`).toHaveCount(1);
});

test("an edge that is drawn changes the end alone", async () => {
    await mountBoard();
    const drop = await dragTo(`${bar(11)} .o_schedule_edge_end`, 2, "13:00");
    await drop();
    await animationFrame();
    const { row: to, start, end } = asked[0].moves[0];
    expect({ to, start, end }).toEqual({ to: 1, start: seconds("10:00"), end: seconds("13:00") });
});

test("what is dropped beside the board goes back", async () => {
    await mountBoard();
    const { drop, moveTo } = await drag(bar(11));
    await moveTo(".o_schedule_legend");
    await drop();
    await animationFrame();
    expect(asked).toEqual([]);
    expect(".o_schedule_ghost").toHaveCount(0);
});

test("a row's visits are given to somebody else as one step", async () => {
    bars.push(makeBar(14, 1, "12:00", "13:00"), makeBar(15, 1, "14:00", "15:00", { state: "done" }));
    await mountBoard();
    await contains(".o_schedule_row[data-row='1'] .o_schedule_person").click();
    await contains(".o_schedule_choose").click();
    expect(".o_schedule_bar_chosen").toHaveCount(2);
    await contains(".o_schedule_give").click();
    await contains(".o-dropdown-item:contains(Clara)").click();
    expect(asked[0].moves.map((move) => [move.id, move.row])).toEqual([[11, 3], [14, 3]]);
    expect(`${row(3)} .o_schedule_bar`).toHaveCount(2);
    await contains(".o_schedule_undo").click();
    expect(`${row(1)} .o_schedule_bar`).toHaveCount(3);
});

test("who can come first is asked, and planned with a click", async () => {
    onRpc("service.visit", "get_candidates", ({ args }) => {
        expect.step(`ask ${args[0]}`);
        const candidate = {
            row: 3, name: "Clara", start: seconds("13:00"), end: seconds("14:00"), extra: 12,
            is_preferred: true, margin: 2.5, booked: 4, available: 9, findings: ["Clara lacks Gas."],
        };
        return { candidates: [candidate], others: [{ text: "No free time", count: 2 }] };
    });
    await mountBoard();
    await contains(".o_schedule_ask").click();
    expect(".modal tbody tr").toHaveText(/Clara lacks Gas/);
    expect(".modal").toHaveText(/12 min/);
    expect(".modal").toHaveText(/2 × No free time/);
    await contains(".modal tbody .btn-primary").click();
    expect.verifySteps(["ask 13"]);
    expect(asked[0].moves[0]).toMatchObject({ id: 13, row: 3, start: seconds("13:00"), end: false });
});

test("visits give way to one that grew into them", async () => {
    bars[0].end = seconds("12:30");
    bars.push(makeBar(14, 1, "12:00", "13:00"), makeBar(15, 1, "13:00", "14:00"), makeBar(16, 1, "15:00", "16:00"));
    await mountBoard();
    await contains(bar(11)).click();
    await contains(".o_schedule_card button:contains(Push Following)").click();
    expect(asked[0].moves.map((move) => [move.id, move.start])).toEqual([
        [14, seconds("12:30")], [15, seconds("13:30")],
    ]);
});

test("who is away leaves his day to be planned again, and comes back with Undo", async () => {
    onRpc("service.visit", "record_absence", ({ args, kwargs }) => {
        expect.step(kwargs.is_confirmed ? "away" : "asked");
        if (!kwargs.is_confirmed) {
            return { questions: ["Anna is away on Tuesday."] };
        }
        const before = { row: 1, start: seconds("10:00"), end: seconds("11:00"), hours: 1 };
        const after = { row: false, start: seconds("10:00"), end: seconds("11:00"), hours: 1 };
        Object.assign(bars[0], after);
        waiting.push({ ...bars.shift(), skills: [], reason: "Anna is away." });
        return { leave_id: 5, moved: [{ id: 11, before, after }] };
    });
    onRpc("service.visit", "end_absence", ({ args }) => {
        expect.step(`back ${args[0]}`);
        return true;
    });
    await mountBoard();
    await contains(".o_schedule_row[data-row='1'] .o_schedule_person").click();
    await contains(".o_schedule_away").click();
    await contains(".modal .btn-primary").click();
    expect(".o_schedule_waiting:contains(Anna is away)").toHaveCount(1);
    await contains(".o_notification button:contains(Undo)").click();
    expect.verifySteps(["asked", "away", "back 5"]);
    expect(asked[0].moves[0]).toMatchObject({ id: 11, row: 1, start: seconds("10:00") });
});

test("keys take a visit, move it by a step and to another row, and drop it", async () => {
    await mountBoard();
    await contains(bar(11)).focus();
    await press("Space");
    await animationFrame();
    expect(".o_schedule_ghost").toHaveText("10:00 AM – 11:00 AM");
    await press("ArrowRight");
    await press("ArrowDown");
    await animationFrame();
    expect(`${row(2)} .o_schedule_ghost_conflict`).toHaveText("10:15 AM – 11:15 AM · overlaps");
    await press("ArrowDown");
    await animationFrame();
    expect("[aria-live]").toHaveText("Clara, 10:15 AM – 11:15 AM");
    await press("Enter");
    await animationFrame();
    expect(`${row(3)} ${bar(11)}`).toHaveCount(1);
    expect(asked).toEqual([
        {
            moves: [{
                id: 11, row: 3, start: seconds("10:15"), end: false,
                known: { row: 1, start: seconds("10:00"), end: seconds("11:00") },
            }],
            confirmed: false,
        },
    ]);
});

test("Escape puts back what is held", async () => {
    await mountBoard();
    await contains(bar(11)).focus();
    await press("Space");
    await press("ArrowRight");
    await press("Escape");
    await animationFrame();
    expect(".o_schedule_ghost").toHaveCount(0);
    expect(asked).toEqual([]);
});

test("what speaks against a plan is asked, and a no leaves it as it was", async () => {
    answers = [{ questions: ["Anna is on leave."] }];
    await mountBoard();
    await contains(".o_schedule_waiting").focus();
    await press("Space");
    await press("Enter");
    await animationFrame();
    expect(".modal").toHaveText(/Anna is on leave/);
    await contains(".modal .btn-secondary").click();
    expect(bar(13)).toHaveCount(0);
    expect(".o_schedule_undo").not.toBeEnabled();
});

test("a drop that came too late says who was quicker and shows it", async () => {
    answers = [{ problems: ["Job 11 was moved by Dana in the meantime."] }];
    await mountBoard();
    await contains(bar(11)).focus();
    await press("Space");
    await press("ArrowDown");
    bars[0].row = 3;
    await press("Enter");
    await animationFrame();
    expect(".o_notification").toHaveText(/moved by Dana/);
    expect(`${row(3)} ${bar(11)}`).toHaveCount(1);
});

test("moves are taken back and made again", async () => {
    await mountBoard();
    await contains(bar(11)).focus();
    await press("Space");
    await press("ArrowRight");
    await press("Enter");
    await animationFrame();
    await contains(".o_schedule_undo").click();
    expect(bar(11)).toHaveAttribute("aria-label", /^10:00 AM/);
    await contains(".o_schedule_redo").click();
    expect(bar(11)).toHaveAttribute("aria-label", /^10:15 AM/);
});

test("locked and begun visits are not taken into the hand", async () => {
    bars[0].is_locked = true;
    bars[1].state = "under_way";
    await mountBoard();
    for (const id of [11, 12]) {
        await contains(bar(id)).focus();
        await press("Space");
        await animationFrame();
        expect(".o_schedule_ghost").toHaveCount(0);
    }
});

test("changes of others appear, flash, and wait while something is held", async () => {
    await mountBoard();
    getService("bus_service").addChannel("office");
    await waitForChannels(["office"]);
    await contains(bar(11)).focus();
    await press("Space");
    bars[1].row = 3;
    MockServer.env["bus.bus"]._sendone("office", "service_schedule", { company_id: 1, visit_ids: [12] });
    await advanceTime(1000);
    expect(`${row(2)} ${bar(12)}`).toHaveCount(1);
    await press("Escape");
    await advanceTime(300);
    expect(`${row(3)} ${bar(12)}`).toHaveCount(1);
    expect(bar(12)).toHaveClass("o_schedule_bar_flash");
    await advanceTime(3000);
    expect(bar(12)).not.toHaveClass("o_schedule_bar_flash");
});

test("day sheets are printed of those who are shown, or of one", async () => {
    const printed = [];
    onRpc("service.visit", "action_print_days", ({ args }) => {
        printed.push(args);
        return { type: "ir.actions.act_window_close" };
    });
    await mountBoard();
    await contains(".o_schedule_print").click();
    await contains(`.o_schedule_row[data-row='3'] .o_schedule_person`).click();
    await contains(".o_schedule_print_row").click();
    expect(printed.map(([ids]) => ids)).toEqual([[1, 2, 3], [3]]);
    const [, start, end] = printed[0];
    expect(end - start).toBe(24 * HOUR);
});

test("leave that somebody else approves is drawn at once", async () => {
    await mountBoard();
    getService("bus_service").addChannel("office");
    await waitForChannels(["office"]);
    expect(`${row(2)} .o_schedule_shade_leave`).toHaveCount(0);
    rows[1].present = [];
    MockServer.env["bus.bus"]._sendone("office", "service_schedule", {
        company_id: 1, visit_ids: [], has_leave: true,
    });
    await advanceTime(1000);
    await advanceTime(300);
    await animationFrame();

    await advanceTime(300); // what is heard is gathered first
    expect(`${row(2)} .o_schedule_shade_leave`).toHaveCount(1);
});

test("technicians are chosen by name or skill, and nobody's bookings are hidden", async () => {
    rows[2].skills = ["Refrigerants"];
    await mountBoard();
    await contains(".o_schedule_name").edit("refrig", { confirm: false });
    expect(queryAllTexts(".o_schedule_person")).toEqual(["ClaraNorth"]);
    await contains(".o_schedule_name").edit("bor", { confirm: false });
    expect(queryAllTexts(".o_schedule_load")).toEqual(["1/9 h"]);
    await contains(".o_schedule_name").edit("nobody", { confirm: false });
    expect(".o_schedule_rows").toHaveText("No technician fits what you chose above.");
});

test("what a search does not find is dimmed", async () => {
    bars[0].is_found = false;
    await mountBoard();
    expect(bar(11)).toHaveClass("o_schedule_bar_lost");
});

test("days and scales are chosen", async () => {
    await mountBoard();
    expect(".o_schedule_date").toHaveText("Tuesday, March 3, 2026");
    await contains(".o_schedule_next").click();
    expect(".o_schedule_date").toHaveText("Wednesday, March 4, 2026");
    await contains(".o_schedule_scale").click();
    await contains(".o-dropdown-item:contains(Week)").click();
    expect(".o_schedule_day").toHaveCount(7);
    await contains(".o_schedule_today").click();
    expect(".o_schedule_today").toHaveClass("active");
});

/** As many technicians as nobody sees at once, each with a visit */
const makeMany = () => {
    rows = [...Array(100).keys()].map((index) => ({ ...rows[0], id: index + 1, name: `T${index + 1}` }));
    bars = rows.map(({ id }) => makeBar(1000 + id, id, "10:00", "11:00"));
};

test("rows beyond what is in sight have their bars once somebody looks at them", async () => {
    makeMany();
    await mountBoard();
    await animationFrame();
    expect(".o_schedule_row").toHaveCount(100);
    expect(bar(1001)).toHaveCount(1);
    expect(bar(1100)).toHaveCount(0);
    await contains(".o_schedule_body").scroll({ y: 100000 });
    await animationFrame();
    expect(bar(1100)).toHaveCount(1);
    expect(bar(1001)).toHaveCount(0);
});

test("keys reach a visit that is out of sight", async () => {
    makeMany();
    bars = [bars[0], bars[99]];
    await mountBoard();
    await animationFrame();
    expect(bar(1100)).toHaveCount(0);
    await contains(bar(1001)).focus();
    await press("ArrowDown");
    await waitFor(bar(1100));
    await animationFrame();
    expect(bar(1100)).toBeFocused();
});

test("a hand that moves draws anew what is under it, and no other row", async () => {
    makeMany();
    const drawn = new Set();
    patchWithCleanup(ScheduleRow.prototype, {
        formatHours(hours) {
            drawn.add(this.props.line.row.name);
            return super.formatHours(hours);
        },
    });
    patchWithCleanup(ScheduleTray.prototype, {
        formatHours(hours) {
            drawn.add("what waits");
            return super.formatHours(hours);
        },
    });
    await mountBoard();
    await animationFrame();
    const { drop, moveTo } = await drag(bar(1002), { position: { x: 1, y: 4 }, relative: true });
    const expected = [["T2", "T3", "what waits"], ["T3"], ["T3", "T4"]];
    for (const [index, id] of [3, 3, 4].entries()) {
        drawn.clear();
        await moveTo(row(id), { position: { x: 300 + 60 * index, y: 8 }, relative: true });
        await animationFrame();
        expect([...drawn].sort()).toEqual(expected[index]);
    }
    await drop();
});

test("Ctrl and the wheel make the axis longer, and what is under the pointer stays there", async () => {
    await mountBoard();
    const getWidth = () => queryFirst(".o_schedule_time").getBoundingClientRect().width;
    const width = getWidth();
    const before = queryFirst(bar(11)).getBoundingClientRect().left;
    await hover(bar(11), { position: { x: 0, y: 4 }, relative: true });
    await manuallyDispatchProgrammaticEvent(queryFirst(bar(11)), "wheel", {
        deltaY: -100, ctrlKey: true, clientX: before, clientY: 0, bubbles: true,
    });
    await animationFrame();
    await animationFrame();
    expect(Math.round(getWidth() / width * 10)).toBe(15);
    expect(Math.abs(queryFirst(bar(11)).getBoundingClientRect().left - before)).toBeLessThan(3);
    await contains(".o_schedule_zoom_out").click();
    expect(Math.round(getWidth())).toBe(Math.round(width));
    expect(".o_schedule_zoom_out").not.toBeEnabled();
});

test("what is dropped lies at the steps that somebody chose", async () => {
    await mountBoard();
    await contains(".o_schedule_scale").click();
    await contains(".o-dropdown-item:contains(60 min)").click();
    const drop = await dragTo(".o_schedule_waiting", 3, "14:20");
    await drop();
    expect(asked[0].moves[0].start).toBe(seconds("14:00"));
});

test("a favourite brings how somebody looked, and not what the board does not know", async () => {
    const context = { service_schedule: { scale: "week", zoom: 7, step: 30, color: "nothing", teams: "x" } };
    await mountBoard({ context });
    expect(".o_schedule_day").toHaveCount(7);
    expect(".o_schedule_zoom_out").not.toBeEnabled();
    expect(bar(11)).toHaveClass("o_schedule_planned");
    expect(".o_schedule_row").toHaveCount(3);
});

test("a visit that is dropped with Ctrl is copied, and the copy goes with Undo and comes with Redo", async () => {
    await mountBoard();
    const { width } = queryFirst(row(1)).getBoundingClientRect();
    const { drop, moveTo } = await drag(bar(11), { position: { x: 1, y: 4 }, relative: true });
    await keyDown("Control");
    await moveTo(row(3), { position: { x: (7 / 11) * width + 1, y: 8 }, relative: true });
    await animationFrame();
    expect(`${row(3)} .o_schedule_ghost`).toHaveText("Copy · 2:00 PM – 3:00 PM");
    await drop();
    await keyUp("Control");
    await animationFrame();
    expect(asked[0].moves).toEqual([
        { from: 11, row: 3, start: seconds("14:00"), hours: 1, part_of: false, lead: false },
    ]);
    expect(bar(11)).toHaveCount(1);
    expect(`${row(3)} ${bar(101)}`).toHaveCount(1);
    await contains(".o_schedule_undo").click();
    expect(asked[1].moves[0]).toMatchObject({ id: 101, is_gone: true });
    expect(bar(101)).toHaveCount(0);
    await contains(".o_schedule_redo").click();
    expect(asked[2].moves[0]).toMatchObject({ from: 11, row: 3, start: seconds("14:00"), hours: 1 });
    expect(`${row(3)} ${bar(102)}`).toHaveCount(1);
    await contains(".o_schedule_undo").click();
    expect(asked[3].moves[0].id).toBe(102);
});

test("somebody is taken along by whom is free first, and the crew is read aloud", async () => {
    await mountBoard();
    await contains(bar(11)).click();
    await contains(".o_schedule_card button:contains(Add to Crew)").click();
    expect(queryAllTexts(".o_schedule_offer")).toEqual(["Clara\nGas\nfree", "Boris\nGas\noverlaps"]);
    await contains(".o_schedule_offer[data-row='3']").click();
    expect(asked[0].moves[0]).toMatchObject({ from: 11, row: 3, start: seconds("10:00"), lead: 11 });
    bars[0].lead = 11;
    await contains(".o_schedule_today").click();
    expect(bar(101)).toHaveAttribute("aria-label", /With Anna/);
    expect(`${bar(11)} .fa-users`).toHaveCount(1);
    await contains(bar(101)).click();
    await contains(".o_schedule_card button:contains(Choose the Crew)").click();
    expect(".o_schedule_bar_chosen").toHaveCount(2);
});

test("a visit is divided by hours that are some of its own", async () => {
    onRpc("service.visit", "split_on_schedule", ({ args, kwargs }) => {
        asked.push({ ids: args[0], hours: kwargs.hours, known: kwargs.known });
        return { moved: [{ id: 12, before: { row: 2 }, after: { row: 2 } }] };
    });
    bars[1].hours = 2;
    await mountBoard();
    await contains(bar(12)).click();
    await contains(".o_schedule_card button:contains(Divide)").click();
    expect(".o_schedule_hours").toHaveValue("01:00");
    for (const wrong of ["2:00", "0", "x"]) {
        await contains(".o_schedule_hours").edit(wrong, { confirm: false });
        expect(".modal-footer .btn-primary").not.toBeEnabled();
    }
    await contains(".o_schedule_hours").edit("0:30", { confirm: false });
    await contains(".modal-footer .btn-primary").click();
    expect(asked[0]).toEqual({
        ids: [12], hours: 0.5, known: { row: 2, start: seconds("10:00"), end: seconds("12:00") },
    });
});

test("what was chosen is given to those who can take it, and what nobody can take stays", async () => {
    onRpc("service.visit", "get_assignments", ({ args }) => {
        asked.push(args[0]);
        return [
            { id: 11, number: "SRV/11", title: "Job 11", row: 3, name: "Clara", findings: [],
              start: seconds("10:00"), end: seconds("11:00") },
            { id: 13, number: "SRV/13", title: "Job 13", row: false, name: false, findings: [],
              start: false, end: false },
        ];
    });
    await mountBoard();
    await contains(".o_schedule_waiting").click();
    await contains(bar(11)).click({ ctrlKey: true });
    expect(".o_schedule_chosen").toHaveText(/Chosen: 2/);
    await contains(".o_schedule_assign").click();
    expect(asked[0]).toEqual([13, 11]);
    expect(".o_schedule_assignments tr[data-id='13']").toHaveText(/Nobody who can do it/);
    await contains(".modal-footer .btn-primary").click();
    expect(asked[1].moves).toMatchObject([{ id: 11, row: 3, start: seconds("10:00") }]);
});

test("what waits for a time, but has a technician, is dragged to one", async () => {
    waiting = [makeBar(13, 1, false, false, { skills: [] })];
    await mountBoard();
    const drop = await dragTo(".o_schedule_waiting", 3, "14:05");
    expect(`${row(3)} .o_schedule_ghost_fits`).toHaveText("2:00 PM – 3:00 PM");
    await drop();
    expect(asked[0].moves[0]).toMatchObject({ id: 13, row: 3, start: seconds("14:00") });
});

test("arrows on what waits go nowhere along an axis where it is not", async () => {
    await mountBoard();
    await contains(".o_schedule_waiting").focus();
    await press("ArrowRight");
    await press("ArrowLeft");
    await animationFrame();
    expect(".o_schedule_waiting").toBeFocused();
});

test("several that wait are planned one after the other", async () => {
    waiting.push(makeBar(14, false, false, false, { hours: 2, skills: [] }));
    await mountBoard();
    await contains(".o_schedule_waiting:eq(1)").click();
    await contains(".o_schedule_waiting:eq(0)").click({ ctrlKey: true });
    const drop = await dragTo(".o_schedule_waiting:eq(0)", 3, "12:00");
    await drop();
    expect(asked[0].moves.map(({ id, row: rowId, start }) => [id, rowId, start])).toEqual([
        [14, 3, seconds("12:00")], [13, 3, seconds("14:00")],
    ]);
});

test("work of several days is drawn on the days on which somebody works on it", async () => {
    const day = 24 * HOUR;
    const hours = [0, 1, 2].map((n) => [seconds("08:00") + n * day, seconds("17:00") + n * day]);
    rows.forEach((each) => Object.assign(each, { open: hours, present: hours }));
    bars = [makeBar(11, 1, "14:00", "14:00", { end: seconds("10:00") + 2 * day, hours: 14, part: [1, 2] })];
    await mountBoard();
    expect(`${bar(11)} .o_schedule_piece`).toHaveCount(0);
    await contains(".o_schedule_scale").click();
    await contains(".o-dropdown-item:contains(Three Days)").click();
    expect(`${bar(11)} .o_schedule_piece`).toHaveCount(3);
    expect(`${bar(11)} .o_schedule_part`).toHaveText("1/2");
});

test("technicians are chosen by team, zone and skill, and grouped by zone or not at all", async () => {
    Object.assign(rows[0], { team: { id: 2, name: "South" }, zones: [{ id: 5, name: "Riga" }] });
    Object.assign(rows[1], { zones: [{ id: 6, name: "Liepaja" }], skills: ["Gas", "Water"] });
    await mountBoard();
    const names = () => queryAllTexts(".o_schedule_person");
    const choose = (text) => contains(`.o-dropdown-item:contains(${text})`).click();
    await contains(".o_schedule_teams").click();
    await choose("Riga");
    // Who has no zone works in all of them.
    expect(names()).toEqual(["AnnaSouth", "ClaraNorth"]);
    await choose("Riga");
    await choose("Water");
    expect(names()).toEqual(["BorisNorth"]);
    expect(".o_schedule_teams").toHaveText("Water");
    await choose("Water");
    await choose("Zone");
    expect(names()).toEqual(["Clara", "BorisLiepaja", "AnnaRiga"]);
    await choose("Nothing");
    expect(names()).toEqual(["Anna", "Boris", "Clara"]);
});

test("figures say how full it is and what is not as it should be, and choose what they count", async () => {
    bars[0].deadline = seconds("08:30");
    await mountBoard();
    const figure = (key) => `.o_schedule_figures [data-figure='${key}']`;
    expect(figure("load")).toHaveText("Booked 2/27 h (7 %)");
    expect(figure("planned")).toHaveText("Not Dispatched 1");
    expect(figure("late")).toHaveClass("text-danger");
    expect(figure("done")).not.toBeEnabled();
    await contains(figure("conflicts")).click();
    expect(bar(12)).toHaveClass("o_schedule_bar_chosen");
    expect(".o_schedule_bar_chosen").toHaveCount(1);
});

test("somebody is found from an order as well, and what speaks against him is asked", async () => {
    onRpc("service.visit", "get_candidates", () => ({
        candidates: [{
            row: 3, name: "Clara", start: seconds("12:00"), end: seconds("13:00"), extra: 5,
            is_preferred: false, margin: false, booked: 1, available: 9, findings: [],
        }],
        others: [],
    }));
    answers.push({ questions: ["Clara lacks the skill Gas."] });
    await mountBoard();
    mockService("action", { doAction: (request) => expect.step(request.tag) });
    const known = { row: false, start: false, end: false };
    registry.category("actions").get("service_candidates")(getMockEnv(), {
        params: { id: 13, title: "Job 13", known },
    });
    await contains(".o_schedule_candidates .btn-primary").click();
    await contains(".modal-footer .btn-primary:contains(Plan Anyway)").click();
    expect(asked.map(({ moves, confirmed }) => [moves[0], confirmed])).toEqual([
        [{ id: 13, row: 3, start: seconds("12:00"), end: false, known }, false],
        [{ id: 13, row: 3, start: seconds("12:00"), end: false, known }, true],
    ]);
    expect.verifySteps(["soft_reload"]);
});

test("a drop without a network says so, loses nothing, and can be made again", async () => {
    expect.errors(2); // the drop, and what is read after it
    onRpc("/web/webclient/version_info", () => ({}));
    let isOffline = false;
    patchWithCleanup(ScheduleModel.prototype, {
        async call(...args) {
            if (isOffline) {
                throw new ConnectionLostError("/web/dataset/call_kw");
            }
            return super.call(...args);
        },
    });
    await mountBoard();
    isOffline = true;
    const drop = () => dragTo(".o_schedule_waiting", 3, "14:05").then((letGo) => letGo());
    await drop();
    await waitFor(".o_notification:contains(Connection lost)");
    expect(".o_schedule_waiting").toHaveCount(1);
    expect(bar(13)).toHaveCount(0);
    expect(".o_schedule_undo").not.toBeEnabled();
    expect.verifyErrors([/Connection/, /Connection/]);
    isOffline = false;
    await advanceTime(2000);
    await waitFor(".o_notification:contains(back online)");
    await drop();
    await animationFrame();
    expect(asked).toHaveLength(1);
    expect(`${row(3)} ${bar(13)}`).toHaveCount(1);
});

test("where people read from the right, time runs from the right", async () => {
    await mountBoard();
    queryFirst(".o_content").style.direction = "rtl"; // as style sheets of such a language say
    const cells = queryFirst(row(1)).getBoundingClientRect();
    const getHour = (right) => Math.round(((cells.right - right) / cells.width) * 11 * 10) / 10 + 7;
    expect(getHour(queryFirst(bar(11)).getBoundingClientRect().right)).toBe(10);
    await contains(bar(11)).focus();
    await press("Space");
    await press("ArrowLeft");
    await animationFrame();
    expect(".o_schedule_ghost").toHaveText("10:15 AM – 11:15 AM");
    await press("Escape");
    const { drop, moveTo } = await drag(".o_schedule_waiting", { position: { x: 1, y: 4 }, relative: true });
    const x = cells.width * (1 - 7 / 11);
    await moveTo(row(3), { position: { x: x - 1, y: 8 }, relative: true });
    await animationFrame();
    await drop();
    await animationFrame();
    expect(asked[0].moves[0]).toMatchObject({ id: 13, row: 3, start: seconds("14:00") });
});

for (const [day, hours] of [["2026-03-29", 23], ["2026-10-25", 25]]) {
    test(`what is dropped at an hour's label begins at that hour on a day of ${hours} hours`, async () => {
        mockDate(`${day} 09:00:00`, "Europe/Riga");
        const at = (time) => DateTime.fromISO(`${day}T${time}`, { zone: "Europe/Riga" }).toSeconds();
        const span = [at("00:00"), DateTime.fromISO(day, { zone: "Europe/Riga" }).plus({ days: 1 }).toSeconds()];
        expect(span[1] - span[0]).toBe(hours * HOUR);
        rows = rows.map((each) => ({ ...each, open: [span], present: [span] }));
        bars = [];
        waiting = [makeBar(13, false, false, false, { skills: [], reason: "" })];
        await mountBoard();
        const label = [...document.querySelectorAll(".o_schedule_hour")].find((el) => el.textContent === "6");
        const time = queryFirst(".o_schedule_time").getBoundingClientRect();
        const x = parseFloat(label.style.insetInlineStart);
        expect(x).toBeLessThan(time.width);
        const { drop, moveTo } = await drag(".o_schedule_waiting", { position: { x: 1, y: 4 }, relative: true });
        await moveTo(row(3), { position: { x: x + 1, y: 8 }, relative: true });
        await animationFrame();
        expect(".o_schedule_ghost").toHaveText("6:00 AM – 7:00 AM");
        await drop();
        await animationFrame();
        expect(asked[0].moves[0].start).toBe(at("06:00"));
    });
}

test("a finger drags as a mouse does", async () => {
    mockTouch(true);
    await mountBoard();
    for (const source of [bar(11), ".o_schedule_waiting"]) {
        expect(getComputedStyle(queryFirst(source)).touchAction).toBe("none");
    }
    const drop = await dragTo(".o_schedule_waiting", 3, "14:05");
    await drop();
    await animationFrame();
    expect(`${row(3)} ${bar(13)}`).toHaveCount(1);
});

test("a phone is told that the board needs a wider screen", async () => {
    await resize({ width: 375, height: 667 });
    await mountBoard();
    expect(".o_schedule_small").toHaveText(/needs a wider screen/);
    expect(".o_schedule_small").toHaveText(/list/);
    expect(".o_schedule_body").toHaveCount(0);
});

describe("map", () => {
    const places = {
        11: { state: "exact", place: [56.95, 24.11], order_id: 1, site_id: 1 },
        12: { state: "approximate", place: [56.65, 23.71], order_id: 2, site_id: 2 },
        13: { state: "unknown", place: false, order_id: 3, site_id: false },
        14: { state: "exact", place: [56.5, 21.01], order_id: 4, site_id: 4 },
    };
    let tiles;

    beforeEach(() => {
        tiles = false;
        waiting.push(makeBar(14, false, false, false, { skills: [], title: "Far away" }));
        onRpc("service.visit", "get_schedule_map", ({ args }) => ({
            places: Object.fromEntries(args[0].map((id) => [id, places[id]])), starts: {}, tiles,
        }));
        // The library itself is tried in the browser's robot: here it says where things would be.
        const layer = { on: () => layer, addTo: () => layer, remove: () => expect.step("gone") };
        const map = {
            on: () => map, remove: () => {}, fitBounds: () => {}, invalidateSize: () => {}, panInside: () => {},
            getPane: () => queryFirst(".o_schedule_map_canvas"), getZoom: () => 9,
            latLngToLayerPoint: ([latitude, longitude]) => ({
                x: (longitude - 20.8) * 100, y: (57 - latitude) * 100 + 20,
            }),
        };
        patchWithCleanup(window, {
            L: {
                map: () => map,
                control: { zoom: () => layer, scale: () => layer },
                tileLayer: (url) => {
                    expect.step(url);
                    return layer;
                },
            },
        });
        patchWithCleanup(mapAssets, { load: () => Promise.resolve() });
    });

    const openMap = async () => {
        await mountBoard();
        await contains(".o_schedule_map_toggle").click();
        await animationFrame();
    };

    test("what is planned and what waits has pins, what has no place is listed, and nobody is asked for tiles", async () => {
        await openMap();
        expect(".o_schedule_pin_other").toHaveCount(3); // two and the sample of the legend
        expect(".o_schedule_pin.o_schedule_pin_waiting").toHaveCount(1);
        expect(".o_schedule_pin.o_schedule_pin_doubtful").toHaveAttribute("aria-label", /Place is approximate/);
        expect(".o_schedule_map_unplaced").toHaveText(/Without a place: 1/);
        expect(".o_schedule_map_attribution").toHaveCount(0);
        expect.verifySteps([]);
    });

    test("tiles come from the server that was chosen, and say whose they are", async () => {
        tiles = { url: "https://tiles.example.com/{z}/{x}/{y}.png", attribution: "© All https://example.com" };
        await openMap();
        expect.verifySteps(["https://tiles.example.com/{z}/{x}/{y}.png"]);
        expect(".o_schedule_map_attribution a").toHaveAttribute("href", "https://example.com");
    });

    test("somebody's day is a numbered route", async () => {
        bars.push(makeBar(15, 1, "14:00", "15:00"));
        places[15] = { state: "exact", place: [56.5, 21.01], order_id: 5, site_id: 5 };
        await openMap();
        await contains(".o_schedule_map_person").select("1");
        expect(queryAllTexts(".o_schedule_pin_stop")).toEqual(["1", "2"]);
        expect(".o_schedule_legs line").toHaveCount(1);
        expect(queryAllTexts(".o_schedule_map_stop")).toEqual([
            "1 10:00 AM – 11:00 AM Hotel", "2 2:00 PM – 3:00 PM Hotel",
        ]);
    });

    test("a pin of what waits is dragged to a row, and opens the card", async () => {
        await openMap();
        const drop = await dragTo(".o_schedule_pin[data-ids='14']", 3, "14:00");
        await drop();
        expect(asked[0].moves[0]).toMatchObject({ id: 14, row: 3, start: seconds("14:00") });
        await contains(".o_schedule_pin[data-ids='11']").click();
        expect(".o_schedule_card").toHaveText(/Job 11/);
    });
});
