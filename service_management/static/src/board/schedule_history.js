/**
 * What was done, to be taken back and done again: a browser window has its own.
 *
 * A step is what the server says has moved: [{ id, before, after, from }], where a visit that was made
 * has no `before` (and names the one that it was made `from`), and one that was removed no `after`.
 */
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

    /** @param {Object[]} moved one step */
    push(moved) {
        if (moved.length) {
            this.done = [...this.done, moved].slice(-this.limit);
            this.undone = [];
        }
    }

    /** @returns {Object[]} moves that take the last step back */
    getUndo() {
        return this.done.at(-1).map(({ id, before, after }) =>
            before ? { id, ...before, known: after } : { id, is_gone: true, known: after }
        );
    }

    /** @returns {Object[]} moves that make the last undone step again */
    getRedo() {
        return this.undone.at(-1).map(({ id, before, after, from }) => {
            const { end, ...place } = after;
            return before ? { id, ...after, known: before } : { from, ...place };
        });
    }

    /** @param {Object[]} moved what the server did: places may have become others on the way */
    confirmUndo(moved) {
        const origins = new Map(this.done.pop().map(({ id, from }) => [id, from]));
        this.undone.push(
            moved.map(({ id, before, after }) => ({
                id, before: after, after: before, ...(after ? {} : { from: origins.get(id) }),
            }))
        );
    }

    confirmRedo(moved) {
        const made = this.undone.pop().filter(({ before }) => !before);
        this.done.push(moved);
        // What is made once more is another visit: earlier and later steps are about it.
        moved.filter(({ before }) => !before).forEach(({ id }, index) => this.rename(made[index].id, id));
    }

    rename(old, id) {
        const names = ["id", "from", "part_of", "lead"];
        const change = (values) => {
            for (const name of names) {
                if (values?.[name] === old) {
                    values[name] = id;
                }
            }
        };
        for (const each of [...this.done, ...this.undone].flat()) {
            [each, each.before, each.after].forEach(change);
        }
    }

    /** Forget a step that somebody else has made impossible. */
    forget(name) {
        this[name].pop();
    }
}
