import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";

/**
 * Show what speaks against a plan and let the dispatcher decide.
 *
 * @param {Object} dialog the dialog service
 * @param {string[]} warnings sentences, may be empty
 * @param {Object} [words] other ones for the dialog
 * @returns {Promise<boolean>} true when there is nothing to warn of, or the plan is wanted anyway
 */
export function confirmWarnings(dialog, warnings, words = {}) {
    if (!warnings.length) {
        return Promise.resolve(true);
    }
    return new Promise((resolve) => {
        dialog.add(
            ConfirmationDialog,
            {
                title: _t("Plan anyway?"),
                body: warnings.join("\n"),
                confirmLabel: _t("Plan Anyway"),
                confirm: () => resolve(true),
                cancelLabel: _t("Leave as It Was"),
                cancel: () => resolve(false),
                ...words,
            },
            { onClose: () => resolve(false) }
        );
    });
}
