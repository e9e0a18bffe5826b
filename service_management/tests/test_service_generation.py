from datetime import date, datetime, timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, LockError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, users
from odoo.tools import mute_logger

from .test_service_agreement import AgreementCommon


@freeze_time('2026-03-02 08:00:00')
class TestServiceGeneration(AgreementCommon):

    def _get_days(self, agreement):
        return agreement.occurrence_ids.sorted('date_due').mapped('date_due')

    # ------------------------------------------------------------ dates

    def test_worked_example_of_combining_by_object(self):
        """Source: Dynamics 365 Finance & Operations, "Combine service orders"."""
        day = '2026-04-05'  # a Sunday, as in the example
        always = self.env['resource.calendar'].create({
            'name': "Every day", 'company_id': self.company.id, 'tz': 'UTC',
            'attendance_ids': [Command.clear()] + [Command.create({
                'name': "Day", 'dayofweek': str(number), 'hour_from': 8, 'hour_to': 17,
                'day_period': 'morning'}) for number in range(7)]})
        for combine_by, order_count in (('object', 10), ('agreement', 5)):
            agreement = self._create_agreement(
                {'start': day, 'every': (1, 'week'), 'object_id': self.object.id},
                {'start': day, 'every': (2, 'week'), 'object_id': self.second_object.id},
                {'start': day, 'every': (1, 'week'), 'object_id': self.second_object.id},
                combine_by=combine_by, calendar_id=always.id)
            orders = self._generate(agreement, '2026-04-05', '2026-05-04')
            self.assertEqual(len(orders), order_count)
            self.assertEqual(len(orders.line_ids), 13)
        self.assertEqual([len(order.line_ids) for order in orders], [3, 2, 3, 2, 3])

    def test_period_is_cut_to_the_agreement_and_the_line(self):
        """Source: Dynamics 365, "Create service orders automatically", both examples."""
        whole = self._create_agreement({'every': (1, 'month')})
        self._generate(whole, '2026-11-01', '2027-02-01')
        self.assertEqual(self._get_days(whole), [date(2026, 11, 1), date(2026, 12, 1)])
        parts = self._create_agreement(
            {'start': '2026-01-02', 'date_end': '2026-03-01', 'every': (1, 'month')},
            {'start': '2026-04-01', 'date_end': '2026-12-31', 'every': (1, 'month')})
        self._generate(parts, '2026-10-01', '2026-12-31')
        self.assertEqual(parts.occurrence_ids.line_id, parts.line_ids[1])
        self.assertEqual(len(parts.occurrence_ids), 3)

    @users('service_dispatcher')
    def test_who_comes_second_is_told_that_somebody_else_creates_the_orders(self):
        agreement = self._create_agreement({'start': '2026-03-01', 'every': (1, 'month')})
        agreement = agreement.with_user(self.env.user)
        with patch.object(self.registry['service.agreement'], 'lock_for_update',
                          side_effect=LockError("Cannot grab a lock on records")), \
                self.assertRaisesRegex(UserError, "Somebody else is creating the orders of"):
            self._generate(agreement, '2026-03-01', '2026-05-31')
        self.assertFalse(agreement.order_ids)

    def test_month_ends_do_not_drift(self):
        agreement = self._create_agreement({'start': '2026-01-31', 'every': (1, 'month')})
        self._generate(agreement, '2026-01-01', '2026-05-31')
        self.assertEqual([day.day for day in self._get_days(agreement)], [31, 28, 31, 30, 31])

    def test_line_without_interval_is_done_once(self):
        agreement = self._create_agreement({'start': '2026-03-10'})
        self._generate(agreement, '2026-03-01', '2026-12-31')
        self.assertEqual(self._get_days(agreement), [date(2026, 3, 10)])

    def test_closed_day_without_a_window_is_kept_and_flagged(self):
        agreement = self._create_agreement({'start': '2026-03-07'})  # a Saturday
        order = self._generate(agreement, '2026-03-01', '2026-03-31')
        self.assertRecordValues(agreement.occurrence_ids, [{
            'date_planned': date(2026, 3, 7), 'is_closed_day': True}])
        self.assertEqual(order.visit_ids.date_start.date(), date(2026, 3, 7))

    def test_table_of_windows_moves_work_to_open_days(self):
        self.env['resource.calendar.leaves'].create({
            'name': "Holiday", 'calendar_id': self.calendar.id, 'company_id': self.company.id,
            'date_from': datetime(2026, 5, 3, 21), 'date_to': datetime(2026, 5, 4, 20, 59)})
        table = [
            ({'start': '2026-03-07', 'window': 'week'}, '2026-03-06'),
            ({'start': '2026-03-07', 'window': 'days', 'days_after': 3}, '2026-03-09'),
            ({'start': '2026-03-07', 'window': 'days', 'days_before': 1, 'days_after': 1},
             '2026-03-06'),
            ({'start': '2026-02-28', 'window': 'month'}, '2026-02-27'),
            ({'start': '2026-05-04', 'window': 'exact'}, '2026-05-04'),
            ({'start': '2026-05-04', 'window': 'week'}, '2026-05-05'),
            ({'start': '2026-12-26', 'window': 'days', 'days_after': 9}, '2026-12-28'),
            ({'start': '2026-03-11', 'window': 'month'}, '2026-03-11'),
        ]
        for line, planned in table:
            with self.subTest(line):
                agreement = self._create_agreement(line)
                self._generate(agreement, '2026-01-01', '2026-12-31')
                self.assertEqual(
                    agreement.occurrence_ids.date_planned, date.fromisoformat(planned))

    def test_works_with_windows_share_an_order(self):
        agreement = self._create_agreement(
            {'start': '2026-03-09', 'window': 'week'}, {'start': '2026-03-12'},
            {'start': '2026-03-13', 'window': 'days', 'days_before': 2})
        order = self._generate(agreement, '2026-03-01', '2026-03-31')
        self.assertEqual(len(order), 1)
        self.assertEqual(set(agreement.occurrence_ids.mapped('date_planned')), {date(2026, 3, 12)})
        self.assertEqual(len(order.line_ids), 3)

    def test_key_keeps_orders_apart(self):
        lines = [
            {'task_id': self.task.id, 'employee_id': self.technician.id,
             'object_id': self.object.id},
            {'employee_id': self.colleague.id, 'object_id': self.object.id},
            {'employee_id': self.colleague.id, 'object_id': self.second_object.id},
        ]
        for combine_by, expected in (
            ('agreement', 1), ('task', 2), ('employee', 2), ('object', 2), ('site', 2)):
            with self.subTest(combine_by):
                agreement = self._create_agreement(
                    *({**line, 'start': '2026-03-10'} for line in lines), combine_by=combine_by)
                self.assertEqual(
                    len(self._generate(agreement, '2026-03-01', '2026-03-31')), expected)

    def test_times_keep_their_hour_over_both_changes_of_the_clock(self):
        agreement = self._create_agreement(
            {'start': '2026-03-23', 'every': (1, 'week'), 'time_after': 10, 'time_before': 12})
        orders = self._generate(agreement, '2026-03-20', '2026-04-05')
        self.assertEqual(orders.visit_ids.mapped('date_start'), [
            datetime(2026, 3, 23, 8), datetime(2026, 3, 30, 7)])
        self.assertEqual(orders.mapped('arrival_to'), [
            datetime(2026, 3, 23, 10), datetime(2026, 3, 30, 9)])
        autumn = self._generate(agreement, '2026-10-19', '2026-10-27')
        self.assertEqual(autumn.visit_ids.mapped('date_start'), [
            datetime(2026, 10, 19, 7), datetime(2026, 10, 26, 8)])

    # ------------------------------------------------------------ what arrives on the order

    def test_order_has_what_was_agreed(self):
        sla = self.env['service.sla'].create({
            'name': "Gold", 'target_ids': [Command.create({'limit_hours': 4})]})
        agreement = self._create_agreement(
            {'start': '2026-03-10', 'object_id': self.object.id, 'task_id': self.task.id,
             'quantity': 2, 'is_fixed_price': True, 'price_unit': 65},
            {'start': '2026-03-10', 'kind': 'item', 'product_id': self.part.id, 'quantity': 3,
             'object_id': self.object.id},
            sla_id=sla.id, preferred_employee_id=self.technician.id, coverage_parts=100,
            note_internal="<p>Key at the desk</p>", note_external="<p>Yearly check</p>",
            client_order_ref="PO-7", user_id=self.user_manager.id)
        order = self._generate(agreement, '2026-03-01', '2026-03-31')
        self.assertRecordValues(order, [{
            'title': "Full service", 'agreement_id': agreement.id, 'channel': 'agreement',
            'state': 'open', 'partner_id': self.customer.id, 'site_id': self.site.id,
            'object_ids': self.object.ids, 'team_id': self.team.id,
            'user_id': self.user_manager.id, 'preferred_employee_id': self.technician.id,
            'client_order_ref': "PO-7", 'sla_id': sla.id,
            'date_order': datetime(2026, 3, 10, 6)}])
        self.assertIn("Key at the desk", order.note_internal)
        self.assertIn("Yearly check", order.note_external)
        self.assertEqual(order.task_ids.task_id, self.task)
        self.assertRecordValues(order.line_ids, [
            {'kind': 'hour', 'quantity_planned': 2, 'price_unit': 65, 'billing': 'chargeable',
             'object_id': self.object.id, 'task_id': self.task.id},
            {'kind': 'item', 'quantity_planned': 3, 'price_unit': 120, 'billing': 'warranty',
             'object_id': self.object.id, 'task_id': False}])
        self.assertIn(agreement.name, order.line_ids[0].price_explanation)
        self.assertRecordValues(order.visit_ids, [{
            'state': 'planned', 'employee_id': self.technician.id, 'duration_hours': 2,
            'date_start': datetime(2026, 3, 10, 6), 'date_end': datetime(2026, 3, 10, 8)}])

    def test_clock_of_a_generated_order_starts_on_its_day(self):
        self.team.sla_id = self.env['service.sla'].create({
            'name': "Gold", 'target_ids': [Command.create({'limit_hours': 4})]})
        agreement = self._create_agreement({'start': '2026-03-10'})
        status = self._generate(agreement, '2026-03-01', '2026-03-31').sla_status_ids
        self.assertRecordValues(status, [{
            'state': 'running', 'date_start': datetime(2026, 3, 10, 6),
            'deadline': datetime(2026, 3, 10, 10), 'compliance': 0}])

    def _promise_all(self, **values):
        """Give the team an SLA with a target of each kind."""
        self.team.sla_id = self.env['service.sla'].create({
            'name': "Gold", 'target_ids': [
                Command.create({'kind': kind, 'limit_hours': 0.5})
                for kind in ('response', 'arrival', 'completion')], **values})

    def test_planned_work_is_measured_by_its_completion(self):
        """Generated at 14:00 in Riga for the same day, which has begun at 8."""
        self._promise_all()
        agreement = self._create_agreement({'start': '2026-03-02'})
        with freeze_time('2026-03-02 12:00:00'):
            order = self._generate(agreement, '2026-03-01', '2026-03-02')
            self.assertRecordValues(order.sla_status_ids, [{
                'kind': 'completion', 'state': 'running',
                'date_start': datetime(2026, 3, 2, 12)}])
            order.priority = '3'
            self.assertEqual(order.sla_status_ids.mapped('kind'), ['completion'])

    def test_planned_work_is_measured_by_all_targets_where_the_sla_says_so(self):
        self._promise_all(planned_targets='all')
        agreement = self._create_agreement({'start': '2026-03-02'})
        with freeze_time('2026-03-02 12:00:00'):
            order = self._generate(agreement, '2026-03-01', '2026-03-02')
            self.assertEqual(set(order.sla_status_ids.mapped('state')), {'running'})
            self.assertEqual(len(order.sla_status_ids), 3)

    def test_call_for_an_agreement_is_a_call(self):
        self._promise_all()
        order = self._create_order(agreement_id=self._create_agreement().id)
        self.assertEqual(len(order.sla_status_ids), 3)

    def test_agreed_price_stays_when_the_agreement_changes(self):
        agreement = self._create_agreement(
            {'start': '2026-03-10', 'is_fixed_price': True, 'price_unit': 65})
        order = self._generate(agreement, '2026-03-01', '2026-03-31')
        agreement.line_ids.price_unit = 70
        order.line_ids.employee_id = self.colleague
        self.assertEqual(order.line_ids.price_unit, 65)
        order.action_apply_agreement()
        self.assertEqual(order.line_ids.price_unit, 70)

    def test_agreed_price_is_in_the_orders_currency(self):
        euro = self.env.ref('base.EUR') if self.company.currency_id.name != 'EUR' else (
            self.env.ref('base.USD'))
        euro.active = True
        self.env['res.currency.rate'].create({
            'name': '2026-01-01', 'rate': 2, 'currency_id': euro.id,
            'company_id': self.company.id})
        pricelist = self.env['product.pricelist'].create({
            'name': "Foreign", 'currency_id': euro.id, 'company_id': self.company.id})
        agreement = self._create_agreement(
            {'start': '2026-03-10', 'is_fixed_price': True, 'price_unit': 65},
            pricelist_id=pricelist.id)
        order = self._generate(agreement, '2026-03-01', '2026-03-31')
        self.assertRecordValues(order.line_ids, [{'price_unit': 65, 'currency_id': euro.id}])
        self.assertEqual(order.amount_untaxed, 65)

    def test_preferred_technician_gets_free_time_of_the_day(self):
        busy = self._create_order()
        self._plan(busy, '2026-03-10 06:00:00', hours=3)
        agreements = self._create_agreement(
            {'start': '2026-03-10', 'quantity': 2}, preferred_employee_id=self.technician.id)
        agreements |= self._create_agreement(
            {'start': '2026-03-10', 'quantity': 1}, preferred_employee_id=self.technician.id)
        orders = self._generate(agreements, '2026-03-01', '2026-03-31')
        self.assertEqual(orders.visit_ids.sorted('date_start').mapped('date_start'), [
            datetime(2026, 3, 10, 9), datetime(2026, 3, 10, 11)])
        self.assertFalse(any(orders.visit_ids.mapped('planning_warning')))

    def test_preferred_technician_gets_time_to_drive(self):
        """From Riga to Liepaja, where the object is; to the same site he need not drive."""
        self.customer._set_place(56.9496, 24.1052, is_exact=True)
        self.site._set_place(56.5047, 21.0108, is_exact=True)
        self._plan(self._create_order(site_id=self.customer.id), '2026-03-10 06:00:00', hours=1)
        agreements = self.env['service.agreement'].union(*(
            self._create_agreement(
                {'start': '2026-03-10', 'quantity': 1, 'object_id': self.object.id},
                preferred_employee_id=self.technician.id) for _number in range(2)))
        orders = self._generate(agreements, '2026-03-01', '2026-03-31')
        self.assertEqual(orders.site_id, self.site)
        # 229 minutes after 07:00
        self.assertEqual(orders.visit_ids.sorted('date_start').mapped('date_start'), [
            datetime(2026, 3, 10, 11), datetime(2026, 3, 10, 12)])
        self.assertFalse(any(orders.visit_ids.mapped('planning_warning')))

    def test_without_a_technician_the_visit_waits_on_its_day(self):
        order = self._generate(
            self._create_agreement({'start': '2026-03-10'}), '2026-03-01', '2026-03-31')
        self.assertRecordValues(order.visit_ids, [{
            'employee_id': False, 'is_unassigned': True,
            'date_start': datetime(2026, 3, 10, 6)}])

    # ------------------------------------------------------------ once and only once

    def test_run_twice_creates_nothing_twice(self):
        agreement = self._create_agreement({'start': '2026-03-10', 'every': (1, 'week')})
        first = self._generate(agreement, '2026-03-01', '2026-03-31')
        self.assertEqual(len(first), 4)  # 10, 17, 24, 31 March
        self.assertFalse(self._generate(agreement, '2026-03-01', '2026-03-31'))
        more = self._generate(agreement, '2026-03-01', '2026-04-07')
        self.assertEqual(len(more), 1)

    def test_database_refuses_a_second_visit_for_a_day(self):
        agreement = self._create_agreement({'start': '2026-03-10'})
        self._generate(agreement, '2026-03-01', '2026-03-31')
        with self.assertRaises(IntegrityError), self.env.cr.savepoint(), \
                mute_logger('odoo.sql_db'):
            self.env['service.agreement.occurrence'].sudo().create({
                'line_id': agreement.line_ids.id, 'date_due': date(2026, 3, 10)})

    def test_deleted_order_comes_back_only_when_gaps_are_filled(self):
        agreement = self._create_agreement({'start': '2026-03-10', 'every': (1, 'week')})
        self._generate(agreement, '2026-03-01', '2026-03-31')[1].unlink()
        self.assertEqual(
            agreement.occurrence_ids.filtered(lambda row: row.state == 'deleted').date_due,
            date(2026, 3, 17))
        self.assertFalse(self._generate(agreement, '2026-03-01', '2026-03-31'))
        again = self._generate(agreement, '2026-03-01', '2026-03-31', fill_gaps=True)
        self.assertEqual(again.line_ids.occurrence_ids.date_due, date(2026, 3, 17))
        self.assertEqual(len(agreement.occurrence_ids), 4)

    def test_only_after_the_last_one_leaves_earlier_days_alone(self):
        agreement = self._create_agreement({'start': '2026-03-03', 'every': (1, 'week')})
        self._generate(agreement, '2026-03-17', '2026-03-24')
        self._generate(agreement, '2026-03-01', '2026-04-07', only_after_last=True)
        self.assertEqual(
            [day.day for day in self._get_days(agreement)], [17, 24, 31, 7])
        self._generate(agreement, '2026-03-01', '2026-04-07')
        self.assertEqual(len(agreement.occurrence_ids), 6)

    def test_skipped_visit_is_never_created(self):
        agreement = self._create_agreement({'start': '2026-03-10', 'every': (1, 'week')})
        line = agreement.line_ids
        wizard = self.env['service.agreement.skip'].with_user(
            self.user_dispatcher).with_context(default_line_id=line.id).create({
                'date_due': date(2026, 3, 17), 'reason_id': self.skip_reason.id, 'note': "Fair"})
        wizard.action_apply()
        self.assertEqual(line.date_next, date(2026, 3, 10))
        self._generate(agreement, '2026-03-01', '2026-03-31', fill_gaps=True)
        skipped = agreement.occurrence_ids.filtered('is_skipped')
        self.assertRecordValues(skipped, [{
            'date_due': date(2026, 3, 17), 'order_id': False, 'note': "Fair",
            'reason_id': self.skip_reason.id, 'user_id': self.user_dispatcher.id}])
        skipped.with_user(self.user_dispatcher).action_unskip()
        self.assertEqual(len(self._generate(agreement, '2026-03-01', '2026-03-31')), 1)

    def test_only_due_days_without_an_order_are_skipped(self):
        agreement = self._create_agreement({'start': '2026-03-10', 'every': (1, 'week')})
        self._generate(agreement, '2026-03-01', '2026-03-12')
        Occurrence = self.env['service.agreement.occurrence']
        with self.assertRaisesRegex(UserError, "is not due on 03/11/2026"):
            Occurrence._skip(agreement.line_ids, date(2026, 3, 11), self.skip_reason)
        with self.assertRaisesRegex(UserError, "was created for this day already"):
            Occurrence._skip(agreement.line_ids, date(2026, 3, 10), self.skip_reason)

    def test_moving_one_visit_does_not_move_the_series(self):
        agreement = self._create_agreement({'start': '2026-03-10', 'every': (1, 'week')})
        order = self._generate(agreement, '2026-03-01', '2026-03-10')
        order.visit_ids.date_start = datetime(2026, 3, 12, 8)
        order.date_order = datetime(2026, 3, 12, 8)
        self._generate(agreement, '2026-03-01', '2026-03-24')
        self.assertEqual([day.day for day in self._get_days(agreement)], [10, 17, 24])

    def test_changed_interval_counts_for_days_that_were_not_ordered(self):
        agreement = self._create_agreement({'start': '2026-03-10', 'every': (1, 'week')})
        orders = self._generate(agreement, '2026-03-01', '2026-03-31')
        orders[2:].unlink()
        agreement.line_ids.interval_count = 3
        self._generate(agreement, '2026-03-01', '2026-04-30', fill_gaps=True)
        ordered = agreement.occurrence_ids.filtered('order_id')
        self.assertEqual(sorted(ordered.mapped('date_due')), [
            date(2026, 3, 10), date(2026, 3, 17), date(2026, 3, 31), date(2026, 4, 21)])

    # ------------------------------------------------------------ what creates nothing

    def test_suspended_stopped_draft_and_template_create_nothing(self):
        line = {'start': '2026-03-10'}
        suspended = self._create_agreement(line)
        suspended._suspend(self.end_reason)
        for agreement in (
            suspended, self._create_agreement({**line, 'is_stopped': True}),
            self._create_agreement(line, active=False), self._create_template(line)):
            self.assertFalse(self._generate(agreement, '2026-03-01', '2026-03-31'))

    def test_switches_choose_kinds_and_lines(self):
        agreement = self._create_agreement(
            {'start': '2026-03-10'},
            {'start': '2026-03-10', 'kind': 'item', 'product_id': self.part.id},
            {'start': '2026-03-10', 'kind': 'fee', 'name': "Fee"})
        planned = agreement._plan_orders(
            date(2026, 3, 1), date(2026, 3, 31), kinds={'item'})
        self.assertEqual([work.line for work in planned[0].works], [agreement.line_ids[1]])
        planned = agreement._plan_orders(
            date(2026, 3, 1), date(2026, 3, 31), lines=agreement.line_ids[2])
        self.assertEqual([work.line for work in planned[0].works], [agreement.line_ids[2]])

    def test_wizard_previews_and_creates_the_same(self):
        agreement = self._create_agreement(
            {'start': '2026-03-10', 'every': (1, 'week')}, {'start': '2026-03-10'})
        wizard = Form(self.env['service.agreement.generate'].with_user(
            self.user_dispatcher).with_context(default_agreement_ids=agreement.ids))
        wizard.date_from, wizard.date_to = date(2026, 3, 1), date(2026, 3, 31)
        self.assertEqual(wizard.summary, "Orders: 4, lines: 5")
        self.assertEqual(len(wizard.preview_ids), 5)
        wizard.is_hour = False
        self.assertEqual(wizard.summary, "Orders: 0, lines: 0")
        wizard.is_hour = True
        action = wizard.save().action_apply()
        orders = self.env['service.order'].search(action['domain'])
        self.assertEqual(len(orders), 4)

    def test_wizard_of_the_menu_creates_what_all_agreements_need(self):
        Wizard = self.env['service.agreement.generate'].with_user(self.user_dispatcher)
        self.assertEqual(Form(Wizard).summary, "Orders: 0, lines: 0")
        agreements = self._create_agreement({'start': '2026-03-10'}) | self._create_agreement(
            {'start': '2026-03-12'})
        self._create_agreement({'start': '2026-03-10'})._suspend(self.end_reason)
        self._create_agreement({'start': '2026-03-10'}, active=False)
        wizard = Form(Wizard)
        self.assertEqual(wizard.summary, "Orders: 2, lines: 2")
        wizard.save().action_apply()
        self.assertEqual(agreements.order_ids.agreement_id, agreements)
        self.assertEqual(len(self.env['service.order'].search([('agreement_id', '!=', False)])), 2)

    def test_wizard_says_why_there_is_nothing_to_create(self):
        Wizard = self.env['service.agreement.generate']
        draft = self._create_agreement({'start': '2026-03-10'}, active=False)
        stopped = self._create_agreement({'start': '2026-03-10', 'is_stopped': True})
        suspended = self._create_agreement({'start': '2026-03-10'})
        suspended._suspend(self.end_reason)
        fine = self._create_agreement({'start': '2026-03-10'})
        for values, message in (
            ({'agreement_ids': draft.ids}, "from active agreements only"),
            ({'agreement_ids': suspended.ids}, "is suspended"),
            ({'agreement_ids': stopped.ids, 'line_ids': stopped.line_ids.ids}, "is stopped"),
            ({'agreement_ids': fine.ids, 'date_from': '2026-05-01', 'date_to': '2026-05-31'},
             "Nothing is due"),
            ({'agreement_ids': fine.ids, 'date_from': '2026-05-01', 'date_to': '2026-04-30'},
             "ends before it begins"),
            ({'agreement_ids': fine.ids, 'fill_gaps': True, 'only_after_last': True},
             "Choose one"),
        ):
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                Wizard.create(values).action_apply()

    @users('service_technician')
    def test_technician_creates_and_skips_nothing(self):
        agreement = self._create_agreement({'start': '2026-03-10'}).with_user(self.env.user)
        with self.assertRaisesRegex(AccessError, "Only dispatchers"):
            agreement.action_generate()
        with self.assertRaises(AccessError):
            self._generate(agreement, '2026-03-01', '2026-03-31')
        with self.assertRaises(AccessError):
            self.env['service.agreement.occurrence']._skip(
                agreement.line_ids, date(2026, 3, 10), self.skip_reason)

    @users('service_dispatcher')
    def test_nobody_writes_the_ledger(self):
        agreement = self._create_agreement({'start': '2026-03-10'})
        self._generate(agreement, '2026-03-01', '2026-03-31')
        row = agreement.occurrence_ids.with_user(self.env.user)
        for action in (
            lambda: row.write({'date_due': date(2026, 3, 11)}), row.unlink,
            lambda: row.create({'line_id': agreement.line_ids.id, 'date_due': date(2026, 4, 1)}),
        ):
            with self.assertRaises(AccessError):
                action()

    def test_ordered_lines_are_stopped_and_not_deleted(self):
        agreement = self._create_agreement({'start': '2026-03-10'})
        self._generate(agreement, '2026-03-01', '2026-03-31')
        with self.assertRaisesRegex(UserError, "Stop it instead"):
            agreement.line_ids.unlink()

    def test_closing_cancels_later_orders_when_asked(self):
        agreement = self._create_agreement({'start': '2026-03-10', 'every': (1, 'week')})
        orders = self._generate(agreement, '2026-03-01', '2026-03-31')
        wizard = self.env['service.agreement.end'].with_user(self.user_manager).create({
            'agreement_ids': agreement.ids, 'operation': 'close', 'reason_id': self.end_reason.id,
            'date_end': '2026-03-20', 'cancel_orders': True,
            'cancel_reason_id': self.cancel_reason.id})
        self.assertEqual(wizard.order_ids, orders[2:])
        wizard.action_apply()
        self.assertEqual(orders.mapped('state'), ['open', 'open', 'cancelled', 'cancelled'])
        self.assertEqual(agreement.state, 'closed')

    def test_suspending_leaves_orders_unless_asked(self):
        agreement = self._create_agreement({'start': '2026-03-10'})
        order = self._generate(agreement, '2026-03-01', '2026-03-31')
        self.env['service.agreement.end'].create({
            'agreement_ids': agreement.ids, 'operation': 'suspend',
            'reason_id': self.end_reason.id}).action_apply()
        self.assertTrue(agreement.is_suspended)
        self.assertEqual(order.state, 'open')


class TestServiceNightlyRun(AgreementCommon):

    def _run(self, at='2026-03-02 01:00:00'):
        with freeze_time(at), self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_generate_orders').method_direct_trigger()

    def _agree(self, *lines, at='2026-03-01 08:00:00', **values):
        with freeze_time(at):
            return self._create_agreement(*lines, group_id=self.group.id, **values)

    def test_run_creates_what_is_due_within_the_horizon(self):
        agreement = self._agree({'start': '2026-01-05', 'every': (1, 'week')})
        self._run()
        days = sorted(agreement.occurrence_ids.mapped('date_due'))
        self.assertEqual((days[0], days[-1]), (date(2026, 3, 2), date(2026, 3, 30)))
        self.assertRecordValues(agreement, [{
            'date_last_run': date(2026, 3, 2),
            'date_next_run': date(2026, 4, 6) - timedelta(days=30)}])

    def test_run_twice_creates_nothing_twice(self):
        agreement = self._agree({'start': '2026-03-05', 'every': (1, 'day')})
        self._run()
        count = agreement.order_count
        self._run()
        agreement.sudo().date_next_run = date(2026, 3, 2)
        self._run()
        self.env.invalidate_all()
        self.assertEqual(agreement.order_count, count)
        self._run('2026-03-03 01:00:00')
        self.env.invalidate_all()
        self.assertEqual(agreement.order_count, count + 1)

    def test_nights_that_were_missed_are_made_up_for(self):
        agreement = self._agree(
            {'start': '2026-03-05', 'every': (1, 'week')}, date_end=date(2027, 12, 31))
        self._run()
        self._run('2026-06-01 01:00:00')
        days = sorted(agreement.occurrence_ids.mapped('date_due'))
        self.assertEqual(
            days, [date(2026, 3, 5) + timedelta(weeks=week) for week in range(len(days))])
        self.assertEqual(days[-1], date(2026, 6, 25))

    def test_what_was_due_before_the_activation_is_left_to_people(self):
        agreement = self._agree({'start': '2026-01-05', 'every': (1, 'week')})
        self._run()
        self.assertFalse(agreement.occurrence_ids.filtered(
            lambda row: row.date_due < date(2026, 3, 1)))

    def test_orders_are_shared_with_work_beyond_the_horizon(self):
        agreement = self._agree(
            {'start': '2026-03-30', 'window': 'month'},
            {'start': '2026-04-03', 'window': 'days', 'days_before': 7})
        self._run()
        self.assertEqual(agreement.order_count, 1)
        self.assertEqual(len(agreement.occurrence_ids), 2)

    def test_groups_without_a_horizon_and_agreements_without_a_group_are_left_to_people(self):
        line = {'start': '2026-03-10'}
        by_hand = self._agree(line)
        self.group.horizon_days = 0
        with freeze_time('2026-03-01'):
            no_group = self._create_agreement(line)
        self._run()
        self.assertFalse((by_hand | no_group).occurrence_ids)

    def test_failing_agreement_is_set_aside_with_one_to_do_and_the_others_go_on(self):
        good, bad, last = (
            self._agree({'start': '2026-03-10'}, user_id=self.user_manager.id)
            for _number in range(3))
        model = type(self.env['service.agreement'])
        prepare = model._prepare_order

        def prepare_or_fail(agreement, *args):
            if agreement == bad:
                raise UserError("No stage is open")  # pylint: disable=translation-required
            return prepare(agreement, *args)

        with patch.object(model, '_prepare_order', prepare_or_fail), self.assertLogs(
                'odoo.addons.service_management.models.agreement.generation', 'WARNING'):
            self._run()
            self._run('2026-03-03 01:00:00')
        self.assertEqual([len(agreement.order_ids) for agreement in (good, bad, last)], [1, 0, 1])
        self.assertRecordValues(bad, [{
            'generation_error': "No stage is open",
            'date_next_run': date(2026, 3, 4)}])
        self.assertEqual(len(bad.activity_ids), 1)
        self.assertEqual(bad.activity_ids.user_id, self.user_manager)
        self._run('2026-03-04 01:00:00')
        self.env.invalidate_all()
        self.assertEqual(len(bad.order_ids), 1)
        self.assertFalse(bad.generation_error)
        self.assertFalse(bad.activity_ids)

    def _table_of_archived(self):
        """Return what is archived, and an agreement whose work needs it, by name."""
        objects = self.env['service.object'].create([
            {'name': name, 'partner_id': self.customer.id, 'site_id': site.id}
            for name, site in (("Lift", self.customer), ("Gate", self.site), ("Pump", self.customer))])
        lift, gate, pump = objects
        line = {'start': '2026-03-10', 'every': (1, 'week')}
        return {
            'object of a line': (lift, self._agree({**line, 'object_id': lift.id})),
            'all objects': (pump, self._agree(line, object_ids=pump.ids)),
            'site of an object': (self.site, self._agree({**line, 'object_id': gate.id})),
            'site': (self.site, self._agree(line, site_ids=self.site.ids)),
            'customer': (self.other_customer, self._agree(line, partner_id=self.other_customer.id)),
        }

    def test_what_is_archived_is_left_out_told_once_and_ordered_when_it_is_back(self):
        table = self._table_of_archived()
        for archived, _agreement in table.values():
            archived.active = False
        self._run()
        self._run('2026-03-03 01:00:00')
        for name, (archived, agreement) in table.items():
            with self.subTest(name):
                self.assertFalse(agreement.order_ids)
                self.assertIn(
                    f"{archived.display_name} is archived", agreement.generation_error)
                to_do = agreement.activity_ids.filtered(
                    lambda activity: activity.summary == "Orders are missing")
                self.assertRecordValues(to_do, [{'user_id': agreement.user_id.id}])
        for archived, _agreement in table.values():
            archived.active = True
        self._run('2026-03-04 01:00:00')
        for name, (_archived, agreement) in table.items():
            with self.subTest(name):
                self.assertEqual(len(agreement.order_ids), 4)
                self.assertFalse(agreement.generation_error)
                self.assertFalse(agreement.activity_ids)

    def test_what_is_archived_holds_up_nothing_else(self):
        agreement = self._agree(
            {'start': '2026-03-10', 'object_id': self.object.id, 'name': "Boiler"},
            {'start': '2026-03-10', 'object_id': self.second_object.id, 'name': "Chiller"})
        covering = self._agree(
            {'start': '2026-03-12'}, object_ids=(self.object | self.second_object).ids)
        self.object.active = False
        self._run()
        self.assertEqual(agreement.order_ids.line_ids.mapped('name'), ["Chiller"])
        self.assertIn("Boiler", agreement.generation_error)
        self.assertNotIn("Chiller", agreement.generation_error)
        self.assertEqual(covering.order_ids.object_ids, self.second_object)
        self.assertFalse(covering.generation_error)

    @users('service_dispatcher')
    def test_dialog_says_what_is_archived(self):
        agreement = self._agree(
            {'start': '2026-03-10', 'object_id': self.object.id},
            {'start': '2026-03-10', 'object_id': self.second_object.id})
        self.object.active = False
        dialog = self.env['service.agreement.generate'].create({
            'agreement_ids': agreement.ids, 'date_from': '2026-03-01', 'date_to': '2026-03-31'})
        self.assertEqual(dialog.preview_ids.object_id, self.second_object)
        self.assertIn("Boiler is archived", dialog.left_out)
        self.second_object.active = False
        with self.assertRaisesRegex(UserError, "Boiler is archived.*\n.*Chiller is archived"):
            dialog.action_apply()
        self.second_object.active = True
        dialog.action_apply()
        self.assertEqual(agreement.order_ids.object_ids, self.second_object)

    def test_every_batch_is_worked_off_in_one_run(self):
        agreements = self.env['service.agreement'].union(*(
            self._agree({'start': '2026-03-10'}) for _number in range(5)))
        self.env.ref('service_management.ir_cron_generate_orders').code = (
            'model._cron_generate(batch_size=2)')
        self._run()
        self.assertEqual(len(agreements.order_ids), 5)

    def test_two_companies_run_in_their_own_numbering_and_calendar(self):
        other = self.env['res.company'].create({'name': "Second"})
        other.resource_calendar_id.tz = 'America/New_York'
        team = self.env['service.team'].create({'name': "West", 'company_id': other.id})
        agreement = self._agree({'start': '2026-03-10'})
        self.group.company_id = False
        with freeze_time('2026-03-01'):
            foreign = self.env['service.agreement'].create({
                'title': "West", 'partner_id': self.customer.id, 'company_id': other.id,
                'team_id': team.id, 'group_id': self.group.id, 'date_start': '2026-03-01',
                'line_ids': [Command.create({'kind': 'hour', 'date_start': '2026-03-10'})]})
            foreign._activate()
        self._run()
        self.assertEqual(agreement.order_ids.company_id, self.company)
        self.assertEqual(foreign.order_ids.company_id, other)
        self.assertEqual(foreign.order_ids.date_order, datetime(2026, 3, 10, 12))

    def test_run_takes_hardly_more_queries_for_more_agreements(self):
        def count(number):
            agreements = self.env['service.agreement'].union(*(
                self._agree({'start': '2026-03-10'}, {'start': '2026-03-12'})
                for _number in range(number)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with freeze_time('2026-03-02'):
                orders = agreements._generate_orders(agreements._plan_orders(
                    fields.Date.to_date('2026-03-01'), fields.Date.to_date('2026-03-31')))
            self.env.flush_all()
            self.assertEqual(len(orders), 2 * number)
            return self.env.cr.sql_log_count - before

        count(1)
        few, many = count(5), count(25)
        self.assertLess((many - few) / 20, 4, f"{few} queries for 5 agreements, {many} for 25")
