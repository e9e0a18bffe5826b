from odoo.exceptions import AccessError
from odoo.fields import Command

from ..models.common.bulk import STEP
from .common_subscription import SubscriptionCommon


class TestServiceActivate(SubscriptionCommon):
    """Hundreds of imported contracts begin at once: those that can, and the others say why not."""

    def _open(self, documents):
        action = documents.with_user(self.user_manager).action_activate_selected()
        return self.env[action['res_model']].with_user(self.user_manager).with_context(
            **action['context']).create({})

    def test_agreements_that_can_begin_do_and_others_say_why_not(self):
        agreements = self.env['service.agreement'].create([{
            'title': "Care", 'partner_id': self.customer.id, 'date_start': '2020-01-01',
            'date_end': end} for end in (False, '2020-12-31', False)])
        dialog = self._open(agreements)
        self.assertEqual((dialog.ready_count, dialog.skipped_count), (2, 1))
        self.assertIn(agreements[1].name, dialog.skipped)
        message = dialog.action_apply()['params']['message']
        self.assertIn("2", message)
        self.assertEqual(agreements.mapped('state'), ['active', 'draft', 'active'])
        again = self._open(agreements)
        self.assertEqual((again.ready_count, again.skipped_count), (0, 3))

    def test_many_begin_step_by_step(self):
        agreements = self.env['service.agreement'].create([{
            'title': f"Care {number}", 'partner_id': self.customer.id} for number in range(STEP + 2)])
        action = self._open(agreements).action_apply()
        self.assertEqual((action['tag'], action['params']['verb']), ('service_bulk', 'activate'))
        for ids in action['params']['batches']:
            step = agreements.browse(ids).with_user(self.user_manager).action_bulk_step('activate')
            self.assertEqual(step['done'], len(ids))
        self.assertEqual(set(agreements.mapped('state')), {'active'})
        step = agreements[:1].with_user(self.user_dispatcher).action_bulk_step('activate')
        self.assertIn("Only a service manager", step['failed'][0]['text'])

    def test_subscriptions_without_lines_are_left_and_named(self):
        draft, empty = (
            self.env['service.subscription'].create({
                'title': title, 'partner_id': self.customer.id, 'plan_id': self.monthly.id,
                'date_start': '2026-01-01', 'line_ids': lines})
            for title, lines in (
                ("Full", [Command.create({'product_id': self.monitoring.id})]), ("Empty", [])))
        dialog = self._open(draft | empty)
        self.assertEqual((dialog.ready_count, dialog.skipped_count), (1, 1))
        self.assertIn("no lines", dialog.skipped)
        dialog.action_apply()
        self.assertEqual((draft.state, empty.state), ('active', 'draft'))

    def test_only_managers_activate(self):
        agreement = self.env['service.agreement'].create({
            'title': "Care", 'partner_id': self.customer.id})
        with self.assertRaises(AccessError):
            agreement.with_user(self.user_dispatcher).action_activate_selected()
