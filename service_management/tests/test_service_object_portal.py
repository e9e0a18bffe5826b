from odoo.tests import freeze_time, tagged

from .common_portal import PortalCommon
from .test_service_repair import RepairCommon


@tagged('post_install', '-at_install')
@freeze_time('2026-03-02 09:00:00')
class TestServiceObjectPortal(PortalCommon, RepairCommon):
    """What a customer reads of the structure and the repairs of his object, as settings show them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guest = cls._create_portal_user('guest', cls.customer)
        cls.stranger = cls._create_portal_user('stranger', cls.other_customer)
        cls.burner_part, cls.electrode = cls.env['service.object.component'].create([{
            'object_id': cls.object.id, 'name': name, 'serial_number': number, 'position': place,
            'warranty_end': '2031-05-17', 'date_from': '2026-01-01', 'partner_id': cls.other_customer.id,
        } for name, number, place in (
            ("Burner RL-7", "RL7-001", "Front plate"), ("Electrode", "EL-2", "Left"))])
        cls.electrode.parent_id = cls.burner_part
        cls.repair = cls._past(
            cls.object, cls.cold, cls.worn, cls.replaced, note="Guest was rude", name="Rude",
            employee_id=cls.technician.id,
            lines=[{'kind': 'item', 'product_id': cls.part.id, 'quantity': 1, 'price_unit': 77.77}])

    def _read(self, login='guest'):
        self.authenticate(login, login)
        return self._get(f'/my/service_objects/{self.object.id}')

    def _show(self, structure='warranty', repairs=True):
        self.company.write({
            'service_portal_structure': structure, 'service_portal_repairs': repairs})

    def test_nothing_is_shown_before_a_setting_shows_it(self):
        page = self._read().text
        for text in ("Burner RL-7", "Electrode worn", "No heating"):
            self.assertNotIn(text, page)

    def test_parts_are_shown_as_far_as_the_setting_goes(self):
        for setting, has_warranty in (('parts', False), ('warranty', True)):
            with self.subTest(setting):
                self._show(setting)
                page = self._read().text
                for text in ("Burner RL-7", "RL7-001", "Front plate", "EL-2"):
                    self.assertIn(text, page)
                self.assertEqual("05/17/2031" in page, has_warranty)
                self.assertNotIn(self.other_customer.name, page, "the supplier is nobody's business")

    def test_parts_that_are_gone_are_not_shown(self):
        self._show()
        self.electrode._leave(self.company._get_service_today())
        page = self._read().text
        self.assertIn("RL7-001", page)
        self.assertNotIn("EL-2", page)

    def test_repairs_are_told_in_words_for_customers(self):
        self._show()
        page = self._read().text
        for text in ("No heating", "Electrode worn", self.replaced.name, "03/02/2026"):
            self.assertIn(text, page)
        for text in ("Rude", "Guest was rude", self.technician.name, "77.77"):
            self.assertNotIn(text, page)
        self.worn.is_for_customers = False
        page = self._read().text
        self.assertIn("No heating", page)
        self.assertNotIn("Electrode worn", page)

    def test_repair_without_a_word_for_customers_is_not_shown(self):
        self._show()
        for code in (self.cold, self.worn, self.replaced):
            code.is_for_customers = False
        self.assertNotIn("o_service_repairs", self._read().text)

    def test_repair_that_is_under_way_is_not_shown(self):
        self._show()
        self._repair(self.order, self.object, symptom_id=self.noise.id, diagnosis_id=self.misuse.id)
        page = self._read().text
        self.assertNotIn("Noise", page)
        self.assertNotIn("Settings changed", page)

    def test_strangers_read_nothing(self):
        self._show()
        self.assertTrue(self._read('stranger').url.endswith('/my'))
        self.authenticate(None, None)
        self.assertIn('/web/login', self._get(f'/my/service_objects/{self.object.id}').url)

    def test_link_shows_what_it_is_made_of_and_not_what_was_repaired(self):
        self._show()
        token = self.object._portal_ensure_token()
        self.authenticate(None, None)
        page = self._get(f'/my/service_objects/{self.object.id}?access_token={token}').text
        self.assertIn("RL7-001", page)
        self.assertNotIn("Electrode worn", page, "the history is for the customer's own people")

    def test_repairs_of_a_former_owner_are_not_shown(self):
        self._show()
        self.repair.order_id._move_to('cancelled', self.cancel_reason)
        self.order._move_to('cancelled', self.cancel_reason)
        self.object.write({'partner_id': self.other_customer.id, 'site_id': False})
        page = self._read('stranger').text
        self.assertIn("RL7-001", page)
        self.assertNotIn("Electrode worn", page)

    def test_settings_are_of_the_company_of_the_object(self):
        other = self.setup_other_company()['company']
        other.write({'service_portal_structure': 'warranty', 'service_portal_repairs': True})
        self.assertNotIn("RL7-001", self._read().text)

    def test_queries_do_not_grow_with_parts_and_repairs(self):
        self._show()
        counts = []
        for _round in range(2):
            obj = self.env['service.object'].sudo().browse(self.object.id)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            repairs = obj.env['service.order'].search([('object_ids', 'in', obj.ids)]).repair_ids
            self.assertTrue(repairs._describe_for_customer(obj))
            for component in obj._get_shown_components():
                self.assertTrue(component.level or component.name or component.product_uom_id.name)
            counts.append(self.cr.sql_log_count - before)
            self.env['service.object.component'].create([
                {'object_id': self.object.id, 'name': f"Bolt {number}"} for number in range(20)])
            for _number in range(8):
                self._past(self.object, self.cold, self.worn, self.cleaned)
        self.assertLessEqual(counts[1], counts[0])

    def test_settings_are_switched_by_whoever_sets_up(self):
        self.env['res.config.settings'].create({
            'service_portal_structure': 'parts', 'service_portal_repairs': True})
        self.assertRecordValues(self.company, [{
            'service_portal_structure': 'parts', 'service_portal_repairs': True}])
