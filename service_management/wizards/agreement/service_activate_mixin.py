from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError

from ...models.common.bulk import STEP
from ...models.common.records import tell_done

#: How many documents that cannot begin the dialog names
SHOWN = 50


class ServiceActivateMixin(models.AbstractModel):
    """A dialog that lets drafts begin: it says which, why others cannot, and which lines are free."""
    _name = 'service.activate.mixin'
    _description = "Activate Documents"

    #: name of the field with the documents
    _documents = None

    ready_count = fields.Integer(string="Begin Now", compute='_compute_ready_count')
    skipped_count = fields.Integer(string="Left as They Are", compute='_compute_ready_count')
    skipped = fields.Html(string="Why", compute='_compute_ready_count', sanitize=False)

    def _compute_ready_count(self):
        for dialog in self:
            ready, skipped = dialog._sort_documents()
            dialog.ready_count, dialog.skipped_count = len(ready), len(skipped)
            rows = [Markup('<li>%s</li>') % error for error in list(skipped.values())[:SHOWN]]
            dialog.skipped = bool(rows) and Markup('<ul class="mb-0">%s</ul>') % Markup().join(rows)

    def _get_lines(self):
        """Return the lines of the documents that begin: what of them is free is shown."""
        ready, _skipped = self._sort_documents()
        return ready.line_ids._filter_free()

    def _sort_documents(self):
        """Return the documents that can begin, and {document: why it cannot}."""
        documents = self[self._documents]._origin
        errors = {document: document._get_activation_error() for document in documents}
        return (
            documents.filtered(lambda document: not errors[document]),
            {document: error for document, error in errors.items() if error})

    def action_apply(self):
        """Let those documents begin that can, many of them step by step, and say how many did.

        :raise AccessError: if the user is no service manager
        :raise UserError: if none can
        """
        self.ensure_one()
        ready, skipped = self._sort_documents()
        if not ready:
            raise UserError('\n'.join(list(skipped.values())[:SHOWN]) or self.env._(
                "There is nothing to activate: choose drafts in the list first."))
        if len(ready) > STEP:
            return ready._run_in_steps('activate', self.env._("Activating"))
        ready._begin()
        if len(ready) + len(skipped) == 1:
            return {'type': 'ir.actions.act_window_close'}
        return tell_done(
            self.env._(
                "Activated: %(done)d. Left as they are: %(left)d.",
                done=len(ready), left=len(skipped)),
            'warning' if skipped else 'success')
