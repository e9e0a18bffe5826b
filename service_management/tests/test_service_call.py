from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user, users
from odoo.tools import SQL

from .common import GROUP, ServiceBaseCommon


@freeze_time('2026-03-02 09:00:00')
class TestServiceCall(ServiceBaseCommon):
    """A call: one field finds who calls, and a few words make an open order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({'phone': "+371 2611 1111", 'email': "desk@harbour.example"})
        cls.person = cls.env['res.partner'].create({
            'name': "Līga Bērziņa", 'parent_id': cls.customer.id, 'phone': "26 12-34-56"})
        cls.object.serial_number = "GB30-4411"
        cls.object.code = "OBJ/7"
        cls.sla = cls.env['service.sla'].create({
            'name': "Gold", 'calendar_id': cls.calendar.id, 'target_ids': [
                Command.create({'kind': 'response', 'limit_hours': 1}),
                Command.create({'kind': 'completion', 'limit_hours': 12})]})

    def _find(self, text):
        hits = self.env['service.call'].find(text)['hits']
        return [self.env[hit['model']].browse(hit['id']) for hit in hits]

    def _take(self, **values):
        taken = self.env['service.call'].take({
            'title': "No hot water", 'partner_id': self.customer.id, **values})
        return self.env['service.order'].browse(taken['id'])

    #=== LOOKING UP ===#

    @users('service_customer_service')
    def test_phone_is_found_however_it_is_written(self):
        for text in ("2611 1111", "+371 2611-1111", "0037126111111", "26111111", "1111"):
            with self.subTest(text):
                self.assertEqual(self._find(text)[:1], [self.customer])
        self.assertEqual(self._find("+371 26123456")[:1], [self.person])

    @users('service_customer_service')
    def test_number_of_a_former_caller_finds_his_order(self):
        order = self._create_order(contact_phone="+371 2999 8877")
        self.assertEqual(self._find("29998877"), [order])

    @users('service_customer_service')
    def test_serial_number_is_found_without_its_signs(self):
        for text in ("GB30-4411", "gb304411", "GB30 44", "4411", "obj7"):
            with self.subTest(text):
                self.assertEqual(self._find(text)[:1], [self.object])

    @users('service_customer_service')
    def test_names_addresses_and_mails_are_found_without_marks_in_any_order(self):
        for text, expected in [
            ("harbour", self.customer), ("HOTEL harb", self.customer),
            ("liga berzina", self.person), ("quay 1", self.customer),
            ("pier liepaja", self.site), ("LV-3401", self.site),
            ("desk@harbour.example", self.customer), ("boiler", self.object),
        ]:
            with self.subTest(text):
                self.assertIn(expected, self._find(text))

    @users('service_customer_service')
    def test_order_is_found_by_its_number_first(self):
        order = self._create_order(client_order_ref="PO-778")
        digits = order.name.rpartition('/')[2]
        for text in (order.name, digits, digits.lstrip('0').rjust(3, '0'), "po 778"):
            with self.subTest(text):
                self.assertEqual(self._find(text)[:1], [order])

    @users('service_customer_service')
    def test_agreement_is_found_by_its_number(self):
        agreement = self.env['service.agreement'].sudo().create({
            'title': "Care", 'partner_id': self.customer.id, 'date_start': '2026-01-01'})
        self.assertIn(agreement.sudo(False), self._find(agreement.name))

    @users('service_customer_service')
    def test_exact_number_comes_before_what_contains_it(self):
        self.env['service.object'].sudo().create([{
            'name': f"Pump {number}", 'partner_id': self.customer.id,
            'serial_number': f"1234{number}"} for number in range(9)])
        exact = self.env['service.object'].sudo().create({
            'name': "Pump", 'partner_id': self.customer.id, 'serial_number': "1234"})
        with patch('odoo.addons.service_management.models.call.lookup.RANKED', 3):
            self.assertEqual(self._find("1234")[:1], [exact.sudo(False)])

    @users('service_customer_service')
    def test_nothing_is_looked_up_before_three_signs(self):
        self.assertEqual(
            self.env['service.call'].find(" h "), {'hits': [], 'is_short': True})
        for text in ("%%%", "___", "'; --", "\\\\\\", None, 5):
            self.env['service.call'].find(text)

    @users('service_customer_service')
    def test_what_is_archived_is_not_offered(self):
        (self.object | self.env['service.object']).sudo().active = False
        self.assertNotIn(self.object, self._find("GB30-4411"))
        self.person.sudo().active = False
        self.assertNotIn(self.person, self._find("liga berzina"))

    def test_other_companies_are_not_found(self):
        other = self.setup_other_company()['company']
        elsewhere = new_test_user(
            self.env, login='elsewhere', groups=GROUP + 'customer_service', company_id=other.id)
        self.customer.company_id = self.company
        order = self._create_order()
        Call = self.env['service.call'].with_user(elsewhere)
        for text in ("GB30-4411", "26111111", "harbour", order.name):
            with self.subTest(text):
                found = [(hit['model'], hit['id']) for hit in Call.find(text)['hits']]
                for record in (self.object, self.customer, order):
                    self.assertNotIn((record._name, record.id), found)
        with self.assertRaises(AccessError):
            Call.get_customer(self.customer.id)

    def test_only_who_takes_calls_looks_customers_up(self):
        for user in (self.user_technician, new_test_user(
                self.env, login='seller', groups='sales_team.group_sale_salesman')):
            Call = self.env['service.call'].with_user(user)
            for method, arguments in [
                ('find', ["harbour"]), ('get_customer', [self.customer.id]), ('preview', [{}]),
                ('take', [{}]), ('get_choices', []), ('find_twins', [{'name': "Harbour"}]),
                ('add_customer', [{'name': "Mill"}]), ('add_site', [{}]), ('add_object', [{}]),
                ('add_to_order', [1, {}]),
            ]:
                with self.subTest(method), self.assertRaisesRegex(AccessError, "Ask one of them"):
                    getattr(Call, method)(*arguments)

    @users('service_customer_service')
    def test_queries_do_not_grow_with_what_is_found(self):
        def count(text):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env['service.call'].find(text)
            return self.env.cr.sql_log_count - before

        count("warm up")
        self._create_order(client_order_ref="4411")
        few = count("4411")
        self.env['service.object'].sudo().create([{
            'name': f"Pump {number}", 'partner_id': self.customer.id,
            'serial_number': f"4411-{number}"} for number in range(30)])
        for number in range(10):
            self._create_order(client_order_ref=f"4411-{number}")
        self.env.flush_all()
        self.assertLessEqual(count("4411"), few + 2)

    def test_indexes_are_there_for_every_way(self):
        self.assertTrue(self.env.registry.has_trigram, "Odoo makes the extension itself")
        self.env.cr.execute("SELECT indexname FROM pg_indexes")
        names = {row[0] for row in self.env.cr.fetchall()}
        self.assertLessEqual({
            'res_partner_service_words', 'res_partner_service_names', 'service_object_call_names',
            'service_object_call_words', 'service_object_call_numbers',
            'service_order_call_numbers', 'service_order_call_phones',
            'service_agreement_call_numbers', 'res_partner_phone_partial_gin_idx'}, names)

    def test_indexes_are_used(self):
        self.assertTrue(self.env.registry.has_trigram, "Odoo makes the extension itself")
        Call = self.env['service.call']
        self.env.cr.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        self.env.cr.execute("DROP INDEX res_partner_phone_partial_tgm")  # of few, it looks at all
        for model, text, way, index in [
            ('res.partner', "2611 1111", 'phone', 'res_partner_phone_partial_gin_idx'),
            ('res.partner', "harbour hotel", 'words', ('res_partner_service_names', 'res_partner_service_words')),
            ('service.object', "GB30-4411", 'number', 'service_object_call_numbers'),
            ('service.object', "boiler", 'words', ('service_object_call_names', 'service_object_call_words')),
            ('service.order', "SRV/00012", 'number', 'service_order_call_numbers'),
            ('service.order', "2611 1111", 'phone', 'service_order_call_phones'),
        ]:
            for condition in (0, 1):
                with self.subTest(f"{model} {way} {condition}"):
                    Model = self.env[model]
                    query = Call._search_way(
                        Model.sudo(), [], Call._get_ways(model, text, (way,)), condition)
                    query.limit = None
                    self.env.cr.execute(SQL("EXPLAIN %s", query.select()))
                    plan = '\n'.join(row[0] for row in self.env.cr.fetchall())
                    self.assertIn(index if isinstance(index, str) else index[condition], plan)

    #=== WHAT IS KNOWN ===#

    @users('service_customer_service')
    def test_customer_is_shown_with_sites_objects_and_what_is_open(self):
        self.customer.sudo().comment = "<p>Ring twice</p>"
        order = self._create_order(object_ids=self.object.ids)
        quote = self._create_order(stage_id=self.stage_request.id)
        done = self._create_order(object_ids=self.object.ids)
        visit = self._plan(done, '2026-03-02 06:00:00')
        visit.sudo()._dispatch()
        visit.sudo()._finish()
        card = self.env['service.call'].get_customer(self.person.id, self.object.id)
        self.assertEqual(card['customer']['notes'], ["Ring twice"])
        self.assertEqual(card['contact_id'], self.person.id)
        self.assertEqual(
            {site['id'] for site in card['sites']}, set((self.customer | self.site).ids))
        [shown] = card['objects']
        self.assertEqual(
            (shown['serial'], shown['site_id'], shown['warranty_state']),
            ("GB30-4411", self.site.id, 'partly'))
        self.assertIn(order.id, [row['id'] for row in shown['orders']])
        self.assertEqual([row['id'] for row in shown['visits']], visit.ids)
        self.assertIn(quote.id, [due['id'] for due in card['dues'] if due['kind'] == 'request'])

    @users('service_customer_service')
    def test_many_objects_are_narrowed_by_a_text(self):
        self.env['service.object'].sudo().create([{
            'name': f"Pump {number}", 'partner_id': self.customer.id} for number in range(70)])
        card = self.env['service.call'].get_customer(self.customer.id, False, "pump 66")
        self.assertEqual([row['name'] for row in card['objects']], ["Pump 66"])
        self.assertEqual(card['object_total'], 71)

    @users('service_customer_service')
    def test_customer_who_is_gone_is_said(self):
        with self.assertRaisesRegex(UserError, "gone"):
            self.env['service.call'].get_customer(0)

    #=== WHAT COMES OF IT ===#

    @users('service_customer_service')
    def test_call_becomes_an_open_order_at_the_site_of_its_object(self):
        order = self._take(
            object_ids=self.object.ids, contact_id=self.person.id, contact_phone="+371 2999 8877",
            priority='2', note="It drips\nsince <Monday>", date_preferred='2026-03-03 08:00:00')
        self.assertRecordValues(order, [{
            'state': 'open', 'channel': 'phone', 'site_id': self.site.id, 'priority': '2',
            'object_ids': self.object.ids, 'contact_id': self.person.id,
            'contact_phone': "+371 2999 8877", 'date_preferred': datetime(2026, 3, 3, 8)}])
        self.assertTrue(order.visit_ids.is_unassigned)
        self.assertIn("since &lt;Monday&gt;", order.note_internal)

    @users('service_customer_service')
    def test_kind_of_work_brings_what_it_brings(self):
        kind = self.env['service.order.type'].sudo().create({'name': "Breakdown", 'priority': '2'})
        self.assertIn(kind.id, [row['id'] for row in self.env['service.call'].get_choices()['types']])
        self.assertRecordValues(
            self._take(type_id=kind.id), [{'type_id': kind.id, 'priority': '2', 'state': 'open'}])

    @users('service_customer_service')
    def test_order_begins_with_the_call(self):
        self.assertEqual(
            self._take(date_called='2026-03-02 08:50:00').date_order, datetime(2026, 3, 2, 8, 50))
        for wrong in ('2026-03-02 10:00:00', '2020-01-01 00:00:00', "yesterday"):
            self.assertEqual(
                self._take(date_called=wrong).date_order, datetime(2026, 3, 2, 9))

    @users('service_customer_service')
    def test_promise_that_is_shown_is_the_one_that_is_kept(self):
        self.team.sudo().sla_id = self.sla
        values = {'partner_id': self.customer.id, 'object_ids': self.object.ids}
        preview = self.env['service.call'].preview(values)
        self.assertEqual(preview['sla'], "Gold")
        self.assertEqual(
            [(target['kind'], target['deadline']) for target in preview['targets']],
            [('response', 'Mon 2 Mar, 12:00'), ('completion', 'Tue 3 Mar, 14:00')])
        order = self._take(**values)
        self.assertEqual(
            order.sla_status_ids.sorted('deadline').mapped('deadline'),
            [datetime(2026, 3, 2, 10), datetime(2026, 3, 3, 12)])

    @users('service_customer_service')
    def test_customer_may_get_a_quote_first(self):
        order = self._take(is_quote=True)
        self.assertEqual(order.state, 'draft')
        self.assertFalse(order.visit_ids)

    @users('service_customer_service')
    def test_what_is_missing_is_said(self):
        for values, message in [
            ({'partner_id': False}, "Choose the customer"), ({'title': "  "}, "what is wrong")]:
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                self._take(**values)

    @users('service_customer_service')
    def test_order_that_is_open_for_the_object_is_offered(self):
        order = self._create_order(object_ids=self.object.ids)
        preview = self.env['service.call'].preview({
            'partner_id': self.customer.id, 'object_ids': self.object.ids})
        self.assertEqual([row['id'] for row in preview['similar']], order.ids)
        self.assertTrue(preview['is_same_object'])

    @users('service_customer_service')
    def test_call_is_kept_with_the_order_that_is_open(self):
        order = self._create_order()
        self.env['service.call'].add_to_order(order.id, {
            'title': "Worse now", 'note': "It <drips>", 'partner_id': self.customer.id,
            'contact_id': self.person.id, 'priority': '3', 'object_ids': self.object.ids,
            'date_called': '2026-03-02 08:50:00'})
        self.assertRecordValues(order, [{'priority': '3', 'object_ids': self.object.ids}])
        message = order.message_ids.filtered(lambda message: "Worse now" in message.body)
        self.assertTrue(message.subtype_id.internal)
        self.assertIn("10:50", message.body)
        self.assertIn("Līga Bērziņa", message.body)
        self.assertIn("&lt;drips&gt;", message.body)

    @users('service_customer_service')
    def test_call_is_not_kept_with_what_is_closed_or_another_customers(self):
        closed = self._create_order()
        closed._move_to('cancelled', self.cancel_reason)
        stranger = self._create_order(partner_id=self.other_customer.id)
        for order, message in ((closed, "is closed"), (stranger, "another customer")):
            with self.assertRefusedWith(UserError, message, order):
                self.env['service.call'].add_to_order(
                    order.id, {'title': "Worse", 'partner_id': self.customer.id})

    #=== WHO IS NEW ===#

    @users('service_customer_service')
    def test_new_customer_site_and_object_are_entered_in_few_fields(self):
        Call = self.env['service.call']
        customer = Call.add_customer({'name': "Mill", 'phone': "+371 2", 'credit_limit': 9})
        site = Call.add_site({'parent_id': customer, 'street': "Dam 1", 'city': "Riga"})
        obj = Call.add_object({
            'name': "Wheel", 'serial_number': "W-1", 'partner_id': customer, 'site_id': site,
            'group_id': ""})
        self.assertRecordValues(self.env['res.partner'].browse(site), [{
            'name': "Dam 1, Riga", 'type': 'delivery', 'commercial_partner_id': customer}])
        order = self._take(partner_id=customer, object_ids=[obj])
        self.assertEqual(order.site_id.id, site)
        for method, values in (('add_customer', {}), ('add_object', {'name': " "})):
            with self.assertRaisesRegex(UserError, "Enter a name"):
                getattr(Call, method)(values)

    @users('service_customer_service')
    def test_who_is_known_is_offered_before_he_is_entered_twice(self):
        for values, expected in [
            ({'name': "harbour hotel"}, self.customer), ({'phone': "2611 1111"}, self.customer),
            ({'email': "Desk@Harbour.example"}, self.customer),
            ({'serial_number': "gb304411"}, self.object)]:
            with self.subTest(values):
                twins = self.env['service.call'].find_twins(values)
                self.assertIn((expected._name, expected.id), [
                    (twin['model'], twin['id']) for twin in twins])
        self.assertEqual(self.env['service.call'].find_twins({'name': "Mill"}), [])

    @users('service_customer_service')
    def test_page_is_opened_with_the_customer_or_object_at_hand(self):
        self.assertEqual(
            self.customer.with_user(self.env.user).action_take_service_call()['context'],
            {'default_partner_id': self.customer.id, 'default_object_id': None})
        self.assertEqual(
            self.object.with_user(self.env.user).action_take_call()['context'],
            {'default_partner_id': self.customer.id, 'default_object_id': self.object.id})
