import { _t } from "@web/core/l10n/translation";
import { formatHours } from "./schedule_words";

/**
 * What people look at first: how full it is, and what is not as it should be.
 *
 * @param {Object[]} laid rows that are shown, as `ScheduleModel.getLaidRows` lays them
 * @param {ScheduleModel} model
 * @param {number} now seconds since 1970
 * @returns {{ key: string, title: string, value: string, ids: number[], isBad: boolean }[]} with the
 *     visits that a figure counts, where they can be chosen
 */
export function getFigures(laid, model, now) {
    const bars = laid.flatMap((each) => each.bars);
    const bound = laid.filter((each) => each.available !== null);
    const booked = sum(bound, "booked");
    const available = sum(bound, "available");
    const share = available ? `(${Math.round((100 * booked) / available)} %)` : "";
    const count = (key, title, found, isBad = false) => ({
        key, title, value: `${found.length}`, ids: found.map(({ id }) => id), isBad: isBad && found.length > 0,
    });
    const isDue = (bar) => bar.deadline && bar.deadline < now && bar.state !== "done";
    return [
        {
            key: "load",
            title: _t("Booked"),
            value: [`${formatHours(booked)}/${formatHours(available)} h`, share].filter(Boolean).join(" "),
            ids: [],
            isBad: available > 0 && booked > available,
        },
        count("planned", _t("Not Dispatched"), bars.filter((bar) => bar.state === "planned")),
        count("under_way", _t("Under Way"), bars.filter((bar) => bar.state === "under_way")),
        count("done", _t("Done"), bars.filter((bar) => bar.state === "done")),
        count("conflicts", _t("With Conflicts"), bars.filter((bar) => model.findings[bar.id]), true),
        count(
            "late", _t("Late"),
            bars.filter((bar) => isDue(bar) || (["planned", "dispatched"].includes(bar.state) && bar.end < now)),
            true
        ),
    ];
}

function sum(items, name) {
    return items.reduce((total, each) => total + each[name], 0);
}
