import {
    Component,
    onMounted,
    onPatched,
    onWillRender,
    onWillUnmount,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { usePopover } from "@web/core/popover/popover_hook";
import { ScheduleAssignments } from "./schedule_assignments";
import { ScheduleCandidates } from "./schedule_candidates";
import { ScheduleCard } from "./schedule_card";
import { describe, describeOthers, drawRow, outlineRow } from "./schedule_drawing";
import { ScheduleCrew } from "./schedule_crew";
import { getFigures } from "./schedule_figures";
import { ScheduleHand } from "./schedule_hand";
import { getPieces, getRowConflict, SCALES } from "./schedule_layout";
import { ScheduleMap } from "./schedule_map";
import { ScheduleRow } from "./schedule_row";
import { ScheduleSplit } from "./schedule_split";
import { ScheduleTray } from "./schedule_tray";
import { getColorClass, getLegend, isToCome } from "./schedule_words";

const { DateTime } = luxon;
/** Pixels after which a board that is scrolled looks at other rows */
const GLANCE = 200;
const DAY = 24 * 3600;

export class ScheduleRenderer extends Component {
    static template = "service_management.ScheduleRenderer";
    static components = { Dropdown, DropdownItem, ScheduleMap, ScheduleRow, ScheduleTray };
    static props = {
        model: Object,
        archInfo: Object,
        hasTray: Boolean,
        hasMap: Boolean,
        showMap: Function,
        setDragging: Function,
        openRecord: Function,
    };

    setup() {
        this.body = useRef("body");
        this.time = useRef("time");
        this.state = useState({
            width: 900,
            // Which part of the rows is in sight: what lies beyond it has no bars yet.
            from: 0,
            to: Infinity,
            now: Date.now() / 1000,
            chosen: new Set(),
            focused: null,
            ghost: null,
            person: false,
            said: "",
        });
        this.hand = new ScheduleHand(this);
        this.action = useService("action");
        this.card = usePopover(ScheduleCard, { position: "right" });
        this.observer = new ResizeObserver(() => this.measure());
        onMounted(() => {
            this.measure();
            this.clock = browser.setInterval(() => (this.state.now = Date.now() / 1000), 60 * 1000);
        });
        onWillRender(() => this.draw());
        onPatched(() => this.keepFocus());
        useEffect(() => this.keepPlace(), () => [this.props.model.meta.zoom]);
        onWillUnmount(() => {
            this.observer.disconnect();
            browser.clearInterval(this.clock);
            this.hand.letGo();
        });
        useEffect(
            (el) => {
                if (el) {
                    this.observer.observe(el);
                    return () => this.observer.unobserve(el);
                }
            },
            () => [this.time.el]
        );
    }

    measure() {
        const width = this.time.el?.clientWidth;
        if (width && width !== this.state.width) {
            this.state.width = width;
        }
        this.look();
    }

    /** See what is in sight, and a board's height around it. */
    look() {
        const { scrollTop, clientHeight } = this.body.el || {};
        if (clientHeight) {
            const round = (pixels) => Math.round(pixels / GLANCE) * GLANCE;
            this.state.from = round(scrollTop - clientHeight);
            this.state.to = round(scrollTop + 2 * clientHeight);
        }
    }

    //-------------------------------------------------------------------- what is drawn

    /** Everything is laid once a change, and rows are drawn once they are in sight. */
    draw() {
        const { model } = this.props;
        const { width, chosen, now, from, to } = this.state;
        const seen = [model.version, width, chosen, now];
        if (!this.seen?.every((value, index) => value === seen[index])) {
            this.seen = seen;
            this.axis = model.getAxis(width);
            this.laid = model.getLaidRows();
            this.outlines = this.laid.map(outlineRow);
            this.lines = new Map();
            this.frame = {
                days: this.axis.getDayTicks(),
                hours: this.axis.getHourTicks(this.hourStep),
                now: this.axis.start <= now && now < this.axis.end ? this.axis.at(now) : null,
                legend: getLegend(model),
                figures: getFigures(this.laid, model, now),
            };
        }
        let top = 0;
        const rows = this.outlines.map((outline, index) => {
            const isInSight = top < to && top + outline.height > from;
            top += outline.height;
            return isInSight ? this.getLine(this.laid[index]) : outline;
        });
        this.drawn = { ...this.frame, rows };
    }

    /** A line stays the same until something on it changes. */
    getLine(laid) {
        const { id } = laid.row;
        if (!this.lines.has(id)) {
            const { model } = this.props;
            this.lines.set(id, drawRow(laid, { axis: this.axis, model, chosen: this.state.chosen }));
        }
        return this.lines.get(id);
    }

    /** The row of what is held, which shows it */
    get heldRow() {
        return this.state.ghost ? this.props.model.bars.get(this.state.ghost.id)?.row : null;
    }

    /** Labels of hours need room. */
    get hourStep() {
        const pixels = this.axis.pixelsPerSecond * 3600;
        const { scale, zoom } = this.props.model.meta;
        const step = zoom > 1 ? 1 : SCALES[scale].hours;
        return [1, 2, 3, 6, 12].find((hours) => hours >= step && hours * pixels >= 34) || 24;
    }

    /** A day as its column has room for it */
    formatDay({ date, width }) {
        if (width < 45) {
            return `${date.day}`;
        }
        const month = width < 85 ? {} : { month: "numeric" };
        return date.toLocaleString({ weekday: "short", day: "numeric", ...month });
    }

    getColorClass(color) {
        return getColorClass(color);
    }

    /** The axis is longer or shorter: what is under the pointer, else in the middle, stays there. */
    keepPlace() {
        const body = this.body.el;
        const width = this.time.el?.clientWidth;
        if (!width || width === this.state.width) {
            return;
        }
        const side = this.time.el.previousElementSibling.clientWidth;
        const held = this.anchor ?? (body.clientWidth - side) / 2;
        const scrolled = Math.abs(body.scrollLeft);
        const left = ((scrolled + held) * width) / this.state.width - held;
        body.scrollLeft = this.hand.isRtl ? -left : left;
        this.anchor = null;
        this.state.width = width;
    }

    onWheel(ev) {
        if (ev.ctrlKey || ev.metaKey) {
            ev.preventDefault();
            const { left, right } = this.body.el.getBoundingClientRect();
            const side = this.time.el.previousElementSibling.clientWidth;
            this.anchor = (this.hand.isRtl ? right - ev.clientX : ev.clientX - left) - side;
            this.props.model.zoom(ev.deltaY < 0 ? 1 : -1);
        }
    }

    //-------------------------------------------------------------------- choosing

    onBarClick(ev, bar) {
        if (this.hand.wasDragged) {
            return;
        }
        if (ev.ctrlKey || ev.metaKey) {
            const chosen = new Set(this.state.chosen);
            chosen.delete(bar.id) || chosen.add(bar.id);
            this.choose(chosen);
            return;
        }
        this.choose([]);
        this.showCard(ev.currentTarget, bar);
    }

    /** Show what is known of a bar, and what can be done with it. */
    showCard(target, bar) {
        const { model } = this.props;
        this.card.open(target, {
            bar,
            others: describeOthers(bar, model),
            findings: model.findings[bar.id] || [],
            travel: model.travel[bar.id] || {},
            open: () => this.props.openRecord(bar.id),
            acts: this.getActs(bar),
        });
    }

    /** Show somebody's day on the map. */
    showOnMap(row) {
        this.state.person = row.id;
        this.props.showMap();
    }

    choosePerson(id) {
        this.state.person = id;
    }

    takeWaiting(ev, bar) {
        this.hand.onPointerDown(ev, bar);
    }

    /** What waits is chosen with a click, and with Ctrl beside what was chosen. */
    onWaitingClick(ev, bar) {
        if (!this.hand.wasDragged && this.canMove(bar)) {
            const chosen = new Set(ev.ctrlKey || ev.metaKey ? this.state.chosen : []);
            const wasChosen = this.state.chosen.has(bar.id);
            this.choose(wasChosen ? [...chosen].filter((id) => id !== bar.id) : chosen.add(bar.id));
        }
    }

    /** @returns {{ title: string, act: Function }[]} what can be done with a bar */
    getActs(bar) {
        const { model } = this.props;
        if (!model.canPlan) {
            return [];
        }
        const isOpen = isToCome(bar);
        const canMove = this.canMove(bar);
        const isPlanned = Boolean(bar.row && bar.start);
        const push = canMove && isPlanned ? model.getPush(bar) : [];
        const crew = model.getCrew(bar);
        const parts = model.getParts(bar);
        const acts = [
            [isPlanned && bar.state === "planned", _t("Dispatch"), () => model.dispatch(
                crew.filter((each) => each.state === "planned").map((each) => each.id)
            )],
            [isOpen && bar.is_locked, _t("Unlock"), () => model.lock([bar.id], false)],
            [isOpen && isPlanned && !bar.is_locked, _t("Lock"), () => model.lock([bar.id], true)],
            [canMove && isPlanned, _t("Take Back"), () => this.plan([{ bar, row: false, start: false, end: false }])],
            [canMove, _t("Who Can Come First?"), () => this.ask(bar)],
            [push.length, _t("Push Following"), () => this.plan(push)],
            [isOpen && isPlanned, _t("Add to Crew"), () => this.askCrew(bar)],
            [canMove && isPlanned && !bar.lead, _t("Divide"), () => this.askSplit(bar)],
            [isPlanned, _t("Copy"), () => this.copy(bar)],
            [crew.length > 1, _t("Choose the Crew"), () => this.choose(crew.map((each) => each.id))],
            [parts.length > 1, _t("Choose All Parts"), () => this.choose(parts.map((each) => each.id))],
        ];
        return acts.filter(([isOffered]) => isOffered).map(([_isOffered, title, act]) => ({ title, act }));
    }

    choose(ids) {
        this.state.chosen = new Set(ids);
    }

    /** Look for somebody, and plan whom the dispatcher takes. */
    ask(bar) {
        const { model } = this.props;
        this.card.close();
        model.dialog.add(ScheduleCandidates, {
            bar,
            find: () => model.call("get_candidates", [[bar.id]]),
            plan: ({ row, start }) => this.plan([{ bar, row, start, end: false }]),
        });
    }

    /** Show what would be dispatched, and whom it tells, before it is done. */
    async dispatchChosen() {
        const ids = this.chosenBars.map((bar) => bar.id);
        const dialog = await this.props.model.call("action_dispatch_many", [ids]);
        await this.action.doAction(dialog, { onClose: () => this.props.model.reload(ids) });
    }

    /** Let somebody else come along. */
    askCrew(bar) {
        const { model } = this.props;
        const comes = new Set(model.getCrew(bar).map((each) => each.row));
        const offers = this.laid
            .filter(({ row }) => !comes.has(row.id))
            .map(({ row, bars }) => ({ row, conflict: getRowConflict(row, bars, [bar.start, bar.end]) }));
        model.dialog.add(ScheduleCrew, {
            bar,
            // Who is free comes first.
            offers: offers.sort((a, b) => Boolean(a.conflict) - Boolean(b.conflict)),
            add: (row) => this.make({ bar, row, start: bar.start, lead: bar.lead || bar.id }),
        });
    }

    askSplit(bar) {
        const { model } = this.props;
        const { row } = this.laid.find((each) => each.row.id === bar.row);
        model.dialog.add(ScheduleSplit, {
            bar,
            isLong: getPieces([bar.start, bar.end], this.axis.days, row.open).length > 1 ||
                bar.end - bar.start > DAY,
            split: (hours) => model.split(bar, hours),
        });
    }

    /** Say to whom what was chosen could go. */
    askAssignments() {
        const { model } = this.props;
        const bars = this.movableBars;
        model.dialog.add(ScheduleAssignments, {
            find: () => model.call("get_assignments", [bars.map((bar) => bar.id)]),
            plan: (rows) => this.plan(
                rows.map(({ id, row, start }) => ({
                    bar: bars.find((bar) => bar.id === id), row, start, end: false,
                }))
            ),
        });
    }

    /** The same work once more, right after it */
    copy(bar) {
        return this.make({ bar, row: bar.row, start: bar.end });
    }

    /** Make a visit for the work of another one. */
    async make({ bar, row, start, lead = false }) {
        await this.props.model.plan([
            { from: bar.id, row, start, hours: bar.hours, part_of: false, lead },
        ]);
    }

    get chosenBars() {
        const { bars, waiting } = this.props.model;
        return [...this.state.chosen]
            .map((id) => bars.get(id) || waiting.bars.find((bar) => bar.id === id))
            .filter(Boolean);
    }

    get movableBars() {
        return this.chosenBars.filter((bar) => this.canMove(bar));
    }

    /** Several visits to somebody else, at their times */
    giveTo(row) {
        return this.plan(
            this.movableBars.filter((bar) => bar.start)
                .map((bar) => ({ bar, row, start: bar.start, end: false }))
        );
    }

    /** Several visits by so many minutes, or by whole days at the same time of the clock */
    moveBy({ days = 0, minutes = 0 }) {
        return this.plan(
            this.movableBars.filter((bar) => bar.start).map((bar) => ({
                bar,
                row: bar.row,
                start: DateTime.fromSeconds(bar.start).plus({ days, minutes }).toSeconds(),
                end: false,
            }))
        );
    }

    takeBack() {
        return this.plan(
            this.movableBars.filter((bar) => bar.row)
                .map((bar) => ({ bar, row: false, start: false, end: false }))
        );
    }

    async lock(isLocked) {
        const planned = this.chosenBars.filter((bar) => bar.row);
        await this.props.model.lock(planned.map((bar) => bar.id), isLocked);
        this.choose([]);
    }

    /** All of a row on the board: a sick technician's day is given away at once. */
    chooseRow(line) {
        const laid = this.laid.find(({ row }) => row.id === line.row.id);
        this.choose(laid.bars.filter((bar) => this.canMove(bar)).map((bar) => bar.id));
    }

    //-------------------------------------------------------------------- dropping

    canMove(bar) {
        const { model } = this.props;
        return model.canPlan && !bar.is_locked && isToCome(bar);
    }

    /** Plan what was dropped; with it go the others that were chosen. */
    drop(bar, ghost) {
        if (ghost.isCopy) {
            return this.make({ bar, row: ghost.row, start: ghost.start });
        }
        const isMany = this.state.chosen.has(bar.id) && ghost.part === "move";
        const bars = isMany ? this.movableBars : [bar];
        return this.plan(bar.row && bar.start ? this.moveAlong(bars, bar, ghost) : this.queueUp(bars, ghost));
    }

    /** What is planned keeps its distance to what is held. */
    moveAlong(bars, bar, ghost) {
        return bars.filter((each) => each.start).map((each) => ({
            bar: each,
            row: each.row === bar.row ? ghost.row : each.row,
            start: each === bar ? ghost.start : each.start + ghost.start - bar.start,
            // The work is as long as before, by the hours of whoever does it.
            end: ghost.part === "move" ? false : ghost.end,
        }));
    }

    /** What waits is done one after the other. */
    queueUp(bars, ghost) {
        let start = ghost.start;
        return bars.filter((each) => !(each.row && each.start)).map((each) => {
            const move = { bar: each, row: ghost.row, start, end: false };
            start += Math.round(each.hours * 3600);
            return move;
        });
    }

    async plan(moves) {
        if (!moves.length) {
            return;
        }
        const moved = await this.props.model.plan(
            moves.map(({ bar, row, start, end }) => ({
                id: bar.id, row, start, end,
                known: { row: bar.row, start: bar.start, end: bar.end },
            }))
        );
        if (moved) {
            this.choose([]);
            const bar = this.props.model.bars.get(moves[0].bar.id);
            this.state.said = bar ? describe(bar, this.props.model) : _t("It waits to be planned.");
        }
    }

    //-------------------------------------------------------------------- keys

    /** Arrows go from bar to bar; Space takes one into the hand, arrows move it, Enter drops it. */
    async onKeyDown(ev, bar) {
        const { model } = this.props;
        if (this.state.ghost) {
            return this.hand.onKeyDown(ev, bar);
        }
        const keys = {
            ArrowLeft: () => this.focusNext(bar, -1, 0),
            ArrowRight: () => this.focusNext(bar, 1, 0),
            ArrowUp: () => this.focusNext(bar, 0, -1),
            ArrowDown: () => this.focusNext(bar, 0, 1),
            Enter: () => this.props.openRecord(bar.id),
            " ": () => this.canMove(bar) && this.hand.hold(bar),
            Delete: () =>
                bar.row && this.canMove(bar) && this.plan([{ bar, row: false, start: false, end: false }]),
            "+": () => model.zoom(1),
            "-": () => model.zoom(-1),
            w: () => this.canMove(bar) && this.ask(bar),
            c: () => bar.row && model.canPlan && this.copy(bar),
            d: () => bar.row && !bar.lead && this.canMove(bar) && this.askSplit(bar),
            a: () => bar.row && model.canPlan && isToCome(bar) && this.askCrew(bar),
            l: () => bar.row && model.canPlan && model.lock([bar.id], !bar.is_locked),
        };
        const act = !ev.ctrlKey && !ev.metaKey && !ev.altKey && keys[ev.key];
        if (act) {
            ev.preventDefault();
            ev.stopPropagation();
            await act();
        }
    }

    focusNext(bar, along, across) {
        const index = this.laid.findIndex(({ row }) => row.id === bar.row);
        let next;
        if (along) {
            const bars = [...(this.laid[index]?.bars || [])].sort((a, b) => a.start - b.start || a.id - b.id);
            next = bars[bars.findIndex((each) => each.id === bar.id) + (this.hand.isRtl ? -along : along)];
        } else {
            for (let i = index + across; this.laid[i] && !next; i += across) {
                next = [...this.laid[i].bars].sort(
                    (a, b) => Math.abs(a.start - bar.start) - Math.abs(b.start - bar.start)
                )[0];
            }
        }
        if (next) {
            this.focusBar(next.id);
        }
    }

    findBar(id) {
        return this.body.el?.querySelector(`.o_schedule_bar[data-id="${id}"]`);
    }

    /** Go to a bar; where it is out of sight, it is focused once it is drawn. */
    focusBar(id) {
        this.state.focused = id;
        const bar = this.findBar(id);
        if (bar) {
            bar.focus();
        } else {
            document.activeElement?.blur();
            const { row } = this.props.model.bars.get(id);
            this.body.el.querySelector(`.o_schedule_row[data-row="${row}"]`)?.scrollIntoView({ block: "center" });
        }
    }

    onFocus(bar) {
        this.state.focused = bar.id;
    }

    /** A bar that moved is another element; whoever steered it by keys goes on. */
    keepFocus() {
        if (this.state.focused && document.activeElement === document.body) {
            this.findBar(this.state.focused)?.focus();
        }
    }
}
