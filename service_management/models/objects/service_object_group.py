from odoo import fields, models


class ServiceObjectGroup(models.Model):
    _name = 'service.object.group'
    _description = "Service Object Group"
    _inherit = ['service.setup.mixin', 'service.warranty.mixin']
    _order = 'sequence, name'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', ondelete='restrict', condition=True, index=True,
        help="Leave empty to share the group between companies.")
    warranty_step_ids = fields.One2many(
        comodel_name='service.warranty.step', inverse_name='group_id', string="Warranty by Age",
        copy=True)

    def _get_warranty_steps(self):
        return self.warranty_step_ids
