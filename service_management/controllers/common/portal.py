from collections import defaultdict
from functools import partial
from urllib.parse import parse_qsl, urlencode, urlsplit

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import SQL, consteq

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ...models.common.searching import LATEST
from ...tools.entries import MAX_ID, is_text, read_id, read_option


class ServiceCustomerPortal(CustomerPortal):
    """What customers see and do.

    They have no rights on any model of ours: these routes find records in sudo, by the customer's
    company or by the token of the record, and everything a customer does goes through here. Each
    capability extends this class with its pages.
    """

    #=== ACCESS ===#

    def _get_service_record(self, model, record_id, access_token=None):
        """Return one document in sudo, if the visitor may see it.

        :raise MissingError: if there is no such record
        :raise AccessError: if it is not the visitor's, and the token is not the record's
        """
        record = self.env[model].browse(record_id if record_id <= MAX_ID else ())
        record_sudo = record.sudo().exists()
        if not record_sudo:
            raise MissingError(self.env._("This document does not exist."))
        if self._is_token_of(record_sudo, access_token):
            return record_sudo
        if self.env.user._is_public():
            raise AccessError(self.env._("Log in to see this document."))
        if not self._is_own(record_sudo):
            record.check_access('read')  # staff look at the page as customers see it
        return record_sudo

    @staticmethod
    def _is_token_of(record_sudo, access_token):
        """Tell whether a text is the token of one record."""
        # As bytes: consteq refuses text that is not ASCII, and a caller sends what he likes.
        token, given = (
            str(text or '').encode(errors='replace')
            for text in (record_sudo.access_token, access_token))
        return bool(token) and consteq(token, given)

    def _is_own(self, record_sudo):
        """Tell whether one record is of the company of whoever has logged in."""
        user = self.env.user
        return not user._is_public() and bool(
            record_sudo.filtered_domain(record_sudo._get_portal_domain(user.partner_id)))

    def _is_customer(self, record_sudo, access_token=None):
        """Tell whether the visitor is the customer of one document, who alone decides on it.

        Somebody of the customer's who has logged in, or whoever has the link of the mail. Staff who
        have logged in are not, whatever they may read and whatever link they hold: at most they are
        where their own company is the customer, and then by the link.
        """
        is_own, has_link = self._is_own(record_sudo), self._is_token_of(record_sudo, access_token)
        if self.env.user._is_internal():
            return is_own and has_link
        return is_own or has_link

    def _ensure_customer(self, record_sudo, access_token=None):
        """:raise AccessError: if the visitor is not the customer of one document"""
        if not self._is_customer(record_sudo, access_token):
            raise AccessError(self.env._(
                "Only the customer decides on %s: with a login of the customer's, or by the link of"
                " the mail where nobody is logged in.", record_sudo.display_name))

    @staticmethod
    def _get_link(document, is_customer, **params):
        """Return the address of a page; only the customer's has the token of the document in it.

        :param params: as for `portal.mixin.get_portal_url`
        """
        url = document.get_portal_url(**params)
        if is_customer:
            return url
        parts = urlsplit(url)
        kept = [pair for pair in parse_qsl(parts.query) if pair[0] != 'access_token']
        return parts._replace(query=urlencode(kept)).geturl()

    def _search_service(self, model, domain=Domain.TRUE, **kwargs):
        """Search the visitor's own records, in sudo: customers have no rights on them."""
        Model = self.env[model].sudo()
        own = Model._get_portal_domain(self.env.user.partner_id)
        return Model.search(own & domain, **kwargs)

    def _read_text(self, value, length, cut=True):
        """Return what a visitor wrote, without blanks about it; nothing where he wrote nothing.

        :param int length: how many characters it may have
        :param bool cut: whether it is cut there, else it is refused
        :raise UserError: if it is no text
        """
        if value is None or value is False:
            return ''
        if not is_text(value):
            raise UserError(self.env._("What you entered cannot be read. Enter it again, please."))
        text = value.strip()
        if not cut and len(text) > length:
            raise UserError(self.env._("Enter %s characters at most, please.", length))
        return text[:length]

    #=== HOME ===#

    def _get_service_counters(self):
        """Return {counter of the portal's home: (model, domain among the customer's records)}.

        Extend for the cards of other documents.
        """
        return {}

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        partner = self.env.user.partner_id
        for counter, (model, domain) in self._get_service_counters().items():
            if counter in counters:
                # Customers have no rights on the records, and their own are counted.
                Model = self.env[model].sudo()
                values[counter] = Model.search_count(Model._get_portal_domain(partner) & domain)
        return values

    #=== PAGES ===#

    def _prepare_service_list(
            self, model, url, page, sortings, inputs, filters, groups, options):
        """Return the records of one page of a list, and what its search bar needs.

        Whatever is in the address: an unknown choice is the first one, an unknown page the last.
        """
        options = {name: read_option(value) for name, value in options.items()}

        def choose(choices, choice):
            """Return a choice, or the first one instead of an unknown one."""
            return choice if choice in choices else next(iter(choices))

        sortby = choose(sortings, options.get('sortby'))
        filterby = choose(filters, options.get('filterby'))
        groupby = choose(groups, options.get('groupby'))
        search_in = choose(inputs, options.get('search_in'))
        search = options.get('search', '')[:100]
        order = sortings[sortby]['order']
        if groupby != 'none':
            order = f'{groupby}, {order}'
        # Customers have no rights on the records, and see their own only.
        Model = self.env[model].sudo()
        own = Model._get_portal_domain(self.env.user.partner_id) & filters[filterby]['domain']
        found = search and Model.search(
            own & self._get_search_domain(Model, own, inputs[search_in]['fields'], search),
            order=order)
        pager = portal_pager(
            url=url, total=len(found) if search else Model.search_count(own),
            page=(read_id(str(page)) or [1])[0], step=self._items_per_page,
            url_args={
                'sortby': sortby, 'filterby': filterby, 'groupby': groupby,
                'search_in': search_in, 'search': search})
        first, step = pager['offset'], self._items_per_page
        # What a text is found in is read once, and not once more to count it.
        records = Model.browse(found.ids[first:first + step]) if search else Model.search(
            own, order=order, limit=step, offset=first)
        return {
            'records': records,
            'groups': [(False, records)] if groupby == 'none' else list(
                records.grouped(lambda record: self._get_group_title(
                    record, groupby, groups[groupby].get('words', {}))).items()),
            'pager': pager,
            'default_url': url,
            'searchbar_sortings': sortings, 'sortby': sortby,
            'searchbar_filters': filters, 'filterby': filterby,
            'searchbar_groupby': groups, 'groupby': groupby,
            'searchbar_inputs': inputs, 'search_in': search_in, 'search': search,
        }

    def _get_search_domain(self, records, own, names, text):
        """Return the domain of a visitor's own records that have a text in one of some fields.

        Where fields lead to objects or lines, those are looked up first, and a frequent word, which those of
        many customers have, in those of these records only: PostgreSQL would read everybody's.

        :param records: any of their model, in sudo
        :param own: domain of the visitor's
        """
        ways, paths = Domain.FALSE, defaultdict(lambda: Domain.FALSE)
        for name in names:
            first, _dot, rest = name.partition('.')
            if rest and records._fields[first].store and records._fields[first].type in (
                    'one2many', 'many2many'):
                paths[first] |= Domain(rest, 'ilike', text)
            else:
                ways |= Domain(name, 'ilike', text)
        for name, domain in paths.items():
            field = records._fields[name]
            # What is archived later stays on its documents.
            related = self.env[field.comodel_name].sudo().with_context(active_test=False)
            found = related.search(domain, order='id', limit=LATEST + 1).ids
            ways |= Domain(name, 'in', found) if len(found) <= LATEST else Domain(
                'id', 'in', self._find_by_related(field, records.search(own).ids, related, domain))
        return ways

    def _find_by_related(self, field, ids, related, domain):
        """Return those of the ids of some records that name one of a domain in a field."""
        if field.type == 'one2many':
            inverse = field.inverse_name
            return related.search(Domain(inverse, 'in', ids) & domain)[inverse].ids
        rows = self.env.execute_query(SQL(
            "SELECT %(own)s, %(other)s FROM %(relation)s WHERE %(own)s IN %(ids)s",
            own=SQL.identifier(field.column1), other=SQL.identifier(field.column2),
            relation=SQL.identifier(field.relation), ids=tuple(ids))) if ids else []
        found = set(related.search(Domain('id', 'in', [other for _own, other in rows]) & domain).ids)
        return [own for own, other in rows if other in found]

    def _get_group_title(self, record, groupby, words):
        """Return what customers read above the group that one record is in.

        :param dict words: {value: what customers call it}, where they call it otherwise than staff
        """
        value = record[groupby]
        if isinstance(value, str) and value in words:
            return words[value]
        return record._fields[groupby].convert_to_export(value, record) or self.env._("None")

    def _render_service_list(self, page_name, listed):
        """Return the page of a list; a document of it leads to the next and the one before.

        :param str page_name: name of the page, as ``service_order``
        :param dict listed: values of `_prepare_service_list`
        """
        request.session[f'my_{page_name}s_history'] = listed['records'].ids[:100]
        return request.render(f'service_management.portal_my_{page_name}s', {
            **self._prepare_portal_layout_values(), **listed, 'page_name': page_name})

    def _render_service_page(self, record, access_token, values, options, report_type=None,
                             report=None, download=False):
        """Return the page of a document, or one of its papers if the address asks for it.

        :param dict values: what the page shows; 'page_name' is its name, as ``service_order``
        :param dict options: what else is in the address: of it only what tells who reads goes
            into the page, for the messages
        :param str report_type: 'html', 'pdf' or 'text' for a paper
        :param str report: name of the paper, as in the document's `_get_portal_documents`
        """
        documents = record._get_portal_documents()
        if report_type in ('html', 'pdf', 'text') and documents:
            return self._show_report(
                record, report_type, documents.get(report) or next(iter(documents.values())),
                download=download)
        reader = {key: read_option(options[key]) for key in ('pid', 'hash') if key in options}
        is_customer = self._is_customer(record, access_token)
        page_name = values['page_name']
        values = self._get_page_view_values(
            record, access_token, {
                **values, 'documents': documents, 'report_type': 'html', 'is_customer': is_customer,
                'link': partial(self._get_link, is_customer=is_customer)},
            f'my_{page_name}s_history', False, **reader)
        # Customers post with the token of the document, having no rights on it; staff have rights.
        if is_customer:
            values['token'] = record._portal_ensure_token()
        return request.render(f'service_management.portal_{page_name}', values)

    def _post_for_customer(self, record, body):
        """Write what a customer did into a document's history, in the customer's name."""
        author = self.env.user.partner_id
        if self.env.user._is_public():
            author = record._mail_get_partners()[record.id][:1]
            # Whoever has the link can be anybody who saw the mail: the history does not claim more.
            body = f"{body} {self.env._('(by the link, without a login)')}"
        record.message_post(
            body=body, author_id=author.id, message_type='comment',
            subtype_xmlid='mail.mt_comment')
