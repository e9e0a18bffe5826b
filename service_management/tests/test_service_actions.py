
from odoo.tests import freeze_time

from .common_actions import ActionCommon
from .common_company import ServiceCompanyCommon


@freeze_time('2026-03-02 09:00:00')
class TestServiceActions(ActionCommon, ServiceCompanyCommon):
    """Every button that shows records, and every window action, leads to a page that opens."""

    def _get_moves(self):
        return self.env['account.move'].search([
            ('move_type', 'in', ('out_invoice', 'entry')), ('company_id', '=', self.company.id),
            '|', ('line_ids.service_order_line_id', '!=', False),
            ('line_ids.service_fee_id', '!=', False)])

    def test_every_button_that_shows_records_opens_a_page(self):
        # Settings are the administrator's.
        others = {
            ('res.config.settings', method): self.env.user
            for method in self._get_opening_methods('service_management')['res.config.settings']}
        self.assertMethodsOpen(
            'service_management', self.user_manager, others,
            service_team=self.team,
            # What names no object has no history.
            service_visit=self.env['service.visit'].search([]).filtered('object_ids'),
            res_config_settings=self.env['res.config.settings'].create({}),
            account_move=self._get_moves(),
            res_partner=self.customer | self.other_customer | self.site)

    def test_every_window_action_opens_for_those_whose_menus_show_it(self):
        self.assertMenusOpen('service_management', [
            self.user_manager, self.user_dispatcher, self.user_technician, self.user_accountant,
            self.user_sales])
