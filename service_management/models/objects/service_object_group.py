from odoo import fields, models


class ServiceObjectGroup(models.Model):
    _name = 'service.object.group'
    _description = "Service Object Group"
    _inherit = ['service.setup.mixin']
    _order = 'sequence, name'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', ondelete='restrict', condition=True, index=True,
        help="Leave empty to share the group between companies.")
    warranty_labor_months = fields.Integer(
        string="Labor Warranty", at_most=1200,
        help="Months from the in-service date; fills the warranty of new objects of the group.")
    warranty_parts_months = fields.Integer(
        string="Parts Warranty", at_most=1200,
        help="Months from the in-service date; fills the warranty of new objects of the group.")

    _warranty_months = models.Constraint(
        'CHECK (warranty_labor_months >= 0 AND warranty_parts_months >= 0)',
        "A warranty cannot last less than no time.")
