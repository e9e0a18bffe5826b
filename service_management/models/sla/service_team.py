from odoo import fields, models


class ServiceTeam(models.Model):
    """What a team promises."""
    _inherit = 'service.team'

    # What customers are promised
    sla_id = fields.Many2one(
        comodel_name='service.sla', string="SLA", check_company=True, ondelete='restrict',
        help="For orders of the team that have none by agreement.")
