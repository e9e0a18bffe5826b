/** Moves that were made, to be taken back and made again: a browser window has its own. */
export class ScheduleHistory {
    /** @param {number} limit how many steps are kept */
    constructor(limit = 50) {
        this.limit = limit;
        this.done = [];
        this.undone = [];
    }

    get canUndo() {
        return this.done.length > 0;
    }

    get canRedo() {
        return this.undone.length > 0;
    }

    /** @param {{ id: number, before: Object, after: Object }[]} moved one step */
    push(moved) {
        if (moved.length) {
            this.done = [...this.done, moved].slice(-this.limit);
            this.undone = [];
        }
    }

    /** @returns {Object[]} moves that take the last step back */
    getUndo() {
        return this.done.at(-1).map(({ id, before, after }) => ({ id, ...before, known: after }));
    }

    /** @returns {Object[]} moves that make the last undone step again */
    getRedo() {
        return this.undone.at(-1).map(({ id, before, after }) => ({ id, ...after, known: before }));
    }

    /** @param {Object[]} moved what the server did: places may have become others on the way */
    confirmUndo(moved) {
        this.done.pop();
        this.undone.push(turn(moved));
    }

    confirmRedo(moved) {
        this.undone.pop();
        this.done.push(moved);
    }

    /** Forget a step that somebody else has made impossible. */
    forget(name) {
        this[name].pop();
    }
}

function turn(moved) {
    return moved.map(({ id, before, after }) => ({ id, before: after, after: before }));
}
