from odoo import fields, models


class ServiceKindMixin(models.AbstractModel):
    """A row that becomes a line of an order one day: of a line set, of an agreement."""
    _name = 'service.kind.mixin'
    _description = "Kind of a Line"

    kind = fields.Selection(selection='_get_kinds', required=True, default='hour')

    def _get_kinds(self):
        """Return the kinds that lines of orders have: they say what there is."""
        return self.env['service.order.line']._fields['kind']._description_selection(self.env)
