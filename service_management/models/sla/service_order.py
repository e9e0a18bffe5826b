from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.open_hours import AlwaysOpen

OPEN_STATES = ('running', 'paused', 'missed')


class ServiceOrder(models.Model):
    """What was promised to the customer, and the moments that start, stop and end its clocks."""
    _inherit = 'service.order'

    sla_id = fields.Many2one(
        comodel_name='service.sla', string="SLA", compute='_compute_sla_id', store=True,
        readonly=False, precompute=True, check_company=True, index='btree_not_null',
        ondelete='restrict', tracking=True)
    sla_status_ids = fields.One2many(
        comodel_name='service.order.sla', inverse_name='order_id', string="Service Levels")
    sla_deadline = fields.Datetime(
        string="Promised Until", compute='_compute_sla_state', store=True, index='btree_not_null',
        help="The next deadline of the running clocks.")
    sla_state = fields.Selection(
        selection=[
            ('on_track', "On Track"), ('at_risk', "At Risk"), ('missed', "Missed"),
            ('paused', "Paused"), ('reached', "Reached")],
        string="Service Level", compute='_compute_sla_state', store=True, index='btree_not_null')
    sla_text = fields.Char(string="Promise", compute='_compute_sla_text')
    date_first_contact = fields.Datetime(
        string="First Contact", copy=False, readonly=True,
        help="When the customer heard from a person first, after asking for service.")
    sla_reason_id = fields.Many2one(
        comodel_name='service.reason', string="Why the SLA Was Missed", copy=False,
        ondelete='restrict', domain="[('usage', '=', 'sla')]")
    sla_note = fields.Char(string="SLA Note", copy=False)

    def _get_followed_fields(self):
        return {**super()._get_followed_fields(), 'sla_id': self._propose_sla_id}

    @api.depends('team_id', 'type_id')
    def _compute_sla_id(self):
        """Take what is agreed, whatever was chosen; else keep the choice, or what is usual."""
        agreed = {order: order._get_agreed_sla() for order in self}
        for order in self.filtered(lambda order: agreed[order]):
            order.sla_id = agreed[order]
        self.filtered(lambda order: not agreed[order])._follow('sla_id')

    def _propose_sla_id(self):
        """Propose what is agreed, else what the type promises, else what the team does."""
        return {
            order: order._get_agreed_sla() or (
                order.type_id.sla_id.filtered('active') or order.team_id.sla_id.filtered('active'))
            for order in self}

    def _get_agreed_sla(self):
        """Return the SLA that was agreed with the customer of one order, if any."""
        self.ensure_one()
        return self.env['service.sla']

    @api.depends('sla_status_ids.state', 'sla_status_ids.deadline', 'sla_status_ids.date_reached',
                 'sla_status_ids.warning_level')
    def _compute_sla_state(self):
        for order in self:
            live = order.sla_status_ids.filtered(lambda status: status.state != 'cancelled')
            running = live.filtered(lambda status: status.state == 'running')
            order.sla_deadline = min(filter(None, running.mapped('deadline')), default=False)
            states = set(live.mapped('state'))
            if 'missed' in states:
                order.sla_state = 'missed'
            elif running:
                order.sla_state = (
                    'at_risk' if any(running.mapped('warning_level')) else 'on_track')
            elif 'paused' in states:
                order.sla_state = 'paused'
            else:
                order.sla_state = 'reached' if states else False

    @api.depends('sla_state', 'sla_status_ids.state', 'sla_status_ids.deadline',
                 'sla_status_ids.warning_level')
    @api.depends_context('lang', 'tz')
    def _compute_sla_text(self):
        """Name the promise that the state of the service level is about, with its deadline."""
        for order in self:
            status = order._get_decisive_status()
            order.sla_text = status._describe_promise() if status else False

    def _get_decisive_status(self):
        """Return the target that the service level of one order stands for: the first by deadline."""
        self.ensure_one()
        statuses = self.sla_status_ids.filtered(lambda status: {
            'missed': status.state == 'missed',
            'at_risk': status.state == 'running' and status.warning_level,
            'on_track': status.state == 'running',
            'paused': status.state == 'paused',
        }.get(self.sla_state))
        return statuses.sorted(lambda status: (not status.deadline, status.deadline or 0))[:1]

    @api.model_create_multi
    def create(self, vals_list):
        """Start the clocks of what is promised."""
        orders = super().create(vals_list)
        orders._apply_sla({order: order._get_sla_start() for order in orders})
        return orders

    def write(self, vals):
        """Measure against other targets where what decides on them changes."""
        calls = {order: order.date_order for order in self} if 'date_order' in vals else {}
        result = super().write(vals)
        for order, date_order in calls.items():
            order._move_sla_start(date_order)
        if self._get_sla_sources() & set(vals):
            self._apply_sla(dict.fromkeys(self, fields.Datetime.now()))
        return result

    def _is_call(self):
        """Tell whether a customer called for one order; extend for work that was planned."""
        self.ensure_one()
        return True

    def _get_sla_start(self):
        """Return when the clocks of one new order start: with the call, or when it is planned for.

        What is planned for a moment that has passed is measured from now on: it is not late at birth.
        """
        self.ensure_one()
        if self._is_call():
            return self.date_order
        return max(self.date_order, fields.Datetime.now())

    @api.model
    def _get_sla_sources(self):
        """Return the names of the fields that decide on the targets of an order."""
        return {'sla_id', 'priority', 'team_id', 'type_id'}

    def _move_sla_start(self, former):
        """Start the clocks of one order with its call, when the time of the call is corrected.

        Clocks that have stood still since stay as they are.

        :param former: the time of the call before
        """
        self.ensure_one()
        # As in _stop_sla: nobody writes clocks.
        for status in self.sudo().sla_status_ids:
            if status.date_start == former and status.state == 'running' and (
                    len(status.interval_ids) == 1):
                status._restart(self.date_order)

    def _is_measured(self):
        """Tell whether a customer waits for one order: it is open, or the customer asked for it."""
        self.ensure_one()
        return self.state == 'open' or (
            self.state == 'draft' and self.channel in ('portal', 'email'))

    def _apply_sla(self, moments):
        """Freeze the targets of the SLA of orders, and start their clocks.

        What is measured already keeps its spans; where another target fits now, its terms count
        from here on. What has no target any more is measured no longer.

        :param dict moments: {order: naive UTC datetime that new clocks start at}
        """
        # Clocks belong to the customer: whoever works on the order moves them, nobody writes them.
        orders = self.sudo().filtered(lambda order: order._is_measured() and (
            order.sla_id or order.sla_status_ids))
        starts, vals_list = [], []
        for order in orders:
            targets = order.sla_id._get_targets(
                order.priority, order._is_call()) if order.sla_id else {}
            present = {
                status.kind: status for status in order.sla_status_ids
                if status.state != 'cancelled'}
            for kind, status in present.items():
                if status.date_reached or status.target_id == targets.get(kind):
                    continue
                if kind in targets:
                    status._change_terms(targets[kind])
                else:
                    status._cancel(self.env['service.reason'], self.env._("No longer promised."))
            missing = [target for kind, target in targets.items() if kind not in present]
            calendar = missing and order._get_sla_calendar()
            for target in missing:
                vals_list.append({
                    **target._prepare_status(), 'order_id': order.id, 'calendar_id': calendar.id})
                starts.append(moments[order])
        # As above: nobody writes clocks.
        statuses = self.env['service.order.sla'].sudo().create(vals_list)
        statuses._run(dict(zip(statuses, starts, strict=True)))
        statuses.order_id.filtered(lambda order: order.stage_id.stops_sla_clock)._stop_sla()
        for order in statuses.order_id.filtered('date_first_contact'):
            (order.sla_status_ids & statuses).filtered(
                lambda status: status.kind == 'response')._reach(order.date_first_contact)

    def _preview_sla(self):
        """Return {target: deadline (naive UTC)} of what one order would be measured by, the first first.

        For orders that are not saved yet: nothing is measured by asking.
        """
        self.ensure_one()
        targets = self.sla_id._get_targets(self.priority, self._is_call()) if self.sla_id else {}
        if not targets:
            return {}
        start, calendar = self._get_sla_start(), self._get_sla_calendar()
        hours = max(target.limit_hours for target in targets.values())
        clock = calendar._get_open_hours(start, start, hours) if calendar else AlwaysOpen()
        deadlines = {
            target: clock.add(start, target.limit_hours) for target in targets.values()}
        return dict(sorted(deadlines.items(), key=lambda pair: pair[1]))

    def _get_sla_calendar(self):
        """Return the hours in which the clock of one order runs: the SLA's own, else the team's.

        Extend to put others in between. Hours that are never open are passed over, so that a
        clock always runs; an empty calendar is every hour.
        """
        self.ensure_one()
        for calendar in self._get_sla_calendars():
            if calendar and calendar._has_open_hours():
                return calendar
        return self.env['resource.calendar']

    def _get_sla_calendars(self):
        """Return the calendars that may be one order's, the first one first."""
        # Opening hours are no secret to whoever counts by them.
        return [self.sla_id.calendar_id, self.team_id.sudo().resource_calendar_id]

    def _after_move(self, origins):
        """Let clocks stand still in stages that say so, and run in the others."""
        super()._after_move(origins)
        now = fields.Datetime.now()
        self._apply_sla(dict.fromkeys(self, now))
        measured = self.filtered(lambda order: order._is_measured())
        stopping = measured.filtered(lambda order: order.stage_id.stops_sla_clock)
        stopping._stop_sla(now)
        (measured - stopping)._start_sla(now)
        for order in self.filtered('sla_reason_id'):
            order.sudo()._explain_sla()  # as in _stop_sla: nobody writes clocks

    def _stop_sla(self, moment=None):
        """Let the clocks of orders stand still from a moment on (naive UTC), by default now."""
        # Clocks belong to the customer: the stage moves them, nobody writes them.
        for order in self.sudo():
            statuses = order.sla_status_ids.filtered(lambda status: not status.date_reached)
            statuses._pause(
                dict.fromkeys(statuses, moment or fields.Datetime.now()),
                order.stage_reason_id, order.stage_note)

    def _start_sla(self, moment):
        """Let the clocks of orders run from a moment on (naive UTC)."""
        # As in _stop_sla: nobody writes clocks.
        statuses = self.sudo().sla_status_ids.filtered(lambda status: (
            not status.date_reached and status.state in OPEN_STATES))
        statuses._run(dict.fromkeys(statuses, moment))

    def _reach_sla(self, kinds, moment=None):
        """Note that the customer has what was promised.

        :param kinds: kinds of targets
        :param datetime moment: when it happened (naive UTC), by default now
        """
        # As in _stop_sla: nobody writes clocks.
        self.sudo().sla_status_ids.filtered(
            lambda status: status.kind in kinds)._reach(moment or fields.Datetime.now())

    @api.model
    def _get_sla_kinds_ended_by(self, event):
        """Return the kinds of targets that an event reaches; extend for kinds of your own.

        :param str event: 'contacted', 'arrived', or 'signed_off', after which nothing is awaited
        """
        if event == 'signed_off':
            return {kind for kind, _label in self.env['service.order.sla']._get_kinds()}
        return {'contacted': {'response'}, 'arrived': {'response', 'arrival'}}[event]

    def _on_signed_off(self):
        super()._on_signed_off()
        self._reach_sla(self._get_sla_kinds_ended_by('signed_off'))

    def _on_opened(self):
        """Go on measuring the completion of orders that are opened again."""
        super()._on_opened()
        # As in _stop_sla: nobody writes clocks.
        reached = self.sudo().sla_status_ids.filtered(
            lambda status: status.kind == 'completion' and status.date_reached)
        reached._run(dict.fromkeys(reached, fields.Datetime.now()))

    def _on_cancelled(self):
        super()._on_cancelled()
        for order in self.sudo():  # as in _stop_sla: nobody writes clocks
            order.sla_status_ids._cancel(
                order.stage_reason_id, order.stage_note, is_cancelled_with_order=True)

    def _on_revoked(self):
        super()._on_revoked()
        # As in _stop_sla: nobody writes clocks.
        statuses = self.sudo().sla_status_ids.filtered('is_cancelled_with_order')
        statuses._run(dict.fromkeys(statuses, fields.Datetime.now()))

    def action_contacted(self):
        """Note that somebody has talked to the customer.

        :raise AccessError: if the user only looks at orders
        """
        self.check_access('write')
        self._mark_contacted()
        return True

    def _mark_contacted(self, moment=None):
        """Note when somebody talked to the customer first (naive UTC), by default now."""
        moment = moment or fields.Datetime.now()
        # Whoever answers a customer by a message has answered him; the field is nobody's to write.
        self.sudo().filtered(lambda order: not order.date_first_contact).date_first_contact = moment
        self._reach_sla(self._get_sla_kinds_ended_by('contacted'), moment)

    def _message_post_after_hook(self, message, msg_vals):
        """Take a message of an employee that the customer gets for the first contact."""
        result = super()._message_post_after_hook(message, msg_vals)
        author = message.author_id
        if (
            message.message_type in ('comment', 'email') and not message.is_internal
            and not message.subtype_id.internal
            and any(not user.share for user in author.user_ids)
            and any(partner.partner_share for partner in message.partner_ids | self.message_partner_ids)
        ):
            self._mark_contacted()
        return result

    @api.model
    def _get_dialog_answers(self):
        return {**super()._get_dialog_answers(), 'sla_reason_id': True}

    def _needs_stage_dialog(self, stage):
        return super()._needs_stage_dialog(stage) or self._needs_sla_reason(stage)

    def _needs_sla_reason(self, stage):
        """Tell whether a move to a stage has to say why a promise was broken."""
        if stage.category not in ('draft', 'open', 'signed_off') or not (
                stage.stops_sla_clock or stage.category == 'signed_off'):
            return False
        # A promise that was broken counts, whoever may see it.
        return any(
            order.company_id.service_sla_reason_exceeded and not order.sla_reason_id
            and order.sudo().sla_status_ids._is_exceeded() for order in self)

    def _check_move(self, stage, vals):
        super()._check_move(stage, vals)
        # Customers who sign in the portal are not asked why we were late.
        if self.env.user._is_internal() and not vals.get('sla_reason_id') \
                and self._needs_sla_reason(stage):
            raise UserError(self.env._(
                "The service level of %s was missed. Use “Change Stage” and say why.",
                self[:1].name))

    def _explain_sla(self):
        """Keep the reason with the targets that were missed and have none yet."""
        self.ensure_one()
        self.sla_status_ids.filtered(
            lambda status: status.state == 'missed' and not status.reason_id,
        ).write({'reason_id': self.sla_reason_id.id, 'note': self.sla_note})

    def _get_portal_promises(self):
        """Return the targets of one order that its customer is told of, by deadline."""
        self.ensure_one()
        return self.sla_status_ids.filtered(lambda status: status.state != 'cancelled')

    def action_sla_clock(self):
        """Open the dialog that stops, starts or cancels the clocks of an order."""
        self.ensure_one()
        self._ensure_may_time()
        return self._open_dialog(
            'service.order.sla.clock', self.env._("Service Level Clock"),
            default_order_id=self.id)

    def _ensure_may_time(self):
        """:raise AccessError: if the user is no dispatcher, or may not change the order"""
        self.check_access('write')
        self._ensure_role('dispatcher', self.env._(
            "Only dispatchers stop and start the clock of a service level. Ask one."))
