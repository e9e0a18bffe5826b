"""What law asks of objects: which certificate counts, what is missing, who is told, who issues."""
from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .common import ServiceBaseCommon, ServiceCommon


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
