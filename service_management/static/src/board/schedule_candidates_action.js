import { registry } from "@web/core/registry";
import { ScheduleCandidates } from "./schedule_candidates";
import { moveConfirmed } from "./schedule_move";
import { getDay, getTime } from "./schedule_words";

/** Who can come first, asked where there is no board: from an order, a visit, a call. */
function askCandidates(env, { params: { id, title, known } }) {
    const { orm, dialog, notification, action } = env.services;
    dialog.add(ScheduleCandidates, {
        bar: { id, title },
        find: () => orm.call("service.visit", "get_candidates", [[id]]),
        plan: async ({ row, name, start, end }) => {
            const move = { id, row, start, end: false, known };
            const moved = await moveConfirmed({ dialog, notification }, (options) =>
                orm.call("service.visit", "move_on_schedule", [[move]], options)
            );
            if (moved) {
                notification.add(`${name}: ${getDay({ start })}, ${getTime({ start, end })}`, { type: "success" });
                await action.doAction({ type: "ir.actions.client", tag: "soft_reload" });
            }
        },
    });
}

registry.category("actions").add("service_candidates", askCandidates);
