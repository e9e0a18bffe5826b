from odoo import fields, models
from odoo.tools import SQL


class ServiceOrderReport(models.Model):
    """What objects cost, by product and age."""
    _inherit = 'service.order.report'
    _depends = {'service.object': ['product_id', 'warranty_start']}

    object_product_id = fields.Many2one(
        related='object_id.product_id', string="Product of the Object")
    object_age = fields.Integer(
        string="Age of the Object", readonly=True, aggregator=None,
        help="Full years since its warranty began, on the day of the work.")

    def _select_additional_fields(self):
        return {
            **super()._select_additional_fields(),
            'object_age': SQL("""(
                SELECT CAST(EXTRACT(YEAR FROM AGE(line.day, objects.warranty_start)) AS integer)
                  FROM service_object AS objects WHERE objects.id = line.object_id)"""),
        }
