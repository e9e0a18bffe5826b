from odoo import fields, models


class ServiceObject(models.Model):
    _inherit = 'service.object'

    meter_ids = fields.One2many(
        comodel_name='service.meter', inverse_name='object_id', string="Meters",
        help="Counters of the object: hours, kilometres, cycles.")
