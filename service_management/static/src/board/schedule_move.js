import { _t } from "@web/core/l10n/translation";
import { confirmWarnings } from "../views/service_dispatch_warning";

/**
 * Let the server plan; what speaks against it is asked, and why it cannot be is told.
 *
 * @param {{ dialog: Object, notification: Object }} services
 * @param {(options: Object) => Promise<Object>} ask answers as `move_on_schedule`
 * @returns {Promise<Object[] | false>} what has moved, if it was done
 */
export async function moveConfirmed({ dialog, notification }, ask) {
    let answer = await ask({});
    if (answer.questions) {
        if (!(await confirmWarnings(dialog, answer.questions))) {
            return false;
        }
        answer = await ask({ is_confirmed: true });
    }
    if (answer.problems) {
        notification.add(answer.problems.join("\n"), { type: "warning", title: _t("Left as it is") });
        return false;
    }
    return answer.moved;
}
