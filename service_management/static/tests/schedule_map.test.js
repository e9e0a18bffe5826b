import { describe, expect, test } from "@odoo/hoot";
import {
    gather,
    getDrive,
    getLegs,
    getStops,
    nameNumbers,
    splitAttribution,
} from "@service_management/board/schedule_map_layout";

const { DateTime } = luxon;
const day = DateTime.fromISO("2026-03-03", { zone: "Europe/Riga" });
const at = (hour) => day.set({ hour }).toSeconds();
const makeStop = (id, hour, row = 1) => ({ id, row, start: at(hour), end: at(hour + 1) });

describe.current.tags("headless");

describe("routes", () => {
    test("stops are somebody's day in the order of arrival", () => {
        const bars = [makeStop(1, 14), makeStop(2, 8), makeStop(3, 9, 2), makeStop(4, 24 + 8)];
        expect(getStops(bars, 1, day).map(({ number, bar }) => [number, bar.id])).toEqual([[1, 2], [2, 1]]);
    });

    test("forty stops have forty numbers, and a line between each two", () => {
        const bars = [...Array(40).keys()].map((n) => ({ ...makeStop(n + 1, 8), start: at(8) + n * 60 }));
        const stops = getStops(bars, 1, day);
        expect(stops.at(-1).number).toBe(40);
        expect(getLegs(stops, (bar) => [bar.id, 0], null)).toHaveLength(39);
        expect(getLegs(stops, (bar) => [bar.id, 0], [99, 0])).toHaveLength(41);
    });

    test("a line past a stop without a place is not sure", () => {
        const stops = [1, 2, 3].map((id) => ({ bar: { id } }));
        const legs = getLegs(stops, ({ id }) => (id === 2 ? null : [id, 0]), null);
        expect(legs).toEqual([{ from: [1, 0], to: [3, 0], isSure: false }]);
    });

    test("drives add up as far as they are known", () => {
        const stops = [1, 2].map((id) => ({ bar: { id } }));
        expect(getDrive(stops, { 1: { minutes: 10, km: 5 }, 2: { minutes: 0, km: 0 } }))
            .toEqual({ minutes: 10, km: 5, isWhole: true });
        expect(getDrive(stops, { 1: { minutes: 10, km: 5 } })).toMatchObject({ minutes: 10, isWhole: false });
    });
});

describe("pins", () => {
    test("pins that lie closer than people can tell apart are one, and none is lost", () => {
        let seed = 7;
        const chance = (limit) => (seed = (seed * 1103515245 + 12345) % 2147483648) % limit;
        for (let turn = 0; turn < 40; turn++) {
            const pins = [...Array(60).keys()].map((id) => ({ id, x: chance(400) - 200, y: chance(300) - 150 }));
            const groups = gather(pins, 30);
            expect(groups.flatMap((group) => group.pins.map(({ id }) => id)).sort((a, b) => a - b))
                .toEqual(pins.map(({ id }) => id));
            const firsts = groups.map((group) => group.pins[0]);
            for (const [index, a] of firsts.entries()) {
                for (const b of firsts.slice(index + 1)) {
                    expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(30);
                }
            }
        }
    });

    test("stops at one place are named together", () => {
        expect(nameNumbers([5, 1, 3, 4])).toBe("1, 3–5");
    });

    test("an address in the attribution is a link, and nothing else is", () => {
        expect(splitAttribution("© Everybody https://example.com/who"))
            .toEqual({ text: "© Everybody", href: "https://example.com/who" });
        expect(splitAttribution('<b>Me</b> javascript:alert("x")').href).toBe(null);
    });
});
