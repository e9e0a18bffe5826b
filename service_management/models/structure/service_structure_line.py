from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ServiceStructureLine(models.Model):
    _name = 'service.structure.line'
    _description = "Line of a Structure Template"
    _inherit = ['service.version.content.mixin', 'service.part.mixin', 'service.guarded.mixin']
    _order = 'version_id, parent_path, id'
    _parent_store = True
    _check_company_auto = True

    version_id = fields.Many2one(
        comodel_name='service.structure.version', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='version_id.company_id')
    origin_id = fields.Many2one(
        comodel_name='service.structure.line', string="Line of an Earlier Version", readonly=True,
        index='btree_not_null', ondelete='set null')
    parent_id = fields.Many2one(
        comodel_name='service.structure.line', string="Part Of", index='btree_not_null',
        ondelete='cascade', domain="[('version_id', '=', version_id), ('id', '!=', id)]")
    warranty_months = fields.Integer(
        string="Warranty (Months)", at_most=1200,
        help="Of the supplier, from the day on which the object goes into service, or the part is fitted.")

    _positive_quantity = models.Constraint(
        'CHECK (quantity > 0)', "A part has a quantity above zero. Delete what is not there.")
    _positive_warranty = models.Constraint(
        'CHECK (warranty_months >= 0)', "A warranty cannot last less than no time.")

    @api.constrains('parent_id', 'version_id')
    def _check_parent(self):
        for line in self.filtered('parent_id'):
            if line.parent_id.version_id != line.version_id:
                raise ValidationError(self.env._(
                    "%(line)s is part of a line of another version. Choose one of this version.",
                    line=line.name))

    def _get_key(self):
        """Return the line by which one is known in all versions."""
        return self.origin_id or self

    def _prepare_component(self, obj, day):
        """Return the values of the component that one line becomes in an object."""
        self.ensure_one()
        start = obj.date_in_service if obj.date_in_service and obj.date_in_service < day else day
        return {
            'object_id': obj.id, 'structure_line_id': self._get_key().id,
            'product_id': self.product_id.id, 'name': self.name, 'quantity': self.quantity,
            'product_uom_id': self.product_uom_id.id, 'position': self.position,
            'partner_id': self.partner_id.id, 'date_from': day,
            'warranty_end': self.warranty_months and start + relativedelta(
                months=self.warranty_months, days=-1),
        }
