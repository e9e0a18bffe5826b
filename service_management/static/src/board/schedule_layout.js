/**
 * Where things are on a schedule: plain values in, plain values out.
 *
 * Moments are seconds since 1970. A span is [start, end], start < end; it holds its start, not its end.
 */
import { getStartOfLocalWeek } from "@web/core/l10n/dates";

const { DateTime } = luxon;
const HOUR = 3600;
/** Pixels of an hour's label */
const LABEL = 18;

/** What the axis can show: how many days, and after how many hours (or days) it is labelled. */
export const SCALES = {
    day: { days: 1, hours: 1 },
    three_days: { days: 3, hours: 3 },
    week: { days: 7, hours: 6 },
    two_weeks: { days: 14, hours: 24 },
    month: { days: 31, hours: 24 },
};

/** Minutes between two places where something can be dropped */
export const STEPS = [5, 10, 15, 30, 60];

/** How many times as wide as the board the axis can be */
export const ZOOMS = [1, 1.5, 2, 3, 4, 6, 8];

/** @returns {[number, number] | null} what two spans share */
export function overlap([start, end], [otherStart, otherEnd]) {
    const from = Math.max(start, otherStart);
    const to = Math.min(end, otherEnd);
    return from < to ? [from, to] : null;
}

/**
 * @param {DateTime} date some day in the zone of the board
 * @param {string} scale key of SCALES
 * @returns {{ start: DateTime, end: DateTime }} midnights
 */
export function getPeriod(date, scale) {
    if (scale === "month") {
        const start = date.startOf("month");
        return { start, end: start.plus({ months: 1 }) };
    }
    const isWeek = ["week", "two_weeks"].includes(scale);
    const start = (isWeek ? getStartOfLocalWeek(date) : date).startOf("day");
    return { start, end: start.plus({ days: SCALES[scale].days }) };
}

/**
 * Hours of the day between which something happens: nobody looks at empty nights.
 *
 * @param {[number, number][]} spans working hours and visits
 * @param {{ start: DateTime, end: DateTime }} period
 * @returns {[number, number]} whole hours of the day, with one more on either side
 */
export function getHours(spans, period) {
    let first = 24;
    let last = 0;
    for (let day = period.start; day < period.end; day = day.plus({ days: 1 })) {
        const whole = [day.toSeconds(), day.plus({ days: 1 }).toSeconds()];
        for (const span of spans) {
            const part = overlap(whole, span);
            if (part) {
                const end = DateTime.fromSeconds(part[1], { zone: day.zone });
                first = Math.min(first, DateTime.fromSeconds(part[0], { zone: day.zone }).hour);
                last = Math.max(last, part[1] === whole[1] ? 24 : end.hour + (end.minute ? 1 : 0));
            }
        }
    }
    return first < last ? [Math.max(first - 1, 0), Math.min(last + 1, 24)] : [7, 19];
}

/** A time axis of days, each from the same hour to the same hour, as wide as it is long. */
export class Axis {
    /**
     * @param {{ start: DateTime, end: DateTime }} period
     * @param {[number, number]} hours shown of each day
     * @param {number} width in pixels
     */
    constructor(period, [first, last], width) {
        this.period = period;
        this.width = width;
        this.days = [];
        let length = 0;
        for (let day = period.start; day < period.end; day = day.plus({ days: 1 })) {
            // By the clock on the wall: a day on which clocks change is longer or shorter.
            const start = day.set({ hour: first });
            const end = last === 24 ? day.plus({ days: 1 }) : day.set({ hour: last });
            this.days.push({ date: day, start: start.toSeconds(), end: end.toSeconds(), before: length });
            length += end.toSeconds() - start.toSeconds();
        }
        this.length = length;
        this.hours = [first, last];
        this.start = this.days[0].start;
        this.end = this.days.at(-1).end;
    }

    get pixelsPerSecond() {
        return this.width / this.length;
    }

    /** @returns {number} pixels of a moment; what is not shown of a night is no wider than nothing */
    at(moment) {
        let before = 0;
        for (const day of this.days) {
            if (moment < day.start) {
                break;
            }
            before = day.before + Math.min(moment, day.end) - day.start;
            if (moment < day.end) {
                break;
            }
        }
        return before * this.pixelsPerSecond;
    }

    /** @returns {number} the moment at so many pixels */
    momentAt(x) {
        const passed = Math.min(Math.max(x, 0), this.width) / this.pixelsPerSecond;
        const day = this.days.findLast((each) => each.before <= passed) || this.days[0];
        return Math.min(day.start + passed - day.before, day.end);
    }

    /** @returns {number} the moment nearest to another one, at multiples of some minutes of its hour */
    snap(moment, minutes) {
        const step = minutes * 60;
        const offset = DateTime.fromSeconds(moment, { zone: this.period.start.zone }).offset * 60;
        return Math.round((moment + offset) / step) * step - offset;
    }

    /** @returns {{ left: number, width: number } | null} pixels of a span, or null where it is not shown */
    place([start, end]) {
        if (end <= this.start || start >= this.end) {
            return null;
        }
        const left = this.at(start);
        return { left, width: this.at(end) - left };
    }

    /** @returns {{ left: number, width: number, date: DateTime, key: number }[]} the days as they lie */
    getDayTicks() {
        return this.days.map((day) => ({
            ...this.place([day.start, day.end]),
            date: day.date,
            key: day.start,
        }));
    }

    /** @returns {{ left: number, key: number, hour: number }[]} the hours for whose label there is room */
    getHourTicks(step) {
        const ticks = [];
        for (const { date, start, end } of step < 24 ? this.days : []) {
            for (let hour = Math.ceil(this.hours[0] / step) * step; hour < this.hours[1]; hour += step) {
                const at = date.set({ hour });
                const moment = at.toSeconds();
                // On the day on which clocks go forward there is an hour that is not there.
                if (at.hour === hour && start <= moment && (end - moment) * this.pixelsPerSecond >= LABEL) {
                    ticks.push({ left: this.at(moment), key: moment, hour });
                }
            }
        }
        return ticks;
    }
}

/**
 * Lay bars that overlap below each other.
 *
 * @param {{ start: number, end: number, id: number }[]} bars
 * @returns {{ lanes: Map<number, number>, count: number }} {id: lane}, how many lanes there are
 */
export function layLanes(bars) {
    const lanes = new Map();
    const ends = [];
    for (const bar of [...bars].sort((a, b) => a.start - b.start || a.end - b.end || a.id - b.id)) {
        let lane = ends.findIndex((end) => end <= bar.start);
        if (lane < 0) {
            lane = ends.length;
        }
        ends[lane] = bar.end;
        lanes.set(bar.id, lane);
    }
    return { lanes, count: Math.max(ends.length, 1) };
}

/** @returns {[number, number][]} what sorted, disjoint spans leave open of one */
export function getGaps([start, end], spans) {
    const gaps = [];
    for (const [from, to] of spans) {
        if (from >= end) {
            break;
        }
        if (from > start) {
            gaps.push([start, from]);
        }
        start = Math.max(start, to);
    }
    if (start < end) {
        gaps.push([start, end]);
    }
    return gaps;
}

/**
 * Where somebody works on something that takes several days: nights are none of it.
 *
 * @param {[number, number]} span
 * @param {{ start: number, end: number }[]} days
 * @param {[number, number][]} open working hours, sorted
 * @returns {[number, number][]} a span a day, or the span itself where it is no work of several days
 */
export function getPieces(span, days, open) {
    const shown = days.filter((day) => overlap(span, [day.start, day.end]));
    if (shown.length < 2) {
        return [span];
    }
    const pieces = shown.flatMap((day) => {
        const spans = open.map((each) => overlap(each, [day.start, day.end])).filter(Boolean);
        const worked = spans.map((each) => overlap(each, span)).filter(Boolean);
        return worked.length ? [[worked[0][0], worked.at(-1)[1]]] : [];
    });
    return pieces.length > 1 ? pieces : [span];
}

/** @returns {number} hours of a span that lie in others, which are disjoint */
export function getHoursWithin(span, spans) {
    return spans.reduce((sum, other) => {
        const part = overlap(span, other);
        return sum + (part ? (part[1] - part[0]) / HOUR : 0);
    }, 0);
}

/**
 * @param {Object} row as the server sends it
 * @param {Object[]} bars of the row
 * @param {[number, number]} span that is shown
 * @returns {{ booked: number, available: number | null }} hours; null for who works whenever there is work
 */
export function getLoad(row, bars, span) {
    let booked = 0;
    for (const bar of bars) {
        const part = overlap([bar.start, bar.end], span);
        if (part) {
            const isWhole = part[0] === bar.start && part[1] === bar.end;
            // Work beyond working hours is work all the same.
            booked += isWhole ? bar.hours : getHoursWithin(part, row.present) || 0;
        }
    }
    return { booked, available: row.is_bound ? getHoursWithin(span, row.present) : null };
}

/**
 * Say at once what speaks against a place; the server knows more, and is asked at the drop.
 *
 * @param {Object} row
 * @param {Object[]} bars of the row
 * @param {[number, number]} span where the bar would be
 * @param {number} id of the bar
 * @returns {"overlap" | "closed" | "leave" | null}
 */
export function getRowConflict(row, bars, span, id) {
    if (bars.some((bar) => bar.id !== id && bar.state !== "done" && overlap([bar.start, bar.end], span))) {
        return "overlap";
    }
    if (!row.is_bound || !getGaps(span, row.present).length) {
        return null;
    }
    return getGaps(span, row.open).length ? "closed" : "leave";
}
