from odoo.tests import tagged

from .common import ServiceBaseCommon


@tagged('post_install', '-at_install')
class TestServiceQuantity(ServiceBaseCommon):
    """How much something is, as people write it on documents and pages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hour = cls.env.ref('uom.product_uom_hour')
        cls.unit = cls.env.ref('uom.product_uom_unit')

    def test_quantities_are_written_as_people_write_them(self):
        none, meter = self.env['uom.uom'], self.env.ref('uom.product_uom_meter')
        day, minute = self.env.ref('uom.product_uom_day'), self.env.ref('uom.product_uom_minute')
        for unit, quantity, expected in (
            (self.unit, 1, "1"), (self.unit, 2.5, "2.5"), (none, 3, "3"),
            (self.hour, 1, "1 hour"), (self.hour, 0.5, "0.5 hours"), (self.hour, 2, "2 hours"),
            (day, 1, "1 day"), (day, 3, "3 days"), (minute, 1, "1 minute"), (meter, 1, "1 m"),
            (meter, 1.25, "1.25 m"), (self.hour, 0, "0 hours"), (self.hour, -1, "-1 hour"),
        ):
            with self.subTest(unit=unit.name, quantity=quantity):
                self.assertEqual(unit._get_words(quantity), expected)

    def test_each_language_has_its_own_singular(self):
        for lang in ('fr_FR', 'lv_LV'):
            self.env['res.lang']._activate_lang(lang)
        self.env['ir.module.module']._load_module_terms(['service_management'], ['fr_FR', 'lv_LV'])
        for lang, quantity, expected in (
            ('fr_FR', 1.5, "1,5 heure"), ('fr_FR', 2, "2 heures"),
            ('lv_LV', 21, "21 stunda"), ('lv_LV', 2, "2 stundas"),
        ):
            with self.subTest(lang=lang, quantity=quantity):
                self.assertEqual(self.hour.with_context(lang=lang)._get_words(quantity), expected)

    def test_unit_that_was_renamed_is_named(self):
        self.unit.name = "pcs"
        self.assertEqual(self.unit._get_words(2), "2 pcs")

    def test_documents_say_no_units(self):
        order = self._worked_order()
        papers = [
            self.env['ir.actions.report']._render_qweb_html(
                f'service_management.report_service_{name}', order.ids)[0].decode()
            for name in ('quote', 'work_receipt')]
        for paper in papers:
            self.assertRegex(paper, r'2 hours\b')
            for noise in ("Units", ">1.00"):
                self.assertNotIn(noise, paper)

    def test_what_is_paid_in_advance_is_told_in_the_singular(self):
        agreement = self.env['service.agreement'].create({
            'title': "Care", 'partner_id': self.customer.id, 'allowance_kind': 'visits',
            'allowance_quantity': 1, 'allowance_period': 'year', 'renewal': 'automatic',
            'renewal_months': 1, 'notice_days': 30})
        self.assertEqual(agreement._get_allowance_words(), "1 visit a year")
        self.assertEqual(
            agreement._get_renewal_words(),
            "Renews itself for 1 month unless one of us ends it 30 days before.")
        agreement.write({'allowance_kind': 'hours', 'allowance_quantity': 2.5})
        self.assertEqual(agreement._get_allowance_words(), "2.5 hours of work a year")
