from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html2plaintext

#: How much of a customer is shown at most
CONTACTS, OBJECTS, ORDERS, VISITS, DUES = 60, 60, 40, 200, 12
#: How many visits of an object are shown
LAST_VISITS = 3
#: How much of a note is shown
NOTE = 600


class ServiceCall(models.AbstractModel):
    """What is known of a customer while he is on the phone."""
    _inherit = 'service.call'

    @api.model
    @api.readonly
    def get_customer(self, partner_id, object_id=False, text=''):
        """Return what whoever takes a call wants to know of a customer.

        :param partner_id: id of the customer, or of one of his contacts or sites
        :param object_id: id of the object that the call is about, shown first
        :param text: narrows the objects of customers who have many
        :return: {'customer', 'contact_id', 'site_id', 'contacts', 'sites', 'objects',
            'object_total', 'orders', 'agreements', 'dues'}
        :raise AccessError: if the user takes no calls, or may not see the customer
        :raise UserError: if the customer is gone
        """
        self._ensure_takes_calls()
        partner = self.env['res.partner'].browse(self._read_id(partner_id)).exists()
        if not partner:
            raise UserError(self.env._("This customer is gone. Look for another one."))
        partner.check_access('read')
        customer = partner.commercial_partner_id
        customer.check_access('read')
        people, sites = self._get_addresses(customer)
        objects, total = self._get_objects(customer, object_id, text)
        orders = self._get_open_orders(customer)
        agreements = self._get_agreements(customer)
        return {
            'customer': self._tell_customer(customer),
            'contact_id': partner.id if partner in people else False,
            'site_id': partner.id if partner in sites and partner != customer else False,
            'contacts': [self._tell_contact(person) for person in people],
            'sites': [self._tell_site(site) for site in sites],
            'objects': self._tell_objects(objects, orders, agreements),
            'object_total': total,
            'orders': [self._tell_order(order) for order in orders],
            'agreements': [self._tell_agreement(agreement) for agreement in agreements],
            'dues': self._get_dues(orders, agreements)[:DUES],
        }

    @api.model
    def _read_id(self, value):
        """Return an id that a client sends, or False for what is none."""
        is_id = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2 ** 31
        return value if is_id else False

    @api.model
    def _get_addresses(self, customer):
        """Return the people of a customer and his sites, himself first where he has an address."""
        found = self.env['res.partner'].search(
            [('id', 'child_of', customer.id), ('id', '!=', customer.id)],
            order='complete_name', limit=2 * CONTACTS)
        sites = found.filtered(lambda address: address.type in ('delivery', 'other'))
        people = (found - sites).filtered(lambda person: person.type == 'contact')
        return (people if customer.is_company else customer | people), customer | sites

    @api.model
    def _tell_customer(self, customer):
        notes = [html2plaintext(customer.comment or '').strip()]
        if 'sale_warn_msg' in customer._fields:
            notes.insert(0, (customer.sale_warn_msg or '').strip())
        return {
            'id': customer.id, 'name': customer.name, 'phone': customer.phone or '',
            'email': customer.email or '', 'address': self._say_address(customer),
            'ref': customer.ref or '', 'is_company': customer.is_company,
            'tags': customer.category_id.mapped('name'),
            'notes': [note[:NOTE] for note in notes if note],
        }

    @api.model
    def _tell_contact(self, person):
        return {
            'id': person.id, 'name': person.name or '', 'phone': person.phone or '',
            'email': person.email or '', 'function': person.function or ''}

    @api.model
    def _tell_site(self, site):
        return {
            'id': site.id, 'name': site.name or site.display_name,
            'address': self._say_address(site)}

    @api.model
    def _get_objects(self, customer, object_id, text):
        """Return the objects of a customer to choose from, the one asked about first, and how many he has."""
        Object = self.env['service.object']
        of_customer = Domain('commercial_partner_id', '=', customer.id)
        total = Object.search_count(of_customer)
        asked = Object.browse(self._read_id(object_id)).exists().filtered_domain(of_customer)
        asked = asked._filtered_access('read')
        if text:
            ranks = self._rank('service.object', str(text)[:100], of_customer)
            return asked | Object.browse(ranks), total
        return asked | Object.search(of_customer, limit=OBJECTS), total

    @api.model
    def _get_open_orders(self, customer):
        return self.env['service.order'].search(
            [('commercial_partner_id', '=', customer.id), ('state', 'in', ('draft', 'open'))],
            order='id desc', limit=ORDERS)

    @api.model
    def _get_agreements(self, customer):
        Agreement = self.env['service.agreement']
        if not Agreement.has_access('read'):
            return Agreement
        return Agreement.search([
            ('commercial_partner_id', '=', customer.id), ('state', '=', 'active'),
            ('is_template', '=', False)], limit=DUES)

    @api.model
    def _tell_objects(self, objects, orders, agreements):
        """Return what is shown of objects: where they are, what covers them, what is and was done."""
        done = self.env['service.visit'].search(
            [('order_id.object_ids', 'in', objects.ids), ('state', '=', 'done')],
            order='date_start desc', limit=VISITS) if objects else self.env['service.visit']
        visits = {}
        for visit in done:
            for obj in visit.order_id.object_ids & objects:
                visits.setdefault(obj, []).append(visit)
        return [{
            'id': obj.id, 'name': obj.name, 'code': obj.code or '',
            'serial': obj.serial_number or '', 'group': obj.group_id.name or '',
            'site_id': obj.site_id.id, 'site': obj.site_id.name or '',
            'city': obj.site_id.city or '',
            'company': obj.company_id.name if len(self.env.companies) > 1 else '',
            'warranty_state': obj.warranty_state,
            'warranty': self._say_warranty(obj),
            'agreements': [
                agreement.name for agreement in agreements if obj in agreement.object_ids],
            'orders': [self._tell_order(order) for order in orders if obj in order.object_ids],
            'visits': [self._tell_visit(visit) for visit in visits.get(obj, [])[:LAST_VISITS]],
        } for obj in objects]

    @api.model
    def _say_warranty(self, obj):
        """Return until when an object is under warranty, or that it is not."""
        today = obj.company_id._get_service_today()
        labor, parts = (
            obj._is_under_warranty(kind, today)
            and self._say_day(obj._get_warranty_until(kind, today))
            for kind in ('labor', 'parts'))
        if labor and labor == parts:
            return self.env._("Warranty until %s", labor)
        if labor and parts:
            return self.env._(
                "Warranty: labor until %(labor)s, parts until %(parts)s", labor=labor, parts=parts)
        if labor:
            return self.env._("Warranty: labor until %s", labor)
        return self.env._("Warranty: parts until %s", parts) if parts else self._label(
            obj, 'warranty_state')

    @api.model
    def _tell_visit(self, visit):
        return {
            'id': visit.id, 'day': self._say_moment(visit.work_start or visit.date_start),
            'title': visit.title or '', 'technician': visit.employee_id.name or '',
            'order_id': visit.order_id.id}

    @api.model
    def _tell_order(self, order):
        planned = order.date_planned and self.env._(
            "%(technician)s, %(moment)s", technician=order.planned_employee_id.name or "–",
            moment=self._say_moment(order.date_planned))
        return {
            'id': order.id, 'name': order.name, 'title': order.title,
            'stage': order.stage_id.name, 'state': order.state,
            'called': self._say_moment(order.date_order),
            'planned': planned or '', 'is_late': order.is_late,
            'is_planned_work': not order._is_call(),
            'priority': order.priority,
            'objects': order.object_ids.ids,
        }

    @api.model
    def _tell_agreement(self, agreement):
        return {
            'id': agreement.id, 'name': agreement.name, 'title': agreement.title or '',
            'group': agreement.group_id.name or '', 'sla': agreement.sla_id.name or '',
            'until': self._say_day(agreement.date_end) or '',
            'is_suspended': agreement.is_suspended,
        }

    @api.model
    def _get_dues(self, orders, agreements):
        """Return what waits for a customer: [{'kind', 'text', 'model', 'id'}]; extend for more."""
        dues = []
        for order in orders.filtered(lambda order: order.state == 'draft'):
            text = self.env._("Quote waits for the customer: %s", order.display_name) if (
                order.quote_sent_on) else self.env._("Request waits for us: %s", order.display_name)
            dues.append({
                'kind': 'quote' if order.quote_sent_on else 'request', 'text': text,
                'model': 'service.order', 'id': order.id})
        lines = agreements.line_ids.filtered('date_next').sorted('date_next')[:DUES]
        dues += [{
            'kind': 'due', 'model': 'service.agreement', 'id': line.agreement_id.id,
            'text': self.env._(
                "Due on %(day)s: %(work)s (%(agreement)s)", day=self._say_day(line.date_next),
                work=line.display_name, agreement=line.agreement_id.name),
        } for line in lines]
        return dues
