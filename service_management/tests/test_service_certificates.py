"""What law asks of objects: which certificate counts, what is missing, who is told, who issues."""
import base64
from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .common import ServiceBaseCommon, ServiceCommon
from .common_portal import PortalCommon


class CertificateSetUp:
    """Boilers need a gas safety certificate every year."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boilers = cls.env['service.object.group'].create({'name': "Boilers"})
        cls.object.group_id = cls.boilers
        cls.gas = cls.env['service.object.certificate.kind'].create({
            'name': "Gas safety", 'group_ids': [Command.set(cls.boilers.ids)], 'months': 12,
            'remind_days': 30})
        cls.lift = cls.env['service.object.certificate.kind'].create({'name': "Lift", 'months': 0})

    @classmethod
    def _certify(cls, obj=None, kind=None, **values):
        return cls.env['service.object.certificate'].create({
            'object_id': (obj or cls.object).id, 'kind_id': (kind or cls.gas).id,
            'date_issued': '2026-03-02', **values})


@freeze_time('2026-03-02 09:00:00')
class TestServiceCertificate(CertificateSetUp, ServiceBaseCommon):

    def test_end_follows_the_months_of_the_kind_until_somebody_enters_it(self):
        for issued, end in ((date(2026, 1, 31), date(2027, 1, 30)), (date(2024, 2, 29), date(2025, 2, 27))):
            with self.subTest(issued=issued):
                self.assertEqual(self._certify(date_issued=issued).date_end, end)
        self.assertFalse(self._certify(kind=self.lift).date_end)
        given = self._certify(date_end='2026-12-31')
        given.date_issued = '2026-02-01'
        self.assertEqual(given.date_end, date(2026, 12, 31))

    def test_certificate_does_not_end_before_it_is_issued(self):
        with self.assertRaisesRegex(ValidationError, "Compare both days"):
            self._certify(date_end='2026-03-01')

    def test_state_follows_the_day_and_the_search_finds_the_same(self):
        rows = {
            'valid': self._certify(),
            'expiring': self._certify(self.other_object, date_end='2026-03-20'),
            'expired': self._certify(
                self.other_object, self.lift, date_issued='2025-01-01', date_end='2026-03-01'),
            'failed': self._certify(kind=self.lift, result='failed'),
        }
        rows['replaced'] = self._certify(date_issued='2025-03-01')
        Certificate = self.env['service.object.certificate']
        for state, row in rows.items():
            with self.subTest(state=state):
                self.assertEqual(row.state, state)
                self.assertEqual(Certificate.search([('state', '=', state)]), row)
                self.assertNotIn(row, Certificate.search([('state', '!=', state)]))

    def test_last_day_is_valid_and_the_next_is_not(self):
        row = self._certify(date_end='2026-03-20')
        for day, state in (('2026-02-17', 'valid'), ('2026-03-20', 'expiring'), ('2026-03-21', 'expired')):
            with freeze_time(f'{day} 09:00:00'):
                row.invalidate_recordset()
                self.assertEqual(row.state, state, day)

    def test_what_ends_soon_is_found_by_days(self):
        objects = self.env['service.object'].create([
            {'name': f"Boiler {number}", 'partner_id': self.customer.id} for number in range(5)])
        rows = [self._certify(obj, date_end=end) for obj, end in zip(objects, (
            '2026-03-02', '2026-04-01', '2026-04-02', '2026-05-31', '2026-06-01'), strict=True)]
        self.assertEqual([row.ends_within for row in rows], ['30', '30', '60', '90', False])
        found = self.env['service.object.certificate'].search([('ends_within', 'in', ('30', '60'))])
        self.assertEqual(set(found), set(rows[:3]))

    def test_newest_of_a_kind_counts_whatever_order_they_come_in(self):
        newest = self._certify()
        former = self._certify(date_issued='2025-03-01')
        self.assertRecordValues(newest | former, [{'is_current': True}, {'is_current': False}])
        former.date_issued = '2026-03-03'
        self.assertRecordValues(newest | former, [{'is_current': False}, {'is_current': True}])
        former.unlink()
        self.assertTrue(newest.is_current)
        same_day = self._certify()
        self.assertRecordValues(newest | same_day, [{'is_current': False}, {'is_current': True}])

    def test_certificate_moves_along_when_it_was_of_another_object(self):
        former, row = self._certify(date_issued='2025-03-01'), self._certify()
        row.object_id = self.other_object
        self.assertTrue(former.is_current and row.is_current)

    def test_what_its_group_or_product_asks_for_is_missing_until_one_is_valid(self):
        Object = self.env['service.object']

        def is_missing():
            self.object.invalidate_recordset()
            found = self.object in Object.search([('is_certificate_missing', '=', True)])
            self.assertEqual(found, self.object.is_certificate_missing)
            self.assertNotIn(self.other_object, Object.search([('is_certificate_missing', '=', True)]))
            return found

        self.assertTrue(is_missing())
        self.assertEqual(self.object.certificate_missing_ids, self.gas)
        self._certify(date_issued='2025-01-01')
        self.assertTrue(is_missing(), "expired")
        self._certify(date_issued='2026-03-01')
        self.assertFalse(is_missing())
        self._certify(result='failed')
        self.assertTrue(is_missing(), "failed")
        self.gas.group_ids = False
        self.assertFalse(is_missing())
        self.gas.product_ids = self.object.product_id = self.part
        self.assertTrue(is_missing())

    def test_kind_of_another_company_asks_for_nothing(self):
        self.gas.company_id = self.env['res.company'].create({'name': "Elsewhere"})
        self.assertFalse(self.object.is_certificate_missing)
        with self.assertRaises(UserError):
            self._certify()

    def test_object_takes_its_certificates_to_another_customer(self):
        row = self._certify()
        self.object.write({'partner_id': self.other_customer.id, 'site_id': False})
        self.assertEqual(row.partner_id, self.other_customer)

    def test_technician_issues_and_changes_nothing(self):
        row = self.env['service.object.certificate'].with_user(self.user_technician).create({
            'object_id': self.object.id, 'kind_id': self.gas.id, 'number': "GS-1"})
        for values in ({'number': "GS-2"}, {'result': 'failed'}):
            with self.assertRaises(AccessError):
                row.write(values)
        with self.assertRaises(AccessError):
            row.unlink()
        row.with_user(self.user_customer_service).number = "GS-2"
        with self.assertRaisesRegex(AccessError, "kept by the program"):
            row.with_user(self.user_manager).is_current = False

    def test_technician_sets_up_no_kind(self):
        with self.assertRaises(AccessError):
            self.gas.with_user(self.user_dispatcher).months = 24

    def test_certificates_are_of_their_company(self):
        row = self._certify()
        other = self.env['res.company'].create({'name': "Elsewhere"})
        stranger = self._create_user('manager', login='stranger')
        stranger.sudo().write({'company_ids': [Command.set(other.ids)], 'company_id': other.id})
        with self.assertRaises(AccessError):
            row.with_user(stranger).read(['number'])


@freeze_time('2026-03-02 09:00:00')
class TestServiceCertificateReminder(CertificateSetUp, ServiceBaseCommon):

    def _run(self, day):
        with freeze_time(f'{day} 09:00:00'), self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_follow_certificates').method_direct_trigger()
        return self.object.activity_ids

    def test_responsible_is_told_once_of_all_that_ends_on_an_object(self):
        self.gas.user_id = self.user_dispatcher
        self.lift.user_id = self.user_dispatcher
        rows = self._certify(date_end='2026-04-10', number="GS-1")
        rows |= self._certify(kind=self.lift, date_end='2026-04-10')
        self.assertFalse(self._run('2026-03-10'))
        todo = self._run('2026-03-11')
        self.assertEqual(todo.user_id, self.user_dispatcher)
        self.assertIn("Gas safety GS-1 (04/10/2026)", todo.summary)
        self.assertIn("Lift", todo.summary)
        self.assertEqual(self._run('2026-03-12'), todo)
        self.assertEqual(rows.mapped('date_reminded'), [date(2026, 3, 11)] * 2)

    def test_without_responsible_a_manager_is_told(self):
        self._certify(date_end='2026-04-10')
        self.assertTrue(self._run('2026-03-11').user_id.has_group(
            'service_management.service_management_group_manager'))

    def test_replaced_failed_and_archived_remind_of_nothing(self):
        self._certify(date_issued='2025-03-10')
        self._certify(result='failed')
        self._certify(self.other_object, date_end='2026-04-10')
        self.other_object.active = False
        self.assertFalse(self._run('2026-03-11'))
        self.assertFalse(self.other_object.activity_ids)


@freeze_time('2026-03-02 09:00:00')
@tagged('post_install', '-at_install')
class TestServiceCertificateIssue(CertificateSetUp, ServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(object_ids=cls.object.ids)
        cls._plan(cls.order)

    def _open(self, record):
        action = record.action_issue_certificate()
        return Form(record.env[action['res_model']].with_context(**action['context']))

    def test_technician_issues_what_is_missing_on_the_order(self):
        dialog = self._open(self.order.visit_ids.with_user(self.user_technician))
        self.assertEqual((dialog.object_id, dialog.kind_id), (self.object, self.gas))
        self.assertEqual(dialog.date_end, date(2027, 3, 1))
        dialog.number = "GS-7"
        dialog.result = 'remarks'
        dialog.document = 'JVBERi0xLjQK'
        dialog = dialog.save()
        dialog.document_name = "gs-7.pdf"
        dialog.action_issue()
        self.assertRecordValues(self.order.certificate_ids, [{
            'object_id': self.object.id, 'kind_id': self.gas.id, 'number': "GS-7", 'result': 'remarks',
            'date_end': date(2027, 3, 1), 'employee_id': self.technician.id, 'is_current': True,
            'document': b'JVBERi0xLjQK', 'document_name': "gs-7.pdf"}])
        self.assertFalse(self.object.is_certificate_missing)

    def test_nothing_is_issued_before_there_are_kinds(self):
        self.env['service.object.certificate.kind'].search([]).active = False
        order = self._create_order(object_ids=self.object.ids, user_id=self.user_technician.id)
        for record in (order, self._plan(order), self.object):
            with self.subTest(record), self.assertRaisesRegex(UserError, "no kinds of certificates"):
                record.with_user(self.user_technician).action_issue_certificate()

    def test_certificate_of_an_object_needs_no_order(self):
        dialog = self._open(self.object.with_user(self.user_customer_service))
        dialog.number = "GS-8"
        dialog.issuer_id = self.other_customer
        dialog.save().action_issue()
        self.assertEqual(self.object.certificate_ids.issuer_id, self.other_customer)

    def test_certificate_is_issued_in_an_order_for_its_object(self):
        with self.assertRaisesRegex(ValidationError, "Choose another order"):
            self._certify(self.other_object, order_id=self.order.id)

    def test_technician_issues_nothing_in_orders_of_others(self):
        self.order.sudo().team_id = self.env['service.team'].sudo().create({'name': "South"})
        with self.assertRaises(AccessError):
            self.env['service.object.certificate'].with_user(self.user_colleague).create({
                'object_id': self.object.id, 'kind_id': self.gas.id, 'order_id': self.order.id})


@freeze_time('2026-03-02 09:00:00')
@tagged('post_install', '-at_install')
class TestServiceCertificateOrders(CertificateSetUp, ServiceCommon):
    """Certificates are renewed in orders, which are made once and end with them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type = cls.env['service.order.type'].create({'name': "Inspection", 'company_id': False})
        cls.leak = cls.env['service.object.certificate.kind'].create({'name': "Leak check"})
        (cls.gas | cls.leak | cls.lift).write({'makes_orders': True, 'order_days': 20, 'type_id': cls.type.id})

    def _run(self, day):
        with freeze_time(f'{day} 09:00:00'), self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_follow_certificates').method_direct_trigger()

    def _get_orders(self, obj=None):
        return self.env['service.order'].search([('object_ids', 'in', (obj or self.object).ids)])

    def test_what_is_due_on_an_object_makes_one_order_once(self):
        gas = self._certify(date_end='2026-04-10', number="GS-1")
        leak = self._certify(kind=self.leak, date_end='2026-04-05')
        other = self._certify(self.other_object, date_end='2026-04-05')
        self._run('2026-03-15')
        self.assertFalse(self._get_orders())
        leak.date_end = '2026-04-10'
        for day in ('2026-03-21', '2026-03-21', '2026-03-22'):
            self._run(day)
        order = self._get_orders()
        self.assertRecordValues(order, [{
            'type_id': self.type.id, 'title': "Gas safety, Leak check", 'partner_id': self.customer.id,
            'site_id': self.site.id, 'certificate_kind_ids': (self.gas | self.leak).ids}])
        self.assertEqual((gas | leak).renewal_order_id, order)
        self.assertEqual(other.renewal_order_id, self._get_orders(self.other_object))

    def test_kinds_of_other_types_make_orders_of_their_own(self):
        self.leak.type_id = False
        self._certify(date_end='2026-04-10')
        self._certify(kind=self.leak, date_end='2026-04-10')
        self._run('2026-03-21')
        self.assertEqual(len(self._get_orders()), 2)

    def test_order_that_was_cancelled_is_made_again_by_a_person_only(self):
        row = self._certify(date_end='2026-04-10')
        self._run('2026-03-21')
        row.renewal_order_id._move_to('cancelled', self.cancel_reason)
        self._run('2026-03-22')
        self.assertEqual(len(self._get_orders()), 1)
        row.with_user(self.user_dispatcher).action_make_orders()
        self.assertEqual(len(self._get_orders()), 2)
        self.assertEqual(row.renewal_order_id.state, 'open')

    def test_kind_that_makes_none_is_ordered_by_a_button(self):
        self.gas.makes_orders = False
        row = self._certify(date_end='2026-04-10')
        self._run('2026-03-21')
        self.assertFalse(self._get_orders())
        with self.assertRaisesRegex(AccessError, "Ask one of them"):
            row.with_user(self.user_technician).action_make_orders()
        row.with_user(self.user_dispatcher).action_make_orders()
        row.with_user(self.user_dispatcher).action_make_orders()
        self.assertEqual(row.renewal_order_id, self._get_orders())

    def test_what_is_missing_is_ordered_from_the_object(self):
        objects = (self.object | self.other_object).with_user(self.user_dispatcher)
        objects.action_order_certificates()
        objects.action_order_certificates()
        self.assertEqual(self._get_orders().certificate_kind_ids, self.gas)
        self.assertFalse(self._get_orders(self.other_object))
        self._certify()
        with self.assertRaisesRegex(UserError, "Nothing is missing"):
            objects.action_order_certificates()

    def test_object_whose_order_fails_is_told_once_and_others_go_on(self):
        rows = self._certify(date_end='2026-04-10') | self._certify(self.other_object, date_end='2026-04-10')
        Object = type(self.env['service.object'])
        prepare = Object._prepare_certificate_order

        def fail(obj, *args):
            if obj == self.object:
                raise ValueError("No")
            return prepare(obj, *args)

        with patch.object(Object, '_prepare_certificate_order', fail):
            self._run('2026-03-21')
            self._run('2026-03-22')
        self.assertRecordValues(rows, [{'date_ordered': False}, {'date_ordered': date(2026, 3, 21)}])
        self.assertEqual(len(self.object.activity_ids), 1)
        self._run('2026-03-23')
        self.assertTrue(rows[0].renewal_order_id)

    def test_sign_off_asks_for_the_certificates_of_the_order(self):
        order = self._create_order(object_ids=self.object.ids, certificate_kind_ids=self.gas.ids)
        self._plan(order)
        self.assertEqual(order.certificates_missing, f"Gas safety ({self.object.display_name})")
        with self.assertRaisesRegex(UserError, "cannot be signed off without its certificates"):
            self._sign(order)
        self._certify(order_id=order.id, result='failed')
        self._sign(order)
        self.assertEqual(order.state, 'signed_off')

    def test_certificate_of_another_order_is_none_of_this_one(self):
        order = self._create_order(object_ids=self.object.ids, certificate_kind_ids=self.gas.ids)
        self._certify()
        self.assertTrue(order.certificates_missing)

    def test_company_that_only_warns_gets_a_to_do(self):
        self.company.service_certificate_rule = 'warn'
        order = self._create_order(
            object_ids=self.object.ids, certificate_kind_ids=self.gas.ids, user_id=self.user_dispatcher.id)
        self._plan(order)
        self._sign(order)
        todo = order.activity_ids.filtered(lambda row: "Signed off without" in (row.summary or ''))
        self.assertEqual(todo.user_id, self.user_dispatcher)

    def test_kind_is_asked_of_the_objects_that_it_concerns_else_of_all(self):
        part = self.env['service.object'].create({'name': "Tank", 'partner_id': self.customer.id})
        order = self._create_order(
            object_ids=(self.object | part).ids, certificate_kind_ids=(self.gas | self.lift).ids)
        self.assertEqual(set(order._get_missing_certificates()), {
            (self.object, self.gas), (self.object, self.lift), (part, self.lift)})

    def test_dialog_proposes_what_the_order_is_for(self):
        order = self._create_order(
            object_ids=self.other_object.ids, partner_id=self.other_customer.id,
            certificate_kind_ids=self.leak.ids)
        dialog = Form(self.env['service.certificate.issue'].with_context(
            **order.action_issue_certificate()['context']))
        self.assertEqual(dialog.kind_id, self.leak)


@freeze_time('2026-03-02 09:00:00')
class TestServiceCertificateUse(CertificateSetUp, ServiceBaseCommon):
    """What needs a valid certificate must not be used without one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.gas | cls.lift).stops_use = True

    def _run(self, day):
        with freeze_time(f'{day} 09:00:00'), self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_follow_certificates').method_direct_trigger()

    def test_failed_stops_the_use_at_once_and_passed_allows_it_again(self):
        self.object.write({'usage_state': 'limited', 'usage_note': "Not above 60 °C"})
        failed = self.env['service.object.certificate'].with_user(self.user_technician).create({
            'object_id': self.object.id, 'kind_id': self.gas.id, 'result': 'failed', 'number': "GS-1"})
        self.assertRecordValues(self.object, [{
            'usage_state': 'stopped', 'usage_note': "Gas safety GS-1: not passed",
            'usage_certificate_id': failed.id}])
        self._certify()
        self.assertRecordValues(self.object, [{
            'usage_state': 'limited', 'usage_note': "Not above 60 °C", 'usage_certificate_id': False}])

    def test_expired_stops_the_use_the_day_after(self):
        self._certify(date_end='2026-03-20')
        for day, state in (('2026-03-20', False), ('2026-03-21', 'stopped')):
            self._run(day)
            self.assertEqual(self.object.usage_state, state, day)

    def test_kind_that_stops_nothing_stops_nothing(self):
        self.gas.stops_use = False
        self._certify(result='failed')
        self.assertFalse(self.object.usage_state)

    def test_one_valid_of_two_does_not_allow_it(self):
        self._certify(result='failed')
        self._certify(kind=self.lift, result='failed')
        self._certify()
        self.assertEqual(self.object.usage_state, 'stopped')
        self._certify(kind=self.lift)
        self.assertFalse(self.object.usage_state)

    def test_what_somebody_says_afterwards_stays(self):
        self._certify(result='failed')
        self.object.write({'usage_state': 'limited', 'usage_note': "With a guard beside it"})
        self._run('2026-03-21')
        self._certify()
        self.assertRecordValues(self.object, [{
            'usage_state': 'limited', 'usage_note': "With a guard beside it"}])

    def test_certificate_that_was_a_mistake_is_deleted_with_what_it_did(self):
        self._certify(result='failed').unlink()
        self.assertFalse(self.object.usage_state)


@tagged('post_install', '-at_install')
class TestServiceCertificatePortal(PortalCommon, CertificateSetUp, ServiceBaseCommon):
    """Customers read the certificates of their own equipment, where the company shows them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_portal_user('guest', cls.customer)
        cls._create_portal_user('stranger', cls.other_customer)
        cls.company.service_shows_certificates = True
        cls.row = cls._certify(
            number="GS-4711", document=base64.b64encode(b'%PDF-1.4 paper'), document_name="gs.pdf")
        cls.page = f'/my/service_objects/{cls.object.id}'
        cls.paper = f'{cls.page}/certificates/{cls.row.id}'

    def test_customer_reads_and_downloads_the_paper(self):
        self.authenticate('guest', 'guest')
        page = self._get(self.page).text
        self.assertIn("GS-4711", page)
        self.assertIn(self.paper, page)
        response = self._get(self.paper)
        self.assertEqual(response.content, b'%PDF-1.4 paper')
        self.assertRegex(response.headers['Content-Disposition'], r'^attachment; .*gs\.pdf')

    def test_others_read_nothing(self):
        for login in ('stranger', None):
            self.authenticate(login, login)
            with self.subTest(login=login):
                self.assertNotIn("GS-4711", self._get(self.page).text)
                self.assertNotIn(b'%PDF', self._get(self.paper).content)
        self.authenticate('stranger', 'stranger')
        own = f'/my/service_objects/{self.other_object.id}/certificates/{self.row.id}'
        self.assertNotIn(b'%PDF', self._get(own).content)
        for path in (f'/web/content/service.object.certificate/{self.row.id}/document',):
            self.assertNotIn(b'%PDF', self.url_open(path).content)

    def test_link_to_an_object_shows_no_papers(self):
        token = self.object._portal_ensure_token()
        self.authenticate(None, None)
        page = self._get(f'{self.page}?access_token={token}').text
        self.assertIn("B-1", page)
        self.assertNotIn("GS-4711", page)
        self.assertNotIn(b'%PDF', self._get(f'{self.paper}?access_token={token}').content)

    def test_company_that_shows_none_shows_none(self):
        self.company.service_shows_certificates = False
        self.authenticate('guest', 'guest')
        self.assertNotIn("GS-4711", self._get(self.page).text)
        self.assertNotIn(b'%PDF', self._get(self.paper).content)

    def test_what_was_replaced_is_history_of_the_company(self):
        self._certify(number="GS-4812", date_issued='2026-06-01')
        self.authenticate('guest', 'guest')
        page = self._get(self.page).text
        self.assertIn("GS-4812", page)
        self.assertNotIn("GS-4711", page)
