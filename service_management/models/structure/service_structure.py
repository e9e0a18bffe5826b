from odoo import api, fields, models
from odoo.fields import Domain


class ServiceStructure(models.Model):
    """What objects of a kind are made of: a template, in versions.

    Source: Dynamics 365 Finance & Operations, "Template BOM"; there a template is frozen as soon as it
    is used, here it goes on in a new version.
    """
    _name = 'service.structure'
    _description = "Structure Template"
    _inherit = ['service.versioned.mixin']
    _check_company_auto = True

    product_ids = fields.Many2many(
        comodel_name='product.product', string="Products", check_company=True,
        ondelete='restrict', condition=True, context={'active_test': False},
        help="Proposed for objects that are one of these products.")
    version_ids = fields.One2many(
        comodel_name='service.structure.version', inverse_name='structure_id', string="Versions")
    version_id = fields.Many2one(
        comodel_name='service.structure.version', string="In Force", compute='_compute_version_id')
    object_count = fields.Integer(compute='_compute_object_count')

    @api.depends('version_ids')
    def _compute_object_count(self):
        count_by_structure = dict(self.env['service.object']._read_group(
            [('structure_id', 'in', self.ids)], ['structure_id'], ['__count']))
        for structure in self:
            structure.object_count = count_by_structure.get(structure._origin, 0)

    @api.model
    def _get_for(self, obj):
        """Return the template that is proposed for an object: one in force for its product, or none."""
        return self.search(
            Domain(self._check_company_domain(obj.company_id))
            & Domain('product_ids', 'in', obj.product_id.ids)
            & Domain('version_ids.state', '=', 'in_force'), limit=1) if obj.product_id else self.browse()

    def action_view_objects(self):
        """Show the objects that are made of the template, by version."""
        self.ensure_one()
        self.check_access('read')
        return self.env['service.object']._show_found(
            [('structure_id', '=', self.id)], search_default_group_structure_version=1)
