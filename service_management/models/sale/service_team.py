from odoo import fields, models


class ServiceTeam(models.Model):
    _inherit = 'service.team'

    salesperson_id = fields.Many2one(
        comodel_name='res.users', check_company=True, duty=True,
        domain=lambda self: [
            ('share', '=', False),
            ('all_group_ids', 'in', self.env.ref('sales_team.group_sale_salesman').ids)],
        help="Quotes what technicians find on site, for customers without a salesperson.")
