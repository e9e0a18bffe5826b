from odoo import api, fields, models


class ServiceKindChoiceMixin(models.AbstractModel):
    """A dialog that asks which kinds of lines are meant."""
    _name = 'service.kind.choice.mixin'
    _description = "Choice of Kinds of Lines"

    is_hour = fields.Boolean(string="Hours", default=True)
    is_item = fields.Boolean(string="Items", default=True)
    is_expense = fields.Boolean(string="Expenses", default=True)
    is_fee = fields.Boolean(string="Fees", default=True)

    @api.model
    def _get_kind_fields(self):
        """Return {kind: the field that asks for it}; extend for a kind of your own.

        A kind that nobody is asked for is always meant.
        """
        return {'hour': 'is_hour', 'item': 'is_item', 'expense': 'is_expense', 'fee': 'is_fee'}

    def _get_chosen_kinds(self):
        """Return the set of kinds that are meant."""
        self.ensure_one()
        asked = self._get_kind_fields()
        kinds = self.env['service.order.line']._fields['kind'].get_values(self.env)
        return {kind for kind in kinds if kind not in asked or self[asked[kind]]}

    def _filter_kinds(self, lines):
        """Return those of some lines whose kind is meant."""
        kinds = self._get_chosen_kinds()
        return lines.filtered(lambda line: line.kind in kinds)
