from odoo import models


class ServiceRepairCondition(models.Model):
    """Under which circumstances a fault appears: always, when it is cold, after a restart."""
    _name = 'service.repair.condition'
    _inherit = ['service.repair.code.mixin']
    _description = "Condition of a Fault"
