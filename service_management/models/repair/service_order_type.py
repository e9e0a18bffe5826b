from odoo import fields, models


class ServiceOrderType(models.Model):
    """What has to be coded of its orders."""
    _inherit = 'service.order.type'

    repair_rule = fields.Selection(
        selection=[
            ('symptom', "Symptom"), ('diagnosis', "Symptom and Diagnosis"),
            ('resolution', "Symptom, Diagnosis and Resolution")],
        string="Codes at the Sign-Off",
        help="What has to be coded of each object before the order is signed off. Empty: nothing.")
