from odoo import models
from odoo.exceptions import UserError


class ServiceAgreementLine(models.Model):
    """What the ledger knows of a line."""
    _inherit = 'service.agreement.line'

    def _get_due_sites(self):
        """Return at which sites one line's work is done, an order each; by default once, anywhere.

        Extend for work that is due at several: the ledger keeps each line, day and site once.

        :return: list of res.partner; an empty one leaves the site to the objects and the customer
        """
        self.ensure_one()
        return [self.env['res.partner']]

    def _get_ledger(self, start):
        """Return {(line id, due day, site id): occurrence} of what these lines have from a day on."""
        # What is in the ledger counts, whoever asks.
        occurrences = self.env['service.agreement.occurrence'].sudo().search_fetch(
            [('line_id', 'in', self.ids), ('date_due', '>=', start)],
            ['line_id', 'date_due', 'site_id', 'state'])
        return {
            (occurrence.line_id.id, occurrence.date_due, occurrence.site_id.id): occurrence
            for occurrence in occurrences}

    def _get_last_days(self):
        """Return {line: the last day ordered}, for those of these lines that were ordered."""
        return {
            self.browse(line.id): day
            # What was ordered counts, whoever asks.
            for line, day in self.env['service.agreement.occurrence'].sudo()._read_group(
                [('line_id', 'in', self.ids), ('is_skipped', '=', False)],
                ['line_id'], ['date_due:max'])}

    def _ensure_generable(self):
        """:raise UserError: if a line creates no orders"""
        for line in self:
            if line.is_stopped:
                raise UserError(self.env._(
                    "“%s” is stopped: it creates no orders.", line.display_name))
