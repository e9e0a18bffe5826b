"""How objects hold out: to the number; and the label that opens them."""
from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user, tagged

from .common import ServiceBaseCommon, ServiceCommon
from .common_portal import PortalCommon


class ReliabilityCommon(ServiceBaseCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group = cls.env['service.object.group'].create({'name': "Boilers"})
        cls.object.write({
            'group_id': cls.group.id, 'product_id': cls.part.id, 'date_in_service': '2026-01-01',
            'warranty_labor_end': False, 'warranty_parts_end': False})

    @classmethod
    def _fail(cls, called, signed=None, obj=None, visits=1, employee=None, **values):
        """Return the order of a failure that took some visits."""
        order = cls._create_order(
            object_ids=(obj or cls.object).ids, date_order=datetime.fromisoformat(called), **values)
        for _number in range(visits):
            visit = cls.env['service.visit'].create({
                'order_id': order.id, 'employee_id': (employee or cls.technician).id,
                'date_start': datetime.fromisoformat(called), 'duration_hours': 1})
            visit.sudo().state = 'done'
        if signed:
            cls._sign(order)
            order.sudo().signed_on = datetime.fromisoformat(signed)
        return order


@freeze_time('2026-06-01 09:00:00')
@tagged('post_install', '-at_install')
class TestServiceReliability(ReliabilityCommon):

    def _group_by(self, name, domain=(), user=None):
        """Return {key: (failures, repeated, first-time fixes, days between, hours)} of the analysis."""
        rows = self.env['service.failure.report'].with_user(
            user or self.user_manager)._read_group(list(domain), [name], [
                'failures:sum', 'repeated:sum', 'first_time_fix:avg', 'days_between:avg',
                'hours_to_repair:avg'])
        return {key: tuple(value if value is None else round(value, 3) for value in values)
                for key, *values in rows}

    def _make_example(self):
        """Make the failures of docs/figures.md, of the boiler and of an oven."""
        self._fail('2026-01-10 22:00', '2026-01-11 22:00')
        self._fail('2026-01-21 22:00', '2026-01-22 02:00', visits=2, employee=self.colleague)
        self._fail('2026-03-23 02:00')
        self._fail('2026-02-01 08:00', '2026-02-01 10:00', channel='agreement')
        self._fail('2026-02-02 08:00', '2026-02-02 10:00', channel='sale')
        self._fail('2026-05-04 08:00', '2026-05-04 14:00', self.other_object,
                   partner_id=self.other_customer.id)

    def test_figures_of_the_worked_example(self):
        self._make_example()
        self.assertEqual(self._group_by('object_id'), {
            # (10 + 10 + 60) / 3 days, (24 + 4) / 2 hours; one came again, one took two visits
            self.object: (3, 1, 0, 26.667, 14),
            self.other_object: (1, 0, 100, 0, 6)})
        self.assertEqual(self._group_by('group_id')[self.group], (3, 1, 0, 26.667, 14))
        self.assertEqual(self._group_by('product_id')[self.part], (3, 1, 0, 26.667, 14))
        self.assertEqual(self._group_by('employee_id'), {
            # the first failure came again to whoever came first
            self.technician: (3, 1, 50, 35, 15), self.colleague: (1, 0, 0, 10, 4)})

    def test_page_of_the_object_says_the_same(self):
        self._make_example()
        self.assertRecordValues((self.object | self.other_object).with_user(self.user_technician), [
            {'failure_count': 3, 'failure_repeat_count': 1, 'first_time_fix_percent': 0,
             'failure_days_between': 80 / 3, 'failure_hours_to_repair': 14},
            {'failure_count': 1, 'failure_repeat_count': 0, 'first_time_fix_percent': 100,
             'failure_days_between': 0, 'failure_hours_to_repair': 6}])

    def test_object_that_never_failed_has_no_figures(self):
        self._fail('2026-02-01 08:00', '2026-02-01 10:00', channel='agreement')
        self.assertEqual(self._group_by('object_id'), {})
        self.assertRecordValues(self.object, [{
            'failure_count': 0, 'first_time_fix_percent': 0, 'failure_days_between': 0}])

    def test_requests_and_cancelled_orders_are_no_failures(self):
        order = self._fail('2026-02-01 08:00', visits=0)
        order.sudo().write({'stage_id': self.stage_cancelled.id, 'stage_reason_id': self.cancel_reason.id})
        self.assertEqual(self._group_by('object_id'), {})

    def test_failure_while_the_one_before_is_not_over_is_no_repeat(self):
        self._fail('2026-02-01 08:00')
        self._fail('2026-02-02 08:00', '2026-02-02 10:00')
        self.assertEqual(self._group_by('object_id')[self.object], (2, 0, 100, 31.417, 2))

    def test_repeat_is_counted_in_days_of_the_company(self):
        """Riga's clocks go forward on 29 March: 30 days later it is half an hour before midnight."""
        for called, repeated in (('2026-03-31 20:30', 1), ('2026-03-31 21:30', 0)):
            obj = self.object.copy({'name': called})
            self._fail('2026-03-01 20:00', '2026-03-01 21:30', obj)
            self._fail(called, obj=obj)
            self.assertEqual(self._group_by('object_id')[obj][1], repeated, called)

    def test_company_says_how_soon_is_again(self):
        self._make_example()
        self.company.service_repeat_days = 9
        self.assertEqual(self._group_by('object_id')[self.object], (3, 0, 50, 26.667, 14))
        with self.assertRefused("cannot be negative"):
            self.company.service_repeat_days = -1

    def test_one_order_for_two_objects_is_a_failure_of_each(self):
        twin = self.object.copy({'name': "Twin"})
        self._fail('2026-01-10 22:00', '2026-01-11 22:00', self.object | twin)
        self.assertEqual(len(self._group_by('object_id')), 2)

    def test_other_companies_are_not_counted(self):
        branch = self.env['res.company'].create({'name': "Elsewhere"})
        self._make_example()
        elsewhere = self.env['service.failure.report'].with_context(
            allowed_company_ids=branch.ids).with_company(branch).search([])
        self.assertFalse(elsewhere)

    def test_faults_are_analysed_where_they_are_coded(self):
        symptom = self.env['service.symptom'].create({
            'name': "No heat", 'area_id': self.env['service.symptom.area'].create({'name': "Heat"}).id})
        order = self._fail('2026-01-10 22:00')
        self.env['service.repair'].sudo().create({
            'order_id': order.id, 'object_id': self.object.id, 'symptom_id': symptom.id})
        self.assertEqual(self._group_by('symptom_id'), {symptom: (1, 0, 0, 10, 0)})

    def test_pages_of_many_objects_are_read_in_one_query(self):
        self._make_example()
        objects = self.env['service.object'].create(
            [{'name': f"Object {number}"} for number in range(50)]) | self.object
        objects.invalidate_recordset()
        objects.mapped('company_id.name')
        self.env.flush_all()
        with self.assertQueryCount(3):
            objects.mapped('failure_count')

    def test_technician_does_not_read_the_analysis(self):
        with self.assertRaises(AccessError):
            self._group_by('object_id', user=self.user_technician)

    def test_cost_of_ownership_is_by_age(self):
        order = self._create_order(object_ids=self.object.ids)
        self.object.date_in_service = '2024-03-03'
        lines = [self._create_line(order, 'item', date=day, quantity_planned=1)
                 for day in ('2026-03-02', '2026-03-03')]
        ages = dict(self.env['service.order.report'].with_user(self.user_manager)._read_group(
            [('line_id', 'in', [line.id for line in lines])], ['object_age'], ['cost:sum']))
        self.assertEqual(ages, {1: 70, 2: 70})
        by_product = dict(self.env['service.order.report'].with_user(self.user_manager)._read_group(
            [('object_id', '=', self.object.id)], ['object_product_id'], ['cost:sum']))
        self.assertEqual(by_product, {self.part: 140})


@freeze_time('2026-06-01 09:00:00')
@tagged('post_install', '-at_install')
class TestServiceLabel(PortalCommon, ReliabilityCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.phone = "+371 67000000"
        cls.object.code = "OBJ-1"

    def _render(self, report, objects):
        return self.env['ir.actions.report'].with_user(self.user_technician)._render_qweb_html(
            f'service_management.{report}', objects.ids)[0].decode()

    def _open(self, login, obj_id=None):
        self.authenticate(login, login)
        return self.url_open(
            f'/service/object/{obj_id or self.object.id}', allow_redirects=False)

    def test_label_says_what_it_is_and_whom_to_call(self):
        page = self._render('report_service_object_label', self.object)
        for text in ("OBJ-1", "Boiler", "S/N", "B-1", "+371 67000000", "data:image/png"):
            self.assertIn(text, page)
        self.assertTrue(self.object._get_label_url().endswith(f'/service/object/{self.object.id}'))

    def test_sheet_has_24_labels(self):
        objects = self.env['service.object'].create(
            [{'name': f"Object {number}"} for number in range(25)])
        page = self._render('report_service_object_label_sheet', objects)
        self.assertEqual(page.count('class="o_service_label_sheet"'), 2)
        self.assertEqual(page.count('class="o_service_label"'), 25)

    def test_service_people_come_to_the_form(self):
        response = self._open('service_technician')
        self.assertIn(
            f'/mail/view?model=service.object&res_id={self.object.id}', response.headers['Location'])

    def test_customer_comes_to_the_page_and_a_stranger_learns_nothing(self):
        for login, partner in (('guest', self.customer), ('stranger', self.other_customer)):
            self.env['res.users'].with_context(no_reset_password=True).create({
                'name': login, 'login': login, 'password': login, 'company_id': self.company.id,
                'company_ids': self.company.ids,
                'partner_id': self.env['res.partner'].create(
                    {'name': login, 'parent_id': partner.id}).id,
                'group_ids': [(6, 0, self.env.ref('base.group_portal').ids)]})
        response = self._open('guest')
        self.assertIn(f'/my/service_objects/{self.object.id}', response.headers['Location'])
        refused, nothing = self._open('stranger'), self._open('stranger', 2 ** 40)
        self.assertEqual((refused.status_code, nothing.status_code), (404, 404))
        self.assertNotIn("Boiler", refused.text)

    def test_visitor_logs_in_first(self):
        response = self.url_open(f'/service/object/{self.object.id}', allow_redirects=False)
        self.assertIn('/web/login', response.headers['Location'])
        self.assertNotIn("Boiler", response.text)


@freeze_time('2026-03-02 09:00:00')
@tagged('post_install', '-at_install')
class TestServiceClaim(ServiceCommon):
    """A part under its supplier's warranty is followed from the draft to the credit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supplier = cls.env['res.partner'].create({'name': "Pump Works"})
        cls.part.seller_ids = [Command.create({'partner_id': cls.supplier.id})]
        cls.order = cls._create_order(object_ids=cls.object.ids, user_id=cls.user_dispatcher.id)
        cls.line = cls._create_line(cls.order, 'item', quantity_planned=2, object_id=cls.object.id)

    def _claim(self, user=None, **values):
        action = self.line.with_user(user or self.user_dispatcher).action_claim()
        claim = self.env['service.warranty.claim'].with_user(
            user or self.user_dispatcher).browse(action['res_id'])
        claim.write({'reason': "Leaks after a week", **values})
        return claim

    def test_one_button_makes_the_claim_of_a_part_once(self):
        claim = self._claim()
        self.assertRecordValues(claim, [{
            'order_id': self.order.id, 'product_id': self.part.id, 'object_id': self.object.id,
            'supplier_id': self.supplier.id, 'amount_parts': 140, 'amount_claimed': 140,
            'state': 'draft'}])
        self.assertRegex(claim.name, r'CLM/\d{5}')
        self.assertEqual(self._claim(), claim)
        with self.assertRaisesRegex(UserError, "choose an item line"):
            self._create_line(self.order).action_claim()

    def test_who_does_not_work_on_the_order_claims_nothing(self):
        accountant = new_test_user(
            self.env, login='only_accountant', groups='account.group_account_invoice',
            company_id=self.company.id)
        with self.assertRaisesRegex(UserError, "drafted by those who work on the order"):
            self.line.with_user(accountant).action_claim()

    def test_technician_drafts_and_the_office_sends(self):
        self._plan(self.order)
        claim = self._claim(self.user_technician, serial_number='P-7')
        with self.assertRaises(AccessError):
            claim.amount_parts = 1000
        with self.assertRaisesRegex(AccessError, "ask one to send it"):
            claim.action_send()
        claim.with_user(self.user_dispatcher).action_send()
        with self.assertRaises(AccessError):
            claim.reason = "Something else"
        claim.message_post(body="A photo", attachments=[('leak.txt', b'x')])

    def test_claim_is_sent_with_supplier_fault_and_amount(self):
        claim = self._claim(reason=False)
        with self.assertRaisesRegex(UserError, "fill in the supplier, the fault"):
            claim.action_send()
        claim.write({'reason': "Leaks", 'hours_claimed': 1.5, 'amount_labor': 60})
        claim.action_send()
        self.assertRecordValues(claim, [{
            'state': 'sent', 'amount_claimed': 200, 'date_answer': date(2026, 3, 16)}])
        with self.assertRaisesRegex(UserError, "Only drafts are deleted"):
            claim.unlink()

    def test_accepted_claim_ends_with_the_posted_credit_note(self):
        claim = self._claim()
        claim.action_send()
        claim.action_accept()
        self.assertEqual((claim.state, claim.amount_credited), ('accepted', 140))
        claim.amount_credited = 100
        managed = claim.with_user(self.user_manager)
        with self.assertRaisesRegex(AccessError, "links the credit note"):
            claim.action_credit()
        with self.assertRaisesRegex(UserError, "choose it first"):
            managed.action_credit()
        move = self.env['account.move'].create({
            'move_type': 'in_refund', 'partner_id': self.supplier.id, 'invoice_date': '2026-03-02',
            'ref': "CN 1", 'invoice_line_ids': [Command.create({
                'name': "Pump", 'price_unit': 100, 'tax_ids': [Command.clear()]})]})
        managed.credit_move_id = move
        with self.assertRaisesRegex(UserError, "choose it first"):
            managed.action_credit()
        move.action_post()
        managed.action_credit()
        self.assertRecordValues(claim, [{'state': 'credited', 'amount_credited': 100}])

    def test_refused_claim_may_be_sent_again(self):
        claim = self._claim()
        claim.action_send()
        claim.action_refuse()
        self.assertEqual(claim.state, 'refused')
        claim.action_reset()
        claim.action_send()
        self.assertEqual(claim.state, 'sent')

    def test_overdue_answer_is_told_once(self):
        claim, Claim = self._claim(), self.env['service.warranty.claim']
        claim.action_send()
        for day, count in (('2026-03-16', 0), ('2026-03-17', 1), ('2026-03-18', 1)):
            with freeze_time(f'{day} 09:00:00'):
                Claim._cron_remind_claims()
                self.assertEqual(len(claim.activity_ids), count, day)
        self.assertEqual(claim.activity_ids.user_id, self.user_dispatcher)
        self.assertIn("nothing has come from the supplier", claim.activity_ids.summary)

    def test_claims_of_another_team_are_not_a_technicians(self):
        claim = self._claim()
        self.order.sudo().team_id = self.env['service.team'].sudo().create({'name': "South"})
        with self.assertRaises(AccessError):
            claim.with_user(self.user_technician).read(['reason'])
