import { _t } from "@web/core/l10n/translation";
import { getGaps, getPieces } from "./schedule_layout";
import { getColor, getTime, STATES } from "./schedule_words";

const MINUTE = 60;
const LANE_HEIGHT = 22;
/** So low that thirty technicians are in sight on a screen of 1080 lines */
const ROW_HEIGHT = 28;

/**
 * What is known of a row without its bars: who it is, how high, how full.
 *
 * @param {Object} laid row as `ScheduleModel.getLaidRows` lays it
 */
export function outlineRow({ row, group, count, isFirst, booked, available }) {
    return {
        row, group, isFirst, booked, available,
        height: Math.max(count * LANE_HEIGHT + 4, ROW_HEIGHT),
        isFull: available !== null && booked > available + 0.01,
        shades: [],
        roads: [],
        bars: [],
    };
}

/**
 * What of a row is drawn where: classes, styles and texts.
 *
 * @param {Object} laid row as `ScheduleModel.getLaidRows` lays it
 * @param {{ axis: Axis, model: ScheduleModel, chosen: Set<number> }} board
 */
export function drawRow(laid, board) {
    const { row, bars, lanes } = laid;
    return {
        ...outlineRow(laid),
        shades: drawShades(row, board.axis),
        roads: bars.flatMap((bar) => drawRoads(bar, lanes.get(bar.id), board)),
        bars: bars.map((bar) => drawBar(bar, row, lanes.get(bar.id), board)).filter(Boolean),
    };
}

/** When somebody does not work, and when he would, but is away */
function drawShades(row, axis) {
    if (!row.is_bound) {
        return [];
    }
    const closed = axis.days.flatMap(({ start, end }) => getGaps([start, end], row.open));
    const away = row.open.flatMap((span) => getGaps(span, row.present));
    return [
        ...closed.map((span) => ({ kind: "closed", span })),
        ...away.map((span) => ({ kind: "leave", span })),
    ].flatMap(({ kind, span }) => {
        const placed = axis.place(span);
        return placed ? [{ kind, key: `${kind}${span[0]}`, ...placed }] : [];
    });
}

/** The drive to a visit before it, and home after the last one */
function drawRoads(bar, lane, { axis, model }) {
    const { minutes, km, back } = model.travel[bar.id] || {};
    const top = `top:${lane * LANE_HEIGHT + 9}px`;
    const draw = (key, span, title) => {
        const placed = axis.place(span);
        return placed?.width
            ? [{ key, title, style: `${getStyle(placed, placed.width)};${top}` }]
            : [];
    };
    return [
        ...(minutes
            ? draw(
                  `to${bar.id}`,
                  [bar.start - minutes * MINUTE, bar.start],
                  _t("%(minutes)s min, %(km)s km", { minutes, km: Math.round(km) })
              )
            : []),
        ...(back
            ? draw(`back${bar.id}`, [bar.end, bar.end + back * MINUTE], _t("%s min back", back))
            : []),
    ];
}

function drawBar(bar, row, lane, { axis, model, chosen }) {
    const placed = axis.place([bar.start, bar.end]);
    if (!placed) {
        return null;
    }
    const findings = model.findings[bar.id] || [];
    const pieces = row.is_bound ? getPieces([bar.start, bar.end], axis.days, row.open) : [];
    return {
        ...bar,
        findings,
        style: `${getStyle(placed, Math.max(placed.width - 1, 6))};top:${lane * LANE_HEIGHT + 2}px`,
        pieces: pieces.length > 1 ? pieces.map((piece) => drawPiece(axis.place(piece), placed)) : [],
        color: getColor(bar, model),
        icon: STATES[bar.state].icon,
        isChosen: chosen.has(bar.id),
        isFlashing: model.flashing.has(bar.id),
        isForbidden: findings.some((finding) => finding.is_forbidden),
        isPreferred: bar.preferred_id && bar.preferred_id === bar.row,
        label: describe(bar, model),
    };
}

/** A day's work within a bar of several days */
function drawPiece(piece, { left }) {
    return { key: piece.left, style: getStyle({ left: piece.left - left }, Math.max(piece.width - 1, 3)) };
}

/** @returns {string} where something lies along the axis, in whatever direction people read */
export function getStyle({ left }, width) {
    return `inset-inline-start:${left}px;width:${width}px`;
}

/** What is read aloud of a bar */
export function describe(bar, model) {
    const row = model.rows.find((each) => each.id === bar.row);
    const findings = model.findings[bar.id] || [];
    return [
        getTime(bar), row?.name, bar.title, bar.customer, bar.city, STATES[bar.state].title,
        bar.is_locked && _t("Locked"), ...describeOthers(bar, model), ...findings.map((finding) => finding.text),
    ].filter(Boolean).join(", ");
}

/** @returns {string[]} who comes with a bar, and of what it is a part */
export function describeOthers(bar, model) {
    const others = bar.lead ? model.getCrew(bar).filter(({ id }) => id !== bar.id) : [];
    const names = others.map((other) => model.rows.find((row) => row.id === other.row)?.name);
    const [number, count] = bar.part || [];
    return [
        names.length ? _t("With %s", names.join(", ")) : "",
        number ? _t("Part %(number)s of %(count)s", { number, count }) : "",
    ].filter(Boolean);
}
