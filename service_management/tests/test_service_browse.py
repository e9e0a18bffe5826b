"""Every screen as every role, in the browser: nothing is blank, cut off or in the console."""
import json
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase, freeze_time, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .common import GROUP
from .common_company import ServiceDayCommon
from .common_robot import Scout
from .test_service_tours import PHONE

ROBOT = Path(__file__).with_name('robot.js').read_text()


@tagged('service_browser')
class TestServiceBrowse(ServiceDayCommon, HttpCase):
    """A scout finds what there is to see for a user; a robot in the browser looks at it."""

    freeze_time = None  # the browser has a clock of its own

    @classmethod
    def setUpClass(cls):
        with freeze_time('2026-03-02 09:00:00'):
            super().setUpClass()
        # The day of the company is today.
        days = (fields.Date.today() - fields.Date.to_date('2026-03-02')).days
        cls.env.flush_all()
        cls.env.execute_query(SQL(
            """UPDATE service_visit SET date_start = date_start + %(days)s * interval '1 day',
                   date_end = date_end + %(days)s * interval '1 day'
                RETURNING id""", days=days))
        cls.env.invalidate_all()

    def _browse(self, user, more=()):
        """Open all screens of a user, and more: [way, action, types of views, record]."""
        scout = Scout(self.env, user)
        with mute_logger('odoo.sql_db', 'odoo.tests.form.onchange'):
            scout.open_menus()
        self.assertFalse(scout.failures, scout.tell())
        self.assertGreater(len(scout.screens), 4)
        plan = {'screens': [*scout.screens, *more], 'dialogs': scout.get_dialogs()}
        try:
            self.browser_js(
                '/odoo', ROBOT % json.dumps(plan), login=user.login, timeout=300,
                ready="!!odoo.__WOWL_DEBUG__?.root.env.services.action")
        except AssertionError as error:  # which begins with all of the script
            said = str(error).rpartition('" failed\n\n')[2]
            raise self.failureException(said) from None

    def test_every_screen_of_a_technician(self):
        self._browse(self.user_technician)

    def test_every_screen_of_a_technician_on_a_phone(self):
        with patch.multiple(self, **PHONE):
            self._browse(self.user_technician)

    def test_every_screen_of_customer_service(self):
        self._browse(self.user_customer_service)

    def test_every_screen_of_a_dispatcher(self):
        self._browse(self.user_dispatcher)

    def test_every_screen_of_a_manager_with_settings(self):
        self.user_manager.group_ids |= self.env.ref('base.group_system')
        menus = self.env['ir.ui.menu'].sudo().search([])
        actions = self.env['ir.actions.act_window'].search([
            ('res_model', '=like', 'service.%'), ('target', '!=', 'new')])
        unlisted = actions.filtered(lambda action: action not in menus.mapped('action'))
        self._browse(self.user_manager, [
            [f'Action {action.xml_id}', action.id, [
                kind for kind in action.view_mode.split(',') if kind != 'form'], False]
            for action in unlisted])

    def test_every_screen_of_an_accountant(self):
        self._browse(self.user_accountant)

    def test_every_screen_of_a_salesperson(self):
        self._browse(self.user_sales)

    def test_every_screen_of_a_company_that_begins(self):
        company = self.env['res.company'].create({'name': "Begins"})
        self._browse(new_test_user(
            self.env, 'service_beginner', GROUP + 'manager', company_id=company.id,
            company_ids=company.ids))
