from odoo import api, models
from odoo.fields import Domain

#: How many of the latest that are called like a text are looked at
LATEST = 1000
LIKE = ('ilike', 'like', '=ilike', '=like')


class ServiceSearchedMixin(models.AbstractModel):
    """What is called like a text is looked up before what names it.

    PostgreSQL guesses how many that are. It guesses too many, walks all rows in their order until it
    has found enough, and there is nothing to be found.
    """
    _name = 'service.searched.mixin'
    _description = "Rows Found by a Text"

    @api.model
    def _search(self, domain, *args, **kwargs):
        return super()._search(Domain(domain).map_conditions(self._look_up), *args, **kwargs)

    def _look_up(self, condition):
        """Return a condition with the records that it names, if they are not too many."""
        name, _dot, rest = self._get_path(condition.field_expr).partition('.')
        field = self._fields.get(name)
        if field is None or field.type != 'many2one' or not field.store:
            return condition
        is_text = condition.value and condition.operator in LIKE
        if not (is_text or (rest and field.comodel_name in self._get_people())):
            return condition
        named = self.env[field.comodel_name].with_context(active_test=False)._search(
            Domain(rest or 'display_name', condition.operator, condition.value), limit=LATEST + 1)
        found = named.get_result_ids()
        return Domain(name, 'in', found) if len(found) <= LATEST else condition

    def _get_path(self, name):
        """Return where the value of a field is kept."""
        field = self._fields.get(name)
        return field.related if field is not None and field.related and not field.store else name

    @api.model
    def _get_people(self):
        """Return the models of who works here: they are few, and asked first. Extend for more."""
        return {'hr.employee', 'res.users'}
