from odoo import api, fields, models
from odoo.fields import Domain


class ServiceAgreementEnd(models.TransientModel):
    _name = 'service.agreement.end'
    _description = "Suspend or Close Agreements"
    _date_years = 100
    _inherit = ['service.dated.mixin']

    agreement_ids = fields.Many2many(comodel_name='service.agreement', required=True)
    operation = fields.Selection(
        selection=[('suspend', "Suspend"), ('close', "Close")], required=True, default='close')
    reason_id = fields.Many2one(
        comodel_name='service.reason', required=True, domain="[('usage', '=', 'agreement')]")
    note = fields.Char()
    date_end = fields.Date(
        string="Last Day", required=True, default=lambda self: self.env.company._get_service_today())
    order_count = fields.Integer(compute='_compute_order_ids')
    order_ids = fields.Many2many(comodel_name='service.order', compute='_compute_order_ids')
    cancel_orders = fields.Boolean(
        string="Cancel These Orders", help="Orders stay as they are unless you ask for it.")
    cancel_reason_id = fields.Many2one(
        comodel_name='service.reason', domain="[('usage', '=', 'cancel')]")

    @api.depends('agreement_ids', 'operation', 'date_end')
    def _compute_order_ids(self):
        """Find the orders that would still be done: open ones that nobody has worked on."""
        for wizard in self:
            domain = (
                Domain('agreement_id', 'in', wizard.agreement_ids.ids)
                & Domain('state', '=', 'open') & Domain('visit_ids.work_start', '=', False))
            if wizard.operation == 'close' and wizard.date_end:
                domain &= Domain('date_order', '>', wizard.date_end)
            orders = self.env['service.order'].search(domain).filtered(
                lambda order: not order.visit_ids.filtered('work_start'))
            wizard.order_ids = orders
            wizard.order_count = len(orders)

    def action_apply(self):
        """Suspend or close the agreements, and cancel the orders listed if that is wanted.

        :raise AccessError: if the user is no service manager
        """
        self.ensure_one()
        self._end()
        return {'type': 'ir.actions.act_window_close'}

    def _end(self):
        """Do what was asked for; extend for what goes along."""
        orders = self.order_ids if self.cancel_orders else self.env['service.order']
        if self.operation == 'suspend':
            self.agreement_ids._suspend(self.reason_id, self.note)
        else:
            self.agreement_ids._close(self.reason_id, self.note, self.date_end)
        orders._move_to('cancelled', self.cancel_reason_id, self.note)
