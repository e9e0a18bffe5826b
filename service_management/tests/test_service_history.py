from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, users

from .common import ServiceBaseCommon


@freeze_time('2026-03-02 09:00:00')
class TestServiceHistory(ServiceBaseCommon):
    """Orders of the past are known, and nothing follows from them."""

    def _file(self, **values):
        return self.env['service.order'].with_user(self.user_manager).create({
            'title': "Pump replaced", 'is_history': True, 'partner_id': self.customer.id,
            'object_ids': self.object.ids, 'date_order': '2025-05-05 08:00:00',
            'user_id': self.user_dispatcher.id, 'line_ids': [
                Command.create({'kind': 'hour', 'name': "Work", 'quantity': 2, 'price_unit': 80}),
                Command.create({'kind': 'item', 'product_id': self.part.id, 'quantity': 1}),
            ], **values})

    def test_history_is_posted_and_never_billed(self):
        order = self._file()
        self.assertRecordValues(order, [{
            'state': 'posted', 'invoice_status': 'no', 'amount_untaxed': 280, 'is_history': True}])
        self.assertEqual(set(order.line_ids.mapped('state')), {'posted'})
        self.assertFalse(order._get_billable_lines())
        self.assertFalse(self.env['account.analytic.line'].search([
            ('service_order_line_id', 'in', order.line_ids.ids)]))

    def test_nobody_is_sent_or_told(self):
        self.team.sla_id = self.env['service.sla'].create({'name': "Gold", 'target_ids': [
            Command.create({'kind': 'response', 'limit_hours': 1})]})
        mails = self.env['mail.mail'].search_count([])
        order = self._file()
        self.assertFalse(order.visit_ids)
        self.assertFalse(order.sla_status_ids)
        self.assertFalse(order.activity_ids)
        self.assertFalse(order.stage_log_ids)
        self.assertEqual(self.env['mail.mail'].search_count([]), mails)

    def test_history_is_found_on_its_object_and_left_out_of_figures(self):
        order = self._file()
        self.assertIn(order, self.env['service.order'].search([
            ('object_ids', 'in', self.object.ids)]))
        self.env.flush_all()
        self.assertFalse(self.env['service.order.report'].search([('order_id', '=', order.id)]))

    def test_history_and_work_come_in_one_list(self):
        values = {'title': "Leak", 'partner_id': self.customer.id}
        orders = self.env['service.order'].with_user(self.user_manager).create([
            values, {**values, 'is_history': True, 'stage_id': self.stage_first.id}, values])
        self.assertEqual(orders.mapped('is_history'), [False, True, False])
        self.assertEqual(orders.mapped('state'), ['open', 'posted', 'open'])
        self.assertEqual([len(order.visit_ids) for order in orders], [1, 0, 1])

    def test_work_does_not_become_history_nor_the_other_way_round(self):
        for order, is_history in ((self._file(), False), (self._create_order(), True)):
            with self.assertRaisesRegex(UserError, "from the beginning, or never"):
                order.with_user(self.user_manager).is_history = is_history

    @users('service_dispatcher')
    def test_dispatcher_files_no_history(self):
        with self.assertRaisesRegex(AccessError, "service managers"):
            self.env['service.order'].create({
                'title': "Old", 'partner_id': self.customer.id, 'is_history': True})

    def test_an_import_that_went_wrong_is_deleted_by_managers_only(self):
        order = self._file()
        with self.assertRaises(UserError):  # which errors of access are
            order.with_user(self.user_dispatcher).unlink()
        order.with_user(self.user_manager).unlink()
        self.assertFalse(order.exists())
