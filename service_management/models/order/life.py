import base64

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain


class ServiceOrder(models.Model):
    """How an order moves: the table of moves, what guards them, what follows, and the verbs."""
    _inherit = 'service.order'

    _transitions = {
        'draft': {'draft'},
        'open': {'draft', 'open', 'signed_off', 'cancelled'},
        'signed_off': {'open', 'signed_off'},
        'posted': {'signed_off', 'posted'},
        'cancelled': {'draft', 'open', 'cancelled'},
    }

    # Where it stands
    stage_id = fields.Many2one(
        comodel_name='service.stage', compute='_compute_stage_id', store=True, readonly=False,
        precompute=True, required=True, index=True, tracking=True, ondelete='restrict',
        group_expand='_read_group_stage_ids', copy=False,
        domain="['|', ('company_id', '=', False), ('company_id', 'parent_of', company_id),"
               " '|', ('team_ids', '=', False), ('team_ids', '=', team_id),"
               " '|', ('order_type_ids', '=', False), ('order_type_ids', '=', type_id)]")
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
    may_cancel = fields.Boolean(string="User May Cancel", compute='_compute_may_cancel')

    # Sign-off
    signature = fields.Image(
        copy=False, attachment=True, max_width=1024, max_height=1024)
    signed_by = fields.Char(copy=False)
    work_done = fields.Text(
        string="What Was Done", copy=False, help="Asked at the sign-off; printed on the receipt.")
    signed_on = fields.Datetime(copy=False)

    @api.depends('company_id', 'team_id', 'type_id')
    def _compute_stage_id(self):
        """Give new orders their first stage; keep the stage of the others."""
        Stage = self.env['service.stage']
        for place, orders in self.grouped(lambda order: order._get_stage_place()).items():
            place = dict(place)
            waiting = orders.filtered(lambda order: not order.stage_id)
            if waiting:
                waiting.stage_id = Stage._get_initial(**place)
            # What is new begins where its type does, whatever it was before in the form.
            if new := (orders - waiting).filtered(lambda order: not order._origin):
                stages = new.stage_id.filtered_domain(Stage._get_available_domain(**place))
                misplaced = new if place['order_type'].stage_id else new.filtered(
                    lambda order, stages=stages: order.stage_id not in stages)
                misplaced.stage_id = Stage._get_initial(**place)

    def _get_stage_place(self):
        """Return what decides on the stages of one order, as pairs of names and records."""
        self.ensure_one()
        return (
            ('company', self.company_id), ('team', self.team_id), ('order_type', self.type_id))

    @api.model
    def default_get(self, fields):
        """Begin where orders begin, in whatever column of a board somebody presses “New”.

        Only who says so with the values of the order makes a request of it: customers and sales do.
        """
        values = super().default_get(fields)
        stage = self.env['service.stage'].browse(values.get('stage_id'))
        if stage and stage.exists().category != 'open':
            del values['stage_id']
        return values

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """Show the stages of the companies and the team looked at, empty ones too."""
        Stage = self.env['service.stage']
        team = self.env['service.team'].browse(self.env.context.get('default_team_id'))
        available = Domain.OR(
            Stage._get_available_domain(company, team) for company in self.env.companies)
        if not team:
            available = Domain(Stage._check_company_domain(self.env.companies))
        return stages.search(available | Domain('id', 'in', stages.ids))

    @api.depends('line_ids.state')
    def _compute_progress(self):
        """Say what the lines say of an order: any open line means that it is in process.

        Source: Dynamics 365 Finance & Operations, "Service status and progress".
        """
        for order in self:
            states = set(order.line_ids.mapped('state'))
            if 'open' in states or not states:
                order.progress = 'in_process'
            else:
                order.progress = 'posted' if 'posted' in states else 'cancelled'

    @api.depends('state', 'can_cancel')
    @api.depends_context('uid')
    def _compute_may_cancel(self):
        is_dispatcher = self.with_user(self.env.user)._has_role('dispatcher')
        for order in self:
            order.may_cancel = order.state in ('draft', 'open') and order.can_cancel and (
                is_dispatcher or order._moves_by_call('cancelled'))

    @api.constrains('stage_id', 'team_id', 'company_id', 'type_id')
    def _check_stage_available(self):
        for order in self:
            stage = order.stage_id
            if stage.order_type_ids and order.type_id not in stage.order_type_ids:
                raise ValidationError(self.env._(
                    "Stage “%(stage)s” is not used by orders of the type of %(order)s. Choose another"
                    " stage or type.", stage=stage.name, order=order.name))
            if not stage.filtered_domain(stage._check_company_domain(order.company_id)) or (
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

    #=== WHAT GUARDS IT ===#

    def _ensure_allowed(self, action):
        """:raise UserError: naming the order and the stage, if a stage forbids an action"""
        flag, _text = self.env['service.stage']._get_actions()[action]
        for order in self:
            if not order.stage_id[flag]:
                raise UserError(order._get_forbidden_message(action))

    def _get_forbidden_message(self, action):
        """Return why the stage of one order forbids an action, and what to do."""
        self.ensure_one()
        _flag, text = self.env['service.stage']._get_actions()[action]
        hint = self.env._("Move it to a stage that allows this first.")
        return text % {'order': self.name, 'stage': self.stage_id.name} + '\n' + hint

    def _check_move(self, stage, vals):
        """Check that orders may go to a stage, with the values that are written along.

        Extend to add conditions: every way to move an order comes through here.

        :raise AccessError: if the user may not move orders by hand
        :raise UserError: naming what is missing
        """
        if not self:
            return
        # Technicians move orders by what they do (start, sign), which runs in sudo.
        self._ensure_role('customer_service', self.env._(
            "Technicians do not move orders by hand: start or sign the visit instead, or ask a"
            " dispatcher."))
        if not all(order._moves_by_call(stage.category) for order in self):
            self._ensure_role('dispatcher', self.env._(
                "Customer service confirms requests, and cancels what is not planned yet. Ask a"
                " dispatcher to move other orders."))
        if stage.needs_reason and not vals.get('stage_reason_id'):
            raise UserError(self.env._(
                "Stage “%s” needs a reason. Use “Change Stage” and give one.", stage.name))
        sources = self._get_transitions()[stage.category]
        guards = stage._get_guarded_categories()
        for order in self:
            if order.state not in sources:
                raise UserError(self.env._(
                    "%(order)s is in stage “%(from)s” and cannot go to “%(to)s”.",
                    order=order.name, to=stage.name, **{'from': order.stage_id.name}))
            if order.state != stage.category:
                if stage.category in guards:
                    order._ensure_allowed(guards[stage.category])
                order._check_becomes(stage.category, vals)

    def _moves_by_call(self, state):
        """Tell whether one order moves to a state by what its customer asks for, not by planning.

        Extend for what makes more of it.
        """
        self.ensure_one()
        return state in {
            'draft': {'draft', 'open', 'cancelled'}, 'open': {'cancelled'},
            'cancelled': {'draft', 'open'}}.get(self.state, ())

    def _check_becomes(self, state, vals):
        """Check that one order may change to another state; extend to ask for more.

        :param dict vals: what is written along
        :raise UserError: naming what is missing
        """
        self.ensure_one()
        line_states = self.line_ids.mapped('state')
        if state == 'open':
            if self.state == 'signed_off':
                self._ensure_role('manager', self.env._(
                    "%s is signed off: only a service manager reopens it.", self.name))
            if 'posted' in line_states:
                raise UserError(self.env._(
                    "%s has posted lines and stays closed. Create another order for more work.",
                    self.name))
            if self.state == 'signed_off' and not (
                    vals.get('stage_note') or vals.get('stage_reason_id')):
                raise UserError(self.env._(
                    "%s is signed off. Use “Change Stage” and say why it is opened again.", self.name))
        elif state == 'signed_off':
            if self._requires_signature() and not (
                    vals.get('signature') or self.signature):
                raise UserError(self.env._(
                    "%s is not signed. Let the customer sign it with “Sign Off” first.", self.name))
        elif state == 'posted' and 'open' in line_states:
            raise UserError(self.env._(
                "%s has lines that are not posted. Use “Post” to post them.", self.name))
        elif state == 'cancelled' and 'posted' in line_states:
            raise UserError(self.env._(
                "%s has posted lines and cannot be cancelled. Reverse them instead.", self.name))

    #=== WHAT FOLLOWS ===#

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
        """Draw the consequences of stage moves that changed the state.

        :param dict origins: {order: the stage it came from}
        """
        for state, orders in self.filtered(
                lambda order: origins[order].category != order.state).grouped('state').items():
            orders._on_state(state)
        self.filtered(lambda order: (
            order.state == 'open' and origins[order].category == 'signed_off'))._file_signature()
        self.filtered(lambda order: (
            order.state == 'open' and origins[order].category == 'cancelled'))._on_revoked()

    def _on_state(self, state):
        """Call the hook of the state that orders have come to; extend for a state of your own."""
        hooks = {
            'open': self._on_opened, 'signed_off': self._on_signed_off,
            'posted': self._on_posted, 'cancelled': self._on_cancelled}
        if state in hooks:
            hooks[state]()

    def _on_opened(self):
        """Extend for what orders need from now on, at the first opening and at each later one."""

    def _is_first_opening(self):
        """Tell whether one open order was never open before, by its history."""
        self.ensure_one()
        # What happened decides, whoever asks.
        stages = [log.stage_id for log in self.sudo().stage_log_ids]
        return sum(stage.category == 'open' for stage in stages) == 1

    def _file_signature(self, reason=False):
        """Keep in the history what was signed of orders that go on: it is signed once more.

        :param str reason: why, where the history of the stage does not say it
        """
        for order in self.sudo():  # evidence is nobody's to write
            text = self.env._(
                "The sign-off by %(name)s is taken back.",
                name=order.signed_by or self.env.user.name)
            picture = order.signature and [('signature.png', base64.b64decode(order.signature))]
            order.message_post(
                body=' '.join(filter(None, (text, reason or order.stage_note))),
                author_id=self.env.user.partner_id.id,
                subtype_xmlid='mail.mt_note', attachments=picture or None)
            order.write({
                'signature': False, 'signed_by': False, 'signed_on': False, 'is_receipt_due': False})

    def _on_revoked(self):
        """Take back what cancelling did to the lines; extend for more."""
        self.line_ids.filtered('is_cancelled_with_order')._reopen()

    def _on_signed_off(self):
        """Note when orders were signed off; extend for what follows."""
        unsigned = self.filtered(lambda order: not order.signed_on)
        unsigned.sudo().signed_on = fields.Datetime.now()  # evidence is nobody's to write

    def _on_posted(self):
        """Extend for what follows when nothing is left to post."""

    def _on_cancelled(self):
        """Cancel what is open of the lines; extend for more."""
        lines = self.line_ids.filtered(lambda line: line.state == 'open')
        lines._cancel()
        lines.sudo().is_cancelled_with_order = True  # only cancelling an order says so

    def _move_back_from(self, event):
        """Move orders that an event brought to their stage back to where they were: it is undone."""
        for order in self.filtered(lambda order: order.stage_id.event == event):
            # What happened decides, whoever asks.
            last = order.sudo().stage_log_ids.sorted('id')[-1:]
            former = last.stage_from_id.filtered_domain(
                last.stage_from_id._get_available_domain(**dict(order._get_stage_place()))
                & Domain('category', '=', order.state) & Domain('needs_reason', '=', False))
            if last.stage_id == order.stage_id and former.active:
                order.sudo().stage_id = former  # as the move that it undoes

    def _move_on_event(self, event):
        """Move orders to the stage of their state that waits for an event, never backwards."""
        stages = self.env['service.stage'].with_context(active_test=True).search(
            [('event', '=', event)])
        moving = {}
        for order in self:
            target = stages.filtered_domain(
                stages._get_available_domain(**dict(order._get_stage_place()))
                & Domain('category', '=', order.state))[:1]
            if target and (order.stage_id.sequence, order.stage_id.id) < (
                    target.sequence, target.id) and not target.needs_reason:
                moving[target] = moving.get(target, self.browse()) | order
        for target, orders in moving.items():
            # A technician who starts work moves the order without having the right to.
            orders.sudo().stage_id = target

    #=== MOVING ===#

    def get_stage_move_action(self, stage_id):
        """Return the dialog that a move to a stage needs, or False when none is needed.

        Called by the board before a card that was dropped is written.
        """
        self.check_access('read')
        stage = self.env['service.stage'].browse(stage_id).exists()
        if not stage or not self._needs_stage_dialog(stage):
            return False
        return self._open_stage_dialog(stage)

    def _needs_stage_dialog(self, stage):
        """Tell whether a move to a stage has questions that only a person can answer."""
        if stage.needs_reason or self._is_reopened_by(stage):
            return True
        if stage.category != 'signed_off':
            return False
        is_unsigned = any(
            order._requires_signature() and not order.signature for order in self)
        return is_unsigned or bool(self._get_posting_warnings())

    def _is_reopened_by(self, stage):
        """Tell whether a move to a stage takes back that one of these orders is signed off."""
        return stage.category == 'open' and 'signed_off' in self.mapped('state')

    @api.model
    def _get_dialog_answers(self):
        """Return what the dialog of a move is going to answer, to check the rest before it opens."""
        return {'stage_reason_id': True, 'stage_note': True, 'signature': True}

    def _open_stage_dialog(self, stage=None, title=None):
        """Return the dialog that moves these orders, to a stage if one is given."""
        return self._open_dialog(
            'service.order.change.stage', title or self.env._("Change Stage"),
            default_order_ids=self.ids, default_stage_id=stage and stage.id)

    def _get_target_stages(self, state):
        """Return {stage: orders}: the first stages of a state that these orders would go to.

        :raise UserError: if there is none
        """
        Stage = self.env['service.stage']
        stages = {place: Stage._get_for(state, **dict(place)) for place in {
            order._get_stage_place() for order in self}}
        return self.grouped(lambda order: stages[order._get_stage_place()])

    def _get_stage_of(self, state):
        """Return the first stage of a state that one order would go to."""
        return self.env['service.stage']._get_for(state, **dict(self._get_stage_place()))

    def _move_to(self, state, reason=None, note=False):
        """Move orders to their first stage of a state.

        :param reason: service.reason, for stages that need one
        :return: the orders
        :raise UserError: naming what is missing
        """
        for stage, orders in self._get_target_stages(state).items():
            orders.write({
                'stage_id': stage.id, 'stage_reason_id': reason and reason.id, 'stage_note': note})
        return self

    def _ask_and_move_to(self, state):
        """Move orders as a person wants it.

        :return: the dialog that asks what has to be asked before, else True
        :raise UserError: if the orders would need several dialogs
        """
        targets = self._get_target_stages(state)
        for stage, orders in targets.items():
            if orders._needs_stage_dialog(stage):
                if len(targets) > 1:
                    raise UserError(self.env._(
                        "These orders go to different stages. Move the orders of one team at a"
                        " time."))
                orders._check_move(stage, self._get_dialog_answers())
                return orders._open_stage_dialog(stage)
        self._move_to(state)
        return True

    #=== ACTIONS ===#

    def action_confirm(self):
        """Open requests and quotes."""
        return self._ask_and_move_to('open')

    def action_cancel(self):
        """Cancel orders with their open lines and visits; ask for the reason where a stage wants one."""
        return self._ask_and_move_to('cancelled')

    def action_revoke(self):
        """Take cancellations back; orders that are not cancelled are left alone."""
        return self.filtered(lambda order: order.state == 'cancelled')._ask_and_move_to('open')

    def action_sign_off(self):
        """Open the dialog in which the customer signs."""
        self.ensure_one()
        self.check_access('write')
        self._ensure_allowed('sign_off')
        self.sudo()._before_signing()  # rules find what is signed, whoever asks for it
        stage = self._get_stage_of('signed_off')
        # The technician confirms completion without the right to move orders.
        self.sudo()._check_move(stage, self._get_dialog_answers())
        return self._open_stage_dialog(stage, self.env._("Sign Off"))

    def _before_signing(self):
        """Extend to bring what is signed up to date before a customer reads it."""

    def _get_signed_work(self):
        """Return what one order shows to who signs it; extend for more.

        :return: {'order', 'answers': of the checklist, 'lines': those with work,
            'totals': of the tax engine, or None}
        """
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: (
            line.state != 'cancelled' and line.quantity and not line.reversed_line_id))
        prices = self.company_id.service_sign_prices and lines
        return {
            'order': self, 'answers': self._get_shown_answers(), 'lines': lines,
            # Who signs sees what the receipt says, whoever holds the phone.
            'totals': lines.sudo()._get_tax_totals(self) if prices else None}

    def action_change_stage(self):
        """Open the dialog that moves orders to any stage, with a reason."""
        return self._open_stage_dialog()
