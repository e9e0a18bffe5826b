from odoo import api, fields, models
from odoo.exceptions import UserError

from .steps import STATUS_MARKS, get_difference, take_snapshot


class ServiceOrder(models.Model):
    """A sign-off that was a mistake is taken back: for a while by who took it, later by managers."""
    _inherit = 'service.order'

    sign_off_step = fields.Json(copy=False, readonly=True)
    can_take_back = fields.Boolean(
        string="Can Take the Sign-Off Back", compute='_compute_can_take_back')

    history_people = fields.Char(string="Who Came", compute='_compute_history')
    history_parts = fields.Char(string="Parts Used", compute='_compute_history')

    def _compute_history(self):
        """Say who came to these orders and which parts they took, for the history of an object."""
        for order in self:
            visits = order.visit_ids.filtered(lambda visit: visit.state in ('under_way', 'done'))
            order.history_people = ', '.join(visits.employee_id.mapped('name'))
            parts = order.line_ids.filtered(lambda line: (
                line.kind == 'item' and line.state != 'cancelled' and line.quantity > 0))
            order.history_parts = ', '.join(
                f'{line.quantity:g} × {line.product_id.display_name}' for line in parts)

    @api.depends('sign_off_step', 'state')
    @api.depends_context('uid')
    def _compute_can_take_back(self):
        for order in self:
            order.can_take_back = bool(order.sign_off_step) and order.state == 'signed_off' and (
                order._is_fresh(order.sign_off_step)
                or order.with_user(self.env.user)._has_role('manager'))

    def _is_fresh(self, step):
        """Tell whether the user made a step himself, and a short while ago."""
        self.ensure_one()
        minutes = self.company_id.service_take_back_minutes
        moment = fields.Datetime.to_datetime(step['moment'])
        return step['user'] == self.env.uid and fields.Datetime.now() <= fields.Datetime.add(
            moment, minutes=minutes) and bool(minutes)

    def write(self, vals):
        """Keep what a sign-off changes, so that it can be taken back."""
        stage = self.env['service.stage'].browse(vals.get('stage_id') or ()).exists()
        if stage.category != 'signed_off':
            return super().write(vals)
        signing = self.filtered(lambda order: order.state == 'open')
        snapshots = {order: take_snapshot(order) for order in signing}
        counts = {order: order._count_steps() for order in signing}
        result = super().write(vals)
        for order, snapshot in snapshots.items():
            before, after = get_difference(snapshot, take_snapshot(order))
            order.sudo().sign_off_step = {  # only signing off says so
                'user': self.env.user.id, 'counts': counts[order],
                'moment': fields.Datetime.to_string(fields.Datetime.now()),
                'before': before, 'after': after}
        return result

    def _count_steps(self):
        """Return {id of a visit of one order: how many steps it has}."""
        self.ensure_one()
        # As in take_snapshot: whoever taps.
        return {str(visit.id): len(visit.steps or ()) for visit in self.sudo().visit_ids}

    def action_take_back(self):
        """Take the sign-off of one order back, or ask a service manager for the reason.

        :raise UserError: if it is posted, or was taken by somebody else or too long ago
        """
        self.ensure_one()
        self.check_access('write')
        self._ensure_can_take_back()
        if self._is_fresh(self.sign_off_step):
            self._take_back_sign_off()
            return True
        return self._open_dialog(
            'service.order.take.back', self.env._("Take the Sign-Off Back"), default_order_id=self.id)

    def _ensure_can_take_back(self):
        """:raise UserError: saying why the sign-off of one order cannot be taken back by the user"""
        self.ensure_one()
        if self.state != 'signed_off' or not self.sign_off_step:
            raise UserError(self.env._(
                "%s has no sign-off that can be taken back.", self.name))
        if 'posted' in self.line_ids.mapped('state'):
            raise UserError(self.env._(
                "%s has posted lines: its sign-off stays. Reverse the lines instead.", self.name))
        if not self.can_take_back:
            raise UserError(self.env._(
                "The sign-off of %s was taken by somebody else, or too long ago. Ask a service"
                " manager to take it back.", self.name))

    def _take_back_sign_off(self, reason=False):
        """Put one order back to where it was before it was signed off, and keep what was signed.

        :param str reason: why, of a manager
        """
        self.ensure_one()
        step, order = self.sign_off_step, self.sudo()  # what the sign-off made without asking
        order._file_signature(reason)
        order._put_back(step, reason)
        for visit in order.visit_ids:
            visit.steps = (visit.steps or [])[:step['counts'].get(str(visit.id), 0)] or False
        order.sign_off_step = False

    #=== PUTTING BACK ===#

    def _put_back(self, step, note=False):
        """Put back what a step changed about one order, in sudo; what changed since stays.

        :param dict step: as `steps` describes it
        :param note: why, for the history of the stage
        """
        self.ensure_one()
        before, after = step['before'], step['after']
        now = take_snapshot(self)
        kept = [
            key for key, row in after['statuses'].items()
            if key in now['statuses'] and all(
                now['statuses'][key][name] == row[name] for name in STATUS_MARKS)]
        self._put_back_visits(before['visits'], after['visits'])
        self._put_back_lines(before['lines'], after['lines'])
        former = before['order'].get(str(self.id), {})
        latter = after['order'].get(str(self.id), {})
        if former and former['stage_id'] != latter['stage_id'] == self.stage_id.id:
            self._put_back_stage(former, note)
        for key in kept:
            status = self.env['service.order.sla'].browse(int(key))
            status._put_back(before['statuses'].get(key), after['statuses'][key])
        self._keep_arrivals()

    def _put_back_visits(self, before, after):
        """Put back the visits of one order, and take away those that wait since."""
        visits = {str(visit.id): visit for visit in self.visit_ids}
        for key in after.keys() - before.keys():
            if key in visits and visits[key].is_unassigned:
                visits[key].unlink()
        for key, row in before.items():
            values, visit = dict(row), visits[key]
            has_todo = values.pop('todo')
            visit.write({**values, 'is_overrun_told': False})
            visit._wake_clock_job()
            if has_todo and not visit._has_todo():
                visit._schedule_technician()

    def _put_back_lines(self, before, after):
        """Put back the lines of one order that a step filled, and take away those that it made."""
        lines = {str(line.id): line for line in self.line_ids}
        for key, values in before.items():
            if key in lines:
                lines[key].write(values)
        made = [lines[key].id for key in after.keys() - before.keys() if key in lines]
        hours = self.line_ids.browse(made).filtered(lambda line: line.kind == 'hour')
        hours._take_away()
        # What rules made of what is no more goes, too.
        (self.line_ids.browse(made) - hours)._get_kept_lines().unlink()

    def _put_back_stage(self, former, note):
        """Move one order back to the stage where it was, without what follows from a move."""
        origin = self.stage_id
        self._write_stage({
            'stage_id': former['stage_id'], 'stage_reason_id': former['stage_reason_id'],
            'stage_note': former['stage_note'],
            'date_last_stage_update': former['date_last_stage_update']})
        self._log_stage_moves({self: origin})
        if note:
            self.stage_log_ids.sorted('id')[-1:].note = note

    def _keep_arrivals(self):
        """What was promised to the customer of one order stays kept if others are there."""
        arrived = self.visit_ids.filtered('work_start').mapped('work_start')
        if arrived:
            self._reach_sla(self._get_sla_kinds_ended_by('arrived'), min(arrived))
