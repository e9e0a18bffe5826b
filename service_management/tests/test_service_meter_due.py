import random
from datetime import date, datetime, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, users
from odoo.tools import mute_logger

from ..tools.clock import local_day
from .test_service_agreement import AgreementCommon


@freeze_time('2026-03-02 10:00:00')
class TestServiceMeterDue(AgreementCommon):
    """Lines of agreements are due by date or by meter, whichever comes first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group.horizon_days = 10
        cls.meter = cls.env['service.meter'].create({
            'name': "Running Hours", 'object_id': cls.object.id})

    def _agree(self, **values):
        """Return the line of an agreement: every 100 h or yearly, the first on 1 June 2026."""
        return self._create_agreement({
            'start': '2026-06-01', 'every': (1, 'year'), 'object_id': self.object.id,
            'meter_id': self.meter.id, 'use_interval': 100, **values},
            group_id=self.group.id, date_end=date(2028, 12, 31)).line_ids

    def _read(self, total, day, **values):
        """Read the meter at nine on a day, as ``month-day``."""
        return self.env['service.meter.reading'].create({
            'meter_id': self.meter.id, 'value': total,
            'moment': datetime.fromisoformat(f'2026-{day} 09:00:00'), **values})

    def _run(self, day):
        """Do one night's batch, as the job does it."""
        Agreement = self.env['service.agreement']
        with freeze_time(f'{day} 01:00:00'):
            self.env.invalidate_all()
            Agreement._generate_batch(Agreement.search(Agreement._get_run_domain()).ids)
            self.env.flush_all()

    def _sign_off(self, order):
        order.stage_id = self.env['service.stage'].search(
            [('can_sign_off', '=', True), ('category', '=', 'open')], limit=1)
        self._sign(order)
        self.assertEqual(order.state, 'signed_off')

    def _get_rows(self, line):
        return sorted((row.date_due, row.is_by_meter) for row in line.occurrence_ids)

    # ------------------------------------------------------------ which comes first

    def test_without_readings_it_goes_by_date(self):
        line = self._agree()
        self.assertRecordValues(line, [{'date_by_meter': False, 'date_next': date(2026, 6, 1)}])

    def test_meter_that_is_foreseen_before_the_date_comes_first(self):
        line = self._agree()
        self._read(0, '02-10')
        self._read(40, '02-20')
        self.assertRecordValues(line, [{
            'use_due': 100, 'date_by_meter': date(2026, 3, 7), 'date_next': date(2026, 3, 7)}])

    def test_date_before_the_meter_comes_first(self):
        line = self._agree()
        self._read(0, '02-10')
        self._read(1, '02-20')
        self.assertRecordValues(line, [{'date_next': date(2026, 6, 1)}])
        self.assertGreater(line.date_by_meter, date(2026, 6, 1))

    def test_what_the_meter_has_reached_is_due_today(self):
        line = self._agree()
        self._read(140, '02-20')
        self.assertEqual(line.date_next, date(2026, 3, 2))

    def test_it_is_not_due_before_the_agreement_begins(self):
        line = self._agree()
        line.agreement_id.date_start = date(2026, 4, 1)
        self._read(140, '02-20')
        self.assertEqual(line.date_next, date(2026, 4, 1))

    def test_line_without_an_interval_goes_by_meter_after_its_first_day(self):
        line = self._agree(start='2026-03-02', every=(1, False))
        self._run('2026-03-02')
        self._sign_off(line.agreement_id.order_ids)
        self._read(0, '02-10')
        self._read(4, '03-01')
        self.assertGreater(line.date_next, date(2027, 1, 1))

    def test_usage_counts_from_when_the_line_was_made_unless_told_otherwise(self):
        self._read(730, '02-20')
        self.assertEqual(self._agree().use_due, 830)
        self.assertEqual(self._agree(use_start=700).use_due, 800)

    def test_archived_meter_leaves_it_to_the_dates(self):
        line = self._agree()
        self._read(140, '02-20')
        self.meter.active = False
        self.assertEqual(line.date_next, date(2026, 6, 1))

    # ------------------------------------------------------------ the nightly run

    def test_readings_move_the_planned_day_until_there_is_an_order(self):
        line = self._agree()
        self._read(0, '02-10')
        self._read(20, '02-20')
        self.assertEqual(line.date_next, date(2026, 4, 1))
        self._run('2026-03-02')
        self._read(60, '03-02')
        self.assertEqual(line.date_next, date(2026, 3, 15))
        self._run('2026-03-05')
        self.assertEqual(self._get_rows(line), [(date(2026, 3, 15), True)])
        with freeze_time('2026-03-07 10:00:00'):
            self._read(99, '03-07')
        self._run('2026-03-08')
        self.assertEqual(self._get_rows(line), [(date(2026, 3, 15), True)])

    def test_reading_wakes_the_nightly_run(self):
        line = self._agree()
        self._run('2026-03-02')
        self.assertGreater(line.agreement_id.date_next_run, date(2026, 5, 1))
        self._read(140, '03-01')
        self._run('2026-03-03')
        self.assertEqual(self._get_rows(line), [(date(2026, 3, 3), True)])

    def test_open_order_is_the_only_one_by_meter(self):
        line = self._agree()
        self._read(140, '02-20')
        self._run('2026-03-02')
        self._read(250, '03-01')
        self._run('2026-03-03')
        self.assertEqual(len(line.occurrence_ids), 1)
        self.assertRecordValues(line, [{
            'use_due': 0, 'date_by_meter': False, 'date_next': date(2027, 3, 2)}])

    def test_next_one_counts_from_the_reading_at_the_service(self):
        line = self._agree()
        self._read(140, '02-20')
        self._run('2026-03-02')
        order = line.agreement_id.order_ids
        self._read(155, '03-01', order_id=order.id)
        self._sign_off(order)
        self._read(160, '03-02')
        self.assertEqual(line.use_due, 255)

    def test_without_a_reading_on_the_order_the_last_one_before_the_sign_off_counts(self):
        line = self._agree()
        self._read(140, '02-20')
        self._run('2026-03-02')
        self._sign_off(line.agreement_id.order_ids)
        with freeze_time('2026-03-09 10:00:00'):
            self._read(180, '03-09')
        self.assertEqual(line.use_due, 240)

    def test_sign_off_wakes_the_nightly_run(self):
        line = self._agree()
        self._read(140, '02-20')
        self._run('2026-03-02')
        self._read(250, '03-01', order_id=line.agreement_id.order_ids.id)
        self._read(360, '03-02')
        self._run('2026-03-03')
        with freeze_time('2026-03-03 10:00:00'):
            self._sign_off(line.agreement_id.order_ids)
        self._run('2026-03-04')
        self.assertEqual(
            self._get_rows(line), [(date(2026, 3, 2), True), (date(2026, 3, 4), True)])

    def test_dates_count_on_from_a_service_by_meter(self):
        line = self._agree(every=(1, 'month'), start='2026-05-31')
        self._read(140, '02-20')
        self._run('2026-03-02')
        self.assertEqual(line._get_dues(date(2026, 1, 1), count=3), [
            date(2026, 3, 2), date(2026, 4, 2), date(2026, 5, 2)])

    def test_dates_that_come_first_stay_where_they_are(self):
        line = self._agree(every=(1, 'month'), start='2026-01-31')
        self.assertEqual(line._get_dues(date(2026, 1, 1), count=3), [
            date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)])

    def test_what_was_due_by_meter_and_is_skipped_counts_as_done(self):
        line = self._agree()
        self._read(140, '02-20')
        self.env['service.agreement.occurrence']._skip(
            line, date(2026, 3, 2), self.skip_reason)
        self.assertEqual(line.use_due, 240)
        self._run('2026-03-02')
        self.assertEqual(self._get_rows(line), [(date(2026, 3, 2), True)])

    def test_date_that_is_skipped_leaves_the_meter_counting(self):
        line = self._agree()
        self._read(50, '02-20')
        self.env['service.agreement.occurrence']._skip(
            line, date(2026, 6, 1), self.skip_reason)
        self.assertEqual(line.use_due, 100)

    def test_cancelled_order_is_not_made_again(self):
        line = self._agree()
        self._read(140, '02-20')
        self._run('2026-03-02')
        line.agreement_id.order_ids._move_to('cancelled', self.cancel_reason)
        self._run('2026-03-03')
        self.assertEqual(len(line.occurrence_ids), 1)
        self.assertEqual(line.use_due, 240)

    def test_deleted_order_is_not_made_again(self):
        line = self._agree()
        self._read(140, '02-20')
        self._run('2026-03-02')
        line.agreement_id.order_ids.sudo().unlink()
        self._run('2026-03-03')
        self.assertEqual(len(line.occurrence_ids), 1)
        self.assertEqual(line.use_due, 240)

    def test_running_twice_makes_nothing_twice(self):
        line = self._agree()
        self._read(140, '02-20')
        for _night in range(2):
            self._run('2026-03-02')
        self.assertEqual(len(line.agreement_id.order_ids), 1)

    def test_copied_lines_count_on_from_the_last_service(self):
        line = self._agree()
        self._read(140, '02-20')
        self._run('2026-03-02')
        self._sign_off(line.agreement_id.order_ids)
        self._read(190, '03-01')
        copy = line._copy_to(self._create_agreement())
        self.assertRecordValues(copy, [{
            'meter_id': self.meter.id, 'use_interval': 100, 'use_start': line.use_due - 100}])

    # ------------------------------------------------------------ any life equals a replay

    def test_random_lives_equal_a_replay(self):
        for seed in range(4):
            chance = random.Random(seed)
            self.meter = self.env['service.meter'].create({
                'name': f"Life {seed}", 'object_id': self.object.id})
            line = self._agree(start='2026-04-15', every=(40, 'day'), use_interval=60)
            replay = _Replay(line.company_id._get_service_timezone())
            for number in range(120):
                day = date(2026, 3, 3) + timedelta(days=number)
                self._run(day.isoformat())
                replay.run(day)
                self.assertEqual(self._get_rows(line), replay.rows, f"{seed}: {day}")
                with freeze_time(f'{day} 12:00:00'):
                    self._live(line, replay, chance, day)

    def _live(self, line, replay, chance, day):
        """Use the machine for a day, perhaps read it, and perhaps do what is open."""
        replay.total += chance.choice((0, 0, 1, 2, 5))
        order = line.occurrence_ids.sorted('date_due').order_id.filtered(
            lambda order: order.state == 'open')[:1]
        is_done = order and chance.random() < .15
        if chance.random() < .2 or (is_done and chance.random() < .5):
            self._read(replay.total, f'{day:%m-%d}', order_id=order.id if is_done else False)
            replay.keep_reading(datetime(day.year, day.month, day.day, 9))
        if is_done:
            self._sign_off(order)
            replay.finish(order.line_ids.occurrence_ids.date_due)

    # ------------------------------------------------------------ what is refused

    def test_meter_of_another_object_is_refused(self):
        other = self.env['service.meter'].create({
            'name': "Hours", 'object_id': self.second_object.id})
        with self.assertRaisesRegex(ValidationError, "is a meter of"):
            self._agree(meter_id=other.id)

    def test_meter_that_lines_are_due_by_stays_at_its_object(self):
        self._agree()
        with self.assertRaisesRegex(ValidationError, "is a meter of"):
            self.meter.object_id = self.second_object

    def test_meter_without_a_usage_is_refused(self):
        with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'):
            self._agree(use_interval=0)

    def test_another_object_leaves_the_meter_behind(self):
        line = self._agree()
        line.object_id = self.second_object
        self.assertFalse(line.meter_id)

    def test_meter_of_another_company_is_refused(self):
        company = self.env['res.company'].create({'name': "Elsewhere"})
        obj = self.env['service.object'].create({'name': "Pump", 'company_id': company.id})
        foreign = self.env['service.meter'].create({'name': "Hours", 'object_id': obj.id})
        with self.assertRaisesRegex(UserError, "compan"):
            self._agree(object_id=obj.id, meter_id=foreign.id)

    @users('service_technician', 'service_dispatcher')
    def test_who_does_not_agree_does_not_change_after_what_usage_it_is_due(self):
        line = self._agree().with_user(self.env.user)
        with self.assertRaises(AccessError):
            line.use_interval = 1

    @users('service_manager')
    def test_nobody_writes_what_was_due_by_meter(self):
        line = self._agree()
        self._read(140, '02-20')
        self._run('2026-03-02')
        with self.assertRaises(AccessError):
            line.occurrence_ids.with_user(self.env.user).is_by_meter = False

    @users('service_technician')
    def test_reading_of_a_technician_moves_what_is_due(self):
        line = self._agree()
        self._run('2026-03-02')
        self.meter.with_user(self.env.user).record_reading(140, '2026-03-01 09:00:00')
        self._run('2026-03-03')
        self.assertEqual(self._get_rows(line), [(date(2026, 3, 3), True)])

    # ------------------------------------------------------------ words and screens

    def test_customers_read_both(self):
        self.assertEqual(
            self._agree()._get_interval_text(), "yearly or every 100 h, whichever comes first")
        self.assertEqual(self._agree(every=(1, False))._get_interval_text(), "every 100 h")

    @users('service_manager')
    def test_manager_enters_a_meter_on_the_line(self):
        self.env.user.group_ids += self.env.ref('service_management.service_management_group_meter')
        line = self._agree(meter_id=False, use_interval=0)
        with Form(line.with_user(self.env.user)) as form:
            form.meter_id = self.meter
            form.use_interval = 250
        self.assertEqual(line.use_due, 250)

    def test_lines_with_meters_are_asked_together(self):
        counts = []
        for number in (1, 2, 10):  # the first one warms up
            lines = self.env['service.agreement.line'].union(*(self._agree() for _line in range(number)))
            self._read(100 + number, f'02-{10 + number}')
            self._run('2026-03-02')
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            lines.mapped('date_next')
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[2], counts[1])

    def test_lines_without_a_meter_ask_no_meter(self):
        line = self._agree(meter_id=False, use_interval=0)
        line.invalidate_recordset(['date_by_meter'])
        with self.assertQueryCount(0):
            line._get_dues(date(2026, 3, 2))
            self.assertFalse(line.date_by_meter)


class _Replay:
    """The same life, told plainly: 60 h or 40 days, from 15 April 2026 on, ten days ahead."""

    def __init__(self, timezone):
        self.timezone = timezone
        self.total = 0
        self.readings = []
        self.rows = []
        self.done = {}  # day due: usage at the service

    def keep_reading(self, moment):
        self.readings.append((moment, self.total))

    def finish(self, due):
        self.done[due] = self.readings[-1][1] if self.readings else 0

    def run(self, today):
        known = {day for day, _by_meter in self.rows}
        by_meter = self.foretell(today)
        anchor = max((day for day, is_anew in self.rows if is_anew), default=date(2026, 4, 15))
        dates = [anchor + timedelta(days=40 * number) for number in range(20)]
        dates = [day for day in dates if day >= today and day not in known]
        if by_meter and by_meter < dates[0] and by_meter not in known:
            self.add(by_meter, True, today)
            dates = [by_meter + timedelta(days=40 * number) for number in range(1, 20)]
        for day in dates:
            self.add(day, False, today)

    def add(self, day, is_by_meter, today):
        if day <= today + timedelta(days=10):
            self.rows = sorted([*self.rows, (day, is_by_meter)])

    def foretell(self, today):
        last = self.rows[-1][0] if self.rows else None
        if not self.readings or (last and last not in self.done):
            return None
        target = 60 + (self.done[last] if last else 0)
        (start, first), (end, total) = self.readings[-3:][0], self.readings[-1]
        if total >= target:
            return max(today, local_day(end, self.timezone))
        if total == first:
            return None
        rate = (total - first) / ((end - start) / timedelta(days=1))
        return max(today, local_day(
            end + timedelta(days=(target - total) / rate), self.timezone))
