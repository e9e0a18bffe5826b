import base64
import os
import random
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user

from .common_subscription import SubscriptionCommon

#: ``SERVICE_WALK=all`` for every link there is, instead of each choice once
IS_LONG = os.environ.get('SERVICE_WALK') == 'all'
#: A name as languages and manufacturers make them
LONG = 'Donaudampfschifffahrtsgesellschaftskesselhauswartungsplan-0123456789'
SEED = int(os.environ.get('SERVICE_WALK_SEED', '13'))


class WalkCommon(SubscriptionCommon, HttpCase):
    """Customers with some of everything, in whatever state a document can be, and one with nothing.

    On whatever day the tests run: browsers have the time that it is.
    """

    #: {login: whose documents he sees}
    visitors = {'guest': 'guest', 'contact': 'guest', 'stranger': 'stranger', 'nobody': 'nobody'}

    #: Documents of the guest that he can decide on, of each kind
    number = 3

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chance = random.Random(SEED)
        cls.now, cls.today = fields.Datetime.now(), fields.Date.today()
        # Whoever works at any hour works at the hour the test runs at.
        (cls.technician | cls.colleague).resource_calendar_id = False
        cls.customer.email, cls.other_customer.email = 'hotel@example.com', 'bakery@example.com'
        cls.team.user_id = cls.user_dispatcher
        cls.company.write({
            'service_shows_certificates': True, 'service_portal_structure': 'warranty',
            'service_portal_repairs': True})
        nothing = cls.env['res.partner'].create({'name': "Newcomer", 'is_company': True})
        new_test_user(
            cls.env, login='guest', groups='base.group_portal', partner_id=cls.customer.id,
            company_id=cls.company.id, tz='Europe/Riga', name=cls.customer.name)
        for login, customer in (('contact', cls.customer), ('stranger', cls.other_customer),
                                ('nobody', nothing)):
            cls._create_portal_user(login, customer)
        cls.documents = {
            'guest': cls._create_documents("Secret of guest", cls.customer, cls.object, cls.number),
            'stranger': cls._create_documents(
                "Secret of stranger", cls.other_customer, cls.other_object, 1),
            'nobody': [],
        }

    @classmethod
    def _create_documents(cls, secret, customer, obj, number):
        """Return the documents of a customer; of those to decide on there is a number each."""
        obj.name = f"{secret} {LONG}"
        group = cls.env['service.object.group'].create({'name': f"Group, {secret}"})
        parts = cls.env['service.object'].create([{
            'name': f"Part of it, {secret}", 'serial_number': LONG, 'partner_id': customer.id,
            'parent_id': obj.id, 'group_id': group.id} for _index in range(2)])
        cls._equip(secret, obj)
        agreements = cls._create_agreements(secret, customer, obj, number)
        return [
            *(obj | parts), *agreements,
            *cls._create_orders(secret, customer, obj, agreements, number),
            *cls._create_subscriptions(secret, customer, obj, agreements)]

    @classmethod
    def _equip(cls, secret, obj):
        """Give an object what its page shows, too: a part, and a certificate."""
        cls.env['service.object.component'].create({
            'object_id': obj.id, 'name': f"Pump, {secret}", 'serial_number': LONG})
        kind = cls.env['service.object.certificate.kind'].create({
            'name': f"Inspection, {secret}", 'company_id': cls.company.id})
        cls.env['service.object.certificate'].create({
            'object_id': obj.id, 'kind_id': kind.id, 'number': LONG,
            'document': base64.b64encode(secret.encode()), 'document_name': f'{secret}.txt'})

    @classmethod
    def _create_agreements(cls, secret, customer, obj, number):
        sla = cls.env['service.sla'].create({
            'name': f"Gold, {secret}", 'company_id': cls.company.id,
            'target_ids': [Command.create({'kind': 'completion', 'limit_hours': 9})]})
        agreements = cls.env['service.agreement'].create([{
            'title': f"{secret}: {title} {LONG}", 'partner_id': customer.id, 'company_id': cls.company.id,
            'date_start': cls.today, 'date_end': fields.Date.add(cls.today, years=1),
            'sla_id': sla.id, 'coverage_labor': 50, 'discount': 10, 'object_ids': obj.ids,
            'line_ids': [Command.create({
                'kind': 'hour', 'name': f"Inspection, {secret}, {LONG}", 'object_id': obj.id,
                'date_start': cls.today, 'interval_count': 1, 'interval_unit': 'month'})],
        } for title in ("active", "suspended", "closed", "late", *["offer"] * number)])
        _active, suspended, closed, late = agreements[:4]
        agreements[:3]._activate()
        suspended.action_suspend()
        closed._close(cls.close_reason, "It is over.")
        agreements[3:].action_mark_quote_sent()
        late.validity_date = cls.today - timedelta(days=1)
        return agreements

    @classmethod
    def _create_orders(cls, secret, customer, obj, agreements, number):
        """Return orders in all states: asked for, quoted, planned, done, rated, billed, cancelled."""
        def create(title, **values):
            return cls._create_order(**{
                'title': f"{secret}: {title} {LONG}", 'partner_id': customer.id, 'object_ids': obj.ids,
                'date_order': cls.now, **values})

        def quote(title, **values):
            order = create(title, stage_id=cls.stage_request.id, **values)
            cls._create_line(order, quantity_planned=2)
            order.action_mark_quote_sent()
            return order

        def work(title, **values):
            order = create(title, **values)
            cls._create_line(order, employee_id=cls.technician.id, quantity=2)
            cls._create_line(order, 'item', quantity_planned=1)
            cls._plan(order, cls.now).action_done()
            return order

        request = create("asked for", stage_id=cls.stage_request.id, channel='portal',
                         date_preferred=cls.now + timedelta(days=3))
        late, planned, under_way, cancelled, rated, billed = (
            quote("late"), create("planned", agreement_id=agreements[0].id), create("under way"),
            create("cancelled"), work("rated"), work("billed"))
        quotes = [quote(f"quote {index}", **(
            {'limit_kind': 'maximum', 'limit_amount': 300} if index else {}))
            for index in range(number)]
        finished = [work(f"finished {index}") for index in range(number)]
        done = [work(f"done {index}") for index in range(number)]
        late.validity_date = cls.today - timedelta(days=1)
        cls._plan(planned, cls.now + timedelta(days=1)).action_dispatch()
        clock = cls._plan(under_way, cls.now)
        clock.action_start()
        clock.action_stop()
        cancelled.write({
            'stage_id': cls.stage_cancelled.id, 'stage_reason_id': cls.cancel_reason.id})
        for order in (rated, billed, *done):
            cls._sign(order)
        rated.rating_apply(5, token=rated.sudo()._rating_get_access_token(), feedback="Quick.")
        billed.action_post()
        billed._create_invoices().action_post()
        return [request, late, planned, under_way, cancelled, rated, billed,
                *quotes, *finished, *done]

    @classmethod
    def _create_subscriptions(cls, secret, customer, obj, agreements):
        active, ended, closed = (
            cls._subscribe(
                start=fields.Date.add(cls.today, months=-2), partner_id=customer.id,
                title=f"{secret}: {title} {LONG}", agreement_id=agreements[0].id,
                lines=[{'object_id': obj.id}])
            for title in ("active", "ended", "closed"))
        active._bill(cls.today, cls.today).action_post()
        ended._close(cls.today, cls.close_reason)
        closed._close(closed.date_start, cls.close_reason)
        return [active, ended, closed]
