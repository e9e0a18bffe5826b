"""Every screen as every role: what somebody is shown opens, and what is pressed answers."""
from odoo.tests import freeze_time, new_test_user
from odoo.tools import mute_logger

from .common import ServiceBaseCommon
from .common_company import ServiceDayCommon
from .common_robot import SEED, Robot

#: Who has no role in service, and opens what Odoo shows of it
OTHERS = {
    'bookkeeper': 'account.group_account_manager',
    'officer': 'hr.group_hr_user',
    'sales_manager': 'sales_team.group_sale_manager',
    'settings': 'base.group_system',
    'internal': 'base.group_user',
}
#: Buttons that the robot has no occasion to press: (model, name), and why
NEVER_SHOWN = {
    ('service.hand.over', 'action_archive_user'): "needs one who manages users and service",
    ('service.order.bill', 'action_show_warned'): "what bills warn of are customers",
    ('service.order.merge', 'action_apply'): "beside the order it opens first, work is under way",
    ('service.object.structure', 'action_roll_back'): "the dialog opens with today",
    ('service.order', 'action_stop'): "who is at work is Boris, whom no robot plays",
}


class ScreensCommon(ServiceDayCommon):
    """The robot says what fails with the way there: role > menu > screen > record > button."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.staff = [
            cls.user_technician, cls.user_customer_service, cls.user_dispatcher, cls.user_manager,
            cls.user_accountant, cls.user_sales]
        cls.others = [
            new_test_user(
                cls.env, login=f'service_{name}', groups=f'base.group_user,{group}',
                company_id=cls.company.id, tz='Europe/Riga')
            for name, group in OTHERS.items()]

    def _send(self, user):
        """Send a robot through all screens of a user; return it."""
        robot = Robot(self.env, user)
        with mute_logger('odoo.sql_db', 'odoo.tests.form.onchange'):
            robot.open_menus()
        with self.subTest(user=user.login, seed=SEED):
            self.assertFalse(robot.failures, robot.tell())
        return robot


@freeze_time('2026-03-02 09:00:00')
class TestServiceScreens(ScreensCommon):
    """A company that uses all there is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if 'service_search_error' in cls.site._fields:  # addresses are looked up where a bridge is
            cls.site.sudo().service_search_error = 'not_found'

    def test_every_screen_opens_and_every_button_answers_for_every_role(self):
        robots = [self._send(user) for user in self.staff + self.others]

        def gather(name):
            return set().union(*(getattr(robot, name) for robot in robots))

        self.assertGreater(len(gather('opened')), 45)
        seen = set().union(*(robot.opened - robot.empty for robot in robots))
        self.assertFalse(
            {name for name in gather('empty') - seen if name.startswith('service')},
            "Make a record of it in the set-up: an empty screen shows little.")
        missed = {key[:2] for key in gather('buttons')} - {key[:2] for key in gather('pressed')}
        self.assertEqual(missed, set(NEVER_SHOWN))


@freeze_time('2026-03-02 09:00:00')
class TestServiceBasicScreens(ScreensCommon):
    """A company that uses none of the features, though some of each is there."""

    def test_every_screen_opens_and_every_button_answers_without_features(self):
        self._switch_features(False)
        opened = set()
        for user in self.staff:
            opened |= self._send(user).opened
        self.assertFalse({name for name in opened if any(
            part in name for part in ('subscription', 'sla', 'price_rule', 'zone', 'line_set'))})
        self.assertGreater(len(opened), 20)


class TestRobot(ServiceBaseCommon):
    """The robot sees what it is there for: faults that somebody plants are found, with the way."""

    def _plant(self, model, view_type, anchor, arch):
        """Add something to a view of a model; return what a robot of the dispatcher finds."""
        view = self.env[model].get_view(view_type=view_type)['id']
        self.env['ir.ui.view'].create({
            'name': "Planted", 'model': model, 'inherit_id': view,
            'arch': f'<xpath expr="{anchor}" position="inside">{arch}</xpath>'})
        robot = Robot(self.env, self.user_dispatcher)
        action = robot.load_action('service_management.service_order_action')
        with mute_logger('odoo.sql_db'), robot.step("Orders"):
            robot.open_action(action)
        return robot.tell()

    def setUp(self):
        super().setUp()
        for title in ("Leak", "Noise"):  # lines move from one to the other
            self._create_order(title=title)
        for title in ("Spring", "Autumn"):  # still, when what customers called for was merged
            self._create_order(title=title, channel='agreement')

    def test_nothing_is_found_where_nothing_is_planted(self):
        self.assertFalse(self._plant('service.order', 'form', '//header', '<span/>'))

    def test_button_that_fails_is_found_with_the_way_there(self):
        found = self._plant(
            'service.order', 'form', '//header',
            '<button name="action_bill" type="object" string="Planted"/>')
        self.assertRegex(found, r'service_dispatcher > Orders > SRV.* > \[Planted\] \(action_bill\)')
        self.assertIn('AccessError', found)

    def test_action_that_leads_nowhere_is_found(self):
        action = self.env['ir.actions.act_window'].create({
            'name': "Planted", 'res_model': 'service.order', 'view_mode': 'list',
            'domain': "[('no_such_field', '=', 1)]"})
        found = self._plant(
            'service.order', 'form', '//header',
            f'<button name="{action.id}" type="action" string="Planted"/>')
        self.assertIn('no_such_field', found)

    def test_field_that_one_may_not_read_is_found(self):
        self.env['ir.model.access'].search([
            ('model_id.model', '=', 'service.tag')]).perm_read = False
        found = self._plant('service.order', 'form', '//sheet', '<span/>')
        self.assertIn("service.tag", found)

    def test_filter_that_fails_is_found(self):
        found = self._plant(
            'service.order', 'search', '//search',
            '<filter name="planted" string="Planted" context="{\'group_by\': \'is_late\'}"/>')
        self.assertRegex(found, r'filter Planted:\s')
