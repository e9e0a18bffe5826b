from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, users

from .test_service_structure import StructureCommon


@freeze_time('2026-03-02 09:00:00')
class TestServiceStructurePrices(StructureCommon):
    """What the parts of an object would cost its customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pump.quantity = 2
        cls._enable_pricelists()
        cls.tenth_off = cls.env['product.pricelist'].create({
            'name': "Ten Percent", 'currency_id': cls.company.currency_id.id, 'item_ids': [
                Command.create({'compute_price': 'percentage', 'percent_price': 10})]})

    def _ask(self, **values):
        return self.env['service.object.structure'].create({
            'object_id': self.object.id, 'date': self.today, 'has_prices': True, **values})

    def _print(self, dialog):
        return self.env['ir.actions.report']._render_qweb_html(
            'service_management.report_service_object_structure', dialog.ids)[0].decode()

    @users('service_technician')
    def test_parts_cost_what_the_price_list_of_the_customer_says(self):
        self.customer.sudo().property_product_pricelist = self.tenth_off
        dialog = self._ask()
        self.assertEqual(
            [(line.name.strip(), line.price_unit, line.amount) for line in dialog.line_ids],
            [("Burner", 0, 0), ("Electrode", 0, 0), (self.pump.name, 108, 216)])
        self.assertRecordValues(dialog, [{
            'amount_total': 216, 'currency_id': self.company.currency_id.id}])

    def test_prices_are_in_the_unit_of_the_part(self):
        self.pump.product_uom_id = self.env.ref('uom.product_uom_dozen')
        self.assertEqual(self._ask().amount_total, 120 * 12 * 2)

    def test_parts_of_another_day_are_priced(self):
        self.assertEqual(self._ask(date=self.today - timedelta(days=1)).amount_total, 120)
        self.assertEqual(self._ask(date=self.start - timedelta(days=1)).amount_total, 0)

    def test_what_is_gone_on_the_other_day_has_no_price(self):
        self.pump._leave(self.today)
        dialog = self._ask(
            date=self.start, is_compared=True, other_date=self.today)
        self.assertEqual(dialog.amount_total, 0)

    @users('service_manager')
    def test_costs_are_the_managers_to_see(self):
        dialog = self._ask()
        self.assertRecordValues(dialog, [{'amount_total': 240, 'cost_total': 140}])
        self.assertIn("140.00", self._print(dialog))

    @users('service_technician')
    def test_others_see_prices_and_no_cost(self):
        dialog = self._ask()
        for record, name in ((dialog, 'cost_total'), (dialog.line_ids, 'cost')):
            with self.assertRaises(AccessError):
                record.read([name])
        page = self._print(dialog)
        self.assertIn("Structure with Prices", page)
        self.assertIn("240.00", page)
        self.assertNotIn("140.00", page)

    def test_without_prices_none_is_told(self):
        dialog = self._ask(has_prices=False)
        self.assertEqual(dialog.amount_total, 0)
        self.assertNotIn("120.00", self._print(dialog))

    def test_queries_do_not_grow_with_the_parts_of_one_quantity(self):
        products = self.env['product.product'].create([
            {'name': f"Valve {number}", 'list_price': 5} for number in range(24)])
        counts = []
        for some in (products[:4], products[4:]):
            self.env['service.object.component'].create([{
                'object_id': self.object.id, 'product_id': product.id, 'date_from': self.start,
            } for product in some])
            dialog = self._ask(has_prices=False)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            dialog._price_lines()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)
