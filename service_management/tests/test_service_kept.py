from datetime import datetime

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, users

from .common import ServiceBaseCommon


@freeze_time('2026-03-03 10:00:00')
class TestServiceKept(ServiceBaseCommon):
    """Work that was done is not deleted, whoever deletes what it hangs on."""

    def _create_worked_orders(self):
        """Return orders with work, by its kind, all moved back to the first stage."""
        orders = {
            title: self._create_order(title=title)
            for title in ('booked', 'running', 'visited', 'hours', 'part', 'cancelled')}
        for title, technician in (
                ('booked', self.technician), ('running', self.technician),
                ('visited', self.colleague)):
            visit = self._plan(orders[title], employee=technician)
            visit._start_timer('work', datetime(2026, 3, 3, 8))
            if title != 'running':
                visit._stop_timer(datetime(2026, 3, 3, 9))
        other = self._create_order(title="Takes the hours")
        self.env['service.order.move.lines'].create({
            'order_id': orders['visited'].id, 'target_order_id': other.id}).action_apply()
        visit._finish()
        self._create_line(orders['hours'], employee_id=self.technician.id, quantity=2)
        self._create_line(orders['part'], 'item').quantity = 3
        self._create_line(orders['cancelled'], quantity=2).action_cancel()
        self.env['service.order'].union(*orders.values()).stage_id = self.stage_first
        return orders

    @users('service_dispatcher')
    def test_order_with_work_is_not_deleted(self):
        for title, order in self._create_worked_orders().items():
            with self.subTest(title):
                order = order.with_user(self.env.user)
                kept = (order, order.line_ids, order.visit_ids)
                with self.assertRefusedWith(UserError, "Cancel it instead", *kept):
                    order.unlink()
                with self.assertRefusedWith(UserError, "Cancel it instead", *kept):
                    order.sudo().unlink()
                process = self.env['service.order.process'].create({
                    'operation': 'delete', 'order_ids': order.ids})
                with self.assertRefusedWith(UserError, "Cancel it instead", *kept):
                    process.action_delete()

    @users('service_dispatcher')
    def test_line_with_work_is_not_deleted(self):
        orders = self._create_worked_orders()
        for title in ('booked', 'hours', 'part', 'cancelled'):
            with self.subTest(title):
                order = orders[title].with_user(self.env.user)
                line = order.line_ids
                with self.assertRefusedWith(UserError, "Cancel it instead", line):
                    line.unlink()
                with self.assertRefusedWith(UserError, "Cancel it instead", line):
                    order.line_ids = [Command.delete(line.id)]
                with self.assertRaisesRegex(UserError, "Cancel it instead"), Form(order) as form:
                    form.line_ids.remove(0)

    @users('service_technician')
    def test_technician_does_not_delete_booked_hours(self):
        order = self._create_order()
        visit = self._plan(order).with_user(self.env.user)
        visit._start_timer('work', datetime(2026, 3, 3, 8))
        visit._stop_timer()
        with self.assertRefusedWith(UserError, "Cancel it instead", visit.line_ids, visit):
            visit.line_ids.unlink()

    @users('service_dispatcher')
    def test_what_is_only_planned_is_deleted(self):
        order = self._create_order().with_user(self.env.user)
        self._plan(order)
        lines = self._create_line(order, quantity_planned=2) | self._create_line(order, 'item')
        order.stage_id = self.stage_first
        lines[1].unlink()
        order.unlink()
        self.assertFalse(lines.exists())

    def test_technician_with_booked_hours_is_not_deleted(self):
        employee = self._create_technician("Carl")
        self._create_line(self._create_order(), employee_id=employee.id, quantity=2)
        with self.assertRefused("employee"):
            self.env.cr.execute("DELETE FROM hr_employee WHERE id = %s", [employee.id])

    def test_order_left_empty_is_kept_when_it_was_visited(self):
        order, other = self._create_order(), self._create_order()
        visit = self._plan(order)
        visit._start_timer('work', datetime(2026, 3, 3, 8))
        visit._stop_timer()
        order.stage_id = self.stage_first
        dialog = self.env['service.order.move.lines'].create({
            'order_id': order.id, 'target_order_id': other.id, 'delete_empty': True})
        with self.assertRaisesRegex(UserError, "Work was done on the visit"):
            dialog.action_apply()
