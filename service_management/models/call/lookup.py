from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import lookup
from ..common.searching import index_trigrams

#: How many signs have to be typed before anything is looked up: an index helps from three on
SHORTEST = 3
#: How many records of a kind are ranked at most, and how many are shown
RANKED, SHOWN = 1000, 8
#: The columns that are compared, as the indexes have them
WORDS = {
    'res.partner': ('complete_name', 'street', 'street2', 'zip', 'city', 'email', 'ref', 'vat'),
    'service.object': ('name', 'code', 'serial_number'),
}
NAMES = {'res.partner': ('complete_name',), 'service.object': ('name',)}
NUMBERS = {
    'service.object': ('serial_number', 'code'),
    'service.order': ('name', 'client_order_ref'),
    'service.agreement': ('name', 'client_order_ref'),
}
PHONES = {'res.partner': 'phone', 'service.order': 'caller_phone'}
#: Ranks: the number itself, the beginning, the beginning of an address or mail, a part of it
EXACT, BEGINS, WORD, PART, NOT_AT_ALL = range(5)


def index_words(model):
    """Return the index by which a model is found by words."""
    return index_trigrams(lookup.sql_fold(WORDS[model]))


def index_names(model):
    """Return the index by which the beginnings of names are found, however many have the word elsewhere."""
    return index_trigrams(lookup.sql_fold(NAMES[model]))


def index_numbers(model):
    """Return the index by which a model is found by numbers."""
    return index_trigrams(lookup.sql_compact(NUMBERS[model]))


def index_phones(model):
    """Return the index by which a model is found by phone, as Odoo has it for contacts."""
    column = PHONES[model]
    return index_trigrams(lookup.sql_phone(column), f'WHERE {column} IS NOT NULL')


class ServiceCall(models.AbstractModel):
    """One field that finds customers, their sites, objects, orders and agreements.

    What looks like a number is looked up as one first. Each kind of record costs one query that ranks
    and one that reads, whatever is found.
    """
    _inherit = 'service.call'

    @api.model
    @api.readonly
    def find(self, text):
        """Return what somebody means who types a text, the best first.

        :return: {'hits': [{'model', 'id', 'kind', 'title', 'hint', 'partner_id', 'object_id',
            'rank'}], 'is_short': whether more signs have to be typed}
        :raise AccessError: if the user takes no calls
        """
        self._ensure_takes_calls()
        text = str(text or '').strip()[:100]
        if len(lookup.compact(text)) < SHORTEST:
            return {'hits': [], 'is_short': True}
        hits = [
            hit for model in ('service.object', 'res.partner', 'service.order', 'service.agreement')
            for hit in self._find_hits(model, text)]
        return {'hits': sorted(hits, key=lambda hit: hit['rank'])[:2 * SHOWN], 'is_short': False}

    @api.model
    def _find_hits(self, model, text):
        """Return the hits of one model, the best first."""
        ranks = self._rank(model, text)
        records = self.env[model].browse(ranks)
        return [
            {'model': model, 'id': record.id, 'rank': ranks[record.id], **self._describe(record)}
            for record in records]

    @api.model
    def _rank(self, model, text, domain=Domain.TRUE, ways=('phone', 'number', 'words')):
        """Return {id: rank} of the records of a model that a text means, the best first.

        :param domain: narrows what is looked at
        :param ways: what the text may be
        """
        Model = self.env[model]
        ways = self._get_ways(model, text, ways)
        if not ways or not Model.has_access('read'):
            return {}
        columns = {*WORDS.get(model, ()), *NUMBERS.get(model, ()), PHONES.get(model)} - {None}
        Model.flush_model(columns | ({'active'} & set(Model._fields)))
        # What is meant exactly is found however much there is that is like it.
        exact, alike = (
            self._search_way(Model, domain, ways, index).select() for index in (0, 1))
        rank = SQL("LEAST(%s)", SQL(", ").join(way('')[2] for way in ways))
        return dict(self.env.execute_query(SQL(
            "SELECT id, %s FROM %s WHERE id IN ((%s) UNION (%s)) ORDER BY 2, 1 LIMIT %s",
            rank, SQL.identifier(Model._table), exact, alike, SHOWN)))

    @api.model
    def _search_way(self, model, domain, ways, index):
        """Return the query of what a text may mean in some ways, as far as the user sees it.

        :param index: which of the conditions of a way, see `_get_ways`
        """
        def to_sql(_model, alias, _query):
            return SQL("(%s)", SQL(" OR ").join(
                SQL("(%s)", way(f'"{alias}".')[index]) for way in ways))

        query = model._search(Domain(domain) & Domain.custom(to_sql=to_sql))
        query.limit = RANKED  # a word that everybody has is no reason to sort everybody
        return query

    @api.model
    def _get_ways(self, model, text, ways):
        """Return the ways in which a text may mean a record of a model.

        :return: functions of what stands before a column, which return (SQL that finds what is meant
            exactly, SQL that finds what is like it, SQL of the rank)
        """
        digits, number, words = lookup.read_phone(text), lookup.compact(text), lookup.fold(text)
        found = []
        if 'phone' in ways and model in PHONES and digits:
            found.append(lambda table: self._get_phone_way(
                SQL(f'{table}"{PHONES[model]}"'), SQL(lookup.sql_phone(f'{table}"{PHONES[model]}"')), digits))
        if 'number' in ways and model in NUMBERS and any(sign.isdigit() for sign in number):
            found.append(lambda table: self._get_number_way(SQL(lookup.sql_compact(
                [f'{table}"{column}"' for column in NUMBERS[model]])), number))
        if 'words' in ways and model in WORDS:
            found.append(lambda table: self._get_word_way(*(
                SQL(lookup.sql_fold([f'{table}"{column}"' for column in columns[model]]))
                for columns in (NAMES, WORDS)), words))
        return found

    @api.model
    def _get_phone_way(self, column, phone, digits):
        """Look up a number by its last digits: with the code of a country, of a town, or without."""
        line = lookup.pattern(lookup.line_of(digits))
        ends = SQL("%s IS NOT NULL AND %s LIKE %s", column, phone, f'%{line}')
        return (
            ends, SQL("%s IS NOT NULL AND %s LIKE %s", column, phone, f'%{line}%'),
            SQL("CASE WHEN %s THEN %s WHEN %s LIKE %s THEN %s ELSE %s END",
                ends, EXACT if len(line) > SHORTEST + 2 else WORD, phone, f'%{line}%', PART, NOT_AT_ALL))

    @api.model
    def _get_number_way(self, numbers, number):
        """Look up a number as it is written, or without what stands before its digits."""
        literal = lookup.pattern(number)
        wholes = [f'{literal}|%', f'%|{literal}']
        if number.isdigit():
            wholes += [f'%0{literal}|%', f'%0{literal}']
        exact = SQL(" OR ").join(SQL("%s LIKE %s", numbers, whole) for whole in wholes)
        return (
            exact, SQL("%s LIKE %s", numbers, f'%{literal}%'),
            SQL("CASE WHEN %s THEN %s WHEN '|' || %s LIKE %s THEN %s WHEN %s LIKE %s THEN %s ELSE %s END",
                exact, EXACT, numbers, f'%|{literal}%', BEGINS, numbers, f'%{literal}%', PART,
                NOT_AT_ALL))

    @api.model
    def _get_word_way(self, name, columns, words):
        """Look up what has all words of a text, in whatever order, and names that begin with it."""
        literal = lookup.pattern(words)
        has_all = SQL(" AND ").join(
            SQL("%s LIKE %s", columns, f'%{lookup.pattern(word)}%') for word in words.split())
        return (
            SQL("%s LIKE %s", name, f'{literal}%'), has_all,
            SQL("CASE WHEN %s LIKE %s THEN %s WHEN %s LIKE %s THEN %s WHEN %s THEN %s ELSE %s END",
                name, f'{literal}%', BEGINS, columns, f'%|{literal}%', WORD, has_all, PART,
                NOT_AT_ALL))

    @api.model
    def _describe(self, record):
        """Return how one hit is shown, and whose it is."""
        describe = {
            'res.partner': self._describe_partner, 'service.object': self._describe_object,
            'service.order': self._describe_order, 'service.agreement': self._describe_agreement}
        return describe[record._name](record)

    @api.model
    def _describe_partner(self, partner):
        is_site = partner.parent_id and partner.type in ('delivery', 'other')
        owner = partner.commercial_partner_id
        return {
            'kind': 'site' if is_site else 'contact' if partner != owner else 'customer',
            'title': partner.name or partner.display_name,
            'hint': ' · '.join(filter(None, (
                owner.name if partner != owner else '', partner.phone,
                self._say_address(partner)))),
            'partner_id': partner.id,
            'object_id': False,
        }

    @api.model
    def _describe_object(self, obj):
        return {
            'kind': 'object',
            'title': obj.display_name,
            'hint': ' · '.join(filter(None, (
                obj.serial_number, obj.partner_id.name, obj.site_id.city))),
            'partner_id': obj.partner_id.id,
            'object_id': obj.id,
        }

    @api.model
    def _describe_order(self, order):
        return {
            'kind': 'order',
            'title': order.display_name,
            'hint': ' · '.join(filter(None, (
                order.partner_id.name, order.stage_id.name, self._say_day(order._get_order_day())))),
            'partner_id': order.contact_id.id or order.partner_id.id,
            'object_id': order.object_ids.id if len(order.object_ids) == 1 else False,
        }

    @api.model
    def _describe_agreement(self, agreement):
        return {
            'kind': 'agreement',
            'title': agreement.display_name,
            'hint': ' · '.join(filter(None, (
                agreement.partner_id.name, self._label(agreement, 'state')))),
            'partner_id': agreement.partner_id.id,
            'object_id': False,
        }
