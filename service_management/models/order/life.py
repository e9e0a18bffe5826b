from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...tools.rules import progress

#: target state: the states an order may come from
TRANSITIONS = {
    'draft': {'draft'},
    'open': {'draft', 'open', 'signed_off', 'cancelled'},
    'signed_off': {'open', 'signed_off'},
    'posted': {'signed_off', 'posted'},
    'cancelled': {'draft', 'open', 'cancelled'},
}


class ServiceOrder(models.Model):
    """How an order moves: the table of moves, what guards them, what follows, and the verbs."""
    _inherit = 'service.order'

    # Where it stands
    stage_id = fields.Many2one(
        comodel_name='service.stage', compute='_compute_stage_id', store=True, readonly=False,
        precompute=True, required=True, index=True, tracking=True, ondelete='restrict',
        group_expand='_read_group_stage_ids', copy=False,
        domain="[('company_id', 'in', (False, company_id)),"
               " '|', ('team_ids', '=', False), ('team_ids', '=', team_id)]")
    stage_reason_id = fields.Many2one(
        comodel_name='service.reason', copy=False, ondelete='restrict')
    stage_note = fields.Char(copy=False)
    stage_log_ids = fields.One2many(
        comodel_name='service.order.stage.log', inverse_name='order_id', string="Stage History")
    date_last_stage_update = fields.Datetime(
        string="In Stage Since", default=fields.Datetime.now, copy=False, readonly=True)
    state = fields.Selection(related='stage_id.category', store=True, index=True, string="State")
    progress = fields.Selection(
        selection=[('in_process', "In Process"), ('posted', "Posted"), ('cancelled', "Cancelled")],
        compute='_compute_progress', store=True)
    can_edit = fields.Boolean(related='stage_id.can_edit')
    can_cancel = fields.Boolean(related='stage_id.can_cancel')
    can_sign_off = fields.Boolean(related='stage_id.can_sign_off')
    can_post = fields.Boolean(related='stage_id.can_post')

    # Sign-off
    signature = fields.Image(
        copy=False, attachment=True, max_width=1024, max_height=1024)
    signed_by = fields.Char(copy=False)
    signed_on = fields.Datetime(copy=False)

    @api.depends('company_id', 'team_id')
    def _compute_stage_id(self):
        """Give new orders their first stage; keep the stage of the others."""
        Stage = self.env['service.stage']
        stage_by_team = {}
        for order in self:
            if not order.stage_id:
                place = (order.company_id, order.team_id)
                if place not in stage_by_team:
                    stage_by_team[place] = Stage._get_initial(*place)
                order.stage_id = stage_by_team[place]

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """Show the stages of the companies and the team looked at, empty ones too."""
        Stage = self.env['service.stage']
        team = self.env['service.team'].browse(self.env.context.get('default_team_id'))
        available = Domain.OR(
            Stage._get_available_domain(company, team) for company in self.env.companies)
        if not team:
            available = Domain('company_id', 'in', [False, *self.env.companies.ids])
        return stages.search(available | Domain('id', 'in', stages.ids))

    @api.depends('line_ids.state')
    def _compute_progress(self):
        for order in self:
            order.progress = progress(order.line_ids.mapped('state'))

    @api.constrains('stage_id', 'team_id', 'company_id')
    def _check_stage_available(self):
        for order in self:
            stage = order.stage_id
            if (stage.company_id and stage.company_id != order.company_id) or (
                    stage.team_ids and order.team_id not in stage.team_ids):
                raise ValidationError(self.env._(
                    "Stage “%(stage)s” is not used by the team or company of %(order)s.",
                    stage=stage.name, order=order.name))

    def _check_beginning(self):
        """:raise UserError: if a new order is in a stage that orders only come to"""
        for order in self:
            stage = order.stage_id
            if order.state not in ('draft', 'open'):
                raise UserError(self.env._(
                    "New orders do not begin in stage “%s”. Create the order in an open stage and"
                    " move it from there.", stage.name))
            if stage.needs_reason and not order.stage_reason_id:
                raise UserError(self.env._(
                    "Stage “%s” needs a reason. Create the order in another stage and move it"
                    " there.", stage.name))

    def _ensure_allowed(self, action):
        """:raise UserError: naming the order and the stage, if a stage forbids an action"""
        flag = self.env['service.stage']._get_actions()[action]
        for order in self:
            if not order.stage_id[flag]:
                raise UserError(self._get_forbidden_message(order, action))

    @api.model
    def _get_forbidden_message(self, order, action):
        text = {
            'edit': self.env._("%(order)s cannot be changed in stage “%(stage)s”."),
            'delete': self.env._("%(order)s cannot be deleted in stage “%(stage)s”."),
            'cancel': self.env._("%(order)s cannot be cancelled in stage “%(stage)s”."),
            'sign_off': self.env._("%(order)s cannot be signed off in stage “%(stage)s”."),
            'post': self.env._("%(order)s cannot be posted in stage “%(stage)s”."),
        }[action]
        hint = self.env._("Move it to a stage that allows this first.")
        return text % {'order': order.name, 'stage': order.stage_id.name} + '\n' + hint

    def _check_move(self, stage, vals):
        """Check that orders may go to a stage, with the values that are written along.

        Extend to add conditions: every way to move an order comes through here.

        :raise AccessError: if the user may not move orders by hand
        :raise UserError: naming what is missing
        """
        if not self:
            return
        # Technicians move orders by what they do (start, sign), which runs in sudo.
        self._ensure_role('dispatcher', self.env._(
            "Technicians do not move orders by hand: start or sign the visit instead, or ask a"
            " dispatcher."))
        if stage.needs_reason and not vals.get('stage_reason_id'):
            raise UserError(self.env._(
                "Stage “%s” needs a reason. Use “Change Stage” and give one.", stage.name))
        guard = {'cancelled': 'cancel', 'signed_off': 'sign_off', 'posted': 'post'}
        for order in self:
            if order.state not in TRANSITIONS[stage.category]:
                raise UserError(self.env._(
                    "%(order)s is in stage “%(from)s” and cannot go to “%(to)s”.",
                    order=order.name, to=stage.name, **{'from': order.stage_id.name}))
            if order.state != stage.category:
                if action := guard.get(stage.category):
                    order._ensure_allowed(action)
                if check := getattr(self, f'_check_becomes_{stage.category}', None):
                    check(order, vals)

    def _check_becomes_open(self, order, vals):
        if order.state == 'signed_off':
            self._ensure_role('manager', self.env._(
                "%s is signed off: only a service manager reopens it.", order.name))
        if 'posted' in order.line_ids.mapped('state'):
            raise UserError(self.env._(
                "%s has posted lines and stays closed. Create another order for more work.",
                order.name))

    def _check_becomes_signed_off(self, order, vals):
        if order.company_id.service_require_signature and not (
                vals.get('signature') or order.signature):
            raise UserError(self.env._(
                "%s is not signed. Let the customer sign it with “Sign Off” first.", order.name))
        order.visit_ids._ensure_timer_stopped()

    def _check_becomes_posted(self, order, vals):
        if 'open' in order.line_ids.mapped('state'):
            raise UserError(self.env._(
                "%s has lines that are not posted. Use “Post” to post them.", order.name))

    def _check_becomes_cancelled(self, order, vals):
        if 'posted' in order.line_ids.mapped('state'):
            raise UserError(self.env._(
                "%s has posted lines and cannot be cancelled. Reverse them instead.", order.name))
        order.visit_ids._ensure_timer_stopped()

    def _log_stage_moves(self, origins):
        """Keep who moved which order when, from where to where, and why.

        :param dict origins: {order: the stage it came from}
        """
        self.env['service.order.stage.log'].sudo().create([  # nobody writes history by hand
            order._prepare_stage_log(origins[order]) for order in self])

    def _prepare_stage_log(self, origin):
        self.ensure_one()
        return {
            'order_id': self.id,
            'stage_from_id': origin.id,
            'stage_id': self.stage_id.id,
            'reason_id': self.stage_reason_id.id,
            'note': self.stage_note,
            'user_id': self.env.uid,
        }

    def _after_move(self, origins):
        """Draw the consequences of stage moves that changed the state."""
        for state in ('open', 'signed_off', 'posted', 'cancelled'):
            changed = self.filtered(lambda order, state=state: (
                order.state == state and origins[order].category != state))
            if changed:
                getattr(changed, f'_on_{"opened" if state == "open" else state}')()
        self.filtered(lambda order: (
            order.state == 'open' and origins[order].category == 'cancelled'))._on_revoked()

    def _on_opened(self):
        """Extend for what an order needs from now on, at the first opening and at each later one."""
        self._ensure_waiting_visit()
        self._apply_price_rules()

    def _is_first_opening(self):
        """Tell whether one open order was never open before, by its history."""
        self.ensure_one()
        # What happened decides, whoever asks.
        stages = [log.stage_id for log in self.sudo().stage_log_ids]
        return sum(stage.category == 'open' for stage in stages) == 1

    def _on_revoked(self):
        self.line_ids.filtered('is_cancelled_with_order')._reopen()

    def _on_signed_off(self):
        self.filtered(lambda order: not order.signed_on).signed_on = fields.Datetime.now()
        for order in self:
            worked = order.visit_ids.filtered('work_start')
            open_visits = order.visit_ids.filtered(lambda visit: visit._is_open())
            (open_visits & worked)._finish()
            (open_visits - worked)._cancel(
                reason=self.env['service.reason'],
                note=self.env._("The order was signed off."))
        self._apply_price_rules()

    def _on_posted(self):
        """Extend for what follows when nothing is left to post."""

    def _on_cancelled(self):
        lines = self.line_ids.filtered(lambda line: line.state == 'open')
        lines._cancel()
        lines.sudo().is_cancelled_with_order = True
        for order in self:
            order.visit_ids.filtered(lambda visit: visit._is_open())._cancel(
                order.stage_reason_id, order.stage_note)

    def _move_on_event(self, event):
        """Move orders to the stage of their state that waits for an event, never backwards."""
        stages = self.env['service.stage'].search([('event', '=', event)])
        moving = {}
        for order in self:
            target = stages.filtered_domain(
                stages._get_available_domain(order.company_id, order.team_id)
                & Domain('category', '=', order.state))[:1]
            if target and (order.stage_id.sequence, order.stage_id.id) < (
                    target.sequence, target.id) and not target.needs_reason:
                moving[target] = moving.get(target, self.browse()) | order
        for target, orders in moving.items():
            # A technician who starts work moves the order without having the right to.
            orders.sudo().stage_id = target

    def get_stage_move_action(self, stage_id):
        """Return the dialog that a move to a stage needs, or False when none is needed.

        Called by the board before a card that was dropped is written.
        """
        stage = self.env['service.stage'].browse(stage_id).exists()
        if not stage or not self._needs_stage_dialog(stage):
            return False
        return self._open_stage_dialog(stage)

    def _needs_stage_dialog(self, stage):
        return stage.needs_reason or (stage.category == 'signed_off' and any(
            order.company_id.service_require_signature and not order.signature
            for order in self))

    @api.model
    def _get_dialog_answers(self):
        """Return what the dialog of a move is going to answer, to check the rest before it opens."""
        return {'stage_reason_id': True, 'signature': True}

    def _open_stage_dialog(self, stage=None):
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Change Stage"),
            'res_model': 'service.order.change.stage',
            'view_mode': 'form',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_order_ids': self.ids, 'default_stage_id': stage and stage.id},
        }

    def _change_state(self, state):
        """Move orders to their first stage of a state; open a dialog where that has questions."""
        stages = {order: self.env['service.stage']._get_for(state, order.company_id, order.team_id)
                  for order in self}
        for stage in set(stages.values()):
            orders = self.filtered(lambda order, stage=stage: stages[order] == stage)
            if orders._needs_stage_dialog(stage):
                if len(set(stages.values())) > 1:
                    raise UserError(self.env._(
                        "These orders go to different stages. Move the orders of one team at a"
                        " time."))
                orders._check_move(stage, self._get_dialog_answers())
                return orders._open_stage_dialog(stage)
            orders.write({'stage_id': stage.id})
        return True

    def action_confirm(self):
        """Open requests and quotes."""
        return self._change_state('open')

    def action_cancel(self):
        return self._change_state('cancelled')

    def _cancel_all(self, reason, note=False):
        """Cancel orders of several companies and teams for one reason, each in its own stage."""
        for (company, team), orders in self.grouped(
                lambda order: (order.company_id, order.team_id)).items():
            orders.write({
                'stage_id': self.env['service.stage']._get_for('cancelled', company, team).id,
                'stage_reason_id': reason.id,
                'stage_note': note,
            })

    def action_revoke(self):
        """Take cancellations back; orders that are not cancelled are left alone."""
        return self.filtered(lambda order: order.state == 'cancelled')._change_state('open')

    def action_sign_off(self):
        """Open the dialog in which the customer signs."""
        self.ensure_one()
        stage = self.env['service.stage']._get_for('signed_off', self.company_id, self.team_id)
        self._ensure_allowed('sign_off')
        # The technician confirms completion without the right to move orders.
        self.sudo()._check_move(stage, self._get_dialog_answers())
        return {**self._open_stage_dialog(stage), 'name': self.env._("Sign Off")}

    def action_change_stage(self):
        return self._open_stage_dialog()
