from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError

from .steps import VISIT_FIELDS, get_difference, plain, take_snapshot

#: How many steps of a visit can be taken back, one after the other
_KEPT = 12


class ServiceVisit(models.Model):
    """A wrong tap is taken back for a while by who made it, and later by dispatchers."""
    _inherit = 'service.visit'

    steps = fields.Json(
        copy=False, readonly=True, help="What each tap changed, so that it can be taken back.")
    can_take_back = fields.Boolean(compute='_compute_can_take_back')
    can_take_back_sign_off = fields.Boolean(
        string="Can Take the Sign-Off Back", related='order_id.can_take_back')
    step_name = fields.Char(string="Last Tap", compute='_compute_can_take_back')

    @api.depends('steps', 'state', 'order_state', 'employee_id')
    @api.depends_context('uid', 'lang')
    def _compute_can_take_back(self):
        names = self._get_step_names()
        is_dispatcher = self.with_user(self.env.user)._has_role('dispatcher')
        for visit in self:
            step = (visit.steps or [None])[-1]
            visit.step_name = names[step['kind']] if step else names['travel']
            visit.can_take_back = visit.order_state == 'open' and visit.can_work and bool(
                (is_dispatcher and (step or visit.state == 'under_way'))
                or (step and visit.order_id._is_fresh(step)))

    @api.model
    def _get_step_names(self):
        """Return {kind of a step: what the button says that makes it}."""
        return {
            'travel': self.env._("On My Way"), 'work': self.env._("Start Work"),
            'stop': self.env._("Stop"), 'done': self.env._("Done")}

    #=== KEEPING ===#

    def _start_timer(self, kind, moment=None):
        with self._keep_step(kind):
            return super()._start_timer(kind, moment)

    def _stop_timer(self, moment=None, is_end_known=False):
        with self._keep_step('stop'):
            return super()._stop_timer(moment, is_end_known)

    def _finish(self, moment=None):
        with self._keep_step('done'):
            return super()._finish(moment)

    @contextmanager
    def _keep_step(self, kind):
        """Keep what the body changes as one step of these visits, whatever steps are in it."""
        snapshots = {order: take_snapshot(order) for order in self.order_id}
        stacks = {visit: list(visit.sudo().steps or ()) for visit in self}
        yield
        latest = {order: take_snapshot(order) for order in self.order_id}
        for visit, stack in stacks.items():
            before, after = get_difference(snapshots[visit.order_id], latest[visit.order_id])
            if str(visit.id) not in after['visits']:
                continue
            for rows in (before, after):
                rows['visits'] = {str(visit.id): rows['visits'][str(visit.id)]}
                rows['lines'] = {
                    key: row for key, row in rows['lines'].items()
                    if after['lines'][key]['visit_id'] == visit.id}
            visit.sudo().steps = [*stack, {  # only the verbs of a visit say so
                'kind': kind, 'user': self.env.user.id,
                'moment': fields.Datetime.to_string(fields.Datetime.now()),
                'known': visit.order_id.sudo().visit_ids.ids,
                'before': before, 'after': after}][-_KEPT:]

    #=== TAKING BACK ===#

    def action_take_back(self):
        """Take back what was tapped last on one visit.

        :raise UserError: if it was somebody else or too long ago, or the work was changed since
        """
        self.ensure_one()
        self.check_access('write')
        self._ensure_can_take_back()
        if self.steps:
            self._take_back()
        else:
            self._reset_under_way()
        return True

    def _ensure_can_take_back(self):
        """:raise UserError: saying why the last tap on one visit cannot be taken back by the user"""
        self.ensure_one()
        if self.order_state != 'open':
            raise UserError(self.env._(
                "%(order)s is in stage “%(stage)s”. Take the sign-off back first.",
                order=self.order_id.name, stage=self.order_id.stage_id.name))
        if not self.steps and self.state != 'under_way':
            raise UserError(self.env._("There is nothing to take back on %s.", self.display_name))
        if not self.can_take_back:
            raise UserError(self.env._(
                "This was tapped too long ago, or by somebody else. Ask a dispatcher to put %s"
                " right.", self.display_name))
        if self.steps:
            self._ensure_untouched(self.steps[-1])

    def _ensure_untouched(self, step):
        """:raise UserError: if one visit or its hours were changed by others since a step"""
        after, visit = step['after'], self.sudo()
        if plain(visit, VISIT_FIELDS[:5]) != {
                name: after['visits'][str(self.id)][name] for name in VISIT_FIELDS[:5]}:
            raise UserError(self.env._(
                "%s was changed since: there is nothing to take back.", self.display_name))
        for key, row in after['lines'].items():
            line = visit.env['service.order.line'].browse(int(key)).exists()
            names = ('state', 'quantity', 'date_start', 'date_end')
            if plain(line, names) != {name: row[name] for name in names} if line else True:
                raise UserError(self.env._(
                    "The hours of this visit were corrected, cancelled or posted since. Correct"
                    " them on %s instead.", self.order_id.name))
        former = step['before']['visits'].get(str(self.id), {})
        if former.get('timer_start'):
            self._ensure_nowhere_else()

    def _take_back(self):
        """Put one visit back to where it was before its last step."""
        self.ensure_one()
        stack = self.steps
        step, name = stack[-1], self.step_name
        made = self.sudo().line_ids.filtered(lambda line: str(line.id) in step['after']['lines'])
        hours = ', '.join(line._describe_hours() for line in made)
        self.order_id.sudo()._put_back(self._with_waiting(step))  # what the tap made unasked
        self.sudo().steps = stack[:-1] or False  # as in _keep_step
        text = self.env._("Taken back: %s.", name)
        if hours:
            text = self.env._(
                "Taken back: %(step)s. Hours removed: %(hours)s.", step=name, hours=hours)
        self._message_log(body=text)
        self.order_id._message_log(body=text)

    def _with_waiting(self, step):
        """Return a step with the visit that has waited since the work was said to be done."""
        self.ensure_one()
        waiting = self.sudo().order_id.visit_ids.filtered(lambda visit: (
            visit.is_unassigned and not visit.date_start and not visit.employee_id
            and visit.id not in step['known']))
        if step['kind'] != 'done' or not waiting:
            return step
        rows = {str(visit.id): {} for visit in waiting}
        return {**step, 'after': {
            **step['after'], 'visits': {**step['after']['visits'], **rows}}}

    def _reset_under_way(self):
        """Let one visit wait for its technician again of which nobody knows what was tapped."""
        self.ensure_one()
        # Only verbs write states and clocks.
        self.sudo().write({
            'state': 'dispatched', 'timer_kind': False, 'timer_start': False, 'on_way_due': False,
            **({} if self.line_ids else {'work_start': False, 'work_end': False})})
        self._message_log(body=self.env._("Put back: the visit is not under way."))

    def _has_todo(self):
        """Tell whether one visit is on the to-do list of its technician."""
        self.ensure_one()
        kind = self.env.ref('service_management.mail_activity_type_visit')
        return kind in self.activity_ids.activity_type_id

    def action_take_back_sign_off(self):
        """Take the sign-off of the order of one visit back."""
        return self.order_id.action_take_back()
