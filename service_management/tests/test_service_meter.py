import random
from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, users
from odoo.tools import mute_logger

from ..tools import meters as arithmetic
from .common import ServiceCommon


@freeze_time('2026-03-02 09:00:00')
class TestServiceMeter(ServiceCommon):
    """What counters of objects show is evidence, and usage is counted over resets and overflows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.meter = cls.env['service.meter'].create({
            'name': "Running Hours", 'object_id': cls.object.id, 'start_value': 100})

    def _read(self, value, day, meter=None, **values):
        """Read a meter at nine on a day of February 2026."""
        meter = meter or self.meter
        return self.env['service.meter.reading'].create({
            'meter_id': meter.id, 'value': value, 'moment': datetime(2026, 2, day, 9), **values})

    # ------------------------------------------------------------ counting

    def test_usage_is_counted_from_the_start_value_on(self):
        readings = self._read(130, 1) | self._read(150, 11)
        self.assertRecordValues(readings, [
            {'usage': 30, 'total_usage': 30}, {'usage': 20, 'total_usage': 50}])
        self.assertRecordValues(self.meter, [{
            'last_value': 150, 'last_moment': datetime(2026, 2, 11, 9), 'total_usage': 50,
            'usage_per_day': 2}])

    def test_meter_without_readings_shows_where_it_starts(self):
        self.assertRecordValues(self.meter, [{'last_value': 100, 'total_usage': 0}])

    def test_reset_goes_on_counting_from_its_value(self):
        self._read(130, 1)
        self._read(5, 2, is_reset=True)
        self._read(12, 3)
        self.assertRecordValues(self.meter, [{'last_value': 12, 'total_usage': 37}])

    def test_overflow_goes_on_counting_from_zero(self):
        self.meter.overflow_value = 1000
        self._read(990, 1)
        self._read(10, 2)
        self.assertRecordValues(self.meter, [{'last_value': 10, 'total_usage': 910}])

    def test_reading_that_was_late_is_counted_where_it_belongs(self):
        last = self._read(200, 20)
        middle = self._read(150, 10)
        self.assertRecordValues(middle | last, [
            {'usage': 50, 'total_usage': 50}, {'usage': 50, 'total_usage': 100}])
        self.assertEqual(self.meter.last_reading_id, last)

    def test_changed_start_value_counts_all_anew(self):
        self._read(150, 1)
        self.meter.start_value = 0
        self.assertEqual(self.meter.total_usage, 150)

    def test_random_lives_are_kept_as_they_are_computed(self):
        chance = random.Random(17)
        for life in range(5):
            meter = self.env['service.meter'].create({
                'name': f"Life {life}", 'object_id': self.object.id, 'overflow_value': 1000})
            for _step in range(25):
                self._live(meter, chance)
            readings = meter.reading_ids.filtered(
                lambda reading: not reading.is_cancelled).sorted('moment')
            usages = arithmetic.get_usages(
                0, [(reading.value, reading.is_reset) for reading in readings], 1000)
            self.assertEqual(readings.mapped('usage'), usages)
            totals = [sum(usages[:index + 1]) for index in range(len(usages))]
            self.assertEqual(readings.mapped('total_usage'), totals)
            self.assertEqual(meter.total_usage, totals[-1] if totals else 0)
            self.assertEqual(meter.last_reading_id, readings[-1:])
            self.assertAlmostEqual(meter.usage_per_day, arithmetic.get_rate(
                list(zip(readings.mapped('moment'), totals, strict=True))), 2)

    def _live(self, meter, chance):
        """Read a meter somehow, or correct a reading; what is refused leaves no trace."""
        valid = meter.reading_ids.filtered(lambda reading: not reading.is_cancelled)
        try:
            with self.env.cr.savepoint():
                if valid and chance.random() < .3:
                    chance.choice(valid)._correct("Wrong", chance.choice([None, 10, 500]))
                else:
                    self.env['service.meter.reading'].create({
                        'meter_id': meter.id, 'value': chance.randrange(1000),
                        'is_reset': chance.random() < .3,
                        'moment': datetime(2025, 1, 1) + timedelta(
                            hours=chance.randrange(10_000))})
                self.env.flush_all()
        except ValidationError:
            self.env.invalidate_all()

    # ------------------------------------------------------------ what cannot be

    @users('service_technician')
    def test_meter_does_not_go_backwards(self):
        self._read(130, 1)
        with self.assertRaisesRegex(ValidationError, "tick “Reset” if the counter was replaced"):
            self._read(120, 2)

    def test_refusal_names_values_as_people_read_them(self):
        self._read(1310.5, 1)
        with self.assertRaisesRegex(ValidationError, "shows 1,310.5 h before and 1,200 h on"):
            self._read(1200, 2)

    @users('service_technician')
    def test_reading_between_others_does_not_make_them_go_backwards(self):
        self._read(130, 1)
        self._read(150, 20)
        with self.assertRaisesRegex(ValidationError, "would go backwards"):
            self._read(160, 10)

    @users('service_technician')
    def test_meter_is_not_read_in_the_future(self):
        with self.assertRaisesRegex(ValidationError, "was not read on .* yet"):
            self.env['service.meter']._record([(self.meter, 130)], 'hand', moment=datetime(2026, 3, 3))

    @users('service_technician')
    def test_meter_shows_less_than_where_it_overflows(self):
        self.meter.sudo().overflow_value = 1000
        with self.assertRaisesRegex(ValidationError, "begins at zero again"):
            self._read(1000, 1)

    @mute_logger('odoo.sql_db')
    def test_meter_is_read_once_at_a_moment(self):
        self._read(130, 1)
        with self.assertRefused("The meter has a reading of this moment"):
            self._read(130, 1)

    @users('service_technician', 'service_manager')
    def test_readings_are_evidence(self):
        meter = self.env['service.meter'].sudo().create({
            'name': "Starts", 'object_id': self.object.id})
        reading = self._read(130, 1, meter=meter)
        for values in ({'value': 140}, {'moment': '2026-02-02 09:00:00'}, {'note': "Mine"}):
            with self.assertRaises(AccessError):
                reading.write(values)
        with self.assertRaises(AccessError):
            reading.unlink()

    @users('service_technician')
    def test_technician_makes_no_meters(self):
        with self.assertRaises(AccessError):
            self.env['service.meter'].create({'name': "Mine", 'object_id': self.object.id})
        with self.assertRaises(AccessError):
            self.meter.with_user(self.env.user).start_value = 0

    @users('service_manager')
    def test_meter_with_readings_is_not_deleted_and_stays_at_its_object(self):
        meter = self.meter.with_user(self.env.user)
        self._read(130, 1)
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            meter.unlink()
        with self.assertRaisesRegex(UserError, "make another meter"):
            meter.object_id = self.other_object

    def test_people_of_another_company_see_no_meters(self):
        reading = self._read(130, 1)
        company = self.env['res.company'].create({'name': "Neighbours"})
        stranger = self._create_user('manager', login='stranger')
        stranger.write({'company_ids': company.ids, 'company_id': company.id})
        for record in (self.meter, reading):
            self.assertFalse(record.with_user(stranger).has_access('read'))

    # ------------------------------------------------------------ correction

    @users('service_technician')
    def test_wrong_reading_is_cancelled_by_the_right_one(self):
        wrong = self._read(310, 1)
        self._read(320, 5)
        action = wrong.action_correct()
        with Form(self.env[action['res_model']].with_context(**action['context'])) as form:
            form.value, form.reason = 130, "Digits swapped"
        form.record.action_apply()
        self.assertRecordValues(wrong, [{
            'is_cancelled': True, 'cancel_reason': "Digits swapped", 'value': 310}])
        self.assertRecordValues(wrong.corrected_by_id, [{
            'value': 130, 'moment': datetime(2026, 2, 1, 9), 'usage': 30}])
        self.assertEqual(self.meter.total_usage, 220)

    @users('service_technician')
    def test_reading_that_was_none_is_cancelled_alone(self):
        self._read(130, 1)
        last = self._read(999, 2)
        last._correct("Of another machine")
        self.assertRecordValues(self.meter, [{'last_value': 130, 'total_usage': 30}])
        with self.assertRaisesRegex(UserError, "cancelled already"):
            last._correct("Again")

    @users('service_technician')
    def test_correction_does_not_make_a_meter_go_backwards(self):
        self._read(130, 1)
        reset = self._read(5, 2, is_reset=True)
        self._read(8, 3)
        with self.assertRaisesRegex(ValidationError, "would go backwards"):
            reset._correct("No reset")

    def test_who_only_looks_corrects_nothing(self):
        clerk = self._create_user('technician', login='clerk')
        clerk.group_ids = self.env.ref('account.group_account_invoice')
        reading = self._read(130, 1).with_user(clerk)
        self.assertTrue(reading.has_access('read'))
        with self.assertRaises(AccessError):
            reading._correct("Mine")
        with self.assertRaises(AccessError):
            self.meter.with_user(clerk).record_reading(140)

    # ------------------------------------------------------------ forecast

    def test_day_on_which_usage_reaches_a_total_is_foretold(self):
        self._read(100, 1)
        self._read(150, 11)
        self.meter.target_total = 100
        self.assertEqual(self.meter.date_target, date(2026, 2, 21))

    def test_what_does_not_grow_reaches_nothing(self):
        self.meter.target_total = 100
        self.assertFalse(self.meter.date_target)
        self._read(150, 11)
        self.assertFalse(self.meter.date_target)

    @users('service_technician')
    def test_usage_is_read_as_of_a_day(self):
        meter = self.meter.with_user(self.env.user)
        self._read(130, 1)
        self._read(150, 11)
        other = self.env['service.meter'].sudo().create({
            'name': "Starts", 'object_id': self.object.id}).sudo(False)
        for day, total in (
                ('2026-01-31', 0), ('2026-02-01', 30), ('2026-02-10', 30), ('2026-02-11', 50)):
            self.assertEqual(
                (meter | other).read_usage(day), {meter.id: total, other.id: 0}, day)

    def test_lists_of_objects_read_their_meters_together(self):
        def count(number):
            objects = self.env['service.object'].create([
                {'name': f"Pump {index}", 'partner_id': self.customer.id}
                for index in range(number)])
            meters = self.env['service.meter'].create([
                {'name': "Hours", 'object_id': obj.id, 'target_total': 90} for obj in objects])
            self.env['service.meter']._record(
                [(meter, 10) for meter in meters], 'hand', moment=datetime(2026, 2, 1))
            order = self._create_order(object_ids=objects.ids)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            objects.meter_ids.mapped(lambda meter: (
                meter.last_value, meter.total_usage, meter.date_target))
            meters.read_usage('2026-02-28')
            self.assertTrue(order.has_meters)
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(3), count(30))

    # ------------------------------------------------------------ where readings come from

    @users('service_technician')
    def test_technician_reads_the_meters_of_his_visit(self):
        order = self.env['service.order'].sudo().create({
            'title': "Check", 'partner_id': self.customer.id, 'team_id': self.team.id,
            'object_ids': self.object.ids})
        visit = self._plan(order).with_user(self.env.user)
        self.assertTrue(visit.has_meters)
        action = visit.action_read_meters()
        with Form(self.env[action['res_model']].with_context(**action['context'])) as form:
            with form.line_ids.edit(0) as line:
                self.assertEqual(line.last_value, 100)
                line.value = 140
        form.record.action_apply()
        self.assertRecordValues(self.meter.reading_ids, [{
            'value': 140, 'source': 'phone', 'order_id': order.id, 'user_id': self.env.uid,
            'total_usage': 40}])

    def test_meters_to_read_name_their_object_where_there_are_several(self):
        burner = self.env['service.object'].create({
            'name': "Burner", 'partner_id': self.customer.id})
        Dialog = self.env['service.order.read.meters']
        for objects, label in (
                (self.object, "Running Hours (h)"),
                (self.object | burner, "Boiler: Running Hours (h)")):
            order = self._create_order(object_ids=objects.ids)
            self.assertEqual(Dialog.create({'order_id': order.id}).line_ids.label, label)

    def test_reading_nothing_keeps_nothing(self):
        order = self._create_order(object_ids=self.object.ids)
        dialog = self.env['service.order.read.meters'].create({'order_id': order.id})
        with self.assertRaisesRegex(UserError, "Enter what one of the meters shows"):
            dialog.action_apply()

    def test_order_without_meters_says_where_they_are_added(self):
        order = self._create_order(partner_id=self.other_customer.id, object_ids=self.other_object.ids)
        self.assertFalse(order.has_meters)
        with self.assertRaisesRegex(UserError, "Add them on the page of the object"):
            order.action_read_meters()

    def test_only_meters_of_the_order_are_read_on_it(self):
        other = self.env['service.meter'].create({
            'name': "Hours", 'object_id': self.other_object.id})
        order = self._create_order(object_ids=self.object.ids)
        dialog = self.env['service.order.read.meters'].create({'order_id': order.id})
        dialog.line_ids.write({'meter_id': other.id, 'value': 5})
        with self.assertRaisesRegex(UserError, "is not on"):
            dialog.action_apply()

    @users('service_technician')
    def test_programs_record_readings(self):
        reading_id = self.meter.with_user(self.env.user).record_reading(
            130.5, '2026-02-01 09:00:00', note="Gateway 7")
        self.assertRecordValues(self.env['service.meter.reading'].browse(reading_id), [{
            'value': 130.5, 'source': 'api', 'moment': datetime(2026, 2, 1, 9),
            'note': "Gateway 7", 'user_id': self.env.uid}])

    def test_who_may_not_read_meters_records_nothing(self):
        clerk = self._create_user('technician', login='clerk')
        clerk.group_ids = self.env.ref('base.group_user')
        with self.assertRaises(AccessError):
            self.meter.with_user(clerk).record_reading(130)

    @users('service_technician')
    def test_nobody_says_himself_where_a_reading_comes_from(self):
        with self.assertRaisesRegex(AccessError, "kept by the program"):
            self._read(130, 1, source='api')

    def test_imported_readings_say_so(self):
        result = self.env['service.meter.reading'].load(
            ['meter_id/.id', 'moment', 'value'],
            [[str(self.meter.id), '2026-02-01 09:00:00', '130'],
             [str(self.meter.id), '2026-02-05 09:00:00', '140']])
        readings = self.env['service.meter.reading'].browse(result['ids'])
        self.assertRecordValues(readings, [
            {'source': 'import', 'total_usage': 30}, {'source': 'import', 'total_usage': 40}])

    def test_readings_go_along_when_orders_are_merged(self):
        kept = self._create_order(object_ids=self.object.ids)
        order = self._create_order(object_ids=self.object.ids)
        reading = self._read(130, 1, order_id=order.id)
        order._move_work_to(kept)
        self.assertEqual(reading.order_id, kept)
