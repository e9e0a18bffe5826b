import random
from datetime import date, timedelta

from odoo.fields import Command
from odoo.tests import freeze_time

from .test_service_agreement import AgreementCommon


class TestServiceNextRun(AgreementCommon):
    """The nightly run looks at an agreement when it has something to do for it, and at no other time."""

    def _agree(self, *lines, at='2026-03-01 08:00:00', **values):
        with freeze_time(at):
            return self._create_agreement(*lines, group_id=self.group.id, **values)

    def _run(self, day):
        """Do one night's batch, as the job does it."""
        Agreement = self.env['service.agreement']
        with freeze_time(f'{day} 01:00:00'):
            Agreement._generate_batch(Agreement.search(Agreement._get_run_domain()).ids)
            self.env.flush_all()

    def _is_looked_at(self, agreement, day):
        with freeze_time(f'{day} 01:00:00'):
            return bool(agreement.filtered_domain(agreement._get_run_domain()))

    def test_next_run_is_when_the_next_day_due_comes_within_the_horizon(self):
        weekly = self._agree({'start': '2026-01-05', 'every': (1, 'week')})
        yearly = self._agree({'start': '2026-12-01', 'every': (1, 'year')})
        once = self._agree({'start': '2026-03-10'})
        taking_along = self._agree(
            {'start': '2026-03-30', 'window': 'month', 'every': (1, 'month')},
            {'start': '2026-04-03', 'window': 'days', 'days_before': 7})
        stopped = self._agree({'start': '2026-03-10', 'is_stopped': True})
        self._run('2026-03-02')
        self.assertEqual(len(weekly.order_ids), 5)
        self.assertRecordValues(weekly + yearly + once + taking_along + stopped, [
            {'date_last_run': date(2026, 3, 2), 'date_next_run': day} for day in (
                date(2026, 4, 6) - timedelta(days=30), date(2026, 12, 1) - timedelta(days=30),
                False, date(2026, 4, 30) - timedelta(days=30), False)])
        self.assertFalse(self._is_looked_at(yearly, '2026-10-31'))
        self._run('2026-11-01')
        self.assertEqual(len(yearly.order_ids), 1)

    def test_what_is_ordered_by_hand_ahead_is_not_looked_for(self):
        agreement = self._agree({'start': '2026-03-05', 'every': (1, 'day')})
        with freeze_time('2026-03-01 08:00:00'):
            agreement._generate(date(2026, 3, 1), date(2026, 5, 31))
        self._run('2026-03-02')
        self.assertEqual(agreement.date_next_run, date(2026, 6, 1) - timedelta(days=30))

    def test_what_changes_the_work_due_lets_the_run_look_again(self):
        other = self.group.copy({'name': "Far ahead", 'horizon_days': 300})
        changes = {
            'first day of a line': lambda agreement: agreement.line_ids.write(
                {'date_start': date(2026, 11, 1)}),
            'interval': lambda agreement: agreement.line_ids.write(
                {'interval_unit': 'month'}),
            'lines': lambda agreement: agreement.write({'line_ids': [
                Command.create(self._line_vals('2026-04-20'))]}),
            'end': lambda agreement: agreement.write({'date_end': date(2027, 12, 31)}),
            'group': lambda agreement: agreement.write({'group_id': other.id}),
            'sites': lambda agreement: agreement.write({'site_ids': self.site.ids}),
            'pause': lambda agreement: (
                agreement._suspend(self.end_reason), agreement.action_resume()),
            'horizon': lambda agreement: self.group.write({'horizon_days': 31}),
            'visit that is free again': lambda agreement: agreement.order_ids.write(
                {'agreement_id': False}),
        }
        for name, change in changes.items():
            with self.subTest(name):
                agreement = self._agree({'start': '2026-03-10', 'every': (1, 'year')},
                                        date_end=date(2027, 6, 30))
                self._run('2026-03-02')
                self.assertFalse(self._is_looked_at(agreement, '2026-04-02'))
                with freeze_time('2026-04-01 08:00:00'):
                    change(agreement)
                    self.env.flush_all()
                self.assertTrue(self._is_looked_at(agreement, '2026-04-02'))
                self.assertEqual(agreement.date_last_run, date(2026, 4, 1))

    def test_what_does_not_change_the_work_due_leaves_the_run_alone(self):
        agreement = self._agree({'start': '2026-03-10', 'every': (1, 'year')})
        self._run('2026-03-02')
        with freeze_time('2026-04-01 08:00:00'):
            agreement.write({'user_id': self.user_manager.id, 'note_internal': "Dog"})
        self.assertFalse(self._is_looked_at(agreement, '2026-04-02'))

    def test_what_is_archived_after_its_last_order_is_no_failure(self):
        agreement = self._agree(
            {'start': '2026-03-10', 'object_id': self.object.id, 'date_end': date(2026, 3, 31)},
            {'start': '2026-11-10', 'every': (1, 'year')})
        self._run('2026-03-02')
        self.object.active = False
        self._run('2026-10-12')
        self.assertEqual(len(agreement.order_ids), 2)
        self.assertFalse(agreement.generation_error)

    def test_lives_of_agreements_make_the_same_as_a_run_over_all_of_them_every_night(self):
        for seed in range(4):
            with self.subTest(seed=seed):
                self._live(random.Random(seed))

    def _live(self, dice):
        """Lead the same agreements twice through the same months; some are looked at every night."""
        far = self.group.copy({'name': "Far", 'horizon_days': 75})
        none = self.group.copy({'name': "None", 'horizon_days': 0})
        plans = [[{
            'start': str(date(2026, 1, 1) + timedelta(days=dice.randrange(150))),
            'every': (dice.randint(1, 3), dice.choice(['week', 'month', 'month', 'year'])),
            'window': dice.choice(['exact', 'week', 'month']),
            'object_id': dice.choice([self.object.id, self.second_object.id, False]),
        } for _line in range(dice.randint(1, 3))] for _agreement in range(3)]
        ours, all_nights = (
            [self._agree(*plan, date_end=date(2027, 12, 31)) for plan in plans] for _way in range(2))
        day, looked = date(2026, 3, 2), 0
        for _night in range(50):
            day += timedelta(days=1 if dice.random() < 0.9 else dice.randint(2, 20))
            with freeze_time(f'{day} 01:00:00'):
                for agreement in all_nights:
                    if agreement.date_next_run:  # else none ran yet
                        agreement.sudo().date_next_run = min(agreement.date_next_run, day)
                    elif agreement.date_last_run:
                        agreement.sudo().date_next_run = day
                looked += sum(self._is_looked_at(agreement, day) for agreement in ours)
            self._run(day)
            self.assertEqual(*(self._tell(way) for way in (ours, all_nights)), day)
            if dice.random() < 0.35:
                number, kind, turn = dice.randrange(3), dice.choice(CHANGES), dice.randrange(1000)
                with freeze_time(f'{day} 10:00:00'):
                    for way in (ours, all_nights):
                        self._change(way[number], kind, turn, (self.group, far, none))
                    self.env.flush_all()
        self.assertLess(looked, 3 * 50 / 2)
        self.assertTrue(any(agreement.order_ids for agreement in ours))

    def _tell(self, agreements):
        """Return what the ledgers of agreements say, and which visits share an order."""
        found = []
        for agreement in agreements:
            lines = agreement.line_ids.sorted('id').ids
            orders = agreement.occurrence_ids.order_id.sorted('id').ids
            found.append(sorted(
                (lines.index(row.line_id.id), row.date_due, row.date_planned or row.date_due,
                 row.state, orders.index(row.order_id.id) if row.order_id else -1)
                for row in agreement.occurrence_ids))
        return found

    def _change(self, agreement, kind, turn, groups):
        """Change one agreement as people do."""
        today, line = date.today(), agreement.line_ids[turn % len(agreement.line_ids)]
        if kind == 'end':
            agreement.line_ids.date_end = today + timedelta(days=turn)
        elif kind == 'group':
            agreement.group_id = groups[turn % 3]
        elif kind == 'horizon':
            groups[turn % 2].horizon_days = 10 + turn % 80
        elif kind == 'pause' and agreement.is_suspended:
            agreement.action_resume()
        elif kind == 'pause':
            agreement._suspend(self.end_reason)
        elif kind == 'unskip':
            agreement.occurrence_ids.action_unskip()
        elif kind == 'leave':
            agreement.order_ids.sorted('id')[-1:].agreement_id = False
        elif kind == 'by hand' and not agreement.is_suspended:
            agreement._generate(today, today + timedelta(days=turn % 150))
        else:
            self._change_line(line, kind, turn, today)

    def _change_line(self, line, kind, turn, today):
        """Change one line of an agreement, or what it needs, as people do."""
        if kind == 'move':
            line.date_start = today + timedelta(days=turn % 200 - 60)
        elif kind == 'interval':
            line.write({'interval_count': 1 + turn % 4, 'interval_unit': 'week' if turn % 3 else 'month'})
        elif kind == 'stop':
            line.is_stopped = not line.is_stopped
        elif kind == 'add':
            line.agreement_id.line_ids = [Command.create(self._line_vals(
                str(today + timedelta(days=turn % 90 - 20)), (1 + turn % 3, 'month')))]
        elif kind == 'skip':
            dues = line._get_dues(today, count=3)
            if dues and dues[-1] not in line.occurrence_ids.mapped('date_due'):
                line.occurrence_ids._skip(line, dues[-1], self.skip_reason)
        elif kind == 'archive':
            self.object.active = not self.object.active


#: What people do to agreements
CHANGES = (
    'move', 'interval', 'stop', 'stop', 'add', 'end', 'group', 'horizon', 'pause', 'pause', 'skip',
    'unskip', 'leave', 'by hand', 'archive')
