from odoo import fields, models


class ServiceOrderSlaInterval(models.Model):
    """A span in which a clock ran or stood still, on the way to a target."""
    _name = 'service.order.sla.interval'
    _description = "Time Recording of a Service Level"
    _order = 'date_start, id'
    _rec_name = 'kind'

    status_id = fields.Many2one(
        comodel_name='service.order.sla', required=True, ondelete='cascade', index=True)
    company_id = fields.Many2one(
        related='status_id.company_id', store=True, index=True, precompute=True)
    order_id = fields.Many2one(related='status_id.order_id')
    kind = fields.Selection(
        selection=[('running', "Running"), ('paused', "Paused")], required=True)
    date_start = fields.Datetime(string="From", required=True)
    date_end = fields.Datetime(string="To")
    user_id = fields.Many2one(
        comodel_name='res.users', string="By", ondelete='restrict',
        default=lambda self: self.env.user)
    reason_id = fields.Many2one(comodel_name='service.reason', ondelete='restrict')
    note = fields.Char()

    _span = models.Constraint(
        'CHECK (date_end >= date_start)', "The clock cannot stop before it starts.")
    _one_open = models.UniqueIndex(
        '(status_id) WHERE date_end IS NULL', "The clock has an open span already.")
