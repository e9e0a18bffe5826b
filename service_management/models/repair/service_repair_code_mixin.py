from odoo import api, fields, models


class ServiceRepairCodeMixin(models.AbstractModel):
    """A code by which repairs are compared: a name for people, a short code for lists and imports."""
    _name = 'service.repair.code.mixin'
    _inherit = ['service.setup.mixin']
    _description = "Code of Repairs"
    _order = 'sequence, name, id'
    _rec_names_search = ['name', 'code']

    name = fields.Char(required=True, translate=True)
    code = fields.Char(copy=False, help="Short, as on the maker's list; found by it, too.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', ondelete='restrict', condition=True, index=True,
        help="Leave empty to share it between companies.")

    @api.depends('name', 'code')
    def _compute_display_name(self):
        for record in self:
            record.display_name = (
                f'[{record.code}] {record.name}' if record.code else record.name)
