from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import consteq

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

MAX_ID = 2**31 - 1  # PostgreSQL's integer


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
        token = record_sudo.access_token
        # As bytes: consteq refuses text that is not ASCII, and a caller sends what he likes.
        given = str(access_token or '').encode(errors='replace')
        if token and consteq(token.encode(), given):
            return record_sudo
        user = self.env.user
        if user._is_public():
            raise AccessError(self.env._("Log in to see this document."))
        domain = record._get_portal_domain(user.partner_id)
        if not record_sudo.filtered_domain(domain):
            record.check_access('read')  # staff look at the page as customers see it
        return record_sudo

    def _search_service(self, model, domain=Domain.TRUE, **kwargs):
        """Search the visitor's own records, in sudo: customers have no rights on them."""
        Model = self.env[model].sudo()
        own = Model._get_portal_domain(self.env.user.partner_id)
        return Model.search(own & domain, **kwargs)

    @staticmethod
    def _read_id(text):
        """Return the id that a form sends, as a list that is empty when it can be none."""
        number = int(text) if (text or '').isdecimal() and len(text) <= 10 else 0
        return [number] if 0 < number <= MAX_ID else []

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
        def choose(choices, choice):
            """Return a choice, or the first one instead of an unknown one."""
            return choice if choice in choices else next(iter(choices))

        sortby = choose(sortings, options.get('sortby'))
        filterby = choose(filters, options.get('filterby'))
        groupby = choose(groups, options.get('groupby'))
        search_in = choose(inputs, options.get('search_in'))
        search = (options.get('search') or '')[:100]
        domain = filters[filterby]['domain']
        if search:
            domain &= Domain.OR(
                Domain(field, 'ilike', search) for field in inputs[search_in]['fields'])
        # Customers have no rights on the records, and see their own only.
        Model = self.env[model].sudo()
        own = Model._get_portal_domain(self.env.user.partner_id) & domain
        pager = portal_pager(
            url=url, total=Model.search_count(own), page=page, step=self._items_per_page,
            url_args={
                'sortby': sortby, 'filterby': filterby, 'groupby': groupby,
                'search_in': search_in, 'search': search})
        order = sortings[sortby]['order']
        if groupby != 'none':
            order = f'{groupby}, {order}'
        records = Model.search(
            own, order=order, limit=self._items_per_page, offset=pager['offset'])
        return {
            'records': records,
            'groups': list(records.grouped(groupby).items()) if groupby != 'none'
            else [(False, records)],
            'pager': pager,
            'default_url': url,
            'searchbar_sortings': sortings, 'sortby': sortby,
            'searchbar_filters': filters, 'filterby': filterby,
            'searchbar_groupby': groups, 'groupby': groupby,
            'searchbar_inputs': inputs, 'search_in': search_in, 'search': search,
        }

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
        reader = {key: options[key] for key in ('pid', 'hash') if key in options}
        page_name = values['page_name']
        values = self._get_page_view_values(
            record, access_token, {**values, 'documents': documents, 'report_type': 'html'},
            f'my_{page_name}s_history', False, **reader)
        # Customers post with the token of the document, having no rights on it.
        values['token'] = record._portal_ensure_token()
        return request.render(f'service_management.portal_{page_name}', values)

    def _post_for_customer(self, record, body):
        """Write what a customer did into a document's history, in the customer's name."""
        user = self.env.user
        author = record._mail_get_partners()[record.id][:1] if user._is_public() \
            else user.partner_id
        record.message_post(
            body=body, author_id=author.id, message_type='comment',
            subtype_xmlid='mail.mt_comment')
