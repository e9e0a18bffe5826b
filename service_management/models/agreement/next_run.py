"""When the nightly run has something to do for an agreement: the one place that knows.

An order is made on the night on which the first day that the ledger lacks comes within the horizon;
what is taken along then, and which day it gets, is looked at on that night only. Until then nobody
looks at the agreement, unless something changes that says what is due.
"""
from datetime import timedelta

from odoo import api, models


class ServiceAgreement(models.Model):
    """The night on which there is something to do next."""
    _inherit = 'service.agreement'

    @api.model
    def _get_due_fields(self):
        """Return the names of the fields that say what is due by an agreement; extend for more."""
        return {*self._get_term_fields(), 'template_id'}

    def write(self, vals):
        """Let the nightly run look at agreements whose terms changed."""
        result = super().write(vals)
        if self._get_due_fields() & set(vals):
            self._look_again()
        return result

    def _look_again(self):
        """Let the next nightly run look at these agreements: what is due by them may have changed.

        Those that no run had anything to do for since count as done until today: nothing is made
        for days that passed before the change.
        """
        # Who may change what is due need not see the agreement.
        self.sudo().filtered(lambda agreement: agreement.state == 'active' and (
            not agreement.date_next_run or agreement.date_next_run > agreement._get_today()
        ))._begin_runs()

    def _begin_runs(self):
        """Let the nightly run begin with the work of these agreements that is due from today on."""
        for company, agreements in self.grouped('company_id').items():
            today = company._get_service_today()
            # Only the run and what changes its work say when it looks at what, whoever changes it.
            agreements.sudo().write({'date_last_run': today, 'date_next_run': today})

    def _set_next_run(self, today):
        """Note that the run did what is to do today, and when there is something to do again."""
        ledger = self.line_ids._get_ledger(today)
        tomorrow = today + timedelta(days=1)

        def find_night(agreement):
            dues = [due for line in agreement.line_ids if not line.is_stopped
                    for due in [line._find_due_without_order(today, ledger)] if due]
            return bool(dues) and max(
                tomorrow, min(dues) - timedelta(days=agreement.group_id.horizon_days))

        # Only the run says when it was and will be.
        for night, agreements in self.sudo().grouped(find_night).items():
            agreements.write({'date_last_run': today, 'date_next_run': night})


class ServiceAgreementLine(models.Model):
    """What lines say of what is due."""
    _inherit = 'service.agreement.line'

    @api.model
    def _get_due_fields(self):
        """Return the names of the fields that say when one line's work is due; extend for more."""
        return {*self._get_term_fields(), 'agreement_id'}

    def _find_due_without_order(self, start, ledger):
        """Return the first day on which one line is due and the ledger has nothing of it, or None.

        :param date start: first day that counts
        :param ledger: what the lines have from then on, as from `_get_ledger`
        """
        self.ensure_one()
        sites, count = self._get_due_sites(), 1
        while dues := self._get_dues(start, count=count):
            for due in dues:
                if any((self.id, due, site.id) not in ledger for site in sites):
                    return due
            start, count = dues[-1] + timedelta(days=1), count * 2
        return None

    @api.model_create_multi
    def create(self, vals_list):
        """Let the nightly run look at agreements that have new lines."""
        lines = super().create(vals_list)
        lines.agreement_id._look_again()
        return lines

    def write(self, vals):
        """Let the nightly run look at agreements whose lines changed."""
        if not self._get_due_fields() & set(vals):
            return super().write(vals)
        agreements = self.agreement_id
        result = super().write(vals)
        (agreements | self.agreement_id)._look_again()
        return result


class ServiceAgreementGroup(models.Model):
    """How far ahead is looked."""
    _inherit = 'service.agreement.group'

    def write(self, vals):
        """Let the nightly run look at all agreements of groups that look further ahead, or less."""
        result = super().write(vals)
        if 'horizon_days' in vals:
            # What is due does not depend on who may see the agreements.
            self.env['service.agreement'].sudo().search([
                ('group_id', 'in', self.ids), ('state', '=', 'active')])._look_again()
        return result


class ServiceAgreementOccurrence(models.Model):
    """What the ledger says of what is due."""
    _inherit = 'service.agreement.occurrence'

    def unlink(self):
        """Let the nightly run look at agreements whose work is to be done again."""
        agreements = self.agreement_id
        result = super().unlink()
        agreements.exists()._look_again()
        return result
