from contextlib import contextmanager

from lxml import etree

from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user
from odoo.tools.safe_eval import safe_eval

from .common import ServiceBaseCommon


@freeze_time('2026-03-03 08:30:00')
class TestServiceNextStep(ServiceBaseCommon):
    """One button in colour, the right one, whoever looks at an order in whatever state."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.service_require_signature = False
        cls.stage_first.can_sign_off = True
        cls.user_sales = new_test_user(
            cls.env, login='step_sales', groups='sales_team.group_sale_salesman_all_leads')
        cls.user_accountant = new_test_user(
            cls.env, login='step_accountant', groups='account.group_account_invoice')

    def _make_orders(self):
        """Return {situation: (order, {role: its next step})}."""
        request = self._create_order(stage_id=self.stage_request.id)
        priced = self._create_order(stage_id=self.stage_request.id)
        self._create_line(priced, 'item')
        quoted = priced.copy({'stage_id': self.stage_request.id})
        quoted._mark_quote_sent()
        waiting = self._create_order()
        planned = self._create_order()
        self._plan(planned)
        dispatched, working, done = (self._create_order() for _number in range(3))
        for order, employee in (
                (dispatched, self.colleague), (working, self.technician), (done, self.technician)):
            self._plan(order, '2026-03-03 06:00:00', employee).action_dispatch()
        stopped = self._create_order()
        self._plan(stopped, '2026-03-03 06:30:00').action_dispatch()
        stopped.visit_ids._start_timer('work')
        stopped.visit_ids._stop_timer()
        done.visit_ids._start_timer('work')
        done.visit_ids._stop_timer()
        done.visit_ids._finish()
        working.visit_ids._start_timer('work')
        signed, posted, cancelled = (self._create_order() for _number in range(3))
        for order in (signed, posted):
            self._create_line(order, 'item')
            order.stage_id = self.stage_signed_off
        posted.line_ids._post()
        posted._move_to('posted')
        cancelled._move_to('cancelled', self.cancel_reason)
        office = ('customer_service', 'dispatcher', 'manager')
        planners = ('dispatcher', 'manager')
        workers = ('technician', 'colleague', *office)
        return {
            'request': (request, dict.fromkeys(office, 'confirm')),
            'request with prices': (priced, dict.fromkeys(office, 'send_quote')),
            'quote': (quoted, dict.fromkeys(office, 'confirm')),
            'to plan': (waiting, dict.fromkeys(planners, 'plan_visit')),
            'planned': (planned, dict.fromkeys(planners, 'dispatch')),
            'dispatched': (dispatched, {'colleague': 'start'}),
            'working': (working, {'technician': 'stop'}),
            'work stopped': (stopped, {'technician': 'sign_off'}),
            'work done': (done, dict.fromkeys(workers, 'sign_off')),
            'signed off': (signed, {'manager': 'post'}),
            'posted': (posted, {'manager': 'bill'}),
            'cancelled': (cancelled, dict.fromkeys(office, 'revoke')),
        }

    @contextmanager
    def _taken_back(self):
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            self.env.flush_all()
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    def _get_buttons(self, order, user):
        """Return the names of the buttons that a user sees in the header, and of those in colour."""
        order = order.with_user(user)
        view = order.get_view(view_type='form')
        header = etree.fromstring(view['arch']).find('header')
        values = {
            name: order[name].id if order._fields[name].type == 'many2one' else order[name]
            for name in ('state', 'next_step', 'can_edit', 'can_sign_off', 'is_waived', 'may_cancel', 'id',
                         'invoice_status', 'date_first_contact', 'sla_state', 'has_unassigned_visit',
                         'has_guides')}
        seen = [
            button for button in header.iter('button')
            if not safe_eval(button.get('invisible') or 'False', dict(values))]
        return [button.get('name') for button in seen], [
            button.get('name') for button in seen if 'btn-primary' in (button.get('class') or '')]

    def test_one_button_is_in_colour_and_it_is_the_next_step_of_whoever_looks(self):
        roles = {
            'technician': self.user_technician, 'colleague': self.user_colleague,
            'customer_service': self.user_customer_service,
            'dispatcher': self.user_dispatcher, 'manager': self.user_manager,
            'accountant': self.user_accountant}
        for situation, (order, steps) in self._make_orders().items():
            for role, user in roles.items():
                with self.subTest(situation=situation, role=role):
                    self.env.invalidate_all()
                    seen, primary = self._get_buttons(order, user)
                    step = steps.get(role)
                    self.assertEqual(primary, [f'action_{step}'] if step else [], seen)
                    if step:
                        with self._taken_back():
                            self.assertTrue(getattr(order.with_user(user), f'action_{step}')())

    def test_who_only_looks_sees_no_button_that_does_something(self):
        for situation, (order, _steps) in self._make_orders().items():
            with self.subTest(situation):
                seen, _primary = self._get_buttons(order, self.user_accountant)
                self.assertFalse(seen)

    def test_sign_off_of_work_that_has_not_begun_is_no_next_step(self):
        order = self._create_order()
        self.assertEqual(order.with_user(self.user_technician).next_step, False)
        seen, primary = self._get_buttons(order, self.user_technician)
        self.assertIn('action_sign_off_anyway', seen)
        self.assertFalse(primary)

    def test_form_of_a_new_order_asks_for_no_step(self):
        order = self.env['service.order'].new({'partner_id': self.customer.id})
        self.assertFalse(order.next_step)

    def test_technicians_of_finished_orders_are_known(self):
        order = self._create_order()
        visit = self._plan(order)
        visit.action_dispatch()
        visit._start_timer('work')
        visit._finish()
        self.assertEqual(order.technician_ids, self.technician)

    def test_percentages_read_as_percent(self):
        """Whoever reads a number that is a percentage sees that it is one."""
        bare = set()
        for view in self.env['ir.ui.view'].search([
                ('model', '=like', 'service.%'), ('type', 'in', ('form', 'list'))]):
            for node in etree.fromstring(view.arch).iter('field'):
                name, field = node.get('name'), None
                owner = next((
                    parent.get('name') for parent in node.iterancestors('field')), None)
                model = self.env[view.model]
                if owner in model._fields and model._fields[owner].comodel_name:
                    model = self.env[model._fields[owner].comodel_name]
                field = model._fields.get(name)
                if not field or 'percent' not in name:
                    continue
                said = ' '.join(filter(None, (
                    node.get('string'), field.string, node.get('widget'), node.tail)))
                if '%' not in said and 'percent' not in said.lower():
                    bare.add(f'{view.name}: {name}')
        self.assertFalse(bare)

    def test_margin_of_an_order_is_in_percent(self):
        order = self._create_order()
        self._create_line(order, 'item', price_unit=140)
        self.assertEqual(order.margin_percent, 50)

    def test_customers_words_and_photos_are_on_top(self):
        order = self._create_order(task_ids=[Command.clear()])
        customer = self.env['res.partner'].create({'name': "Guest", 'parent_id': self.customer.id})
        order.message_post(body="Called back", message_type='comment')
        order.message_post(
            body="It drips", author_id=customer.id, message_type='comment',
            attachments=[('leak.png', b'\x89PNG\r\n\x1a\n'), ('terms.txt', b'text')])
        order.message_post(body="Still drips", author_id=customer.id, message_type='comment')
        self.assertIn("It drips", order.request_text)
        self.assertEqual(order.request_photo_ids.mapped('name'), ['leak.png'])

    def test_badge_names_the_promise_that_it_is_about(self):
        sla = self.env['service.sla'].create({
            'name': "Gold", 'company_id': False, 'target_ids': [
                Command.create({'kind': 'response', 'limit_hours': 1}),
                Command.create({'kind': 'completion', 'limit_hours': 90})]})
        order = self._create_order(sla_id=sla.id)
        response = order.sla_status_ids.sorted('limit_hours')[0]
        self.assertEqual(order.sla_text.split(',')[0], response.display_name)
        response.sudo().state = 'missed'
        self.assertEqual(order.sla_state, 'missed')
        self.assertEqual(order.sla_text, response._describe_promise())
        self.assertFalse(self._create_order().sla_text)
