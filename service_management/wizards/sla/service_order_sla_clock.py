from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime


class ServiceOrderSlaClock(models.TransientModel):
    _name = 'service.order.sla.clock'
    _description = "Stop, Start or Cancel the Clock of a Service Level"
    _inherit = ['service.dated.mixin']

    order_id = fields.Many2one(comodel_name='service.order', required=True)
    operation = fields.Selection(
        selection=[('stop', "Stop"), ('start', "Start"), ('cancel', "Cancel")],
        required=True, default=lambda self: self._default_operation())
    status_ids = fields.Many2many(
        comodel_name='service.order.sla', string="Targets", compute='_compute_status_ids',
        store=True, readonly=False, domain="[('id', 'in', possible_ids)]")
    possible_ids = fields.Many2many(
        comodel_name='service.order.sla', compute='_compute_possible_ids')
    date = fields.Datetime(string="At", required=True, default=fields.Datetime.now)
    needs_reason = fields.Boolean(compute='_compute_needs_reason')
    usage = fields.Char(compute='_compute_needs_reason')
    reason_id = fields.Many2one(
        comodel_name='service.reason', domain="[('usage', '=', usage)]")
    note = fields.Char()

    def _default_operation(self):
        """Offer what is possible: start what stands still, else stop what runs."""
        order = self.env['service.order'].browse(self.env.context.get('default_order_id'))
        is_running = any(order.sla_status_ids.mapped('running_since'))
        return 'stop' if is_running or not order else 'start'

    @api.depends('order_id', 'operation')
    def _compute_possible_ids(self):
        for wizard in self:
            waiting = wizard.order_id.sla_status_ids.filtered(
                lambda status: not status.date_reached and status.state != 'cancelled')
            wizard.possible_ids = {
                'stop': waiting.filtered('running_since'),
                'start': waiting.filtered(lambda status: not status.running_since),
                'cancel': waiting.filtered(lambda status: status.state != 'missed'),
            }[wizard.operation]

    @api.depends('possible_ids')
    def _compute_status_ids(self):
        for wizard in self:
            wizard.status_ids = wizard.possible_ids

    @api.depends('operation', 'status_ids')
    def _compute_needs_reason(self):
        for wizard in self:
            company = wizard.order_id.company_id
            wizard.usage = 'sla_cancel' if wizard.operation == 'cancel' else 'sla'
            wizard.needs_reason = (
                wizard.operation == 'cancel' and company.service_sla_reason_cancel
            ) or (
                wizard.operation == 'stop' and company.service_sla_reason_exceeded
                and bool(wizard.status_ids._is_exceeded()))

    def action_apply(self):
        """Move the clocks chosen.

        :raise AccessError: if the user is no dispatcher
        :raise UserError: naming what is missing or cannot be
        """
        self.ensure_one()
        self.order_id._ensure_may_time()
        if not self.status_ids:
            raise UserError(self.env._(
                "No target was chosen. Choose what to %s.",
                dict(self._fields['operation']._description_selection(self.env))[
                    self.operation].lower()))
        if self.needs_reason and not self.reason_id:
            raise UserError(self.env._("Say why: choose a reason."))
        if self.date > fields.Datetime.now():
            raise UserError(self.env._(
                "Enter when it happened: the time cannot lie in the future."))
        # Clocks are moved by their actions only, after the checks above.
        statuses = (self.status_ids & self.possible_ids).sudo()
        self._ensure_after_last_change(statuses)
        moments = dict.fromkeys(statuses, self.date)
        if self.operation == 'stop':
            statuses._pause(moments, self.reason_id, self.note)
            missed = statuses.filtered(lambda status: status.state == 'missed')
            missed.write({'reason_id': self.reason_id.id, 'note': self.note})
        elif self.operation == 'start':
            statuses._run(moments)
        else:
            statuses._cancel(self.reason_id, self.note)
        self.order_id._message_log(body=self._get_log())
        return {'type': 'ir.actions.act_window_close'}

    def _ensure_after_last_change(self, statuses):
        """:raise UserError: if the clock was changed after the time that was entered"""
        for status in statuses if self.operation != 'cancel' else ():
            last = status.interval_ids.filtered(lambda span: not span.date_end)
            if last and self.date < last.date_start:
                raise UserError(self.env._(
                    "The clock of “%(target)s” has been %(state)s since %(date)s. Enter a later"
                    " time.", target=status.display_name,
                    state=dict(last._fields['kind']._description_selection(self.env))[
                        last.kind].lower(),
                    date=format_datetime(self.env, last.date_start)))

    def _get_log(self):
        text = {
            'stop': self.env._("The clock of %(targets)s was stopped. %(reason)s"),
            'start': self.env._("The clock of %(targets)s was started. %(reason)s"),
            'cancel': self.env._("%(targets)s is measured no longer. %(reason)s"),
        }[self.operation]
        return text % {
            'targets': ', '.join(self.status_ids.mapped('display_name')),
            'reason': ' '.join(filter(None, (self.reason_id.name, self.note)))}
