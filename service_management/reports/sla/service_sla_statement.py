from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.clock import utc_of


class ServiceSlaStatement(models.TransientModel):
    _name = 'service.sla.statement'
    _description = "Service Level Statement of a Customer"
    _inherit = ['service.dated.mixin']

    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company)
    partner_id = fields.Many2one(
        comodel_name='res.partner', string="Customer", required=True)
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._default_date_from())
    date_to = fields.Date(
        string="To", required=True,
        default=lambda self: self._default_date_from() + relativedelta(months=1, days=-1))

    def _default_date_from(self):
        """Begin with the last whole month."""
        return self.env.company._get_service_today() + relativedelta(months=-1, day=1)

    def action_print(self):
        """Print the statement.

        :raise UserError: if nothing was measured for the customer in these days
        """
        self.ensure_one()
        if self.date_to < self.date_from:
            raise UserError(self.env._("The period ends before it begins. Correct “To”."))
        if not self._get_statuses():
            raise UserError(self.env._(
                "Nothing was measured for %s in these days. Choose other days.",
                self.partner_id.display_name))
        return self.env.ref(
            'service_management.action_report_service_sla_statement').report_action(self)

    def _get_statuses(self):
        """Return what was measured for the customer, begun so far in these days at the company."""
        self.ensure_one()
        timezone = self.company_id.resource_calendar_id.tz
        start, end = utc_of(self.date_from, 0, timezone), utc_of(self.date_to, 24, timezone)
        return self.env['service.order.sla'].search(
            Domain('company_id', '=', self.company_id.id)
            & Domain('partner_id', '=', self.partner_id.commercial_partner_id.id)
            & Domain('state', '!=', 'cancelled')
            & Domain('date_start', '>=', start)
            & Domain('date_start', '<', min(end, fields.Datetime.now())),
            order='date_start, id')

    @api.model
    def _summarize(self, statuses):
        """Return a row a policy and target: (sla, label, how many, reached, missed, average use).

        The average is in percent of the limit, of what has ended.
        """
        labels = dict(statuses._fields['kind']._description_selection(self.env))
        groups = statuses.grouped(lambda status: (status.sla_id, status.kind))
        return [self._prepare_row(sla, labels[kind], group) for (sla, kind), group in groups.items()]

    @api.model
    def _prepare_row(self, sla, label, statuses):
        """Return the row of one policy and target; extend for a column of your own."""
        ended = statuses.filtered(lambda status: status.state in ('reached', 'missed'))
        return {
            'sla': sla, 'label': label, 'count': len(statuses),
            'reached': sum(statuses.mapped('reached_count')),
            'missed': sum(statuses.mapped('missed_count')),
            'average': sum(ended.mapped('compliance')) / len(ended) if ended else 0.0,
        }
