from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, users

from .common import SIGNATURE, ServiceBaseCommon


class TestServiceStage(ServiceBaseCommon):

    # ------------------------------------------------------------ the first stage

    def test_new_order_begins_in_the_first_stage(self):
        self.assertEqual(self._create_order().stage_id, self.stage_first)

    def test_marking_another_stage_first_moves_the_mark(self):
        self.stage_request.is_first = True
        self.assertEqual(self.env['service.stage'].search([('is_first', '=', True)]),
                         self.stage_request)

    def test_creating_a_first_stage_moves_the_mark(self):
        stage = self.env['service.stage'].create({'name': "Inbox", 'is_first': True})
        self.assertEqual(self.env['service.stage']._get_first(), stage)

    def test_first_mark_cannot_be_taken_away(self):
        with self.assertRaisesRegex(UserError, "need a first stage"):
            self.stage_first.is_first = False

    def test_first_stage_cannot_be_deleted(self):
        with self.assertRaisesRegex(UserError, "where new orders begin"):
            self.stage_first.unlink()

    def test_first_stage_cannot_be_archived(self):
        with self.assertRaisesRegex(ValidationError, "has to be active"):
            self.stage_first.active = False

    def test_first_stage_cannot_be_a_closed_one(self):
        with self.assertRaisesRegex(ValidationError, "Request or Open"):
            self.stage_posted.is_first = True

    def test_category_of_a_used_stage_cannot_change(self):
        self._create_order()
        with self.assertRaisesRegex(UserError, "category cannot change"):
            self.stage_first.category = 'draft'

    def test_category_of_an_unused_stage_can_change(self):
        stage = self.env['service.stage'].create({'name': "Spare"})
        stage.category = 'cancelled'
        self.assertEqual(stage.category, 'cancelled')

    def test_order_of_another_team_does_not_get_a_team_stage(self):
        other = self.env['service.team'].create({'name': "South", 'company_id': self.company.id})
        stage = self.env['service.stage'].create({'name': "South only", 'team_ids': other.ids})
        with self.assertRaisesRegex(ValidationError, "not used by the team"):
            self._create_order().stage_id = stage

    # ------------------------------------------------------------ what stages allow

    def _forbid(self, action):
        flag, _text = self.env['service.stage']._get_actions()[action]
        self.stage_first[flag] = False

    @users('service_dispatcher')
    def test_stage_without_edit_refuses_changes_and_names_itself(self):
        order = self._create_order().with_user(self.env.user)
        self._forbid('edit')
        with self.assertRaisesRegex(UserError, "cannot be changed in stage “To Plan”"):
            order.title = "Other"

    @users('service_dispatcher')
    def test_stage_without_edit_refuses_new_lines(self):
        order = self._create_order()
        self._forbid('edit')
        with self.assertRaisesRegex(UserError, "cannot be changed in stage “To Plan”"):
            self._create_line(order.with_user(self.env.user))

    @users('service_dispatcher')
    def test_stage_without_edit_refuses_changing_and_deleting_lines(self):
        order = self._create_order()
        line = self._create_line(order).with_user(self.env.user)
        self._forbid('edit')
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            line.quantity_planned = 3
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            line.unlink()

    @users('service_dispatcher')
    def test_stage_without_edit_refuses_tasks(self):
        order = self._create_order()
        task = self.env['service.task'].sudo().create({'name': "Clean"})
        self._forbid('edit')
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            self.env['service.order.task'].create({'order_id': order.id, 'task_id': task.id})

    @users('service_dispatcher')
    def test_stage_without_edit_still_takes_notes_and_another_responsible(self):
        order = self._create_order().with_user(self.env.user)
        self._forbid('edit')
        order.write({'note_internal': "Key under the mat", 'user_id': self.user_manager.id})
        self.assertEqual(order.user_id, self.user_manager)

    @users('service_dispatcher')
    def test_stage_without_delete_refuses_deleting(self):
        order = self._create_order().with_user(self.env.user)
        self._forbid('delete')
        with self.assertRaisesRegex(UserError, "cannot be deleted in stage “To Plan”"):
            order.unlink()

    @users('service_dispatcher')
    def test_stage_without_cancel_refuses_cancelling(self):
        order = self._create_order().with_user(self.env.user)
        self._forbid('cancel')
        with self.assertRaisesRegex(UserError, "cannot be cancelled in stage “To Plan”"):
            order.action_cancel()

    def test_stage_without_sign_off_refuses_signing(self):
        order = self._create_order()
        with self.assertRaisesRegex(UserError, "cannot be signed off in stage “To Plan”"):
            order.write({'stage_id': self.stage_signed_off.id, 'signature': SIGNATURE})

    def test_stage_without_post_refuses_posting(self):
        order = self._worked_order()
        self.stage_signed_off.can_post = False
        with self.assertRaisesRegex(UserError, "cannot be posted in stage “Signed Off”"):
            order.action_post()

    # ------------------------------------------------------------ moves and reasons

    def test_stage_that_needs_a_reason_refuses_a_move_without_one(self):
        order = self._create_order()
        with self.assertRaisesRegex(UserError, "“On Hold” needs a reason"):
            order.stage_id = self.stage_hold
        self.assertEqual(order.stage_id, self.stage_first)

    def test_reason_note_user_and_time_of_a_move_are_kept(self):
        order = self._create_order()
        order.with_user(self.user_dispatcher).write({
            'stage_id': self.stage_hold.id, 'stage_reason_id': self.reason.id,
            'stage_note': "Pump on its way"})
        order.invalidate_recordset()
        self.assertRecordValues(order.stage_log_ids, [{
            'stage_from_id': self.stage_first.id, 'stage_id': self.stage_hold.id,
            'reason_id': self.reason.id, 'note': "Pump on its way",
            'user_id': self.user_dispatcher.id,
        }, {
            'stage_from_id': False, 'stage_id': self.stage_first.id, 'reason_id': False,
            'note': False, 'user_id': self.env.uid,
        }])

    def test_next_move_forgets_the_reason_of_the_last(self):
        order = self._create_order()
        order.write({'stage_id': self.stage_hold.id, 'stage_reason_id': self.reason.id})
        order.stage_id = self.stage_first
        order.invalidate_recordset()
        self.assertFalse(order.stage_reason_id)
        self.assertEqual(order.stage_log_ids[1].reason_id, self.reason)

    def test_an_order_that_is_there_already_keeps_why_and_since_when(self):
        waiting, moved = self._create_order(), self._create_order()
        other = self.reason.copy({'name': "Weather"})
        waiting.write({'stage_id': self.stage_hold.id, 'stage_reason_id': self.reason.id,
                       'stage_note': "Pump on its way"})
        since = waiting.date_last_stage_update
        with freeze_time(since + timedelta(days=3)):
            (waiting | moved).write({
                'stage_id': self.stage_hold.id, 'stage_reason_id': other.id,
                'stage_note': "Storm", 'note_internal': "Ring first"})
            now = fields.Datetime.now()
        self.assertRecordValues(waiting | moved, [{
            'stage_id': self.stage_hold.id, 'stage_reason_id': self.reason.id,
            'stage_note': "Pump on its way", 'date_last_stage_update': since,
        }, {
            'stage_id': self.stage_hold.id, 'stage_reason_id': other.id,
            'stage_note': "Storm", 'date_last_stage_update': now,
        }])
        self.assertEqual(len(waiting.stage_log_ids), 2, "it did not move: nothing to record")
        for order in waiting | moved:
            self.assertIn("Ring first", order.note_internal, "what else is written, holds for all")

    def test_dropped_card_gets_a_dialog_where_a_reason_is_needed(self):
        order = self._create_order()
        action = order.get_stage_move_action(self.stage_hold.id)
        self.assertEqual(action['res_model'], 'service.order.change.stage')
        wizard = Form(self.env[action['res_model']].with_context(**action['context']))
        wizard.reason_id = self.reason
        wizard.note = "Ordered"
        wizard.save().action_apply()
        self.assertRecordValues(order, [{
            'stage_id': self.stage_hold.id, 'stage_reason_id': self.reason.id,
            'stage_note': "Ordered"}])

    def test_dropped_card_needs_no_dialog_without_questions(self):
        order = self._create_order()
        planned = self.env['service.stage'].search([('event', '=', 'planned')])
        self.assertFalse(order.get_stage_move_action(planned.id))

    def test_dropped_card_gets_the_signature_dialog_at_sign_off(self):
        order = self._create_order()
        self._plan(order)
        action = order.get_stage_move_action(self.stage_signed_off.id)
        self.assertEqual(action['res_model'], 'service.order.change.stage')

    def test_time_in_stage_is_measured(self):
        order = self._create_order()
        self.assertIn(str(self.stage_first.id), order.duration_tracking)

    @users('service_technician')
    def test_technician_does_not_move_orders_by_hand(self):
        order = self._create_order()
        self._plan(order)
        with self.assertRaisesRegex(AccessError, "do not move orders by hand"):
            order.with_user(self.env.user).stage_id = self.stage_hold

    def test_moves_that_make_no_sense_are_refused(self):
        cases = [  # (from, to)
            ('open', self.stage_request),
            ('signed_off', self.stage_cancelled),
            ('cancelled', self.stage_signed_off),
            ('open', self.stage_posted),
        ]
        for state, target in cases:
            with self.subTest(state=state, target=target.name):
                order = self._create_order()
                if state == 'signed_off':
                    order = self._worked_order()
                elif state == 'cancelled':
                    order.write({'stage_id': self.stage_cancelled.id,
                                 'stage_reason_id': self.cancel_reason.id})
                with self.assertRaisesRegex(UserError, "cannot go to"):
                    order.write({'stage_id': target.id, 'stage_reason_id': self.reason.id})

    def test_planned_visit_moves_the_order(self):
        order = self._create_order()
        self._plan(order)
        self.assertEqual(order.stage_id.event, 'planned')

    def test_event_never_moves_an_order_backwards(self):
        order = self._create_order()
        order.write({'stage_id': self.stage_hold.id, 'stage_reason_id': self.reason.id})
        self._plan(order)
        self.assertEqual(order.stage_id, self.stage_hold)

    @users('service_dispatcher')
    def test_new_order_does_not_begin_in_a_closed_stage(self):
        for stage in self.stage_signed_off | self.stage_posted | self.stage_cancelled:
            with self.subTest(stage=stage.name), self.assertRaisesRegex(
                    UserError, "New orders do not begin in stage"):
                self.env['service.order'].create({
                    'title': "Late entry", 'partner_id': self.customer.id, 'stage_id': stage.id,
                    'stage_reason_id': self.reason.id})

    @users('service_dispatcher')
    def test_new_order_does_not_begin_on_hold_without_a_reason(self):
        with self.assertRaisesRegex(UserError, "“On Hold” needs a reason"):
            self.env['service.order'].create({
                'title': "Waits", 'partner_id': self.customer.id, 'stage_id': self.stage_hold.id})

    @users('service_manager')
    def test_state_of_an_order_is_not_written_by_hand(self):
        order = self._create_order().with_user(self.env.user)
        with self.assertRaisesRegex(AccessError, "Change the stage"):
            order.write({'state': 'posted'})

    # ------------------------------------------------------------ cancel, revoke

    def _cancel(self, order):
        order.write({'stage_id': self.stage_cancelled.id,
                     'stage_reason_id': self.cancel_reason.id})

    def test_cancelled_order_cancels_its_open_lines_and_visits(self):
        order = self._create_order()
        line = self._create_line(order)
        visit = self._plan(order)
        self._cancel(order)
        self.assertEqual((order.state, line.state, visit.state), ('cancelled',) * 3)
        self.assertEqual(visit.reason_id, self.cancel_reason)
        self.assertEqual(order.progress, 'cancelled')

    def test_revoke_reopens_the_order_and_the_lines_cancelled_with_it(self):
        order = self._create_order()
        with_order = self._create_line(order)
        before = self._create_line(order)
        before.action_cancel()
        self._cancel(order)
        order.action_revoke()
        self.assertEqual(order.state, 'open')
        self.assertEqual((with_order.state, before.state), ('open', 'cancelled'))
        self.assertTrue(order.visit_ids.filtered('is_unassigned'), "a visit waits again")

    def test_revoke_leaves_orders_alone_that_are_not_cancelled(self):
        cancelled, running = self._create_order(), self._create_order()
        self._plan(running)
        stage = running.stage_id
        self._cancel(cancelled)
        (cancelled | running).action_revoke()
        self.assertEqual(cancelled.state, 'open')
        self.assertEqual(running.stage_id, stage)

    def test_order_cannot_be_cancelled_while_a_clock_runs(self):
        order = self._create_order()
        visit = self._plan(order)
        visit.action_start()
        order.stage_id.sudo().can_cancel = True
        with self.assertRaisesRegex(UserError, "clock of Anna runs"):
            self._cancel(order)

    def test_signed_off_order_is_reopened_by_managers_only(self):
        order = self._worked_order()
        planned = self.env['service.stage'].search([('event', '=', 'planned')])
        with self.assertRaisesRegex(UserError, "only a service manager reopens"):
            order.with_user(self.user_dispatcher).stage_id = planned
        order.with_user(self.user_manager).write({
            'stage_id': planned.id, 'stage_note': "The pump drips again"})
        self.assertEqual(order.state, 'open')

    @users('service_manager')
    def test_signed_off_order_is_reopened_with_a_reason_and_signed_once_more(self):
        order = self._worked_order().with_user(self.env.user)
        planned = self.env['service.stage'].search([('event', '=', 'planned')])
        order.sudo().signature = SIGNATURE
        with self.assertRefusedWith(UserError, "say why it is opened again", order):
            order.stage_id = planned
        action = order.get_stage_move_action(planned.id)
        dialog = Form(self.env[action['res_model']].with_context(**action['context']))
        with self.assertRaises(AssertionError, msg="The reason is asked for"):
            dialog.save()
        dialog.note = "The pump drips again"
        dialog.save().action_apply()
        self.assertRecordValues(order, [{
            'state': 'open', 'signature': False, 'signed_by': False, 'signed_on': False,
            'is_receipt_due': False}])
        filed = order.message_ids.filtered('attachment_ids')
        self.assertIn("The pump drips again", filed.body)
        self.assertEqual(filed.attachment_ids.name, 'signature.png')
        with self.assertRaisesRegex(UserError, "is not signed"):
            order.stage_id = self.stage_signed_off

    def test_posted_order_stays_closed(self):
        order = self._worked_order()
        order.action_post()
        with self.assertRaisesRegex(UserError, "cannot go to"):
            order.stage_id = self.stage_first

    def test_order_with_posted_lines_is_not_deleted(self):
        order = self._worked_order()
        order.action_post()
        self.stage_posted.can_delete = True
        with self.assertRaisesRegex(UserError, "has posted lines"):
            order.unlink()

    def test_missing_stage_of_a_category_says_what_to_create(self):
        self.stage_cancelled.active = False
        with self.assertRaisesRegex(UserError, "No stage has the category “Cancelled”"):
            self._create_order().action_cancel()

    # ------------------------------------------------------------ posted in part

    def _post_hours(self):
        """Return a signed order whose hours are posted and whose pump is not."""
        order = self._worked_order().with_user(self.user_manager)
        order.line_ids.filtered(lambda line: line.kind == 'hour').action_post()
        self.assertEqual(set(order.line_ids.mapped('state')), {'open', 'posted'})
        return order

    def test_order_with_posted_lines_is_not_reopened(self):
        order = self._post_hours()
        with self.assertRefusedWith(UserError, "has posted lines and stays closed", order):
            order.stage_id = self.stage_first

    def test_order_with_posted_lines_is_not_cancelled(self):
        """Where an addon lets signed orders be cancelled: ours come from drafts and open orders."""
        order = self._post_hours()
        transitions = {**order._get_transitions(), 'cancelled': {'signed_off'}}
        order.stage_id.sudo().can_cancel = True
        cancelled = self.env['service.stage']._get_for('cancelled', order.company_id, order.team_id)
        with patch.object(type(order), '_get_transitions', lambda order: transitions), (
                self.assertRefusedWith(UserError, "has posted lines and cannot be cancelled", order)):
            order.write({'stage_id': cancelled.id, 'stage_reason_id': self.cancel_reason.id})

    def test_order_with_open_lines_does_not_become_posted(self):
        order = self._post_hours()
        with self.assertRefusedWith(UserError, "has lines that are not posted", order):
            order.stage_id = self.stage_posted

    @users('service_dispatcher')
    def test_orders_that_go_to_different_stages_are_not_moved_together(self):
        team = self.env['service.team'].sudo().create({
            'name': "South", 'company_id': self.company.id})
        self.env['service.stage'].sudo().create({
            'name': "Called off", 'category': 'cancelled', 'team_ids': team.ids, 'sequence': 0})
        orders = (self._create_order() | self._create_order(team_id=team.id)).with_user(
            self.env.user)
        with self.assertRefusedWith(UserError, "These orders go to different stages", orders):
            orders.action_cancel()
