import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;

export const STATES = {
    planned: { title: _t("Planned"), icon: "fa-circle-o" },
    dispatched: { title: _t("Dispatched"), icon: "fa-paper-plane" },
    under_way: { title: _t("Under Way"), icon: "fa-play" },
    done: { title: _t("Done"), icon: "fa-check" },
};

/** @returns {boolean} whether work on a bar has not begun */
export function isToCome(bar) {
    return ["planned", "dispatched"].includes(bar.state);
}

const SLA_STATES = {
    running: _t("In time"),
    at_risk: _t("At risk"),
    missed: _t("Missed"),
    paused: _t("Paused"),
    reached: _t("Reached"),
    none: _t("No service level"),
};

/** What colours can say */
export const COLORS = {
    state: _t("State"),
    team_id: _t("Team"),
    type_id: _t("Order Type"),
    sla_state: _t("Service Level"),
};

/** In which groups technicians are shown */
export const GROUPS = { team: _t("Team"), zone: _t("Zone"), none: _t("Nothing") };

/** How many colours teams and order types have before the first one comes again */
const COLOR_COUNT = 10;

/** @returns {string} "8:00 – 9:30", with the days where it takes several */
export function getTime({ start, end }) {
    const [from, to] = [start, end].map((moment) => DateTime.fromSeconds(moment));
    const clock = (moment) => moment.toLocaleString(DateTime.TIME_SIMPLE);
    const day = (moment) =>
        from.hasSame(to, "day") ? "" : `${moment.toLocaleString({ weekday: "short", day: "numeric" })} `;
    return `${day(from)}${clock(from)} – ${day(to)}${clock(to)}`;
}

/** @returns {string} "Tue, Mar 3" */
export function getDay({ start }) {
    return DateTime.fromSeconds(start).toLocaleString({ weekday: "short", day: "numeric", month: "short" });
}

/** What speaks against a place at first sight */
export const CONFLICTS = {
    overlap: _t("overlaps"),
    closed: _t("outside working hours"),
    leave: _t("on leave"),
};

/** @returns {string | number} a name, or the number of a colour, of a bar as somebody wants to see it */
export function getColor(bar, model) {
    const { color } = model.meta;
    if (color === "state") {
        return bar.state;
    }
    if (color === "sla_state") {
        return `sla_${bar.sla_state || "none"}`;
    }
    return bar[color] || 0;
}

/** @returns {string} the class of a colour */
export function getColorClass(color) {
    return typeof color === "number" ? `o_schedule_color_${color % COLOR_COUNT}` : `o_schedule_${color}`;
}

/** @returns {{ title: string, color: string | number, icon?: string }[]} what colours mean */
export function getLegend(model) {
    const { color } = model.meta;
    if (color === "state") {
        return Object.entries(STATES).map(([name, { title, icon }]) => ({ title, icon, color: name }));
    }
    if (color === "sla_state") {
        return Object.entries(SLA_STATES).map(([name, title]) => ({ title, color: `sla_${name}` }));
    }
    const names = new Map();
    for (const bar of model.bars.values()) {
        names.set(bar[color] || 0, bar[color] ? bar[color.replace("_id", "")] : _t("None"));
    }
    return [...names].map(([id, title]) => ({ title, color: id }));
}

/** @returns {string} hours with a digit after the point, nothing where there are none to say */
export function formatHours(hours) {
    return hours === null ? "" : `${Math.round(hours * 10) / 10}`;
}
