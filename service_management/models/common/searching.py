"""How documents are found by a text that somebody types."""
from odoo import api, models
from odoo.fields import Domain
from odoo.modules.db import FunctionStatus
from odoo.tools import SQL

from .service_searched_mixin import LATEST


def index_trigrams(expression, condition=''):
    """Return the index by which parts of words are found in what an expression says.

    :param expression: SQL, or a function of the registry that returns it
    """
    def define(registry):
        text = expression(registry) if callable(expression) else f'({expression})'
        # Databases without trigrams look through the table.
        return f'USING gin ({text} gin_trgm_ops) {condition}'.strip() if registry.has_trigram else ''

    return models.Index(define)


def index_text(column):
    """Return the index of a column of Odoo's that is searched for parts of words, as fields of ours have it."""
    return index_trigrams(lambda registry: (
        registry.unaccent(f'"{column}"') if registry.has_unaccent == FunctionStatus.INDEXABLE
        else f'"{column}"'))


class ServiceDocumentMixin(models.AbstractModel):
    """Fields that name a document are asked one by one.

    No index serves a question for several fields of several tables at once: PostgreSQL reads the
    whole table instead, as often as somebody presses a key.
    """
    _inherit = 'service.document.mixin'

    @api.model
    def _search_display_name(self, operator, value):
        ways = self._get_name_ways(operator, value)
        if not ways:
            return super()._search_display_name(operator, value)
        found = self._get_found(ways)
        if found is not None:
            return Domain('id', 'in', found)
        # Whoever asks sees what his rules let through, as always: they are on the question around it.
        return self._unite(self._search(way, bypass_access=True) for way in ways)

    @api.model
    @api.readonly
    def name_search(self, name='', domain=None, operator='ilike', limit=100):
        """Put what is called exactly like a text first; of what many are called like, look at the latest."""
        domain = Domain(domain or Domain.TRUE)
        ways = self._get_name_ways(operator, name)
        if not (ways and limit and operator == 'ilike'):
            return super().name_search(name, domain, operator, limit)
        exact = super().name_search(name, domain, '=ilike', limit)
        rest = domain & Domain('id', 'not in', [record_id for record_id, _name in exact])
        found = self._get_found(ways)
        if found is None:
            alike = self._unite(self._search(rest & way, order='id desc', limit=LATEST) for way in ways)
        else:
            alike = rest & Domain('id', 'in', found)
        return exact + (
            super().name_search('', alike, operator, limit - len(exact))
            if len(exact) < limit else [])

    @api.model
    def _get_name_ways(self, operator, value):
        """Return the domains any of which finds what is called like a text, if there are several."""
        names = self._rec_names_search or ()
        if len(names) < 2 or not value or not operator.endswith('like') or (
                operator in Domain.NEGATIVE_OPERATORS):
            return []
        return [Domain(name, operator, value) for name in names]

    @api.model
    def _get_found(self, ways):
        """Return the ids of what a text means, whoever may see it; None if that is too much to name."""
        queries = [
            self._search(way, limit=LATEST + 1, active_test=False, bypass_access=True) for way in ways]
        union = self._write_union(queries)
        found = [row[0] for row in self.env.execute_query(union)] if union else []
        return found if len(found) <= LATEST else None

    @api.model
    def _unite(self, queries):
        """Return the domain of what one of some queries of this model finds."""
        union = self._write_union(queries)
        return Domain('id', 'in', SQL("(%s)", union)) if union else Domain.FALSE

    @api.model
    def _write_union(self, queries):
        return SQL(" UNION ").join(
            SQL("(%s)", query.select()) for query in queries if not query.is_empty())
