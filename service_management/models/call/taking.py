from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import email_normalize
from odoo.tools.mail import plaintext2html

from ...tools.lookup import compact, fold, read_phone

#: How long after a call began it is still the time of the call
LONGEST_CALL = timedelta(hours=24)
#: What may be said of new records while the customer is on the phone
CUSTOMER = {'name', 'is_company', 'phone', 'email', 'street', 'zip', 'city'}
SITE = {'name', 'phone', 'street', 'zip', 'city', 'parent_id'}
OBJECT = {'name', 'serial_number', 'group_id', 'product_id', 'partner_id', 'site_id'}


class ServiceCall(models.AbstractModel):
    """What comes of a call: an open order, or a word on one that is open already."""
    _inherit = 'service.call'

    @api.model
    @api.readonly
    def get_choices(self):
        """Return what is chosen from on the page, and what its user may do.

        :return: {'priorities': [[value, label]], 'types': [{'id', 'name', 'priority'}],
            'groups': [{'id', 'name'}], 'may_plan': bool}
        :raise AccessError: if the user takes no calls
        """
        self._ensure_takes_calls()
        Group, Type = self.env['service.object.group'], self.env['service.order.type']
        return {
            'priorities': self.env['service.order']._fields['priority']._description_selection(self.env),
            'types': Type.search_read(
                Type._check_company_domain(self.env.company), ['name', 'priority'], limit=100),
            'groups': Group.search_read(
                Group._check_company_domain(self.env.company), ['name'], limit=100),
            'may_plan': self._has_role('dispatcher'),
        }

    @api.model
    @api.readonly
    def preview(self, values):
        """Return what an order would be that is made of a call now.

        :param dict values: see `take`
        :return: {'site', 'team', 'agreement', 'coverage': [sentences], 'sla', 'targets': [{'kind',
            'label', 'deadline', 'hours'}], 'similar': [orders], 'is_same_object': bool}
        :raise AccessError: if the user takes no calls
        """
        self._ensure_takes_calls()
        order = self._imagine(values)
        similar = order.similar_order_ids._origin
        agreement = order._get_agreement_sudo()
        return {
            'site': order.site_id.display_name or '',
            'team': order.team_id.name or '',
            'agreement': agreement.display_name or '',
            'coverage': self._say_coverage(order),
            'sla': order.sla_id.name or '',
            'targets': [{
                'kind': target.kind, 'label': self._label(target, 'kind'),
                'deadline': self._say_moment(deadline), 'hours': target.limit_hours,
            } for target, deadline in order._preview_sla().items()],
            'similar': [self._tell_order(found) for found in similar],
            'is_same_object': bool(similar.object_ids & order.object_ids._origin),
        }

    @api.model
    def _say_coverage(self, order):
        """Return what an order would not cost its customer, in sentences."""
        said = []
        for obj in order.object_ids._origin.filtered(lambda obj: obj.warranty_state != 'none'):
            said.append(f"{obj.name}: {self._say_warranty(obj)}")
        labels = {
            'coverage_labor': self.env._("labor"), 'coverage_parts': self.env._("parts"),
            'coverage_travel': self.env._("travel"), 'coverage_expense': self.env._("expenses")}
        covered = [
            f"{label} {order[field]:g} %" for field, label in labels.items() if order[field]]
        if covered:
            said.append(self.env._("The agreement covers: %s", ', '.join(covered)))
        return said

    @api.model
    def take(self, values):
        """Make an open order of a call, with a visit to plan.

        :param dict values: of the order: title, partner_id, contact_id, contact_phone, site_id,
            object_ids, priority, date_preferred, type_id; note (what the caller said),
            date_called, and is_quote, whether the customer gets a quote first
        :return: {'id', 'name', 'stage'} of the order
        :raise AccessError: if the user takes no calls
        :raise UserError: if the customer or the subject is missing
        """
        self._ensure_takes_calls()
        vals = self._prepare_order(values)
        if not vals.get('partner_id'):
            raise UserError(self.env._("Choose the customer who calls, or enter a new one."))
        if not vals.get('title'):
            raise UserError(self.env._("Enter in a few words what is wrong."))
        Order = self.env['service.order'].with_company(vals['company_id'])
        if values.get('is_quote'):
            vals = Order._prepare_request(vals)
        order = Order.create(vals)
        return {'id': order.id, 'name': order.name, 'stage': order.stage_id.name}

    @api.model
    def _imagine(self, values):
        """Return the order that would be made of a call, which is not saved."""
        vals = self._prepare_order(values)
        return self.env['service.order'].with_company(vals['company_id']).new(vals)

    @api.model
    def _prepare_order(self, values):
        """Return the values of an order of what was entered of a call; extend for more."""
        objects = self.env['service.object'].browse(filter(None, (
            self._read_id(object_id) for object_id in values.get('object_ids') or [])))
        objects = objects.exists()._filtered_access('read')
        vals = {
            'title': (values.get('title') or '').strip(),
            'channel': 'phone',
            'company_id': (objects.company_id & self.env.companies)[:1].id or self.env.company.id,
            'partner_id': self._read_id(values.get('partner_id')),
            'object_ids': [Command.set(objects.ids)],
            'date_order': self._get_call_time(values),
        }
        for name in ('contact_id', 'site_id', 'type_id'):
            if record_id := self._read_id(values.get(name)):
                vals[name] = record_id
        for name in ('contact_phone', 'priority', 'date_preferred'):
            if values.get(name):
                vals[name] = values[name]
        if note := (values.get('note') or '').strip():
            vals['note_internal'] = plaintext2html(note)
        return vals

    @api.model
    def _get_call_time(self, values):
        """Return when a call began (naive UTC): now, unless it has been going on for a while."""
        now = fields.Datetime.now()
        try:
            called = fields.Datetime.to_datetime(values.get('date_called') or now)
        except ValueError:
            return now
        return called if now - LONGEST_CALL < called < now else now

    @api.model
    def add_to_order(self, order_id, values):
        """Keep a call with an order that is open already, instead of making another one.

        :param order_id: id of the order
        :param dict values: see `take`
        :return: as `take`
        :raise AccessError: if the user takes no calls, or may not change the order
        :raise UserError: if the order is closed, or there is nothing to keep
        """
        self._ensure_takes_calls()
        order = self.env['service.order'].browse(self._read_id(order_id)).exists()
        order.check_access('write')
        if order.state not in ('draft', 'open'):
            raise UserError(self.env._(
                "The order is closed: nothing can be added to it. Make a new one of the call."))
        vals = self._prepare_order(values)
        customer = self.env['res.partner'].browse(vals['partner_id']).commercial_partner_id
        if customer and customer != order.commercial_partner_id:
            raise UserError(self.env._(
                "%s is another customer's order. Make a new one of the call.", order.name))
        said = [vals['title'], (values.get('note') or '').strip()]
        contact = self.env['res.partner'].browse(vals.get('contact_id', []))
        who = ', '.join(filter(None, (contact.name, vals.get('contact_phone'))))
        when = self._say_moment(vals['date_order'])
        heading = self.env._("Called again on %(moment)s: %(caller)s", moment=when, caller=who) if (
            who) else self.env._("Called again on %s", when)
        changes = self._prepare_changes(order, vals)
        if changes and order.can_edit:
            order.write(changes)
        order.message_post(
            body=plaintext2html('\n'.join(filter(None, [heading, *said]))),
            subtype_xmlid='mail.mt_note')
        return {'id': order.id, 'name': order.name, 'stage': order.stage_id.name}

    @api.model
    def _prepare_changes(self, order, vals):
        """Return what another call changes of an order: more urgent, one more object, another wish."""
        changes = {}
        if vals.get('priority', '0') > order.priority:
            changes['priority'] = vals['priority']
        if vals.get('date_preferred') and not order.date_preferred:
            changes['date_preferred'] = vals['date_preferred']
        [(_command, _zero, object_ids)] = vals['object_ids']
        if added := set(object_ids) - set(order.object_ids.ids):
            changes['object_ids'] = [Command.link(object_id) for object_id in sorted(added)]
        if vals.get('contact_phone') and not order.contact_phone:
            changes['contact_phone'] = vals['contact_phone']
        return changes

    #=== WHO IS NEW ===#

    @api.model
    @api.readonly
    def find_twins(self, values):
        """Return who and what is like a customer or an object that is about to be entered.

        :param dict values: name, phone and email of a customer, or the serial_number of an object
        :return: hits, see `find`
        :raise AccessError: if the user takes no calls
        """
        self._ensure_takes_calls()
        found = {}

        def note(model, ranks, worst):
            for record_id, rank in ranks.items():
                if rank <= worst:
                    found.setdefault((model, record_id), rank)

        if (serial := str(values.get('serial_number') or '')) and compact(serial):
            note('service.object', self._rank('service.object', serial, ways=('number',)), 0)
            if not any(sign.isdigit() for sign in serial):
                note('service.object', self._rank('service.object', serial), 3)
        if len(read_phone(str(values.get('phone') or ''))) > 4:
            note('res.partner', self._rank('res.partner', values['phone'], ways=('phone',)), 0)
        if email := email_normalize(str(values.get('email') or '')):
            same = self.env['res.partner'].search([('email_normalized', '=', email)], limit=5)
            note('res.partner', dict.fromkeys(same.ids, 0), 0)
        if (name := fold(str(values.get('name') or ''))) and not values.get('serial_number') and (
                len(name) > 2):
            ranks = self._rank('res.partner', name, Domain('parent_id', '=', False), ways=('words',))
            note('res.partner', ranks, 1)
        hits = []
        for (model, record_id), rank in found.items():
            record = self.env[model].browse(record_id)
            hits.append({'model': model, 'id': record_id, 'rank': rank, **self._describe(record)})
        return hits[:5]

    @api.model
    def add_customer(self, values):
        """Enter the customer who calls; return his id."""
        self._ensure_takes_calls()
        vals = {name: values[name] for name in CUSTOMER & set(values)}
        self._ensure_named(vals)
        return self.env['res.partner'].create(vals).id

    @api.model
    def add_site(self, values):
        """Enter another site of a customer; return its id."""
        self._ensure_takes_calls()
        vals = {name: values[name] for name in SITE & set(values)}
        customer = self.env['res.partner'].browse(self._read_id(vals.get('parent_id'))).exists()
        if not customer:
            raise UserError(self.env._("Choose the customer who calls, or enter a new one."))
        if not vals.get('name'):
            vals['name'] = ', '.join(filter(None, (vals.get('street'), vals.get('city'))))
        self._ensure_named(vals)
        customer = customer.commercial_partner_id
        return self.env['res.partner'].create({
            **vals, 'parent_id': customer.id, 'type': 'delivery'}).id

    @api.model
    def add_object(self, values):
        """Enter an object of a customer; return its id."""
        self._ensure_takes_calls()
        vals = {name: values[name] for name in OBJECT & set(values) if values[name]}
        self._ensure_named(vals)
        return self.env['service.object'].create(vals).id

    @api.model
    def _ensure_named(self, vals):
        """:raise UserError: if what is to be entered has no name"""
        if not (vals.get('name') or '').strip():
            raise UserError(self.env._("Enter a name."))
