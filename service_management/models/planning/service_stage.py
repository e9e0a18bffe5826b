from odoo import fields, models


class ServiceStage(models.Model):
    _inherit = 'service.stage'

    event = fields.Selection(
        selection_add=[('planned', "A visit is planned"), ('under_way', "Work starts")])
