from datetime import datetime

import pytz

from odoo import http
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.http import request

from ...tools.entries import is_picture_name, is_text, read_file_name, read_id
from ..common.pictures import is_picture
from ..common.portal import ServiceCustomerPortal

MAX_TITLE = 200
MAX_DESCRIPTION = 10000
MAX_PHOTOS = 8
MAX_PHOTO_BYTES = 10 * 1024 * 1024


class ServiceRequestPortal(ServiceCustomerPortal):
    """How customers ask for service."""

    @http.route('/my/service_request', type='http', auth='user', website=True,
                methods=['GET', 'POST'])
    def portal_service_request(self, **form):
        """Show the form for a request; take one and go to its page."""
        error = None
        try:
            self._ensure_may_request()
            if request.httprequest.method == 'POST':
                with self.env.cr.savepoint():
                    order = self._create_service_request(form)
                return request.redirect(order.get_portal_url(query_string='&message=requested'))
        except UserError as refusal:
            error = str(refusal)
        values = self._prepare_portal_layout_values()
        values.update({
            'page_name': 'service_request',
            'objects': self._search_service('service.object', order='name, id', limit=500),
            'sites': self._get_own_addresses(),
            'order_types': self._get_order_types(),
            'sees_all': not self.env.user.partner_id._get_service_sites(),
            'form': {name: value for name, value in form.items() if is_text(value)},
            'error': error,
        })
        return request.render('service_management.portal_service_request', values)

    def _ensure_may_request(self):
        """:raise UserError: if staff ask: orders are made in sudo here, whatever their rights are"""
        if self.env.user._is_internal():
            raise UserError(self.env._(
                "Only customers ask for service here. Make an order in the Service app, please, or"
                " ask a dispatcher for one."))

    def _get_order_types(self, company=None):
        """Return the kinds of work that customers may ask for, in sudo."""
        # Portal users have no rights on setup.
        return self.env['service.order.type'].sudo()._get_for_customers(
            company or self.env.company)

    def _get_own_addresses(self):
        """Return the customer and the addresses where service may be asked for, in sudo."""
        # Portal users have no rights on the other addresses of their company.
        person = self.env.user.partner_id
        if sites := person._get_service_sites():
            return sites.filtered('active')
        partner = person.sudo().commercial_partner_id
        return partner | self.env['res.partner'].sudo().search([
            ('parent_id', 'child_of', partner.id), ('type', 'in', ('delivery', 'other'))])

    def _create_service_request(self, form):
        """Create a draft order of what a customer entered.

        :raise UserError: in words for the customer, if something is missing or not theirs
        """
        partner = self.env.user.partner_id
        # Portal users read themselves only, and ask in the name of their company.
        customer = partner.sudo().commercial_partner_id
        title = self._read_text(form.get('title'), MAX_TITLE)
        if not title:
            raise UserError(self.env._("Tell us in a few words what is wrong."))
        obj = self._pick_own(
            form.get('object_id'), lambda domain: self._search_service('service.object', domain),
            self.env._("This equipment is not yours. Choose one from the list."))
        sites = self._get_own_addresses()
        site = self._pick_own(
            form.get('site_id'), sites.filtered_domain,
            self.env._("This address is not yours. Choose one from the list."))
        company = obj.company_id or self.env.company
        order_type = self._pick_own(
            form.get('type_id'), self._get_order_types(company).filtered_domain,
            self.env._("This kind of work is not offered any more. Choose one from the list."))
        if partner._get_service_sites() and not obj:
            site = site or (len(sites) == 1 and sites)
            if not site:
                raise UserError(self.env._("Choose the address that we come to."))
        description = self._read_text(form.get('description'), MAX_DESCRIPTION)
        photos = self._read_photos()
        # Customers have no rights on orders; all that they name was found to be theirs.
        Order = self.env['service.order'].sudo().with_company(company)
        values = {
            'title': title,
            'type_id': order_type.id,
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
        order.user_id = order.team_id.user_id._filter_there(order.company_id)
        order.message_subscribe(partner.ids)
        if description or photos:
            order.message_post(
                body=description, author_id=partner.id, message_type='comment',
                subtype_xmlid='mail.mt_comment', attachments=photos)
        return order

    def _pick_own(self, text, search, message):
        """Return the record that a form names by its id, if it is among the visitor's own."""
        if not text:
            return self.env['service.object'].browse()
        found = search(Domain('id', 'in', read_id(text)))
        if not found:
            raise UserError(message)
        return found

    def _read_local_time(self, text):
        """Return the naive UTC datetime of what a visitor entered in their own time zone."""
        if not text:
            return False
        try:
            moment = datetime.fromisoformat(text)
            zone = pytz.timezone(self.env.user.tz or self.env.company.resource_calendar_id.tz)
            local = zone.localize(moment.replace(tzinfo=None))
            return local.astimezone(pytz.utc).replace(tzinfo=None)
        except (TypeError, ValueError, OverflowError) as error:
            raise UserError(self.env._("Enter the preferred time as a day and an hour.")) from error

    def _read_photos(self):
        """Return [(name, content)] of the pictures sent along.

        :raise UserError: if a file is no picture or too large, or there are too many
        """
        files = [file for file in request.httprequest.files.getlist('photos') if file.filename]
        if len(files) > MAX_PHOTOS:
            raise UserError(self.env._("Send up to %s photos, please.", MAX_PHOTOS))
        photos = []
        for file in files:
            content, name = file.read(MAX_PHOTO_BYTES + 1), read_file_name(file.filename)
            if len(content) > MAX_PHOTO_BYTES:
                raise UserError(self.env._(
                    "“%s” is larger than 10 MB. Send a smaller photo, please.",
                    name))
            if not is_picture_name(name) or not is_picture(content):
                raise UserError(self.env._("“%s” is not a photo.", name))
            photos.append((name, content))
        return photos
