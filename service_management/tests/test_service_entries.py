"""What is entered can be kept, or is refused in words: on every field of ours."""
from odoo import models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ServiceBaseCommon


@tagged('post_install', '-at_install')
class TestServiceEntries(ServiceBaseCommon):

    def _walk(self, *types):
        """Yield (model in sudo, field) of the fields of ours that are entered or written."""
        for name, model in sorted(self.env.registry.items()):
            if model._abstract:
                continue
            Model = self.env[name].sudo()  # guards of role pass: entries do not
            for field_name in sorted(Model._get_entries()):
                if Model._fields[field_name].type in types:
                    yield Model, Model._fields[field_name]

    def _assert_refused(self, records, field, values, words):
        # Odoo takes the name of employees before anybody looks at anything.
        given = {'name': "Somebody"} if records._name == 'hr.employee' else {}
        for value in values:
            with self.subTest(model=records._name, field=field.name, value=str(value)[:20]), \
                    self.assertRaisesRegex(ValidationError, words):
                records.create({**given, field.name: value})

    def test_numbers_are_numbers(self):
        walked = 0
        for Model, field in self._walk('float', 'monetary', 'integer'):
            self._assert_refused(
                Model, field, (float('nan'), float('inf'), -float('inf'), 1e308, 'x', [1]),
                "is no number")
            walked += 1
        self.assertGreater(walked, 100)

    def test_texts_can_be_kept_and_end(self):
        walked = 0
        for Model, field in self._walk('char', 'text'):
            self._assert_refused(Model, field, ('a\0b', '\ud800'), "cannot be kept")
            self._assert_refused(Model, field, ('x' * 100_001,), "characters at most")
            walked += 1
        self.assertGreater(walked, 60)

    def test_texts_that_have_to_be_there_are_no_blanks(self):
        walked = 0
        for Model, field in self._walk('char', 'text'):
            if field.required:
                self._assert_refused(Model, field, (' ', '\n\t'), "is empty")
                walked += 1
        self.assertGreater(walked, 8)

    def test_numbers_lie_between_their_bounds(self):
        walked = 0
        for Model, field in self._walk('float', 'monetary', 'integer'):
            for bound, beyond in (('at_least', -1), ('at_most', 1)):
                limit = getattr(field, bound, None)
                if limit is not None:
                    self._assert_refused(
                        Model, field, (limit + beyond,), bound.replace('_', ' ') + r'|is no number')
                    walked += 1
        self.assertGreater(walked, 10)

    def test_what_is_written_is_looked_at_as_well(self):
        order = self._create_order()
        line = self._create_line(order)
        for record, vals in (
            (order, {'title': " "}), (order, {'title': "a\0b"}), (order, {'title': ""}),
            (line, {'discount': -50}), (line, {'price_unit': float('nan')}),
            (line, {'quantity': float('inf')}), (line, {'name': "x" * 100_001}),
            (self.object, {'serial_number': "x" * 1_000_000}),
            (self.company, {'service_quote_days': 10**6}),
        ):
            with self.subTest(vals=str(vals)[:60]), self.assertRaises(ValidationError):
                record.with_user(self.user_manager).sudo().write(vals)

    def test_numbers_written_on_what_is_there_are_refused_in_words(self):
        self._create_order(line_ids=[Command.create({'name': "Work"})])
        walked = 0
        for Model, field in self._walk('float', 'monetary', 'integer'):
            record = Model.search([], limit=1) if not Model._transient and Model._auto else Model
            for value in (float('nan'), float('inf'), 1e308) if record else ():
                with self.subTest(model=Model._name, field=field.name, value=value), \
                        self.assertRaises(UserError):
                    record.write({field.name: value})
                walked += 1
        self.assertGreater(walked, 60)

    def test_forms_answer_numbers_that_are_none(self):
        with self.assertRaisesRegex(ValidationError, "is no number"):
            self.env['service.order'].onchange(
                {'limit_amount': float('inf')}, ['limit_amount'], {'limit_amount': {}})

    def test_lines_within_documents_are_looked_at_as_well(self):
        with self.assertRaisesRegex(ValidationError, "is no number"):
            self._create_order(line_ids=[Command.create({
                'name': "Work", 'price_unit': 1e308})])

    def test_warranty_of_centuries_is_refused_and_no_object_fails(self):
        with self.assertRaisesRegex(ValidationError, "1200 at most"):
            self.env['service.object.group'].create({
                'name': "For Ever", 'warranty_labor_months': 1_000_000})
        group = self.env['service.object.group'].create({
            'name': "Long", 'warranty_labor_months': 1200})
        self.env['service.object'].create({
            'name': "Old", 'partner_id': self.customer.id, 'group_id': group.id,
            'date_in_service': '2026-01-01'})

    def test_work_lasts_a_year_at_most(self):
        line = self._create_line(self._create_order())
        with self.assertRefused("a year at most"):
            line.write({'date_start': '2020-01-01 08:00:00', 'date_end': '2026-01-01 08:00:00'})

    def test_defaults_of_a_caller_are_looked_at_like_what_is_given(self):
        orders = self.env['service.order'].with_user(self.user_dispatcher)
        vals = {'title': "Leak", 'partner_id': self.customer.id, 'team_id': self.team.id}
        for default, words in (
            ({'default_limit_amount': float('inf')}, "is no number"),
            ({'default_client_order_ref': 'a\0b'}, "cannot be kept"),
            ({'default_date_preferred': '9999-12-31 12:00:00'}, "out of reach"),
        ):
            with self.subTest(default=default), self.assertRaisesRegex(ValidationError, words):
                orders.with_context(**default).create(vals)

    def test_defaults_of_a_caller_forge_no_evidence(self):
        """What nobody may enter does not come in by the context: it is refused, or not taken."""
        order = self._create_order()
        for model, vals, forged in (
            ('service.order', {
                'title': "Leak", 'partner_id': self.customer.id, 'team_id': self.team.id,
            }, {'quote_sent_on': '2026-01-01 00:00:00', 'accepted_by': "Maria",
                'accepted_on': '2026-01-01 00:00:00', 'accepted_fingerprint': 'x',
                'sent_fingerprint': 'x', 'is_receipt_due': True, 'is_assignment_due': True}),
            ('service.order.line', {
                'order_id': order.id, 'name': "Work", 'quantity_planned': 1,
            }, {'given_fields': {'x': {'user_id': self.user_manager.id}}, 'is_price_agreed': True}),
        ):
            for name, value in forged.items():
                records = self.env[model].with_user(self.user_dispatcher).with_context(
                    **{f'default_{name}': value})
                with self.subTest(model=model, field=name):
                    try:
                        record = records.create(vals)
                    except AccessError:
                        continue
                    self.assertNotEqual(record.sudo()[name], value)
                    self.assertFalse(record.sudo()[name] and name != 'given_fields')

    def test_fields_of_other_apps_are_left_to_them(self):
        self.assertFalse(self.env['res.country']._get_entries())
        self.assertNotIn('name', self.env['res.partner']._get_entries())
        self.assertFalse({
            name for model in self.env.registry.values() for name in models.MAGIC_COLUMNS
            if not model._abstract and name in self.env[model._name]._get_entries()})
