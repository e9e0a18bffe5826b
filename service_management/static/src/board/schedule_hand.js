import { _t } from "@web/core/l10n/translation";
import { getStyle } from "./schedule_drawing";
import { getRowConflict } from "./schedule_layout";
import { CONFLICTS, getTime } from "./schedule_words";

/** Pixels that a hand may shake before it drags */
const SHAKE = 4;
/** Pixels at the edge at which the board scrolls along, and how far it does */
const EDGE = 40;
const SCROLLED = 12;
const MINUTE = 60;

/**
 * What is held, by the pointer or by keys: a ghost shows where it would be, and what speaks against it.
 *
 * The board has `axis`, `laid` rows, `state` (with `ghost`, and what is `said`), the elements `body`
 * and `time`, and says what it `canMove`, what is `drop`ped, and hears of `setDragging`.
 */
export class ScheduleHand {
    constructor(board) {
        this.board = board;
        this.wasDragged = false;
    }

    get ghost() {
        return this.board.state.ghost;
    }

    get isRtl() {
        return getComputedStyle(this.board.body.el).direction === "rtl";
    }

    /** Seconds between two places where something can be dropped */
    get step() {
        return this.board.props.model.meta.step * MINUTE;
    }

    //-------------------------------------------------------------------- the pointer

    /**
     * Take a bar, or a card of what waits, into the hand.
     *
     * @param {PointerEvent} ev
     * @param {Object} bar
     * @param {"move" | "start" | "end"} part of the bar that is held
     */
    onPointerDown(ev, bar, part = "move") {
        if (ev.button !== 0 || !this.board.canMove(bar) || this.ghost) {
            return;
        }
        this.wasDragged = false;
        const held = {
            bar, part, x: ev.clientX, y: ev.clientY, isDragging: false,
            // What is held of what waits is held at its beginning.
            grip: bar.row && bar.start ? this.getMoment(ev.clientX) - bar.start : 0,
        };
        const move = (moved) => this.onPointerMove(moved, held);
        const up = (released) => this.onPointerUp(released, held);
        const key = (pressed) => {
            if (pressed.key === "Escape") {
                pressed.stopPropagation();
                this.letGo();
            }
        };
        this.letGo();
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
            this.board.card.close();
            this.board.props.setDragging(true);
        }
        this.scrollAlong(ev);
        this.board.state.ghost = this.getGhost(held.bar, held.part, {
            row: getRowAt(ev.clientX, ev.clientY),
            moment: this.getMoment(ev.clientX),
            grip: held.grip,
            isCopy: (ev.ctrlKey || ev.metaKey) && held.part === "move" && Boolean(held.bar.row),
        });
    }

    async onPointerUp(ev, held) {
        const ghost = this.ghost;
        this.letGo();
        if (ev.type === "pointerup" && held.isDragging && ghost?.row) {
            await this.board.drop(held.bar, ghost);
        }
    }

    letGo() {
        this.release?.();
        this.release = null;
        if (this.ghost) {
            this.board.state.ghost = null;
            this.board.props.setDragging(false);
        }
    }

    scrollAlong(ev) {
        const body = this.board.body.el;
        const box = body.getBoundingClientRect();
        if (ev.clientY > box.bottom - EDGE) {
            body.scrollTop += SCROLLED;
        } else if (ev.clientY < box.top + 2 * EDGE) {
            body.scrollTop -= SCROLLED;
        }
    }

    getMoment(clientX) {
        const box = this.board.time.el.getBoundingClientRect();
        const x = this.isRtl ? box.right - clientX : clientX - box.left;
        return this.board.axis.momentAt(x);
    }

    //-------------------------------------------------------------------- the keys

    /** Take something into the hand; arrows move it, Enter drops it. */
    hold(bar) {
        const { laid, axis, state, props } = this.board;
        const held = laid.find((each) => each.row.id === bar.row) || laid[0];
        if (!held) {
            return;
        }
        const now = Math.max(state.now, axis.start);
        const moment = bar.start || (now < axis.end ? now : axis.start);
        props.setDragging(true);
        this.setGhost(this.getGhost(bar, "move", { row: held.row.id, moment }));
    }

    setGhost(ghost) {
        this.board.state.ghost = ghost;
        this.board.state.said = [ghost.name, ghost.text].filter(Boolean).join(", ");
    }

    async onKeyDown(ev, bar) {
        const ghost = this.ghost;
        const step = this.step * (ev.shiftKey ? 4 : 1);
        const forward = this.isRtl ? -step : step;
        const keys = {
            ArrowLeft: () => this.shift(bar, -forward, 0),
            ArrowRight: () => this.shift(bar, forward, 0),
            ArrowUp: () => this.shift(bar, 0, -1),
            ArrowDown: () => this.shift(bar, 0, 1),
            Escape: () => this.letGo(),
            Enter: async () => {
                this.letGo();
                await this.board.drop(bar, ghost);
            },
        };
        ev.preventDefault();
        ev.stopPropagation();
        await keys[ev.key]?.();
    }

    /** Move what is held by some seconds and some rows. */
    shift(bar, seconds, offset) {
        const rows = this.board.laid.map(({ row }) => row.id);
        const index = rows.indexOf(this.ghost.row) + offset;
        const row = rows[Math.min(Math.max(index, 0), rows.length - 1)];
        const ghost = this.getGhost(bar, "move", { row, moment: this.ghost.start + seconds });
        if (ghost.row) {
            this.setGhost(ghost);
        }
    }

    //-------------------------------------------------------------------- the ghost

    /** Where a bar would be, and what speaks against it at first sight */
    getGhost(bar, part, { row: rowId, moment, grip = 0, isCopy = false }) {
        const { axis, laid, props } = this.board;
        const snap = (at) => axis.snap(at, props.model.meta.step);
        let { start, end } = bar;
        if (part === "move") {
            start = snap(moment - grip);
            end = start + (bar.start ? bar.end - bar.start : Math.round(bar.hours * 3600));
        } else if (part === "end") {
            end = Math.max(snap(moment), start + this.step);
            rowId = bar.row;
        } else {
            start = Math.min(snap(moment), end - this.step);
            rowId = bar.row;
        }
        const over = laid.find((each) => each.row.id === rowId);
        const placed = axis.place([start, end]);
        if (!over || !placed) {
            return { row: null, text: _t("Drop it on a technician"), part };
        }
        const conflict = getRowConflict(over.row, over.bars, [start, end], isCopy ? null : bar.id);
        return {
            id: bar.id, row: rowId, start, end, part, conflict, isCopy,
            name: over.row.name,
            style: getStyle(placed, Math.max(placed.width, 6)),
            text: [isCopy && _t("Copy"), getTime({ start, end }), CONFLICTS[conflict]].filter(Boolean).join(" · "),
        };
    }
}

function getRowAt(x, y) {
    const el = document
        .elementsFromPoint(x, y)
        .map((each) => each.closest(".o_schedule_row"))
        .find(Boolean);
    return el ? parseInt(el.dataset.row, 10) : null;
}
