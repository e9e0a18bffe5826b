from odoo import fields, models
from odoo.fields import Domain

from ...tools.recurrence import span_of


class ServiceAgreement(models.Model):
    """Hours or visits that are paid in advance."""
    _inherit = 'service.agreement'

    # Prepaid allowance
    allowance_kind = fields.Selection(
        selection=[('hours', "Hours"), ('visits', "Visits")], string="Prepaid",
        compute='_compute_terms', store=True, readonly=False, precompute=True,
        help="Hours: working time is free until the allowance is used up. Visits: working and"
             " travel time of so many visits is free.")
    allowance_quantity = fields.Float(
        string="Allowance", digits='Product Unit', compute='_compute_terms', store=True,
        readonly=False, precompute=True)
    allowance_period = fields.Selection(
        selection=[
            ('term', "Whole Term"), ('month', "Month"), ('quarter', "Quarter"), ('year', "Year")],
        string="Each", compute='_compute_terms', store=True, readonly=False, precompute=True,
        help="Periods are counted from the first day. What is not used is not carried over.")
    allowance_balance = fields.Float(
        string="Left", digits='Product Unit', compute='_compute_allowance_balance',
        help="Of the allowance of the current period.")
    allowance_drawn_on = fields.Datetime(
        copy=False, readonly=True,
        help="Makes sure that two orders never draw the same hour.")

    def _get_allowance_span(self, day):
        """Return the first and the last day of the period of one allowance that a day is in."""
        self.ensure_one()
        months = {'month': 1, 'quarter': 3, 'year': 12}.get(self.allowance_period)
        if not months:
            return self.date_start, self.date_end
        return span_of(self.date_start, 'month', months, max(day, self.date_start))

    def _get_allowance_used(self, day):
        """Return what is drawn from one agreement's allowance in the period of a day."""
        self.ensure_one()
        start, end = self._get_allowance_span(day)
        domain = (
            Domain('agreement_id', '=', self.id) & Domain('is_prepaid', '=', True)
            & Domain('state', '!=', 'cancelled') & Domain('date_prepaid', '>=', start)
            & (Domain('date_prepaid', '<=', end) if end else Domain.TRUE))
        # Whoever books work draws: what colleagues have drawn counts, too.
        lines = self.env['service.order.line'].sudo().search(domain)
        if self.allowance_kind == 'visits':
            return len(lines.visit_id)
        return sum(lines.mapped('prepaid_hours'))

    def _compute_allowance_balance(self):
        for agreement in self:
            agreement.allowance_balance = agreement.allowance_kind and (
                agreement.allowance_quantity - agreement._get_allowance_used(agreement._get_today()))
