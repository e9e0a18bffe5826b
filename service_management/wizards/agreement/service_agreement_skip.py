from odoo import fields, models


class ServiceAgreementSkip(models.TransientModel):
    _name = 'service.agreement.skip'
    _description = "Skip a Recurring Visit"
    _date_years = 100
    _inherit = ['service.dated.mixin']

    line_id = fields.Many2one(
        comodel_name='service.agreement.line', required=True)
    schedule_preview = fields.Char(related='line_id.schedule_preview')
    date_due = fields.Date(
        string="Due Day", required=True, default=lambda self: self._default_date_due())
    reason_id = fields.Many2one(
        comodel_name='service.reason', required=True, domain="[('usage', '=', 'occurrence')]")
    note = fields.Char()

    def _default_date_due(self):
        """Offer the next day without an order."""
        line = self.env['service.agreement.line'].browse(self.env.context.get('default_line_id'))
        return line.date_next

    def action_apply(self):
        """Note that nobody comes on the day chosen.

        :raise UserError: if nothing is due then, or an order was made for it
        """
        self.ensure_one()
        self.env['service.agreement.occurrence']._skip(
            self.line_id, self.date_due, self.reason_id, self.note)
        return {'type': 'ir.actions.act_window_close'}
