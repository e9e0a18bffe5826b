from odoo import fields, models


class ServiceOrderType(models.Model):
    """What a type promises."""
    _inherit = 'service.order.type'

    sla_id = fields.Many2one(
        comodel_name='service.sla', string="SLA", check_company=True, ondelete='restrict',
        help="For orders of the type that have none by agreement. Empty: the team's.")
