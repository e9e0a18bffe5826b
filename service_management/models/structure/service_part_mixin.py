from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ServicePartMixin(models.AbstractModel):
    """A part in a tree of parts: of an object, or of a template. A model names its parent itself."""
    _name = 'service.part.mixin'
    _description = "Part"

    parent_path = fields.Char(index=True)
    level = fields.Integer(compute='_compute_level')
    tree_name = fields.Char(string="Part", compute='_compute_level')
    product_id = fields.Many2one(
        comodel_name='product.product', check_company=True, index='btree_not_null',
        ondelete='restrict')
    name = fields.Char(
        string="Description", compute='_compute_name', store=True, readonly=False, precompute=True,
        required=True)
    quantity = fields.Float(digits='Product Unit', default=1.0, required=True)
    product_uom_id = fields.Many2one(
        comodel_name='uom.uom', string="Unit", compute='_compute_product_uom_id', store=True,
        readonly=False, precompute=True, required=True, ondelete='restrict')
    position = fields.Char(help="Where it sits: a slot, a floor, the number on a drawing.")
    partner_id = fields.Many2one(
        comodel_name='res.partner', string="Supplier", check_company=True, index='btree_not_null',
        ondelete='restrict')

    @api.depends('parent_path', 'name')
    def _compute_level(self):
        for part in self:
            part.level = max(0, (part.parent_path or '').count('/') - 1)
            part.tree_name = '\u2003' * part.level + (part.name or '')

    @api.depends('product_id')
    def _compute_name(self):
        for part in self:
            part.name = part.product_id.display_name or part.name

    @api.depends('product_id')
    def _compute_product_uom_id(self):
        for part in self:
            uom = part.product_id.uom_id
            if not part.product_uom_id or (
                    uom and not part.product_uom_id._has_common_reference(uom)):
                part.product_uom_id = uom or self.env.ref('uom.product_uom_unit')

    def _get_design(self):
        """Return what a template says of one part, as a tuple that is compared."""
        self.ensure_one()
        return (
            self.product_id.id, self.name if not self.product_id else False,
            self.product_uom_id._compute_quantity(
                self.quantity, self.product_id.uom_id or self.product_uom_id, round=False),
            self.position or False)

    def _is_same_part(self, other):
        """Tell whether one part is another one: the same product, or of the same name without one."""
        self.ensure_one()
        return self.product_id == other.product_id and bool(
            self.product_id or self.name.casefold() == other.name.casefold())

    def write(self, vals):
        """Refuse to put a part into itself: Odoo says no more than that there is a recursion."""
        parent = self.browse(vals.get('parent_id') or ())
        if parent and self & self.search([('id', 'parent_of', parent.ids)]):
            raise ValidationError(self.env._(
                "A part cannot be a part of itself. Choose another one that it is part of."))
        return super().write(vals)
