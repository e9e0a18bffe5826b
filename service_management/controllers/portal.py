import binascii
from datetime import datetime

import pytz

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.http import request
from odoo.tools import consteq
from odoo.tools.mimetypes import guess_mimetype

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

MAX_ID = 2**31 - 1  # PostgreSQL's integer
MAX_PHOTOS = 8
MAX_PHOTO_BYTES = 10 * 1024 * 1024


class ServiceCustomerPortal(CustomerPortal):
    """What customers see and do.

    They have no rights on any model of ours: these routes find records in sudo, by the customer's
    company or by the token of the record, and everything a customer does goes through here.
    """

    #=== ACCESS ===#

    def _get_service_record(self, model, record_id, access_token=None):
        """Return one order, object or agreement in sudo, if the visitor may see it.

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

    def _get_service_page_values(self, record, access_token, values, session_history, options):
        """Return the values of a record's page, with what the portal needs on each.

        :param dict options: what else is in the address: of it only what tells who reads goes
            into the page, for the messages
        """
        reader = {key: options[key] for key in ('pid', 'hash') if key in options}
        return self._get_page_view_values(
            record, access_token, values, session_history, False, **reader)

    def _get_service_order(self, order_id, access_token=None):
        return self._get_service_record('service.order', order_id, access_token)

    def _search_service(self, model, domain=Domain.TRUE, **kwargs):
        """Search the visitor's own records, in sudo."""
        Model = self.env[model].sudo()
        own = Model._get_portal_domain(self.env.user.partner_id)
        return Model.search(own & domain, **kwargs)

    #=== HOME ===#

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        partner = self.env.user.partner_id
        for counter, model, domain in (
            ('service_order_count', 'service.order', Domain.TRUE),
            ('service_quote_count', 'service.order', self._get_open_quote_domain()),
            ('service_object_count', 'service.object', Domain.TRUE),
            ('service_agreement_count', 'service.agreement', Domain.TRUE),
            ('service_subscription_count', 'service.subscription', Domain.TRUE),
            ('service_agreement_quote_count', 'service.agreement', self._get_open_quote_domain()),
        ):
            if counter in counters:
                Model = self.env[model].sudo()
                values[counter] = Model.search_count(Model._get_portal_domain(partner) & domain)
        return values

    def _get_open_quote_domain(self):
        return (
            Domain('state', '=', 'draft') & Domain('quote_sent_on', '!=', False)
            & Domain('is_quote_expired', '=', False))

    #=== LISTS ===#

    def _get_service_order_sortings(self):
        return {
            'date': {'label': self.env._("Newest"), 'order': 'date_order desc, id desc'},
            'visit': {'label': self.env._("Next Visit"), 'order': 'date_planned, id desc'},
            'name': {'label': self.env._("Number"), 'order': 'name, id'},
            'title': {'label': self.env._("Subject"), 'order': 'title, id'},
        }

    def _get_service_order_filters(self):
        return {
            'all': {'label': self.env._("All"), 'domain': Domain.TRUE},
            'open': {'label': self.env._("In Process"), 'domain': Domain('state', 'in', ('draft', 'open'))},
            'quote': {'label': self.env._("Quotes to Decide"), 'domain': self._get_open_quote_domain()},
            'done': {
                'label': self.env._("Done"), 'domain': Domain('state', 'in', ('signed_off', 'posted'))},
        }

    def _get_service_order_groups(self):
        return {
            'none': {'label': self.env._("None")},
            'stage_id': {'label': self.env._("Stage")},
            'site_id': {'label': self.env._("Site")},
        }

    def _get_service_order_inputs(self):
        return {
            'all': {'input': 'all', 'label': self.env._("Search everywhere"), 'fields': [
                'name', 'title', 'client_order_ref', 'object_ids.name',
                'object_ids.serial_number', 'site_city']},
            'name': {'input': 'name', 'label': self.env._("Search by number"), 'fields': [
                'name', 'client_order_ref']},
            'title': {'input': 'title', 'label': self.env._("Search by subject"), 'fields': ['title']},
            'object': {'input': 'object', 'label': self.env._("Search by equipment"), 'fields': [
                'object_ids.name', 'object_ids.serial_number']},
        }

    def _prepare_service_list(
            self, model, url, page, sortings, inputs, filters, groups, options):
        """Return the records of one page of a list, and what its search bar needs.

        Whatever is in the address: an unknown choice is the first one, an unknown page the last.
        """
        def choose(choices, choice):
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

    @http.route(['/my/service_orders', '/my/service_orders/page/<int:page>'],
                type='http', auth='user', website=True)
    def portal_my_service_orders(self, page=1, **options):
        values = self._prepare_portal_layout_values()
        values.update(self._prepare_service_list(
            'service.order', '/my/service_orders', page, self._get_service_order_sortings(),
            self._get_service_order_inputs(), self._get_service_order_filters(),
            self._get_service_order_groups(), options))
        request.session['my_service_orders_history'] = values['records'].ids[:100]
        values['page_name'] = 'service_order'
        return request.render('service_management.portal_my_service_orders', values)

    @http.route(['/my/service_objects', '/my/service_objects/page/<int:page>'],
                type='http', auth='user', website=True)
    def portal_my_service_objects(self, page=1, **options):
        values = self._prepare_portal_layout_values()
        values.update(self._prepare_service_list(
            'service.object', '/my/service_objects', page,
            {
                'name': {'label': self.env._("Name"), 'order': 'name, id'},
                'date': {'label': self.env._("In Service Since"), 'order': 'date_in_service desc, id desc'},
            },
            {
                'all': {'input': 'all', 'label': self.env._("Search everywhere"), 'fields': [
                    'name', 'code', 'serial_number', 'site_id.name', 'site_id.city']},
                'serial': {'input': 'serial', 'label': self.env._("Search by serial number"), 'fields': [
                    'serial_number', 'code']},
            },
            {
                'all': {'label': self.env._("All"), 'domain': Domain.TRUE},
                'warranty': {
                    'label': self.env._("Under Warranty"),
                    'domain': Domain('warranty_state', 'in', ('partly', 'full'))},
            },
            {
                'none': {'label': self.env._("None")},
                'site_id': {'label': self.env._("Site")},
                'group_id': {'label': self.env._("Group")},
            }, options))
        request.session['my_service_objects_history'] = values['records'].ids[:100]
        values['page_name'] = 'service_object'
        return request.render('service_management.portal_my_service_objects', values)

    #=== PAGES ===#

    @http.route('/my/service_orders/<int:order_id>', type='http', auth='public', website=True)
    def portal_service_order(
            self, order_id, access_token=None, report_type=None, report=None, download=False,
            message=None, **options):
        try:
            order = self._get_service_order(order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect('/my')
        documents = order._get_portal_documents()
        if report_type in ('html', 'pdf', 'text') and documents:
            return self._show_report(
                order, report_type, documents.get(report) or next(iter(documents.values())),
                download=download)
        values = self._get_service_page_values(
            order, access_token, {
                'page_name': 'service_order',
                'service_order': order,
                'documents': documents,
                'message': message,
                'decline_reasons': self.env['service.reason'].sudo().search(
                    [('usage', '=', 'decline')]),
                'res_company': order.company_id,
                'tz': order._get_timezone() if self.env.user._is_public() else (
                    self.env.user.tz or order._get_timezone()),
                'report_type': 'html',
            }, 'my_service_orders_history', options)
        # Customers post with the token of the order, having no rights on it.
        values['token'] = order._portal_ensure_token()
        return request.render('service_management.portal_service_order', values)

    @http.route('/my/service_objects/<int:object_id>', type='http', auth='public', website=True)
    def portal_service_object(self, object_id, access_token=None, **options):
        try:
            obj = self._get_service_record('service.object', object_id, access_token)
        except (AccessError, MissingError):
            return request.redirect('/my')
        values = self._get_service_page_values(
            obj, access_token, {
                'page_name': 'service_object',
                'service_object': obj,
                'orders': self._search_service(
                    'service.order', Domain('object_ids', 'in', obj.ids),
                    order='date_order desc, id desc', limit=80),
            }, 'my_service_objects_history', options)
        return request.render('service_management.portal_service_object', values)

    #=== WHAT CUSTOMERS DO ===#

    @http.route('/my/service_orders/<int:order_id>/accept', type='jsonrpc', auth='public',
                website=True)
    def portal_service_order_accept(
            self, order_id, access_token=None, name=None, signature=None):
        return self._sign_service_record(
            'service.order', order_id, access_token, '_accept_quote', name, signature, 'accepted')

    @http.route('/my/service_orders/<int:order_id>/sign', type='jsonrpc', auth='public',
                website=True)
    def portal_service_order_sign(self, order_id, access_token=None, name=None, signature=None):
        return self._sign_service_record(
            'service.order', order_id, access_token, '_sign_by_customer', name, signature, 'signed')

    def _sign_service_record(
            self, model, record_id, access_token, method, name, signature, message):
        """Let a customer sign, for the signature form of the portal.

        :return: {'error': text}, or what makes the form show the page again
        """
        access_token = access_token or request.httprequest.args.get('access_token')
        try:
            record = self._get_service_record(model, record_id, access_token)
            with self.env.cr.savepoint():
                getattr(record, method)(name, signature)
                record.flush_recordset()
        except (AccessError, MissingError):
            return {'error': self.env._("This document does not exist, or the link to it is no longer valid.")}
        except (UserError, ValidationError) as error:
            return {'error': str(error)}
        except (TypeError, ValueError, binascii.Error):
            return {'error': self.env._("The signature cannot be read. Sign again, please.")}
        self._post_for_customer(record, {
            'accepted': self.env._("Quote accepted and signed by %s", name),
            'signed': self.env._("Work confirmed and signed by %s", name),
        }[message])
        return {
            'force_refresh': True,
            'redirect_url': record.get_portal_url(query_string=f'&message={message}'),
        }

    @http.route('/my/service_orders/<int:order_id>/decline', type='http', auth='public',
                methods=['POST'], website=True)
    def portal_service_order_decline(
            self, order_id, access_token=None, reason_id=None, note=None, **kwargs):
        return self._decline_service_record(
            'service.order', order_id, access_token, reason_id, note)

    def _decline_service_record(self, model, record_id, access_token, reason_id, note):
        """Let a customer decline a quote, and show its page again."""
        try:
            record = self._get_service_record(model, record_id, access_token)
        except (AccessError, MissingError):
            return request.redirect('/my')
        reason = self.env['service.reason'].sudo().browse(self._read_id(reason_id)).exists()
        note = (note or '').strip()[:1000]
        try:
            with self.env.cr.savepoint():
                record._decline_quote(reason, note)
                record.flush_recordset()
        except UserError:
            return request.redirect(record.get_portal_url(query_string='&message=not_declined'))
        self._post_for_customer(record, ' '.join(filter(None, (
            self.env._("Quote declined."), reason.name, note))))
        return request.redirect(record.get_portal_url(query_string='&message=declined'))

    def _post_for_customer(self, record, body):
        """Write what a customer did into a document's history, in the customer's name."""
        user = self.env.user
        author = record._mail_get_partners()[record.id][:1] if user._is_public() \
            else user.partner_id
        record.message_post(
            body=body, author_id=author.id, message_type='comment',
            subtype_xmlid='mail.mt_comment')

    @http.route('/my/service_request', type='http', auth='user', website=True,
                methods=['GET', 'POST'])
    def portal_service_request(self, **form):
        """Show the form for a request; take one and go to its page."""
        error = None
        if request.httprequest.method == 'POST':
            try:
                with self.env.cr.savepoint():
                    order = self._create_service_request(form)
                return request.redirect(order.get_portal_url(query_string='&message=requested'))
            except (UserError, ValidationError) as refusal:
                error = str(refusal)
        values = self._prepare_portal_layout_values()
        values.update({
            'page_name': 'service_request',
            'objects': self._search_service('service.object', order='name, id', limit=500),
            'sites': self._get_own_addresses(),
            'form': form,
            'error': error,
        })
        return request.render('service_management.portal_service_request', values)

    def _get_own_addresses(self):
        partner = self.env.user.partner_id.sudo().commercial_partner_id
        return partner | self.env['res.partner'].sudo().search([
            ('parent_id', 'child_of', partner.id), ('type', 'in', ('delivery', 'other'))])

    def _create_service_request(self, form):
        """Create a draft order of what a customer entered.

        :raise UserError: in words for the customer, if something is missing or not theirs
        """
        partner = self.env.user.partner_id
        customer = partner.sudo().commercial_partner_id
        title = (form.get('title') or '').strip()[:200]
        if not title:
            raise UserError(self.env._("Tell us in a few words what is wrong."))
        obj = self._pick_own(
            form.get('object_id'), lambda domain: self._search_service('service.object', domain),
            self.env._("This equipment is not yours. Choose one from the list."))
        sites = self._get_own_addresses()
        site = self._pick_own(
            form.get('site_id'), sites.filtered_domain,
            self.env._("This address is not yours. Choose one from the list."))
        photos = self._read_photos()
        company = obj.company_id or self.env.company
        Order = self.env['service.order'].sudo().with_company(company)
        values = {
            'title': title,
            'channel': 'portal',
            'company_id': company.id,
            'partner_id': customer.id,
            'contact_id': partner.id,
            'object_ids': [Command.set(obj.ids)],
            'date_preferred': self._read_local_time(form.get('date_preferred')),
            'user_id': False,
        }
        if site and not obj:
            values['site_id'] = site.id
        order = Order.create(Order._prepare_request(values))
        order.user_id = order.team_id.user_id
        order.message_subscribe(partner.ids)
        description = (form.get('description') or '').strip()[:10000]
        if description or photos:
            order.message_post(
                body=description, author_id=partner.id, message_type='comment',
                subtype_xmlid='mail.mt_comment', attachments=photos)
        return order

    @staticmethod
    def _read_id(text):
        """Return the id that a form sends, as a list that is empty when it can be none."""
        number = int(text) if (text or '').isdecimal() and len(text) <= 10 else 0
        return [number] if 0 < number <= MAX_ID else []

    def _pick_own(self, text, search, message):
        """Return the record that a form names by its id, if it is among the visitor's own."""
        if not text:
            return self.env['service.object'].browse()
        found = search(Domain('id', 'in', self._read_id(text)))
        if not found:
            raise UserError(message)
        return found

    def _read_local_time(self, text):
        """Return the naive UTC datetime of what a visitor entered in their own time zone."""
        if not text:
            return False
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise UserError(self.env._("Enter the preferred time as a day and an hour.")) from error
        zone = pytz.timezone(self.env.user.tz or self.env.company.resource_calendar_id.tz)
        return zone.localize(moment.replace(tzinfo=None)).astimezone(pytz.utc).replace(tzinfo=None)

    def _read_photos(self):
        """Return [(name, content)] of the pictures sent along.

        :raise UserError: if a file is no picture or too large, or there are too many
        """
        files = [file for file in request.httprequest.files.getlist('photos') if file.filename]
        if len(files) > MAX_PHOTOS:
            raise UserError(self.env._("Send up to %s photos, please.", MAX_PHOTOS))
        photos = []
        for file in files:
            content = file.read(MAX_PHOTO_BYTES + 1)
            if len(content) > MAX_PHOTO_BYTES:
                raise UserError(self.env._(
                    "“%s” is larger than 10 MB. Send a smaller photo, please.",
                    file.filename))
            if not guess_mimetype(content).startswith('image/') or b'<svg' in content[:1000]:
                raise UserError(self.env._("“%s” is not a photo.", file.filename))
            photos.append((file.filename, content))
        return photos
