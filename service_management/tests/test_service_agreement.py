from datetime import date, datetime, timedelta
from unittest.mock import patch

from psycopg2 import OperationalError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, users

from .common import SIGNATURE, ServiceBaseCommon


class AgreementCommon(ServiceBaseCommon):
    """Agreements of the year 2026 with the hotel; it is Monday 2 March 2026 where time stands."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group = cls.env['service.agreement.group'].create({
            'name': "Gold", 'horizon_days': 30, 'company_id': cls.company.id})
        cls.task = cls.env['service.task'].create({'name': "Inspection", 'duration_hours': 2})
        cls.second_object = cls.env['service.object'].create({
            'name': "Chiller", 'partner_id': cls.customer.id, 'site_id': cls.customer.id})
        cls.end_reason = cls.env['service.reason']._get_default('agreement')
        cls.skip_reason = cls.env['service.reason']._get_default('occurrence')

    @classmethod
    def _create_agreement(cls, *lines, active=True, **values):
        """Return an agreement, in force unless told otherwise; lines are values."""
        agreement = cls.env['service.agreement'].create({
            'title': "Full service",
            'partner_id': cls.customer.id,
            'company_id': cls.company.id,
            'team_id': cls.team.id,
            'date_start': date(2026, 1, 1),
            'date_end': date(2026, 12, 31),
            'calendar_id': cls.calendar.id,
            'line_ids': [Command.create(cls._line_vals(**line)) for line in lines],
            **values,
        })
        if active:
            agreement._activate()
        return agreement

    @classmethod
    def _line_vals(cls, start=None, every=None, **values):
        """Return the values of a line; `every` is (count, unit)."""
        vals = {'kind': 'hour', 'date_start': start and date.fromisoformat(start), **values}
        if every:
            vals.update(interval_count=every[0], interval_unit=every[1])
        return vals

    @classmethod
    def _create_template(cls, *lines, **values):
        return cls.env['service.agreement'].create({
            'title': "Boilers, yearly", 'is_template': True, 'company_id': cls.company.id,
            'line_ids': [Command.create(cls._line_vals(**line)) for line in lines], **values})

    def _generate(self, agreements, start, end, **options):
        return agreements._generate(
            date.fromisoformat(start), date.fromisoformat(end), **options)


@freeze_time('2026-03-02 08:00:00')
class TestServiceAgreement(AgreementCommon):

    # ------------------------------------------------------------ life

    def test_number_comes_from_the_company_and_templates_have_none(self):
        agreement, template = self._create_agreement(), self._create_template()
        self.assertRegex(agreement.name, r'AGR/\d{5}')
        self.assertEqual(template.display_name, "Boilers, yearly")

    def test_agreement_is_activated_suspended_resumed_and_closed(self):
        agreement = self._create_agreement(active=False)
        agreement.action_activate()
        self.assertRecordValues(agreement, [{
            'state': 'active', 'date_activated': date(2026, 3, 2)}])
        agreement._suspend(self.end_reason, "Not paid")
        self.assertRecordValues(agreement, [{
            'is_suspended': True, 'end_reason_id': self.end_reason.id, 'end_note': "Not paid"}])
        agreement.action_resume()
        self.assertRecordValues(agreement, [{'is_suspended': False, 'end_reason_id': False}])
        agreement._close(self.end_reason, day=date(2026, 3, 31))
        self.assertRecordValues(agreement, [{
            'state': 'closed', 'date_end': date(2026, 3, 31)}])
        with self.assertRaisesRegex(UserError, "closed already"):
            agreement._close(self.end_reason)

    @users('service_manager')
    def test_agreed_prices_of_nothing_are_asked_about_before_they_count(self):
        agreement = self._create_agreement(
            {'is_fixed_price': True}, {'is_fixed_price': True, 'price_unit': 5}, {}, active=False)
        agreement = agreement.with_user(self.env.user)
        action = agreement.action_activate()
        self.assertEqual(
            (action['res_model'], agreement.state), ('service.agreement.activate', 'draft'))
        wizard = self.env[action['res_model']].with_context(**action['context']).create({})
        self.assertEqual(wizard.line_ids, agreement.line_ids[0])
        wizard.action_apply()
        self.assertEqual(agreement.state, 'active')
        free = self._create_agreement({'is_fixed_price': True}, active=False, discount=100)
        self.assertTrue(free.with_user(self.env.user).action_activate() is True)

    def test_what_cannot_be_put_into_force_says_why(self):
        ended = self._create_agreement(active=False, date_end=date(2026, 2, 28))
        for agreement, message in (
            (ended, "ended on 02/28/2026"),
            (self._create_template(), "A template is copied from"),
            (self._create_agreement(), "in force already"),
        ):
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                agreement.action_activate()

    def test_template_has_no_orders_and_is_never_in_force(self):
        agreement = self._create_agreement()
        self._create_order(agreement_id=agreement.id)
        with self.assertRefused("A template is never in force"):
            self._create_agreement().is_template = True
        agreement._close(self.end_reason)
        template = self._create_template()
        self.assertFalse(template._can_generate())
        draft = self._create_agreement(active=False)
        draft.is_template = True
        self.assertEqual(draft.state, 'draft')

    def test_agreement_needs_a_customer_and_template_none(self):
        self.assertFalse(self._create_template().partner_id)
        with self.assertRefused("An agreement needs a customer"):
            self._create_agreement(partner_id=False, active=False)

    def test_nothing_of_another_customer_is_covered(self):
        with self.assertRaisesRegex(ValidationError, "belongs to Bakery"):
            self._create_agreement(object_ids=self.other_object.ids)
        with self.assertRaisesRegex(ValidationError, "is not an address of"):
            self._create_agreement(site_ids=self.other_customer.ids)
        with self.assertRaisesRegex(ValidationError, "is not an object of"):
            self._create_agreement({'object_id': self.other_object.id})

    def test_line_is_for_what_the_agreement_covers(self):
        with self.assertRaisesRegex(ValidationError, "is not covered by"):
            self._create_agreement(
                {'object_id': self.second_object.id}, object_ids=self.object.ids)
        agreement = self._create_agreement(
            {'object_id': self.object.id}, object_ids=self.object.ids)
        with self.assertRaisesRegex(ValidationError, "is not covered by"):
            agreement.object_ids = self.second_object

    def test_line_begins_within_the_agreement(self):
        with self.assertRaisesRegex(ValidationError, "begins outside of the dates"):
            self._create_agreement({'start': '2025-12-31'})
        agreement = self._create_agreement({'start': '2026-11-30'})
        with self.assertRaisesRegex(ValidationError, "begins outside of the dates"):
            agreement.date_end = date(2026, 10, 31)

    def test_agreed_terms_are_not_deleted(self):
        agreement = self._create_agreement({})
        with self.assertRaisesRegex(UserError, "was agreed and is kept"):
            agreement.unlink()
        agreement._close(self.end_reason)
        with self.assertRaisesRegex(UserError, "was agreed and is kept"):
            agreement.unlink()
        draft = self._create_agreement({}, active=False)
        draft.unlink()
        self.assertFalse(draft.exists())

    def test_bad_numbers_are_refused(self):
        for values, message in (
            ({'coverage_labor': 101}, "from 0 to 100 percent"),
            ({'discount': -1}, "from 0 to 100 percent"),
            ({'date_end': date(2025, 1, 1)}, "cannot end before it begins"),
            ({'renewal': 'automatic', 'renewal_months': 0}, "for how many months"),
        ):
            with self.subTest(values), self.assertRefused(message):
                self._create_agreement(active=False, **values)
        for values, message in (
            ({'every': (0, 'week')}, "one unit at least"),
            ({'time_after': 12, 'time_before': 9}, "cannot be done before"),
            ({'window': 'days', 'days_before': -1}, "0 to 366 days"),
            ({'kind': 'item'}, "choose the part"),
        ):
            with self.subTest(values), self.assertRefused(message):
                self._create_agreement(values)

    # ------------------------------------------------------------ terms

    def test_every_change_of_an_active_agreements_terms_is_kept(self):
        agreement = self._create_agreement({'every': (1, 'month')})
        draft = self._create_agreement(active=False)
        (agreement | draft).coverage_labor = 50
        line = agreement.line_ids
        line.write({'interval_count': 2, 'object_id': self.object.id})
        agreement.with_user(self.user_manager).line_ids.is_stopped = True
        self.assertFalse(draft.change_ids)
        self.assertEqual(
            [(change.term, change.old_value, change.new_value, change.user_id)
             for change in agreement.change_ids.sorted('id')], [
                ("Labor (%)", '0.0', '50.0', self.env.user),
                ("Object", '', self.object.display_name, self.env.user),
                ("Every", '1', '2', self.env.user),
                ("Stopped", "No", "Yes", self.user_manager)])
        self.assertEqual(agreement.change_ids[0].date, datetime(2026, 3, 2, 8))

    def test_lines_that_join_and_leave_are_kept(self):
        agreement = self._create_agreement()
        agreement.line_ids = [Command.create(self._line_vals(every=(1, 'year')))]
        agreement.line_ids.unlink()
        joined, left = agreement.change_ids.sorted('id')
        self.assertRegex(joined.new_value, "Hours, 1.0, 01/01/2026, yearly")
        self.assertEqual(left.old_value, joined.new_value)

    @users('service_manager')
    def test_nobody_writes_the_history(self):
        agreement = self._create_agreement()
        agreement.discount = 5
        change = agreement.change_ids.with_user(self.env.user)
        for action in (lambda: change.write({'new_value': "0"}), change.unlink):
            with self.assertRaises(AccessError):
                action()

    # ------------------------------------------------------------ renewal

    def test_automatic_renewal_moves_the_end_and_the_own_prices(self):
        agreement = self._create_agreement(
            {'is_fixed_price': True, 'price_unit': 99.99}, {'price_unit': 10},
            renewal='automatic', renewal_percent=2.5, renewal_months=12)
        with freeze_time('2027-01-01 03:00:00'), self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_renew_agreements').method_direct_trigger()
        self.assertRecordValues(agreement, [{'state': 'active', 'date_end': date(2027, 12, 31)}])
        self.assertEqual(agreement.line_ids.mapped('price_unit'), [102.49, 10])
        self.assertIn("Unit Price", agreement.change_ids.mapped('term'))

    def test_automatic_renewal_is_in_time_for_the_nightly_run_and_after_the_notice(self):
        for horizon, notice, renewed_on in (
            (30, 60, date(2026, 12, 2)), (30, 10, date(2026, 12, 22)), (0, 60, date(2027, 1, 1))):
            with self.subTest(horizon=horizon, notice=notice):
                self.group.horizon_days = horizon
                agreement = self._create_agreement(
                    renewal='automatic', notice_days=notice, group_id=self.group.id)
                for day, end in (
                    (renewed_on - timedelta(days=1), date(2026, 12, 31)),
                    (renewed_on, date(2027, 12, 31))):
                    with freeze_time(f'{day} 03:00:00'), self.enter_registry_test_mode():
                        self.env.ref(
                            'service_management.ir_cron_renew_agreements').method_direct_trigger()
                    self.assertEqual(agreement.date_end, end)

    def test_agreement_is_closed_before_its_lines_have_begun(self):
        agreement = self._create_agreement({'start': '2026-11-30'})
        agreement._close(self.end_reason)
        self.assertRecordValues(agreement, [{
            'state': 'closed', 'date_end': date(2026, 3, 2)}])
        self.assertIn("To", agreement.change_ids.mapped('term'))

    def test_terms_are_counted_from_the_first_day(self):
        agreement = self._create_agreement(
            date_start=date(2026, 1, 31), date_end=False, renewal='automatic', renewal_months=1)
        agreement.date_end = date(2026, 2, 27)
        ends = []
        for _number in range(3):
            agreement._renew()
            ends.append(agreement.date_end)
        self.assertEqual(ends, [date(2026, 3, 30), date(2026, 4, 29), date(2026, 5, 30)])

    def test_agreement_expires_without_renewal_and_is_renewed_by_hand(self):
        agreement = self._create_agreement()
        with freeze_time('2027-01-01 03:00:00'), self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_renew_agreements').method_direct_trigger()
        self.assertEqual(agreement.state, 'expired')
        agreement.action_renew()
        self.assertRecordValues(agreement, [{'state': 'active', 'date_end': date(2027, 12, 31)}])

    def _renew_at(self, day, bad=None):
        """Run the nightly job, in which one agreement cannot be renewed."""
        Agreement = type(self.env['service.agreement'])
        renew = Agreement._renew

        def renew_or_fail(agreements):
            if bad and bad in agreements:
                raise UserError("The price list is gone")  # pylint: disable=translation-required
            return renew(agreements)

        with freeze_time(f'{day} 03:00:00'), self.enter_registry_test_mode(), \
                patch.object(Agreement, '_renew', renew_or_fail):
            self.env.ref('service_management.ir_cron_renew_agreements').method_direct_trigger()
        self.env.invalidate_all()

    def _failed_renewal(self):
        """Return an agreement whose renewal failed in two nights, and one that went well."""
        bad, good = self._create_agreement(
            {'start': '2026-03-02'}, renewal='automatic', user_id=self.user_manager.id,
            group_id=self.group.id), self._create_agreement(renewal='automatic')
        self.group.horizon_days = 30
        bad.sudo().notified_end = bad.date_end  # the notice is another to-do
        for day in ('2026-12-31', '2027-01-01'):
            with self.assertLogs('odoo.addons.service_management', 'WARNING'):
                self._renew_at(day, bad)
        self.assertEqual(good.date_end, date(2027, 12, 31))
        return bad

    def test_a_renewal_that_fails_is_told_once_and_orders_are_created_all_the_same(self):
        bad = self._failed_renewal()
        self.assertRecordValues(bad, [{
            'renewal_error': "The price list is gone", 'generation_error': False,
            'date_end': date(2026, 12, 31), 'date_next_run': date(2026, 3, 2)}])
        self.assertRecordValues(bad.activity_ids, [{
            'user_id': self.user_manager.id,
            'activity_type_id':
                self.env.ref('service_management.mail_activity_type_renewal').id}])
        with freeze_time('2027-01-01 04:00:00'), self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_generate_orders').method_direct_trigger()
        self.env.invalidate_all()
        self.assertTrue(bad.order_ids, "what the renewal cannot do keeps no order back")
        self.assertEqual(bad.renewal_error, "The price list is gone", "another job, another reason")
        self.assertTrue(bad.activity_ids)

    def test_a_renewal_that_failed_is_tried_again_every_night(self):
        bad = self._failed_renewal()
        self._renew_at('2027-01-02')
        self.assertRecordValues(bad, [{
            'renewal_error': False, 'date_end': date(2027, 12, 31), 'activity_ids': []}])

    def test_a_renewal_by_hand_forgets_what_failed(self):
        bad = self._failed_renewal()
        bad.with_user(self.user_manager).action_renew()
        self.assertRecordValues(bad, [{'renewal_error': False, 'activity_ids': []}])

    def test_closing_forgets_what_failed(self):
        bad = self._failed_renewal()
        bad.sudo().generation_error = "No stage is open"
        bad.activity_schedule('service_management.mail_activity_type_generation')
        bad._close(self.end_reason)
        self.assertRecordValues(bad, [{
            'renewal_error': False, 'generation_error': False, 'activity_ids': []}])

    def test_renewals_stop_when_the_time_is_up_and_report_what_remains(self):
        agreements = self.env['service.agreement'].union(*(
            self._create_agreement(renewal='automatic') for _number in range(5)))
        reports = []

        def report(cron, processed=0, *, remaining=None):
            reports.append((processed, remaining))
            return len(reports) < 3

        with freeze_time('2027-01-01 03:00:00'), patch.object(
                type(self.env['ir.cron']), '_commit_progress', report):
            self.env['service.agreement'].sudo()._cron_renew(batch_size=2)  # as the job
        self.assertEqual(reports, [(0, 5), (2, None), (2, None)])
        self.assertEqual(agreements.mapped('date_end'), [date(2027, 12, 31)] * 4 + [
            date(2026, 12, 31)])

    def test_a_renewal_that_another_transaction_came_first_to_ends_its_batch_only(self):
        lost, good = (self._create_agreement(renewal='automatic') for _number in range(2))
        Agreement = type(lost)
        renew = Agreement._renew

        def renew_or_lose(agreements):
            if lost in agreements:
                raise OperationalError("could not serialize access")
            return renew(agreements)

        job = self.env.ref('service_management.ir_cron_renew_agreements')
        job.code = 'model._cron_renew(batch_size=1)'
        with freeze_time('2027-01-01 03:00:00'), self.enter_registry_test_mode(), \
                patch.object(Agreement, '_renew', renew_or_lose):
            job.method_direct_trigger()
        self.env.invalidate_all()
        self.assertRecordValues(lost | good, [
            {'date_end': date(2026, 12, 31), 'renewal_error': False},
            {'date_end': date(2027, 12, 31), 'renewal_error': False}])

    def test_notices_of_many_are_given_together(self):
        def count(number):
            agreements = self.env['service.agreement'].union(*(
                self._create_agreement(notice_days=30) for _number in range(number)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with freeze_time('2026-12-01 08:00:00'):
                agreements._renew_batch(agreements.ids)
            self.env.flush_all()
            queries = self.env.cr.sql_log_count - before
            self.assertEqual(len(agreements.activity_ids), number)
            self.assertEqual(set(agreements.mapped('notified_end')), {date(2026, 12, 31)})
            return queries

        count(1)
        few, many = count(5), count(25)
        self.assertLess((many - few) / 20, 3, f"{few} queries for 5 agreements, {many} for 25")

    def test_a_notice_that_fails_holds_up_no_other_one(self):
        bad, good = (
            self._create_agreement(notice_days=30, title=title) for title in ("Bad", "Good"))
        Agreement = type(bad)
        notify = Agreement._give_notice

        def notify_or_fail(agreements):
            if bad in agreements:
                raise UserError("No calendar")  # pylint: disable=translation-required
            return notify(agreements)

        with freeze_time('2026-12-01 08:00:00'), patch.object(
                Agreement, '_give_notice', notify_or_fail), self.assertLogs(
                'odoo.addons.service_management.models.agreement.renewal', 'WARNING'):
            bad.sudo()._renew_batch((bad | good).ids)  # as the job
        self.assertRecordValues(bad | good, [
            {'renewal_error': "No calendar", 'notified_end': False},
            {'renewal_error': False, 'notified_end': date(2026, 12, 31)}])

    def test_responsible_is_told_of_the_end_once(self):
        agreement = self._create_agreement(notice_days=30, user_id=self.user_manager.id)
        job = self.env.ref('service_management.ir_cron_renew_agreements')
        for day, count, expiring in (
            ('2026-11-30', 0, False), ('2026-12-01', 1, True), ('2026-12-02', 1, True)):
            with self.subTest(day), freeze_time(f'{day} 08:00:00'):
                with self.enter_registry_test_mode():
                    job.method_direct_trigger()
                self.assertEqual(len(agreement.activity_ids), count)
                self.env.invalidate_all()
                self.assertEqual(agreement.is_expiring, expiring)
                found = agreement.search([('is_expiring', '=', True)])
                self.assertEqual(agreement in found, expiring)
                self.assertNotIn(
                    agreement, agreement.search(agreement._get_renewal_domain()), "looked at no more")
        self.assertEqual(agreement.activity_ids.user_id, self.user_manager)

    # ------------------------------------------------------------ templates and copies

    def test_agreement_takes_terms_and_lines_of_its_template(self):
        template = self._create_template(
            {'every': (6, 'month'), 'task_id': self.task.id}, {'is_stopped': True},
            task_ids=self.task.ids, coverage_labor=100, combine_by='object',
            group_id=self.group.id)
        form = Form(self.env['service.agreement'].with_user(self.user_manager))
        form.title = "Hotel"
        form.template_id = template
        form.partner_id = self.customer
        self.assertEqual(form.coverage_labor, 100)
        form.coverage_labor = 80
        agreement = form.save()
        self.assertRecordValues(agreement, [{
            'coverage_labor': 80, 'combine_by': 'object', 'group_id': self.group.id,
            'task_ids': self.task.ids, 'date_start': date(2026, 3, 2),
            'date_end': date(2027, 3, 1)}])
        self.assertRecordValues(agreement.line_ids, [{
            'interval_count': 6, 'interval_unit': 'month', 'task_id': self.task.id,
            'date_start': date(2026, 3, 2)}])

    def test_lines_of_another_agreement_bring_its_relations_only_if_wanted(self):
        source = self._create_agreement(
            {'object_id': self.object.id}, object_ids=self.object.ids, task_ids=self.task.ids)
        other_task = self.env['service.task'].create({'name': "Cleaning"})
        for wanted, tasks in ((False, other_task), (True, other_task | self.task)):
            target = self._create_agreement(active=False, task_ids=other_task.ids)
            self.env['service.agreement.copy.lines'].with_user(self.user_manager).create({
                'agreement_id': target.id, 'source_id': source.id,
                'with_relations': wanted}).action_apply()
            self.assertEqual(target.task_ids, tasks)
            self.assertEqual(target.line_ids.object_id, self.object)

    def test_stopped_lines_and_those_of_objects_of_others_are_not_copied(self):
        """A line of one object never comes to be of all of them."""
        source = self._create_agreement(
            {'is_stopped': True}, {'object_id': self.object.id, 'name': "Check"},
            {'name': "Advice"})
        second = self.object.copy({'name': "Second Boiler"})
        for target in (
            self._create_agreement(active=False, partner_id=self.other_customer.id),
            self._create_agreement(active=False, object_ids=second.ids),
            self.env['service.agreement'].create({
                'title': "Care", 'is_template': True, 'company_id': self.company.id}),
        ):
            with self.subTest(target=target.name):
                target.line_ids.unlink()
                target._copy_lines_from(source, with_relations=False)
                self.assertRecordValues(target.line_ids, [{'name': "Advice", 'object_id': False}])
                self.assertIn("Check ([B-1] Boiler)", target.message_ids[0].body)

    def test_a_copy_of_nothing_is_refused(self):
        source = self._create_agreement(
            {'object_id': self.object.id}, object_ids=self.object.ids)
        target = self._create_agreement(active=False, partner_id=self.other_customer.id)
        with self.assertRaisesRegex(UserError, "Add the objects"):
            self.env['service.agreement.copy.lines'].with_user(self.user_manager).create({
                'agreement_id': target.id, 'source_id': source.id}).action_apply()
        wizard = self.env['service.agreement.copy.lines'].create({
            'agreement_id': target.id, 'source_id': source.id, 'line_ids': False})
        with self.assertRaisesRegex(UserError, "at least one line"):
            wizard.action_apply()

    # ------------------------------------------------------------ quotes

    def test_customer_accepts_an_agreement_with_a_signature(self):
        agreement = self._create_agreement({}, active=False, user_id=self.user_manager.id)
        agreement.with_user(self.user_manager).action_mark_quote_sent()
        self.assertTrue(agreement.can_accept)
        agreement.sudo()._accept_quote("Maria Berg", SIGNATURE)
        self.assertRecordValues(agreement, [{
            'state': 'active', 'accepted_by': "Maria Berg", 'can_accept': False}])
        self.assertEqual(agreement.activity_ids.summary, "Accepted by Maria Berg.")

    def test_customer_declines_an_agreement_with_a_reason(self):
        agreement = self._create_agreement({}, active=False)
        agreement.action_mark_quote_sent()
        reason = self.env['service.reason']._get_default('decline')
        agreement.sudo()._decline_quote(reason, "Next year")
        self.assertRecordValues(agreement, [{
            'state': 'closed', 'end_reason_id': reason.id, 'end_note': "Next year"}])

    # ------------------------------------------------------------ rights

    @users('service_technician', 'service_dispatcher')
    def test_lesser_roles_read_and_change_nothing(self):
        agreement = self._create_agreement({'every': (1, 'month')}).with_user(self.env.user)
        self.assertTrue(agreement.line_ids.read(['name', 'date_next']))
        for record, values in (
            (agreement, {'title': "x"}), (agreement.line_ids, {'quantity': 2}),
        ):
            with self.subTest(record._name), self.assertRaises(AccessError):
                record.write(values)
        for action in (
            lambda: agreement.create({'title': "x", 'partner_id': self.customer.id}),
            agreement.unlink, agreement.action_suspend, agreement.action_close,
            agreement.action_renew, agreement.action_resume,
        ):
            with self.assertRaises(AccessError):
                action()

    @users('service_manager')
    def test_state_changes_by_actions_only(self):
        agreement = self._create_agreement(active=False).with_user(self.env.user)
        for values in ({'state': 'active'}, {'is_suspended': True}):
            with self.subTest(values), self.assertRaisesRegex(AccessError, "by its actions only"):
                agreement.write(values)
        agreement.action_activate()
        self.assertEqual(agreement.state, 'active')

    def test_companies_do_not_see_each_others_agreements(self):
        other = self.env['res.company'].create({'name': "Second"})
        agreement = self._create_agreement({'every': (1, 'month')})
        stranger = self._create_user('manager', login='stranger')
        stranger.write({'company_ids': [Command.set(other.ids)], 'company_id': other.id})
        foreign = agreement.with_user(stranger)
        reason = self.end_reason.with_user(stranger)
        for action in (
            foreign.action_resume, foreign.action_renew, foreign.action_generate,
            lambda: foreign._suspend(reason), lambda: foreign._close(reason),
        ):
            with self.assertRaises(AccessError):
                action()
        for model in ('service.agreement', 'service.agreement.line'):
            self.assertFalse(self.env[model].with_user(stranger).search(
                [('company_id', '=', self.company.id)]))
        foreign = self.env['service.team'].create({'name': "South", 'company_id': other.id})
        with self.assertRaisesRegex(UserError, "company inconsistencies"):
            agreement.team_id = foreign

    # ------------------------------------------------------------ refusals, as the manager meets them

    @users('service_manager')
    def test_agreement_with_orders_becomes_no_template(self):
        agreement = self._create_agreement().with_user(self.env.user)
        self._create_order(agreement_id=agreement.id)
        with self.assertRefusedWith(
                ValidationError, "has orders and cannot become a template", agreement):
            agreement.is_template = True

    @users('service_manager')
    def test_agreement_is_not_for_hours_that_never_open(self):
        agreement = self._create_agreement().with_user(self.env.user)
        never = self.env['resource.calendar'].sudo().create({
            'name': "Never", 'company_id': self.company.id, 'attendance_ids': [Command.clear()]})
        with self.assertRefusedWith(ValidationError, "“Never” has no open hours", agreement):
            agreement.calendar_id = never

    @users('service_manager')
    def test_line_needs_its_first_day(self):
        line = self._create_agreement({}).line_ids.with_user(self.env.user)
        with self.assertRefusedWith(ValidationError, "needs the first day it is due on", line):
            line.date_start = False

    @users('service_manager')
    def test_table_of_moves_that_make_no_sense(self):
        reason = self.end_reason
        for values, move, message in (
            ({'active': False}, lambda one: one._suspend(reason), "there is nothing to suspend"),
            ({'active': False}, lambda one: one.action_renew(), "activate it instead"),
            ({'date_end': False, 'renewal_months': 12}, lambda one: one.action_renew(),
             "has no end, or no term to be renewed for"),
            ({'renewal_months': 0}, lambda one: one.action_renew(),
             "has no end, or no term to be renewed for"),
            ({'active': False, 'date_end': date(2026, 2, 28)},
             lambda one: one.action_send_quote(), "ended on 02/28/2026"),
            ({'active': False, 'date_end': date(2026, 2, 28)},
             lambda one: one.action_mark_quote_sent(), "ended on 02/28/2026"),
        ):
            agreement = self._create_agreement(**values).with_user(self.env.user)
            with self.subTest(message), self.assertRefusedWith(UserError, message, agreement):
                move(agreement)

    @users('service_manager')
    def test_suspended_agreement_is_not_suspended_again(self):
        agreement = self._create_agreement().with_user(self.env.user)
        values = {
            'agreement_ids': agreement.ids, 'operation': 'suspend',
            'reason_id': self.end_reason.id}
        wizard = self.env['service.agreement.end'].create({**values, 'note': "Not paid"})
        wizard.action_apply()
        with self.assertRefusedWith(UserError, "there is nothing to suspend", agreement):
            self.env['service.agreement.end'].create({**values, 'note': "Again"}).action_apply()

    def test_customer_does_not_accept_what_has_ended_meanwhile(self):
        guest = self._create_portal_user('guest', self.customer)
        agreement = self._create_agreement(active=False, date_end=date(2026, 3, 10))
        agreement.with_user(self.user_manager).action_mark_quote_sent()
        with freeze_time('2026-03-11 08:00:00'), self.assertRefusedWith(
                UserError, "ended on 03/10/2026", agreement), self.env.cr.savepoint():
            agreement.with_user(guest).sudo()._accept_quote("Guest", SIGNATURE)

    @users('service_dispatcher')
    def test_only_managers_make_and_end_agreements(self):
        """Also where a company lets its dispatchers write agreements."""
        self._let('dispatcher', 'service.agreement', perm_write=True)
        draft = self._create_agreement(active=False).with_user(self.env.user)
        agreement = self._create_agreement(renewal_months=12).with_user(self.env.user)
        draft.title = "Half service"
        for move in (
            draft.action_activate, draft.action_mark_quote_sent, agreement.action_renew,
            lambda: agreement._suspend(self.end_reason),
            lambda: agreement._close(self.end_reason),
        ):
            with self.assertRefusedWith(
                    AccessError, "Only a service manager makes and ends agreements",
                    draft, agreement):
                move()

    @users('service_manager')
    def test_what_was_due_is_kept(self):
        """Also where a company lets its managers delete it."""
        agreement = self._create_agreement({'start': '2026-03-10'})
        self._generate(agreement, '2026-03-01', '2026-03-31')
        occurrence = agreement.occurrence_ids.with_user(self.env.user)
        with self.assertRefusedWith(AccessError, "not allowed to delete", occurrence):
            occurrence.unlink()
        self._let('manager', 'service.agreement.occurrence', perm_unlink=True)
        with self.assertRefusedWith(UserError, "What was due is kept", occurrence):
            occurrence.unlink()

    # ------------------------------------------------------------ copies

    @users('service_manager')
    def test_copy_is_a_draft_of_the_same_terms(self):
        gone = self.env['service.object'].sudo().create({
            'name': "Scrapped", 'partner_id': self.customer.id})
        agreement = self._create_agreement(
            {'start': '2026-03-10', 'every': (1, 'month'), 'object_id': self.object.id},
            object_ids=(self.object | gone).ids, coverage_labor=50)
        gone.active = False
        self._generate(agreement, '2026-03-01', '2026-03-31')
        copy = agreement.with_user(self.env.user).copy()
        self.assertRecordValues(copy, [{
            'title': "Full service", 'state': 'draft', 'partner_id': self.customer.id,
            'coverage_labor': 50, 'date_activated': False, 'is_template': False,
            'order_count': 0}])
        self.assertNotEqual(copy.name, agreement.name)
        self.assertEqual(copy.with_context(active_test=False).object_ids, self.object)
        self.assertRecordValues(copy.line_ids, [{
            'date_start': date(2026, 3, 10), 'interval_count': 1, 'interval_unit': 'month',
            'object_id': self.object.id}])
        self.assertFalse(copy.occurrence_ids)

    @users('service_manager')
    def test_copy_takes_the_title_it_is_given_and_copies_of_templates_stay_templates(self):
        agreement = self._create_agreement().with_user(self.env.user)
        self.assertEqual(agreement.copy({'title': "Half service"}).title, "Half service")
        template = self._create_template({'every': (1, 'year')}).with_user(self.env.user).copy()
        self.assertRecordValues(template, [{'is_template': True, 'title': "Boilers, yearly"}])
        self.assertFalse(template.line_ids.date_start)


@freeze_time('2026-03-02 08:00:00')
class TestServiceAgreementCoverage(AgreementCommon):

    def _covered_order(self, agreement, **values):
        order = self._create_order(agreement_id=agreement.id, **values)
        self._create_line(order, quantity=2)
        self._create_line(order, quantity=1, is_travel=True)
        self._create_line(order, 'item', quantity_planned=1)
        self._create_line(order, 'expense', name="Parking", price_unit=10)
        self._create_line(order, 'fee', name="Fee", price_unit=20)
        return order

    def test_coverage_decides_who_pays_each_kind(self):
        agreement = self._create_agreement(
            coverage_labor=100, coverage_parts=50, coverage_travel=100, coverage_expense=25)
        order = self._covered_order(agreement)
        self.assertRecordValues(order.line_ids, [
            {'billing': 'agreement', 'covered_percent': 100, 'price_subtotal': 0},
            {'billing': 'agreement', 'covered_percent': 100, 'price_subtotal': 0},
            {'billing': 'chargeable', 'covered_percent': 50, 'price_subtotal': 60},
            {'billing': 'chargeable', 'covered_percent': 25, 'price_subtotal': 7.5},
            {'billing': 'chargeable', 'covered_percent': 0, 'price_subtotal': 20},
        ])
        self.assertIn(agreement.name, order.line_ids[2].billing_reason)
        self.assertIn("50 % off", order.line_ids[2].price_explanation)

    def test_discount_is_for_everything_that_is_covered_less(self):
        order = self._covered_order(self._create_agreement(discount=10, coverage_parts=50))
        self.assertEqual(order.line_ids.mapped('discount'), [10, 10, 50, 10, 10])
        self.assertEqual(order.line_ids.mapped('price_subtotal'), [144, 45, 60, 9, 18])

    def test_warranty_comes_before_the_agreement_where_it_pays_all(self):
        agreement = self._create_agreement(coverage_labor=100, coverage_parts=100)
        order = self._create_order(agreement_id=agreement.id, object_ids=self.object.ids)
        part = self._create_line(order, 'item')
        labor = self._create_line(order, quantity=1)
        self.assertEqual((part.billing, labor.billing), ('warranty', 'agreement'))

    def test_manager_overrides_coverage(self):
        order = self._covered_order(self._create_agreement(coverage_labor=100))
        line = order.line_ids[0]
        line.with_user(self.user_manager).write({
            'billing_override': 'chargeable', 'billing_note': "Misuse"})
        self.assertRecordValues(line, [{'billing': 'chargeable', 'price_subtotal': 160}])

    def test_bill_as_chargeable_takes_coverage_back_and_leaves_the_agreed_discount(self):
        agreement = self._create_agreement(discount=15, coverage_labor=100)
        order = self._create_order(agreement_id=agreement.id, object_ids=self.object.ids)
        part = self._create_line(order, 'item', quantity_planned=1)
        labor = self._create_line(order, quantity=2)
        self.assertEqual((part.billing, labor.billing), ('warranty', 'agreement'))
        (part | labor).with_user(self.user_manager).write({
            'billing_override': 'chargeable', 'billing_note': "Misuse"})
        self.assertRecordValues(part | labor, [
            {'billing': 'chargeable', 'discount': 15, 'price_subtotal': 102},
            {'billing': 'chargeable', 'discount': 15, 'price_subtotal': 136}])
        self.assertEqual(part._get_document_reason(), f"By agreement {agreement.name}")
        part.with_user(self.user_manager).write({'billing_override': 'not_chargeable'})
        self.assertRecordValues(part, [{'billing': 'not_chargeable', 'price_subtotal': 0}])

    def test_the_better_of_pricelist_and_agreement_counts(self):
        """(discounts are shown, what the pricelist does)"""
        for shown in (False, True):
            group = self.env.ref('sale.group_discount_per_so_line')
            self.env.ref('base.group_user').implied_ids = [
                Command.link(group.id) if shown else Command.unlink(group.id)]
            for item in (
                {'compute_price': 'percentage', 'percent_price': 25},
                {'compute_price': 'formula', 'price_discount': 25},
            ):
                for discount, paid, is_agreement in ((20, 90, False), (40, 72, True)):
                    with self.subTest(shown=shown, item=item, discount=discount):
                        pricelist = self.env['product.pricelist'].create({
                            'name': "Friends", 'company_id': self.company.id,
                            'item_ids': [Command.create({'applied_on': '3_global', **item})]})
                        agreement = self._create_agreement(discount=discount)
                        order = self._create_order(
                            agreement_id=agreement.id, pricelist_id=pricelist.id)
                        line = self._create_line(order, 'item', quantity_planned=1)
                        self.assertEqual(line.price_subtotal, paid)
                        self.assertEqual(
                            agreement.name in line.price_explanation, is_agreement)
                        self.assertEqual(
                            "Friends" in line.price_explanation, not is_agreement)

    def test_a_discount_lowered_by_hand_stays_and_says_who_did_it(self):
        agreement = self._create_agreement(discount=15)
        order = self._create_order(agreement_id=agreement.id)
        line = self._create_line(order, quantity=1)
        self.assertEqual(line.discount, 15)
        with self.assertRaises(AccessError):
            line.with_user(self.user_technician).discount = 0
        with Form(order.with_user(self.user_dispatcher)) as form, form.line_ids.edit(0) as edited:
            edited.discount = 0
        line.quantity = 2
        self.assertRecordValues(line, [{'discount': 0, 'price_subtotal': 160}])
        self.assertNotIn(f"{agreement.name}: ", line.price_explanation)
        self.assertIn("instead of 15 % by service_dispatcher", line.price_explanation)
        self.assertFalse(line._is_covered_in_part())

    def test_objects_that_are_not_covered_are_charged(self):
        agreement = self._create_agreement(coverage_labor=100, object_ids=self.object.ids)
        order = self._create_order(
            agreement_id=agreement.id, object_ids=(self.object | self.second_object).ids)
        covered = self._create_line(order, quantity=1, object_id=self.object.id)
        other = self._create_line(order, quantity=1, object_id=self.second_object.id)
        self.assertEqual((covered.billing, other.billing), ('agreement', 'chargeable'))

    def test_pricing_rules_are_for_orders_with_or_without_agreement(self):
        product = self._create_service_product("Fee", 0)
        self.env['service.price.rule'].create([{
            'name': scope, 'kind': 'call_out', 'amount': amount, 'product_id': product.id,
            'company_id': self.company.id, 'agreement_scope': scope}
            for scope, amount in (('with', 10), ('without', 45))])
        agreement = self._create_agreement()
        covered = self._create_order(agreement_id=agreement.id)
        other = self._create_order(agreement_id=False)
        self.assertEqual((covered.amount_untaxed, other.amount_untaxed), (10, 45))

    def test_agreement_is_found_by_object_site_and_customer(self):
        whole = self._create_agreement(title="All")
        self.assertEqual(self._create_order().agreement_id, whole)
        annex = self._create_agreement(title="Annex", site_ids=self.site.ids)
        boiler = self._create_agreement(title="Boiler", object_ids=self.object.ids)
        self.assertEqual(self._create_order(site_id=self.site.id).agreement_id, annex)
        self.assertEqual(self._create_order(object_ids=self.object.ids).agreement_id, boiler)
        self.assertEqual(self._create_order(site_id=self.customer.id).agreement_id, whole)
        self.assertFalse(
            self._create_order(partner_id=self.other_customer.id).agreement_id)
        self._create_agreement(title="All again")
        self.assertFalse(self._create_order(site_id=self.customer.id).agreement_id)

    def test_form_follows_the_object_to_its_agreement(self):
        whole = self._create_agreement(title="All")
        boiler = self._create_agreement(title="Boiler", object_ids=self.object.ids)
        form = Form(self.env['service.order'].with_user(self.user_dispatcher))
        form.title = "Boiler is cold"
        form.partner_id = self.customer
        self.assertEqual(form.agreement_id, whole)
        form.object_ids.add(self.object)
        self.assertEqual(form.agreement_id, boiler)
        self.assertEqual(form.save().agreement_id, boiler)

    def test_suspended_expired_and_future_agreements_are_not_found(self):
        for values in (
            {'date_start': date(2026, 4, 1)}, {'date_end': date(2026, 3, 1)}):
            agreement = self._create_agreement(**values)
            self.assertFalse(self._create_order().agreement_id)
            with self.assertRaisesRegex(ValidationError, "is not in force on 03/02/2026"):
                self._create_order(agreement_id=agreement.id)
        suspended = self._create_agreement()
        suspended._suspend(self.end_reason)
        self.assertFalse(self._create_order().agreement_id)
        with self.assertRaisesRegex(UserError, "is suspended"):
            self._create_order(agreement_id=suspended.id)

    def test_agreement_of_another_customer_is_refused(self):
        agreement = self._create_agreement(partner_id=self.other_customer.id)
        with self.assertRaisesRegex(ValidationError, "is an agreement with Bakery"):
            self._create_order(agreement_id=agreement.id)

    def test_orders_already_made_change_only_when_asked(self):
        agreement = self._create_agreement(coverage_labor=100)
        order = self._covered_order(agreement)
        agreement.write({'coverage_labor': 50, 'coverage_parts': 100})
        order.line_ids[0].quantity = 3
        self.assertEqual(order.line_ids[0].billing, 'agreement')
        order.with_user(self.user_dispatcher).action_apply_agreement()
        self.assertEqual(order.line_ids.mapped('covered_percent'), [50, 0, 100, 0, 0])
        self.assertEqual(order.line_ids[0].price_subtotal, 120)

    def test_pricelist_of_the_agreement_prices_the_order(self):
        pricelist = self.env['product.pricelist'].create({
            'name': "Partners", 'company_id': self.company.id, 'item_ids': [Command.create({
                'compute_price': 'fixed', 'fixed_price': 33, 'applied_on': '3_global'})]})
        order = self._covered_order(self._create_agreement(pricelist_id=pricelist.id))
        self.assertEqual(order.pricelist_id, pricelist)
        self.assertEqual(order.line_ids[0].price_unit, 33)

    def test_covered_work_is_not_billed_and_its_cost_counts(self):
        agreement = self._create_agreement(coverage_labor=100, coverage_parts=100)
        order = self._worked_order(agreement_id=agreement.id)
        order._post_lines()
        self.assertEqual(order.invoice_status, 'no')
        self.assertEqual(set(order.line_ids.mapped('billing')), {'agreement'})

    def test_figures_of_agreement_customer_and_object(self):
        agreement = self._create_agreement(coverage_parts=100)
        order = self._worked_order(agreement_id=agreement.id, object_ids=self.second_object.ids)
        order._post_lines()
        self._plan(self._create_order(
            agreement_id=agreement.id, object_ids=self.second_object.ids))
        revenue, cost = 160, 60 + 70
        for record in (agreement, self.customer, self.site, self.second_object):
            record = record.with_user(self.user_manager)
            with self.subTest(record._name):
                self.assertRecordValues(record, [{
                    'service_revenue': revenue, 'service_cost': cost,
                    'service_margin': revenue - cost,
                    'service_next_visit': datetime(2026, 3, 3, 8)}])
        self.assertRecordValues(agreement, [{'order_count': 2, 'open_order_count': 1}])
        self.assertEqual(self.customer.service_agreement_count, 1)

    @users('service_dispatcher')
    def test_figures_in_money_are_the_managers(self):
        agreement = self._create_agreement().with_user(self.env.user)
        self.assertNotIn('service_margin', agreement.fields_get())
        with self.assertRaises(AccessError):
            agreement.read(['service_revenue'])

    @users('service_technician', 'service_dispatcher', 'service_manager')
    def test_every_role_opens_the_forms_with_figures(self):
        agreement = self._create_agreement({'every': (1, 'month')}, object_ids=self.object.ids)
        self._worked_order(agreement_id=agreement.id, object_ids=self.object.ids)
        for record in (agreement, self.object, self.customer):
            record = record.with_user(self.env.user)
            with self.subTest(record._name):
                names = record.get_view(view_type='form')['models'][record._name]
                record.read([
                    name for name in names if name in record.fields_get()
                    and (record != self.customer or name.startswith('service_'))])

    # ------------------------------------------------------------ prepaid allowance

    def _work(self, agreement, hours, day='2026-03-02', **values):
        """Return a signed-off order with hours of work on a day."""
        order = self._create_order(
            agreement_id=agreement.id, date_order=datetime.fromisoformat(f'{day} 08:00:00'))
        self._plan(order)
        self._create_line(order, quantity=hours, date=day, employee_id=self.technician.id, **values)
        self._sign(order)
        return order

    def test_prepaid_hours_are_free_until_they_are_used_up(self):
        agreement = self._create_agreement(
            allowance_kind='hours', allowance_quantity=5, allowance_period='year')
        first, second = self._work(agreement, 3), self._work(agreement, 3)
        self.assertRecordValues(first.line_ids, [{
            'billing': 'agreement', 'is_prepaid': True, 'prepaid_hours': 3}])
        self.assertRecordValues(second.line_ids, [
            {'billing': 'agreement', 'quantity': 2, 'price_subtotal': 0},
            {'billing': 'chargeable', 'quantity': 1, 'price_subtotal': 80}])
        self.assertEqual(agreement.allowance_balance, 0)

    def test_drawing_twice_draws_once(self):
        agreement = self._create_agreement(
            allowance_kind='hours', allowance_quantity=5, allowance_period='year')
        order = self._work(agreement, 3)
        order._apply_allowance()
        order._post_lines()
        self.assertEqual(agreement.allowance_balance, 2)
        order.line_ids.action_reverse()
        self.env.invalidate_all()
        self.assertEqual(agreement.allowance_balance, 5)

    def test_each_period_has_its_allowance(self):
        agreement = self._create_agreement(
            allowance_kind='hours', allowance_quantity=2, allowance_period='month',
            date_start=date(2026, 1, 31))
        for day, billed in (
            ('2026-02-27', 0), ('2026-02-28', 0), ('2026-03-30', 80), ('2026-03-31', 0)):
            with self.subTest(day):
                order = self._work(agreement, 1 if billed else 2, day)
                self.assertEqual(order.amount_untaxed, billed)

    def test_split_of_booked_time_keeps_its_moments(self):
        agreement = self._create_agreement(
            allowance_kind='hours', allowance_quantity=1, allowance_period='term')
        order = self._create_order(agreement_id=agreement.id)
        self._plan(order)
        self._create_line(
            order, employee_id=self.technician.id, date_start=datetime(2026, 3, 2, 8),
            date_end=datetime(2026, 3, 2, 10, 30))
        self._sign(order)
        self.assertRecordValues(order.line_ids, [
            {'date_start': datetime(2026, 3, 2, 8), 'date_end': datetime(2026, 3, 2, 9),
             'quantity': 1, 'is_prepaid': True},
            {'date_start': datetime(2026, 3, 2, 9), 'date_end': datetime(2026, 3, 2, 10, 30),
             'quantity': 1.5, 'is_prepaid': False}])

    def test_prepaid_visits_pay_work_and_travel(self):
        agreement = self._create_agreement(
            allowance_kind='visits', allowance_quantity=1, allowance_period='year')
        amounts = []
        for _number in range(2):
            order = self._create_order(agreement_id=agreement.id)
            visit = self._plan(order)
            visit.sudo().work_start = datetime(2026, 3, 3, 8)
            self._create_line(order, quantity=2, visit_id=visit.id)
            self._create_line(order, quantity=1, is_travel=True, visit_id=visit.id)
            self._create_line(order, 'item', quantity_planned=1)
            self._sign(order)
            amounts.append(order.amount_untaxed)
        self.assertEqual(amounts, [120, 120 + 160 + 50])
        self.assertEqual(agreement.allowance_balance, 0)

    @users('service_technician')
    def test_technician_cannot_mark_work_as_prepaid(self):
        agreement = self._create_agreement(allowance_kind='hours', allowance_quantity=5)
        order = self._create_order(agreement_id=agreement.id)
        line = self._create_line(order, quantity=1).with_user(self.env.user)
        with self.assertRaises(AccessError):
            line.is_prepaid = True

    def test_sla_is_the_agreements_else_the_groups_else_the_teams(self):
        names = ('own', 'group', 'team')
        own, group, team = self.env['service.sla'].create([{
            'name': name, 'target_ids': [Command.create({'limit_hours': hours})]}
            for hours, name in enumerate(names, start=1)])
        self.team.sla_id, self.group.sla_id = team, group
        agreement = self._create_agreement(group_id=self.group.id, sla_id=own.id)
        for expected in (own, group, team):
            order = self._create_order(agreement_id=agreement.id)
            self.assertEqual(order.sla_id, expected)
            self.assertEqual(order.sla_status_ids.calendar_id, self.calendar)
            if agreement.sla_id:
                agreement.sla_id = False
            else:
                self.group.sla_id = False
