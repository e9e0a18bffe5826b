from odoo import fields, models


class ServiceStage(models.Model):
    _inherit = 'service.stage'

    stops_sla_clock = fields.Boolean(
        string="Stops the SLA Clock",
        help="Service level deadlines wait while an order is in this stage.")
