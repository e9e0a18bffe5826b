import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { groupBy } from "@web/core/utils/arrays";
import { KeepLast } from "@web/core/utils/concurrency";
import { Model } from "@web/model/model";
import { Axis, getHours, getLoad, getPeriod, layLanes, SCALES, STEPS, ZOOMS } from "./schedule_layout";
import { ScheduleHistory } from "./schedule_history";
import { moveConfirmed } from "./schedule_move";
import { COLORS, GROUPS, isToCome } from "./schedule_words";
import { confirmWarnings } from "../views/service_dispatch_warning";

const { DateTime } = luxon;
/** Milliseconds for which a bar shows that somebody else has changed it */
const FLASH = 2500;
const ABSENCE = { title: _t("Away?"), confirmLabel: _t("Away") };

/** What a schedule shows: rows, bars in a window of time, and what waits beside it. */
export class ScheduleModel extends Model {
    static services = ["orm", "dialog", "notification", "action"];

    setup(params, { orm, dialog, notification, action }) {
        this.orm = orm;
        this.dialog = dialog;
        this.notification = notification;
        this.action = action;
        this.resModel = params.resModel;
        this.archInfo = params.archInfo;
        this.keepLast = new KeepLast();
        this.keepLastWaiting = new KeepLast();
        this.history = new ScheduleHistory();
        this.rows = [];
        this.bars = new Map();
        this.findings = {};
        this.travel = {};
        this.waiting = { count: 0, bars: [] };
        this.flashing = new Set();
        this.queue = Promise.resolve();
        this.version = 0;
        this.meta = {
            scale: this.archInfo.defaultScale,
            zoom: 1,
            step: this.archInfo.step,
            color: "state",
            group: "team",
            teams: [],
            zones: [],
            skills: [],
            name: "",
        };
        const kept = params.state || {};
        this.takeView(kept);
        this.meta.date = kept.date ? DateTime.fromISO(kept.date) : DateTime.local();
    }

    /** What is remembered of how somebody looks at the board */
    exportState() {
        return { ...this.exportView(), date: this.meta.date.toISODate() };
    }

    /** What a favourite keeps of it: any day */
    exportView() {
        const { date, ...view } = this.meta;
        return view;
    }

    /** Look at the board as somebody did; what it does not know stays as it is. */
    takeView(kept) {
        const isKnown = {
            scale: (scale) => scale in SCALES,
            zoom: (zoom) => ZOOMS.includes(zoom),
            step: (step) => STEPS.includes(step),
            color: (color) => color in COLORS,
            group: (group) => group in GROUPS,
            teams: Array.isArray,
            zones: Array.isArray,
            skills: Array.isArray,
            name: (name) => typeof name === "string",
        };
        for (const [name, isOne] of Object.entries(isKnown)) {
            if (isOne(kept[name])) {
                this.meta[name] = kept[name];
            }
        }
    }

    /** What was drawn of an earlier version is drawn anew. */
    notify() {
        this.version++;
        super.notify();
    }

    //-------------------------------------------------------------------- reading

    async load({ domain = this.domain, context = this.context, ...meta } = {}) {
        // A favourite brings how the board was looked at, too.
        const saved = context.service_schedule;
        if (saved && saved !== this.context?.service_schedule) {
            this.takeView(saved);
        }
        Object.assign(this, { domain, context });
        for (const name of ["scale", "date"]) {
            this.meta[name] = meta[name] || this.meta[name];
        }
        const period = getPeriod(this.meta.date, this.meta.scale);
        const [shown, waiting] = await this.keepLast.add(
            Promise.all([
                this.call("get_schedule", [
                    period.start.toSeconds(),
                    period.end.toSeconds(),
                    domain,
                ]),
                this.call("get_schedule_waiting", [domain]),
            ])
        );
        this.period = period;
        this.canPlan = shown.can_plan;
        this.rows = shown.rows;
        this.bars = new Map(shown.bars.map((bar) => [bar.id, bar]));
        this.waiting = waiting;
        this.findings = {};
        this.travel = {};
        this.notify();
        this.loadDetails([...this.bars.keys()]);
    }

    call(method, args, kwargs = {}) {
        return this.orm.call(this.resModel, method, args, { ...kwargs, context: this.context });
    }

    /** What speaks against plans, and the roads between them, come after the plans are there. */
    async loadDetails(ids) {
        if (ids.length) {
            const { findings, travel } = await this.call("get_schedule_details", [ids]);
            for (const id of ids) {
                delete this.findings[id];
            }
            Object.assign(this.findings, findings);
            Object.assign(this.travel, travel);
            this.notify();
        }
    }

    async loadWaiting(offset = 0) {
        const page = await this.keepLastWaiting.add(
            this.call("get_schedule_waiting", [this.domain], { offset })
        );
        const known = offset ? this.waiting.bars.slice(0, offset) : [];
        this.waiting = { count: page.count, bars: [...known, ...page.bars] };
        this.notify();
    }

    /**
     * Read some visits anew: those that are gone, or lie outside of the window now, leave it.
     *
     * @param {number[]} ids
     * @param {boolean} isOthers whether somebody else changed them
     */
    async reload(ids, isOthers = false) {
        const bars = await this.call("get_schedule_bars", [ids]);
        const read = new Map(bars.map((bar) => [bar.id, bar]));
        const touched = new Set();
        for (const id of ids) {
            const known = this.bars.get(id);
            const bar = read.get(id);
            touched.add(known?.row).add(bar?.row);
            if (bar && this.isShown(bar)) {
                const isFound = known ? known.is_found : true;
                const isChanged = JSON.stringify({ ...bar, is_found: isFound }) !== JSON.stringify(known);
                this.bars.set(id, { ...bar, is_found: isFound });
                if (isOthers && isChanged) {
                    this.flash(id);
                }
            } else {
                this.bars.delete(id);
            }
        }
        this.notify();
        const concerned = [...this.bars.values()].filter((bar) => touched.has(bar.row));
        await Promise.all([
            this.loadDetails(concerned.map((bar) => bar.id)),
            this.loadWaiting(),
        ]);
    }

    isShown(bar) {
        return (
            bar.row &&
            bar.start &&
            bar.state !== "cancelled" &&
            bar.start < this.period.end.toSeconds() &&
            bar.end > this.period.start.toSeconds() &&
            this.rows.some((row) => row.id === bar.row)
        );
    }

    flash(id) {
        this.flashing.add(id);
        browser.setTimeout(() => {
            this.flashing.delete(id);
            this.notify();
        }, FLASH);
    }

    //-------------------------------------------------------------------- what is drawn

    /** What technicians can be chosen by: { teams, zones, skills: [{ id, name }] } */
    get choices() {
        const gather = (getAll) => {
            const found = new Map(this.rows.flatMap(getAll).map((each) => [each.id, each]));
            return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
        };
        return {
            teams: gather((row) => [row.team]),
            zones: gather((row) => row.zones),
            skills: gather((row) => row.skills.map((name) => ({ id: name, name }))),
        };
    }

    /** Choose technicians by one more team, zone or skill, or by one less. */
    toggle(kind, id) {
        const chosen = this.meta[kind];
        this.setMeta({
            [kind]: chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id],
        });
    }

    /** Rows that somebody chose, in their groups: who is left out keeps what is planned. */
    get shownRows() {
        const { teams, zones, skills, name, group } = this.meta;
        const wanted = name.trim().toLowerCase();
        const rows = this.rows.filter(
            (row) =>
                (!teams.length || teams.includes(row.team.id)) &&
                // Who has no zone works in all of them.
                (!zones.length || !row.zones.length || row.zones.some(({ id }) => zones.includes(id))) &&
                skills.every((skill) => row.skills.includes(skill)) &&
                (!wanted ||
                    [row.name, ...row.skills].some((text) => text.toLowerCase().includes(wanted)))
        );
        if (group === "team") {
            return rows;
        }
        return rows.sort(
            (a, b) => this.getGroup(a).localeCompare(this.getGroup(b)) || a.name.localeCompare(b.name)
        );
    }

    /** @returns {string} the name of the group in which a row is shown */
    getGroup(row) {
        const { group } = this.meta;
        if (group === "zone") {
            return row.zones.map(({ name }) => name).join(", ");
        }
        return group === "team" ? row.team.name : "";
    }

    getAxis(width) {
        const spans = this.rows.flatMap((row) => row.present);
        for (const bar of this.bars.values()) {
            spans.push([bar.start, bar.end]);
        }
        const scale = SCALES[this.meta.scale];
        const hours = scale.hours >= 24 ? [0, 24] : getHours(spans, this.period);
        return new Axis(this.period, hours, width);
    }

    /** @returns {Object[]} shown rows with their bars, lanes and load */
    getLaidRows() {
        const byRow = groupBy([...this.bars.values()], (bar) => bar.row);
        const span = [this.period.start.toSeconds(), this.period.end.toSeconds()];
        let before = null;
        return this.shownRows.map((row) => {
            const bars = byRow[row.id] || [];
            const group = this.getGroup(row);
            const isFirst = group !== before;
            before = group;
            return { row, bars, group, isFirst, ...layLanes(bars), ...getLoad(row, bars, span) };
        });
    }

    //-------------------------------------------------------------------- looking

    setMeta(values) {
        Object.assign(this.meta, values);
        this.notify();
    }

    get canZoomIn() {
        return this.meta.zoom < ZOOMS.at(-1);
    }

    get canZoomOut() {
        return this.meta.zoom > 1;
    }

    /** @param {number} steps longer, or shorter */
    zoom(steps) {
        const zoom = ZOOMS[ZOOMS.indexOf(this.meta.zoom) + steps];
        if (zoom) {
            this.setMeta({ zoom });
        }
    }

    /** @param {number} steps windows forward, or backward */
    move(steps) {
        const { days } = SCALES[this.meta.scale];
        const unit = this.meta.scale === "month" ? { months: steps } : { days: steps * days };
        return this.load({ date: this.period.start.plus(unit) });
    }

    //-------------------------------------------------------------------- acting

    /**
     * @param {Object[]} moves as `move_on_schedule` takes them
     * @param {Function} [remember] what is done with what was moved
     * @returns {Promise<Object[] | false>} what has moved, if it was done
     */
    plan(moves, remember) {
        const ask = (options) => this.call("move_on_schedule", [moves], options);
        return this.act(ask, moves.map((each) => each.id || each.from), remember);
    }

    /** @param {number | false} hours of the first part; without them each part is a working day */
    split(bar, hours) {
        const known = { row: bar.row, start: bar.start, end: bar.end };
        const ask = (options) => this.call("split_on_schedule", [[bar.id]], { hours, known, ...options });
        return this.act(ask, [bar.id]);
    }

    /** Do one thing after the other: a second drop waits for the first one. */
    act(ask, ids, remember = (moved) => this.history.push(moved)) {
        const result = this.queue.then(() => this._act(ask, ids, remember)).catch((error) => {
            this.reload(ids);
            throw error;
        });
        this.queue = result.catch(() => {});
        return result;
    }

    async _act(ask, ids, remember) {
        const moved = await moveConfirmed(this, ask);
        if (moved) {
            remember(moved);
        }
        await this.reload([...new Set([...ids, ...(moved || []).map(({ id }) => id)])]);
        return moved;
    }

    async undo() {
        if (this.history.canUndo) {
            await this._step("done", this.history.getUndo(), (m) => this.history.confirmUndo(m));
        }
    }

    async redo() {
        if (this.history.canRedo) {
            await this._step("undone", this.history.getRedo(), (m) => this.history.confirmRedo(m));
        }
    }

    async _step(name, moves, confirm) {
        let isConfirmed = false;
        const isDone = await this.plan(moves, (moved) => {
            isConfirmed = true;
            confirm(moved);
        });
        if (!isDone && !isConfirmed) {
            this.history.forget(name);
            this.notify();
        }
    }

    async lock(ids, isLocked) {
        await this.call("action_lock", [ids], { is_locked: isLocked });
        await this.reload(ids);
    }

    async dispatch(ids) {
        await this.call("action_dispatch", [ids]);
        await this.reload(ids);
    }

    /** Print the days that are shown of some people: a page for each of them. */
    async printDays(rows) {
        const { start, end } = this.period;
        const ids = rows.map((row) => row.id);
        await this.action.doAction(
            await this.call("action_print_days", [ids, start.toSeconds(), end.toSeconds()])
        );
    }

    /** Somebody does not come on the first day that is shown. */
    async recordAbsence(row) {
        const { start } = this.period;
        const span = [start.toSeconds(), start.plus({ days: 1 }).toSeconds()];
        const { questions } = await this.call("record_absence", [row.id, ...span]);
        if (!(await confirmWarnings(this.dialog, questions, ABSENCE))) {
            return;
        }
        const { leave_id, moved } = await this.call("record_absence", [row.id, ...span], {
            is_confirmed: true,
        });
        await this.load();
        const close = this.notification.add(_t("%s is away.", row.name), {
            type: "success",
            buttons: [
                {
                    name: _t("Undo"),
                    primary: true,
                    onClick: async () => {
                        close();
                        await this.call("end_absence", [leave_id]);
                        const moves = moved.map(({ id, before, after }) => ({
                            id, ...before, known: after,
                        }));
                        await (moves.length && this.plan(moves, () => {}));
                        await this.load();
                    },
                },
            ],
        });
    }

    /** @returns {Object[]} bars that arrive together with one */
    getCrew(bar) {
        return bar.lead ? [...this.bars.values()].filter((each) => each.lead === bar.lead) : [bar];
    }

    /** @returns {Object[]} bars that are parts of the same work */
    getParts(bar) {
        return bar.part_of ? [...this.bars.values()].filter((each) => each.part_of === bar.part_of) : [bar];
    }

    /**
     * What has to give way to a bar: those after it begin when the one before them ends.
     *
     * @returns {Object[]} moves, none where somebody cannot move
     */
    getPush(bar) {
        const moves = [];
        let end = bar.end;
        const others = [...this.bars.values()]
            .filter((each) => each.row === bar.row && each.id !== bar.id && each.start >= bar.start)
            .sort((a, b) => a.start - b.start);
        for (const next of others) {
            if (next.start >= end) {
                break;
            }
            if (next.is_locked || !isToCome(next)) {
                return [];
            }
            moves.push({ bar: next, row: next.row, start: end, end: false });
            end += next.end - next.start;
        }
        return moves;
    }
}
