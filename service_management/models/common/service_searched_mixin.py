from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

#: How many of the latest that are called like a text are looked at
LATEST = 1000
#: How many rows that are related to what is asked for are named one by one
MOST = 5000
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
        if field is None or not field.store:
            return condition
        if field.type == 'many2many' and condition.operator == 'in' and not rest:
            return self._look_up_related(field, condition)
        if field.type != 'many2one':
            return condition
        is_text = condition.value and condition.operator in LIKE
        if not (is_text or (rest and field.comodel_name in self._get_people())):
            return condition
        named = self.env[field.comodel_name].with_context(active_test=False)._search(
            Domain(rest or 'display_name', condition.operator, condition.value), limit=LATEST + 1)
        found = named.get_result_ids()
        return Domain(name, 'in', found) if len(found) <= LATEST else condition

    def _look_up_related(self, field, condition):
        """Return a condition with the rows that name some records, if they are not too many."""
        ids = tuple(condition.value)
        if not ids or not all(type(record_id) is int for record_id in ids):
            return condition
        found = self.env.execute_query(SQL(
            "SELECT DISTINCT %(own)s FROM %(relation)s WHERE %(other)s IN %(ids)s LIMIT %(limit)s",
            own=SQL.identifier(field.column1), relation=SQL.identifier(field.relation),
            other=SQL.identifier(field.column2), ids=ids, limit=MOST + 1))
        return Domain('id', 'in', [row[0] for row in found]) if len(found) <= MOST else condition

    def _get_path(self, name):
        """Return where the value of a field is kept."""
        field = self._fields.get(name)
        return field.related if field is not None and field.related and not field.store else name

    @api.model
    def _get_people(self):
        """Return the models of who works here: they are few, and asked first. Extend for more."""
        return {'hr.employee', 'res.users'}
