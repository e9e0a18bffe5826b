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
import { usePopover } from "@web/core/popover/popover_hook";
import { getGaps, getRowConflict, SCALES } from "./schedule_layout";
import { ScheduleCandidates } from "./schedule_candidates";
import { ScheduleCard } from "./schedule_card";
import { COLOR_COUNT, getColor, getLegend, getTime, isToCome, STATES } from "./schedule_words";

const { DateTime } = luxon;
/** Pixels that a hand may shake before it drags */
const SHAKE = 4;
export const LANE_HEIGHT = 22;
const MINUTE = 60;

export class ScheduleRenderer extends Component {
    static template = "service_management.ScheduleRenderer";
    static components = { Dropdown, DropdownItem };
    static props = {
        model: Object,
        archInfo: Object,
        hasTray: Boolean,
        setDragging: Function,
        openRecord: Function,
    };

    setup() {
        this.body = useRef("body");
        this.time = useRef("time");
        this.state = useState({
            width: 900,
            now: Date.now() / 1000,
            chosen: new Set(),
            focused: null,
            ghost: null,
            said: "",
        });
        this.card = usePopover(ScheduleCard, { position: "right" });
        this.observer = new ResizeObserver(() => this.measure());
        onMounted(() => {
            this.measure();
            this.clock = browser.setInterval(() => (this.state.now = Date.now() / 1000), MINUTE * 1000);
        });
        onWillRender(() => this.draw());
        onPatched(() => this.keepFocus());
        onWillUnmount(() => {
            this.observer.disconnect();
            browser.clearInterval(this.clock);
            this.stopDragging();
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
    }

    //-------------------------------------------------------------------- what is drawn

    /** Everything is laid once a drawing. */
    draw() {
        const { model } = this.props;
        this.axis = model.getAxis(this.state.width);
        this.laid = model.getLaidRows();
        const now = this.state.now;
        this.drawn = {
            rows: this.laid.map((laid) => this.drawRow(laid)),
            days: this.axis.getDayTicks(),
            hours: this.axis.getHourTicks(this.hourStep),
            now: this.axis.start <= now && now < this.axis.end ? this.axis.at(now) : null,
            legend: getLegend(model),
        };
    }

    /** Labels of hours need room. */
    get hourStep() {
        const pixels = this.axis.pixelsPerSecond * 3600;
        const step = SCALES[this.props.model.meta.scale].hours;
        return [1, 2, 3, 6, 12].find((hours) => hours >= step && hours * pixels >= 34) || 24;
    }

    drawRow({ row, bars, lanes, count, isFirst, booked, available }) {
        return {
            row, isFirst, booked, available,
            shades: this.getShades(row),
            height: Math.max(count * LANE_HEIGHT + 4, 30),
            isFull: available !== null && booked > available + 0.01,
            roads: bars.flatMap((bar) => this.drawRoads(bar, lanes.get(bar.id))),
            bars: bars.map((bar) => this.drawBar(bar, lanes.get(bar.id))).filter(Boolean),
        };
    }

    /** When somebody does not work, and when he would, but is away */
    getShades(row) {
        if (!row.is_bound) {
            return [];
        }
        const closed = this.axis.days.flatMap(({ start, end }) => getGaps([start, end], row.open));
        const away = row.open.flatMap((span) => getGaps(span, row.present));
        return [
            ...closed.map((span) => ({ kind: "closed", span })),
            ...away.map((span) => ({ kind: "leave", span })),
        ].flatMap(({ kind, span }) => {
            const placed = this.axis.place(span);
            return placed ? [{ kind, key: `${kind}${span[0]}`, ...placed }] : [];
        });
    }

    /** The drive to a visit before it, and home after the last one */
    drawRoads(bar, lane) {
        const { minutes, km, back } = this.props.model.travel[bar.id] || {};
        const top = `top:${lane * LANE_HEIGHT + 9}px`;
        const draw = (key, span, title) => {
            const placed = this.axis.place(span);
            return placed?.width
                ? [{ key, title, style: `inset-inline-start:${placed.left}px;width:${placed.width}px;${top}` }]
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
                ? draw(
                      `back${bar.id}`,
                      [bar.end, bar.end + back * MINUTE],
                      _t("%s min back", back)
                  )
                : []),
        ];
    }

    drawBar(bar, lane) {
        const placed = this.axis.place([bar.start, bar.end]);
        if (!placed) {
            return null;
        }
        const { model } = this.props;
        const findings = model.findings[bar.id] || [];
        return {
            ...bar,
            findings,
            style: `inset-inline-start:${placed.left}px;width:${Math.max(placed.width - 1, 6)}px;top:${lane * LANE_HEIGHT + 2}px`,
            color: getColor(bar, model),
            icon: STATES[bar.state].icon,
            isChosen: this.state.chosen.has(bar.id),
            isFlashing: model.flashing.has(bar.id),
            isPreferred: bar.preferred_id && bar.preferred_id === bar.row,
            label: this.describe(bar, findings),
        };
    }

    /** What is read aloud of a bar */
    describe(bar, findings = []) {
        const row = this.props.model.rows.find((each) => each.id === bar.row);
        return [
            getTime(bar), row?.name, bar.title, bar.customer, bar.city, STATES[bar.state].title,
            bar.is_locked && _t("Locked"), ...findings.map((finding) => finding.text),
        ].filter(Boolean).join(", ");
    }

    get leaveTitle() {
        return _t("On leave");
    }

    formatHours(hours) {
        return hours === null ? "" : `${Math.round(hours * 10) / 10}`;
    }

    getSlaClass(bar) {
        return bar.sla_state ? `o_schedule_promise_${bar.sla_state}` : "";
    }

    //-------------------------------------------------------------------- choosing

    onBarClick(ev, bar) {
        if (this.wasDragged) {
            return;
        }
        if (ev.ctrlKey || ev.metaKey) {
            const chosen = new Set(this.state.chosen);
            chosen.delete(bar.id) || chosen.add(bar.id);
            this.state.chosen = chosen;
            return;
        }
        this.state.chosen = new Set();
        const push = this.props.model.canPlan ? this.props.model.getPush(bar) : [];
        this.card.open(ev.currentTarget, {
            bar,
            findings: this.props.model.findings[bar.id] || [],
            travel: this.props.model.travel[bar.id] || {},
            canPlan: this.props.model.canPlan,
            open: () => this.props.openRecord(bar.id),
            lock: (isLocked) => this.props.model.lock([bar.id], isLocked),
            dispatch: () => this.props.model.dispatch([bar.id]),
            takeBack: () => this.plan([{ bar, row: false, start: false, end: false }]),
            push: push.length ? () => this.plan(push) : false,
            ask: () => this.ask(bar),
        });
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

    get chosenBars() {
        return [...this.state.chosen].map((id) => this.props.model.bars.get(id)).filter(Boolean);
    }

    get movableBars() {
        return this.chosenBars.filter((bar) => this.canMove(bar));
    }

    /** Several visits to somebody else, at their times */
    giveTo(row) {
        return this.plan(this.movableBars.map((bar) => ({ bar, row, start: bar.start, end: false })));
    }

    /** Several visits by so many minutes, or by whole days at the same time of the clock */
    moveBy({ days = 0, minutes = 0 }) {
        return this.plan(
            this.movableBars.map((bar) => ({
                bar,
                row: bar.row,
                start: DateTime.fromSeconds(bar.start).plus({ days, minutes }).toSeconds(),
                end: false,
            }))
        );
    }

    takeBack() {
        return this.plan(
            this.movableBars.map((bar) => ({ bar, row: false, start: false, end: false }))
        );
    }

    async lock(isLocked) {
        await this.props.model.lock(this.chosenBars.map((bar) => bar.id), isLocked);
        this.state.chosen = new Set();
    }

    /** All of a row on the board: a sick technician's day is given away at once. */
    chooseRow(line) {
        this.state.chosen = new Set(line.bars.filter((bar) => this.canMove(bar)).map((bar) => bar.id));
    }

    //-------------------------------------------------------------------- dragging

    canMove(bar) {
        const { model } = this.props;
        return model.canPlan && !bar.is_locked && isToCome(bar);
    }

    /**
     * Take a bar, or a card of the tray, into the hand.
     *
     * @param {PointerEvent} ev
     * @param {Object} bar
     * @param {"move" | "start" | "end"} part of the bar that is held
     */
    onPointerDown(ev, bar, part = "move") {
        if (ev.button !== 0 || !this.canMove(bar) || this.state.ghost) {
            return;
        }
        this.wasDragged = false;
        const held = {
            bar, part, x: ev.clientX, y: ev.clientY, isDragging: false,
            // What is held of the tray is held at its beginning.
            grip: bar.row ? this.getMoment(ev.clientX) - bar.start : 0,
        };
        const move = (moved) => this.onPointerMove(moved, held);
        const up = (released) => this.onPointerUp(released, held);
        const key = (pressed) => {
            if (pressed.key === "Escape") {
                pressed.stopPropagation();
                this.stopDragging();
            }
        };
        this.stopDragging();
        this.release = () => {
            document.removeEventListener("pointermove", move);
            document.removeEventListener("pointerup", up);
            document.removeEventListener("pointercancel", up);
            document.removeEventListener("keydown", key, true);
        };
        document.addEventListener("pointermove", move);
        document.addEventListener("pointerup", up);
        document.addEventListener("pointercancel", up);
        document.addEventListener("keydown", key, true);
        ev.preventDefault();
        ev.currentTarget.focus({ preventScroll: true });
    }

    onPointerMove(ev, held) {
        if (!held.isDragging) {
            if (Math.hypot(ev.clientX - held.x, ev.clientY - held.y) < SHAKE) {
                return;
            }
            held.isDragging = true;
            this.wasDragged = true;
            this.card.close();
            this.props.setDragging(true);
        }
        this.scrollAlong(ev);
        this.state.ghost = this.getGhost(held.bar, held.part, {
            row: this.getRowAt(ev.clientX, ev.clientY),
            moment: this.getMoment(ev.clientX),
            grip: held.grip,
        });
    }

    async onPointerUp(ev, held) {
        const ghost = this.state.ghost;
        this.stopDragging();
        if (ev.type === "pointerup" && held.isDragging && ghost?.row) {
            await this.drop(held.bar, ghost);
        }
    }

    stopDragging() {
        this.release?.();
        this.release = null;
        if (this.state.ghost) {
            this.state.ghost = null;
            this.props.setDragging(false);
        }
    }

    scrollAlong(ev) {
        const box = this.body.el.getBoundingClientRect();
        const edge = 40;
        if (ev.clientY > box.bottom - edge) {
            this.body.el.scrollTop += 12;
        } else if (ev.clientY < box.top + edge + 40) {
            this.body.el.scrollTop -= 12;
        }
    }

    getMoment(clientX) {
        const box = this.time.el.getBoundingClientRect();
        const x = this.isRtl ? box.right - clientX : clientX - box.left;
        return this.axis.momentAt(x);
    }

    get isRtl() {
        return getComputedStyle(this.body.el).direction === "rtl";
    }

    getRowAt(x, y) {
        const el = document
            .elementsFromPoint(x, y)
            .map((each) => each.closest(".o_schedule_row"))
            .find(Boolean);
        return el ? parseInt(el.dataset.row, 10) : null;
    }

    /** Where a bar would be, and what speaks against it at first sight */
    getGhost(bar, part, { row: rowId, moment, grip = 0 }) {
        const snap = (at) => this.axis.snap(at, this.props.archInfo.step);
        const step = this.props.archInfo.step * MINUTE;
        let { start, end } = bar;
        if (part === "move") {
            start = snap(moment - grip);
            end = start + (bar.start ? bar.end - bar.start : Math.round(bar.hours * 3600));
        } else if (part === "end") {
            end = Math.max(snap(moment), start + step);
            rowId = bar.row;
        } else {
            start = Math.min(snap(moment), end - step);
            rowId = bar.row;
        }
        const laid = this.laid.find((each) => each.row.id === rowId);
        const placed = this.axis.place([start, end]);
        if (!laid || !placed) {
            return { row: null, text: _t("Drop it on a technician"), part };
        }
        const conflict = getRowConflict(laid.row, laid.bars, [start, end], bar.id);
        const words = {
            overlap: _t("overlaps"), closed: _t("outside working hours"), leave: _t("on leave"),
        };
        return {
            id: bar.id, row: rowId, start, end, part, conflict,
            name: laid.row.name,
            style: `inset-inline-start:${placed.left}px;width:${Math.max(placed.width, 6)}px`,
            text: [getTime({ start, end }), words[conflict]].filter(Boolean).join(" · "),
        };
    }

    /** Plan what was dropped; with it go the others that were chosen. */
    drop(bar, ghost) {
        const { model } = this.props;
        const isMany = bar.row && this.state.chosen.has(bar.id) && ghost.part === "move";
        const offset = ghost.start - bar.start;
        const bars = isMany
            ? [...this.state.chosen].map((id) => model.bars.get(id)).filter((b) => b && this.canMove(b))
            : [bar];
        return this.plan(
            bars.map((each) => ({
                bar: each,
                row: each.row === bar.row ? ghost.row : each.row,
                start: bar.row ? (each === bar ? ghost.start : each.start + offset) : ghost.start,
                // The work is as long as before, by the hours of whoever does it.
                end: ghost.part === "move" ? false : ghost.end,
            }))
        );
    }

    async plan(moves) {
        const isDone = await this.props.model.plan(
            moves.map(({ bar, row, start, end }) => ({
                id: bar.id, row, start, end,
                known: { row: bar.row, start: bar.start, end: bar.end },
            }))
        );
        if (isDone) {
            this.state.chosen = new Set();
            const bar = this.props.model.bars.get(moves[0].bar.id);
            this.state.said = bar ? this.describe(bar) : _t("It waits to be planned.");
        }
    }

    //-------------------------------------------------------------------- keys

    /** Arrows go from bar to bar; Space takes one into the hand, arrows move it, Enter drops it. */
    async onKeyDown(ev, bar) {
        const { model } = this.props;
        if (this.state.ghost) {
            return this.onHeldKey(ev, bar);
        }
        const keys = {
            ArrowLeft: () => this.focusNext(bar, -1, 0),
            ArrowRight: () => this.focusNext(bar, 1, 0),
            ArrowUp: () => this.focusNext(bar, 0, -1),
            ArrowDown: () => this.focusNext(bar, 0, 1),
            Enter: () => this.props.openRecord(bar.id),
            " ": () => this.canMove(bar) && this.hold(bar),
            Delete: () =>
                bar.row && this.canMove(bar) && this.plan([{ bar, row: false, start: false, end: false }]),
            w: () => this.canMove(bar) && this.ask(bar),
            l: () => bar.row && model.canPlan && model.lock([bar.id], !bar.is_locked),
        };
        const act = !ev.ctrlKey && !ev.metaKey && !ev.altKey && keys[ev.key];
        if (act) {
            ev.preventDefault();
            ev.stopPropagation();
            await act();
        }
    }

    hold(bar) {
        const laid = this.laid.find((each) => each.row.id === bar.row) || this.laid[0];
        if (!laid) {
            return;
        }
        const now = Math.max(this.state.now, this.axis.start);
        const moment = bar.start || (now < this.axis.end ? now : this.axis.start);
        this.props.setDragging(true);
        this.setGhost(this.getGhost(bar, "move", { row: laid.row.id, moment }));
    }

    setGhost(ghost) {
        this.state.ghost = ghost;
        this.state.said = [ghost.name, ghost.text].filter(Boolean).join(", ");
    }

    async onHeldKey(ev, bar) {
        const ghost = this.state.ghost;
        const step = this.props.archInfo.step * MINUTE * (ev.shiftKey ? 4 : 1);
        const rows = this.laid.map(({ row }) => row.id);
        const shift = (moment, rowOffset) => {
            const index = rows.indexOf(ghost.row) + rowOffset;
            const row = rows[Math.min(Math.max(index, 0), rows.length - 1)];
            const moved = this.getGhost(bar, "move", { row, moment: ghost.start + moment });
            if (moved.row) {
                this.setGhost(moved);
            }
        };
        const forward = this.isRtl ? -step : step;
        const keys = {
            ArrowLeft: () => shift(-forward, 0),
            ArrowRight: () => shift(forward, 0),
            ArrowUp: () => shift(0, -1),
            ArrowDown: () => shift(0, 1),
            Escape: () => this.stopDragging(),
            Enter: async () => {
                this.stopDragging();
                await this.drop(bar, ghost);
            },
        };
        ev.preventDefault();
        ev.stopPropagation();
        await keys[ev.key]?.();
    }

    focusNext(bar, along, across) {
        const index = this.laid.findIndex(({ row }) => row.id === bar.row);
        let next;
        if (along) {
            const bars = [...this.laid[index].bars].sort((a, b) => a.start - b.start || a.id - b.id);
            next = bars[bars.findIndex((each) => each.id === bar.id) + (this.isRtl ? -along : along)];
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

    focusBar(id) {
        this.body.el.querySelector(`.o_schedule_bar[data-id="${id}"]`)?.focus();
    }

    onFocus(bar) {
        this.state.focused = bar.id;
    }

    /** A bar that moved is another element; whoever steered it by keys goes on. */
    keepFocus() {
        if (this.state.focused && document.activeElement === document.body) {
            this.focusBar(this.state.focused);
        }
    }

    getColorClass(color) {
        return typeof color === "number" ? `o_schedule_color_${color % COLOR_COUNT}` : `o_schedule_${color}`;
    }

    getTime(bar) {
        return getTime(bar);
    }

    getDeadline(bar) {
        const moments = [bar.window[1], bar.deadline, bar.preferred_start].filter(Boolean);
        return moments.length ? DateTime.fromSeconds(Math.min(...moments)) : null;
    }
}
