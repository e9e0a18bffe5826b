const { DateTime } = luxon;

/** @returns {{ x: number, y: number }} the middle of points */
function getMiddle(points) {
    const sum = (name) => points.reduce((total, point) => total + point[name], 0);
    return { x: sum("x") / points.length, y: sum("y") / points.length };
}

/**
 * Pins that lie closer together than people can tell apart are one.
 *
 * Each group is around its first pin: as many steps as there are pins, times nine.
 *
 * @param {{ x: number, y: number }[]} pins
 * @param {number} radius
 * @returns {{ x: number, y: number, pins: Object[] }[]} in the order of their first pins
 */
export function gather(pins, radius) {
    const groups = [];
    const cells = new Map();
    for (const pin of pins) {
        const column = Math.floor(pin.x / radius);
        const row = Math.floor(pin.y / radius);
        const near = [-1, 0, 1]
            .flatMap((right) => [-1, 0, 1].map((down) => cells.get(`${column + right}:${row + down}`)))
            .flatMap((found) => found || [])
            .find(([first]) => Math.hypot(first.x - pin.x, first.y - pin.y) <= radius);
        if (near) {
            near.push(pin);
        } else {
            const group = [pin];
            groups.push(group);
            const key = `${column}:${row}`;
            cells.set(key, [...(cells.get(key) || []), group]);
        }
    }
    return groups.map((group) => ({ ...getMiddle(group), pins: group }));
}

/** @returns {string} "1, 3–5" of the numbers 1, 3, 4 and 5 */
export function nameNumbers(numbers) {
    const spans = [];
    for (const number of [...numbers].sort((a, b) => a - b)) {
        const last = spans.at(-1);
        if (last && number === last[1] + 1) {
            last[1] = number;
        } else {
            spans.push([number, number]);
        }
    }
    return spans.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(", ");
}

/** @returns {DateTime[]} the days of a period */
export function getDays({ start, end }) {
    const days = [];
    for (let day = start; day < end; day = day.plus({ days: 1 })) {
        days.push(day);
    }
    return days;
}

/**
 * The stops of somebody's day, in the order of arrival: numbered, whether their places are known or not.
 *
 * @param {Object[]} bars
 * @param {number} row
 * @param {DateTime} day
 * @returns {{ number: number, bar: Object }[]}
 */
export function getStops(bars, row, day) {
    return bars
        .filter((bar) => bar.row === row && DateTime.fromSeconds(bar.start, { zone: day.zone }).hasSame(day, "day"))
        .sort((a, b) => a.start - b.start || a.end - b.end || a.id - b.id)
        .map((bar, index) => ({ bar, number: index + 1 }));
}

/**
 * The lines from stop to stop, and from and to where the day starts.
 *
 * @param {{ bar: Object }[]} stops
 * @param {(bar: Object) => [number, number] | null} getPlace
 * @param {[number, number] | null} start
 * @returns {{ from: [number, number], to: [number, number], isSure: boolean }[]} a line is not sure
 *      where a stop between has no place
 */
export function getLegs(stops, getPlace, start) {
    const places = [start, ...stops.map(({ bar }) => getPlace(bar)), start];
    const legs = [];
    let last = null;
    places.forEach((to, index) => {
        if (!to) {
            return;
        }
        if (last !== null) {
            legs.push({ from: places[last], to, isSure: index === last + 1 });
        }
        last = index;
    });
    return legs.filter(({ from, to }) => from[0] !== to[0] || from[1] !== to[1]);
}

/**
 * How far somebody drives, as far as it is known.
 *
 * @param {{ bar: Object }[]} stops
 * @param {Object} travel by the ids of bars
 * @returns {{ minutes: number, km: number, isWhole: boolean }}
 */
export function getDrive(stops, travel) {
    const drive = { minutes: 0, km: 0, isWhole: true };
    for (const { bar } of stops) {
        const { minutes, km } = travel[bar.id] || {};
        if (Number.isInteger(minutes)) {
            drive.minutes += minutes;
            drive.km += km;
        } else {
            drive.isWhole = false;
        }
    }
    return drive;
}

/**
 * A text and the address in it: whoever wants to be named wants to be found, too.
 *
 * @param {string} text
 * @returns {{ text: string, href: string | null }}
 */
export function splitAttribution(text) {
    const [href] = text.match(/https:\/\/[^\s"'<>]+/) || [null];
    const words = href ? text.replace(href, "").trim() : text;
    return { text: words || href, href };
}
