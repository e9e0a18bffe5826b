import { describe, expect, test } from "@odoo/hoot";
import {
    Axis,
    getGaps,
    getHours,
    getLoad,
    getPeriod,
    getPieces,
    getRowConflict,
    layLanes,
    overlap,
} from "@service_management/board/schedule_layout";
import { ScheduleHistory } from "@service_management/board/schedule_history";

const { DateTime } = luxon;
const HOUR = 3600;
const at = (text, zone = "Europe/Riga") => DateTime.fromISO(text, { zone });
const seconds = (text) => at(text).toSeconds();

/** Numbers that are the same in each run */
function makeChance(seed) {
    return (limit) => {
        seed = (seed * 1103515245 + 12345) % 2147483648;
        return seed % limit;
    };
}

describe("lanes", () => {
    test("bars of a lane never overlap, and no more lanes are laid than overlap at once", () => {
        const chance = makeChance(7);
        for (let round = 0; round < 200; round++) {
            const bars = Array.from({ length: chance(40) }, (_, id) => {
                const start = chance(100);
                return { id, start, end: start + 1 + chance(20) };
            });
            const { lanes, count } = layLanes(bars);
            expect(lanes.size).toBe(bars.length);
            for (const bar of bars) {
                for (const other of bars) {
                    if (bar.id < other.id && lanes.get(bar.id) === lanes.get(other.id)) {
                        expect(overlap([bar.start, bar.end], [other.start, other.end])).toBe(null);
                    }
                }
            }
            const crowds = bars.map(
                ({ start }) => bars.filter((bar) => bar.start <= start && start < bar.end).length
            );
            expect(count).toBe(Math.max(1, ...crowds));
        }
    });
});

describe("axis", () => {
    const day = getPeriod(at("2026-03-03T10:00"), "day");

    test("a moment lies where it is drawn", () => {
        const axis = new Axis(day, [7, 19], 1200);
        for (const text of ["07:00", "08:15", "12:00", "18:59"]) {
            const moment = seconds(`2026-03-03T${text}`);
            expect(axis.momentAt(axis.at(moment))).toBe(moment);
        }
        expect(axis.at(seconds("2026-03-03T08:00"))).toBe(100);
    });

    test("what happens at night is drawn at the edge of the day", () => {
        const axis = new Axis(day, [7, 19], 1200);
        expect(axis.at(seconds("2026-03-03T03:00"))).toBe(0);
        expect(axis.place([seconds("2026-03-03T20:00"), seconds("2026-03-03T21:00")])).toBe(null);
        expect(axis.place([seconds("2026-03-03T03:00"), seconds("2026-03-03T09:00")])).toEqual({
            left: 0,
            width: 200,
        });
    });

    test("nights between two days take no room", () => {
        const week = getPeriod(at("2026-03-03T10:00"), "three_days");
        const axis = new Axis(week, [8, 18], 3000);
        expect(axis.place([seconds("2026-03-03T17:00"), seconds("2026-03-04T09:00")])).toEqual({
            left: 900,
            width: 200,
        });
    });

    test("a day on which clocks change is as long as it is", () => {
        const spring = new Axis(getPeriod(at("2026-03-29T10:00"), "day"), [0, 24], 2300);
        expect(spring.length).toBe(23 * HOUR);
        expect(spring.at(seconds("2026-03-29T12:00"))).toBe(1100);
        const autumn = new Axis(getPeriod(at("2026-10-25T10:00"), "day"), [0, 24], 2500);
        expect(autumn.at(seconds("2026-10-25T12:00"))).toBe(1300);
    });

    test("moments snap to the clock on the wall, also where zones are off by 45 minutes", () => {
        const zone = "Asia/Kathmandu";
        const axis = new Axis(getPeriod(at("2026-03-03T10:00", zone), "day"), [0, 24], 2400);
        const moment = at("2026-03-03T10:08", zone).toSeconds();
        expect(axis.snap(moment, 60)).toBe(at("2026-03-03T10:00", zone).toSeconds());
        expect(axis.snap(moment, 15)).toBe(at("2026-03-03T10:15", zone).toSeconds());
    });

    test("hours are those in which somebody works, with one on either side", () => {
        const span = [seconds("2026-03-03T08:00"), seconds("2026-03-03T16:30")];
        expect(getHours([span], day)).toEqual([7, 18]);
        expect(getHours([], day)).toEqual([7, 19]);
        expect(getHours([[seconds("2026-03-02T22:00"), seconds("2026-03-03T02:00")]], day)).toEqual([0, 3]);
    });

    test("labels of hours lie where their hour is", () => {
        const axis = new Axis(getPeriod(at("2026-03-03T10:00"), "three_days"), [7, 19], 3600);
        const ticks = axis.getHourTicks(3);
        expect(ticks.map((tick) => tick.hour)).toEqual([9, 12, 15, 18, 9, 12, 15, 18, 9, 12, 15, 18]);
        expect(ticks[4].left).toBe(1400);
    });
});

describe("rows", () => {
    const row = {
        is_bound: true,
        open: [[8 * HOUR, 17 * HOUR]],
        present: [[8 * HOUR, 12 * HOUR]],
    };
    const bar = { id: 1, start: 9 * HOUR, end: 10 * HOUR, hours: 1, state: "planned" };

    test("what speaks against a place is named", () => {
        expect(getRowConflict(row, [bar], [9.5 * HOUR, 11 * HOUR], 2)).toBe("overlap");
        expect(getRowConflict(row, [bar], [9.5 * HOUR, 11 * HOUR], 1)).toBe(null);
        expect(getRowConflict(row, [], [11 * HOUR, 13 * HOUR], 2)).toBe("leave");
        expect(getRowConflict(row, [], [16 * HOUR, 18 * HOUR], 2)).toBe("closed");
        expect(getRowConflict({ ...row, is_bound: false }, [], [0, HOUR], 2)).toBe(null);
    });

    test("load is planned work against the hours in which somebody is there", () => {
        expect(getLoad(row, [bar], [0, 24 * HOUR])).toEqual({ booked: 1, available: 4 });
        // Of what goes beyond the window, what of its working hours lies in it
        const long = { ...bar, start: -10 * HOUR, end: 10 * HOUR, hours: 7 };
        expect(getLoad(row, [long], [0, 24 * HOUR])).toEqual({ booked: 2, available: 4 });
        expect(getLoad({ ...row, is_bound: false }, [bar], [0, 24 * HOUR]).available).toBe(null);
    });

    test("gaps are what is left open", () => {
        expect(getGaps([0, 10], [[2, 4], [6, 12]])).toEqual([[0, 2], [4, 6]]);
    });
});

describe("history", () => {
    const step = (id, from, to) => [{ id, before: { row: from }, after: { row: to } }];

    test("steps are taken back and made again in their order", () => {
        const history = new ScheduleHistory();
        history.push(step(1, 10, 11));
        history.push(step(2, 20, 21));
        expect(history.getUndo()).toEqual([{ id: 2, row: 20, known: { row: 21 } }]);
        history.confirmUndo(step(2, 21, 20));
        expect(history.getRedo()).toEqual([{ id: 2, row: 21, known: { row: 20 } }]);
        history.confirmRedo(step(2, 20, 21));
        expect(history.canRedo).toBe(false);
        expect(history.getUndo()[0].id).toBe(2);
    });

    test("fifty steps are kept, and a new one forgets what was undone", () => {
        const history = new ScheduleHistory();
        for (let n = 0; n < 60; n++) {
            history.push(step(n, 1, 2));
        }
        expect(history.done).toHaveLength(50);
        history.confirmUndo(step(59, 2, 1));
        history.push(step(7, 1, 2));
        expect(history.canRedo).toBe(false);
        history.push([]);
        expect(history.done).toHaveLength(50);
    });

    test("what was made and comes again is another visit, to all steps that are about it", () => {
        const history = new ScheduleHistory();
        const place = { row: 5, start: 1, hours: 1, part_of: 3, lead: false };
        history.push([{ id: 8, before: false, after: place, from: 3 }]);
        history.push([{ id: 8, before: { row: 5 }, after: { row: 6 } }]);
        history.push([{ id: 9, before: false, after: { ...place, part_of: 8, lead: 8 }, from: 8 }]);
        for (const before of [{ ...place, part_of: 8, lead: 8 }, { row: 6 }, place]) {
            const [{ id, is_gone, ...rest }] = history.getUndo();
            history.confirmUndo([{ id, before, after: is_gone ? false : { row: rest.row } }]);
        }
        expect(history.canUndo).toBe(false);
        expect(history.getRedo()).toEqual([{ from: 3, ...place }]);
        history.confirmRedo([{ id: 20, before: false, after: place, from: 3 }]);
        expect(history.getRedo()[0].id).toBe(20);
        history.confirmRedo([{ id: 20, before: { row: 5 }, after: { row: 6 } }]);
        expect(history.getRedo()).toMatchObject([{ from: 20, part_of: 20, lead: 20 }]);
    });
});

describe("pieces", () => {
    const days = [0, 24, 48].map((start) => ({ start, end: start + 24 }));
    const open = [[8, 12], [13, 17], [32, 36], [37, 41], [56, 60]];

    test("work of several days has a piece a day, breaks included and nights not", () => {
        expect(getPieces([14, 58], days, open)).toEqual([[14, 17], [32, 41], [56, 58]]);
        expect(getPieces([8, 15], days, open)).toEqual([[8, 15]]);
    });

    test("what nobody's hours hold is one piece", () => {
        expect(getPieces([20, 30], days, open)).toEqual([[20, 30]]);
        expect(getPieces([14, 58], days, [])).toEqual([[14, 58]]);
    });
});
