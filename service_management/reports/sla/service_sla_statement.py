from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.clock import utc_of


class ServiceSlaStatement(models.TransientModel):
    _name = 'service.sla.statement'
    _description = "Service Level Statement of a Customer"
    _inherit = ['service.dated.mixin']

    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company)
    partner_id = fields.Many2one(
        comodel_name='res.partner', string="Customer", required=True)
    period = fields.Selection(
        selection=[
            ('last_month', "Last Month"), ('this_month', "This Month"), ('days', "Other Days")],
        required=True, default='last_month')
    date_from = fields.Date(
        string="From", compute='_compute_dates', store=True, readonly=False, precompute=True,
        required=True)
    date_to = fields.Date(
        string="To", compute='_compute_dates', store=True, readonly=False, precompute=True,
        required=True)

    @api.depends('period', 'company_id')
    def _compute_dates(self):
        """Take whole months; days that a person entered stay."""
        for statement in self:
            today = (statement.company_id or self.env.company)._get_service_today()
            months = -1 if statement.period == 'last_month' else 0
            if statement.period != 'days' or not statement.date_from:
                statement.date_from = today + relativedelta(months=months, day=1)
                statement.date_to = today + relativedelta(months=months, day=31)

    def action_print(self):
        """Print the statement.

        :raise UserError: if nothing was measured for the customer in these days
        """
        self._ensure_measured()
        return self._get_report().report_action(self)

    def action_send(self):
        """Open a mail to the customer that carries the statement.

        :raise UserError: if nothing was measured for the customer in these days
        """
        self._ensure_measured()
        customer = self.with_context(lang=self.partner_id.lang or self.env.lang)
        content, _kind = self.env['ir.actions.report']._render_qweb_pdf(
            self._get_report().report_name, self.ids)
        subject = customer.env._(
            "%(company)s: service levels from %(start)s to %(end)s", company=self.company_id.name,
            start=format_date(customer.env, self.date_from),
            end=format_date(customer.env, self.date_to))
        attachment = self.env['ir.attachment'].create({
            'name': f'{subject}.pdf', 'raw': content, 'res_model': 'mail.compose.message',
            'res_id': 0})
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Send the Statement"),
            'res_model': 'mail.compose.message',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {
                'default_model': 'res.partner', 'default_res_ids': self.partner_id.ids,
                'default_composition_mode': 'comment', 'default_subject': subject,
                'default_partner_ids': self.partner_id.ids,
                'default_attachment_ids': attachment.ids,
                'default_body': Markup("<p>%s</p>") % customer.env._(
                    "Here is how we kept what we promised you. Any question? Answer this mail.")},
        }

    def _get_report(self):
        return self.env.ref('service_management.action_report_service_sla_statement')

    def _ensure_measured(self):
        """:raise UserError: if there is nothing to state"""
        self.ensure_one()
        if self.date_to < self.date_from:
            raise UserError(self.env._("The period ends before it begins. Correct “To”."))
        if not self._get_statuses():
            raise UserError(self.env._(
                "Nothing was measured for %s in these days. Choose other days.",
                self.partner_id.display_name))

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
            'kept': self._get_kept(statuses),
            'average': sum(ended.mapped('compliance')) / len(ended) if ended else 0.0,
        }

    @api.model
    def _get_kept(self, statuses):
        """Return how many percent of the promises that have ended were kept; None if none has."""
        ended = statuses.filtered(lambda status: status.state in ('reached', 'missed'))
        if not ended:
            return None
        return 100 * len(ended.filtered(lambda status: status.state == 'reached')) / len(ended)
