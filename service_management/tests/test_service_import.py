"""Import templates fit Odoo's import, as the person who imports."""
from datetime import date

from odoo.tests import freeze_time, new_test_user
from odoo.tools import file_open

from .common import GROUP
from .common_subscription import SubscriptionCommon


@freeze_time('2026-03-02 09:00:00')
class TestServiceImport(SubscriptionCommon):
    """What is in a template arrives, with the headings as they stand there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref('service_management.product_service_fee').taxes_id = cls.tax
        cls.importers = {
            role: new_test_user(
                cls.env, login=f'imports_{role}', company_id=cls.company.id, tz='UTC',
                groups=f'{GROUP}{role}')
            for role in ('customer_service', 'dispatcher', 'manager')}

    def _import(self, role, model, number=0):
        """Load a template of a model as somebody, and return the records."""
        user = self.importers[role]
        self.assertTrue(self.env[model].with_user(user).has_access('create'))
        template = self.env[model].with_user(user).get_import_templates()[number]['template']
        with file_open(template.removeprefix('/'), 'rb') as file:
            content = file.read()
        wizard = self.env['base_import.import'].with_user(user).create({
            'res_model': model, 'file': content, 'file_name': 'template.xlsx',
            'file_type':
                'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'})
        options = {
            'has_headers': True, 'quoting': '"', 'separator': ',', 'advanced': False,
            'date_format': '', 'datetime_format': '', 'float_thousand_separator': ',',
            'float_decimal_separator': '.', 'sheet': 'Import', 'sheets': ['Import']}
        preview = wizard.parse_preview(options)
        self.assertNotIn('error', preview)
        headers = preview['headers']
        matched = [
            '/'.join(preview['matches'].get(index) or ()) for index in range(len(headers))]
        self.assertTrue(all(matched), dict(zip(headers, matched, strict=True)))
        result = wizard.execute_import(matched, headers, {**preview['options'], **options})
        self.assertFalse([message for message in result['messages']], result['messages'])
        self.assertTrue(result['ids'])
        return self.env[model].browse(result['ids'])

    def test_customers_have_their_sites(self):
        hotel, site, contact, bakery = self._import('customer_service', 'res.partner', 1)
        self.assertEqual((site.parent_id, site.type), (hotel, 'delivery'))
        self.assertEqual((contact.parent_id, bakery.is_company), (hotel, True))

    def test_teams_have_their_technicians(self):
        for name in ("Anna Liepa", "Boris Kalns"):
            self._create_technician(name, service_team_id=False)
        team = self._import('manager', 'service.team')
        self.assertEqual(set(team.member_ids.mapped('name')), {"Anna Liepa", "Boris Kalns"})

    def _import_objects(self):
        partners = self._import('customer_service', 'res.partner', 1)
        return partners, self._import('dispatcher', 'service.object')

    def test_objects_stand_at_their_sites(self):
        partners, objects = self._import_objects()
        self.assertRecordValues(objects, [
            {'partner_id': partners[0].id, 'site_id': partners[1].id, 'serial_number': 'SN-4711',
             'warranty_labor_end': date(2025, 4, 30)},
            {'partner_id': partners[3].id, 'site_id': partners[3].id, 'serial_number': 'SN-0815',
             'warranty_labor_end': False}])

    def test_meters_are_read_at_their_objects(self):
        _partners, objects = self._import_objects()
        meter = self._import('customer_service', 'service.meter')
        readings = self._import('dispatcher', 'service.meter.reading')
        self.assertRecordValues(meter, [{
            'object_id': objects[0].id, 'last_value': 1410.5, 'total_usage': 410.5}])
        self.assertEqual(set(readings.mapped('source')), {'import'})

    def test_agreements_have_lines_and_begin_together(self):
        _partners, objects = self._import_objects()
        agreement = self._import('manager', 'service.agreement')
        self.assertRecordValues(agreement, [{
            'state': 'draft', 'object_ids': objects[:1].ids, 'coverage_labor': 100}])
        self.assertEqual(agreement.line_ids.mapped('interval_unit'), ['year', 'month'])
        agreement.with_user(self.user_manager)._begin()
        self.assertEqual(agreement.state, 'active')

    def test_subscriptions_have_lines(self):
        self._import_objects()
        subscription = self._import('manager', 'service.subscription')
        self.assertRecordValues(subscription.line_ids, [
            {'name': "Remote monitoring", 'base_price': 49, 'quantity': 1},
            {'name': "Hotline", 'base_price': 20, 'quantity': 1}])

    def test_orders_of_the_past_are_history(self):
        _partners, objects = self._import_objects()
        order = self._import('manager', 'service.order')
        self.assertRecordValues(order, [{
            'is_history': True, 'state': 'posted', 'invoice_status': 'no', 'visit_count': 0,
            'amount_untaxed': 190, 'object_ids': objects[:1].ids}])
        self.assertEqual(str(order.date_order), '2025-02-03 08:00:00')

    def test_structures_have_their_parts_in_parts(self):
        self._import_objects()
        burner, electrode = self._import('manager', 'service.object.component')
        self.assertEqual((electrode.parent_id, electrode.quantity), (burner, 2))
        self.assertEqual(burner.change_ids.kind, 'added')

    def test_repair_codes_come_from_sheets(self):
        symptoms = self._import('manager', 'service.symptom.area').symptom_ids
        diagnoses = self._import('manager', 'service.diagnosis.area').diagnosis_ids
        resolutions = self._import('manager', 'service.resolution')
        self.assertEqual(symptoms.mapped('code'), ["H1", "H2", "N1"])
        self.assertEqual(diagnoses.mapped('is_warranty_excluded'), [False, True])
        first, _second = self._import('manager', 'service.repair.combination')
        self.assertEqual(
            (first.symptom_id.code, first.diagnosis_id.code, first.resolution_id),
            ("H2", "B1", resolutions[0]))
