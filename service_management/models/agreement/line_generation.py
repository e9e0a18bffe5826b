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

    def _find_archived(self, site):
        """Return what is archived and leaves nothing to do for one line's work at a site.

        The customer, all of the objects, or all of their sites; empty when there is work.

        :param site: res.partner, where the work is due at each of several sites; else empty
        """
        self.ensure_one()
        agreement = self.agreement_id
        objects = self.object_id or agreement.object_ids
        in_use = objects.filtered('active')
        for needed in (agreement.partner_id, agreement.commercial_partner_id, objects,
                       site or in_use.site_id or agreement.site_ids):
            if needed and not any(needed.mapped('active')):
                return needed[0]
        return self.env['res.partner']

    def _get_sites_in_use(self):
        """Return those of one line's due sites where there is work: nothing needed is archived."""
        self.ensure_one()
        return [site for site in self._get_due_sites() if not self._find_archived(site)]

    def _explain_left_out(self, date_from, date_to):
        """Return why work of these lines that is due in a period gets no order, in sentences."""
        texts = []
        for line in self.filtered(lambda line: not line.is_stopped):
            archived = {line._find_archived(site) for site in line._get_due_sites()}
            texts += [self.env._(
                "“%(line)s” creates no order: %(archived)s is archived. Unarchive it, or stop the"
                " line.", line=line.display_name, archived=record.display_name)
                for record in archived if record and line._get_dues(date_from, date_to)]
        return '\n'.join(texts)

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
