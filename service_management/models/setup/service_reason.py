from odoo import api, fields, models


class ServiceReason(models.Model):
    _name = 'service.reason'
    _description = "Service Reason"
    _order = 'sequence, name'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    usage = fields.Selection(
        selection=[
            ('stage', "Moving an order to a stage"), ('cancel', "Cancelling an order")],
        required=True, default='stage',
        help="Where the reason is offered.")

    @api.model
    def _get_default(self, usage):
        """Return the first reason of a usage, or none."""
        return self.with_context(active_test=True).search([('usage', '=', usage)], limit=1)
