from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_time, html2plaintext


class ServiceVisit(models.Model):
    """What a technician reads on the card of a visit before he opens anything."""
    _inherit = 'service.visit'

    arrival_window = fields.Char(compute='_compute_card')
    note_text = fields.Char(string="Internal Note", compute='_compute_card')
    task_summary = fields.Char(string="Tasks", compute='_compute_card')
    object_summary = fields.Char(string="Service Object", compute='_compute_card')
    deadline_text = fields.Char(compute='_compute_card')
    clock_text = fields.Char(string="Clock", compute='_compute_card')
    can_sign_order = fields.Boolean(compute='_compute_can_sign_order')

    @api.depends(
        'order_id.arrival_from', 'order_id.arrival_to', 'order_id.note_internal',
        'order_id.task_ids.is_done', 'order_id.object_ids', 'sla_deadline', 'timer_start',
        'timer_kind')
    @api.depends_context('tz', 'lang')
    def _compute_card(self):
        kinds = dict(self._fields['timer_kind']._description_selection(self.env))
        for visit in self:
            order = visit.order_id
            tasks, objects = order.task_ids, order.object_ids
            visit.arrival_window = ' – '.join(filter(None, (
                visit._describe_moment(order.arrival_from), visit._describe_moment(order.arrival_to))))
            visit.note_text = html2plaintext(order.note_internal or '').strip()
            visit.task_summary = self.env._(
                "Tasks: %(done)s of %(all)s", done=len(tasks.filtered('is_done')), all=len(tasks),
            ) if tasks else ''
            visit.object_summary = ' · '.join(
                [obj._get_document_name() for obj in objects[:2]] + ['…'] * (len(objects) > 2))
            visit.deadline_text = visit._describe_moment(visit.sla_deadline)
            visit.clock_text = visit.timer_start and self.env._(
                "%(kind)s since %(start)s", kind=kinds[visit.timer_kind],
                start=visit._describe_moment(visit.timer_start))

    def _describe_moment(self, moment):
        """Return when a moment is for the reader: the day only where it is not today."""
        if not moment:
            return ''
        local = fields.Datetime.context_timestamp(self, moment)
        clock = format_time(self.env, local.time(), time_format='short')
        if local.date() == fields.Date.context_today(self):
            return clock
        return f"{format_date(self.env, local.date(), date_format='EEE d MMM')}, {clock}"

    @api.depends('state', 'order_state', 'work_start', 'timer_start')
    def _compute_can_sign_order(self):
        """Offer the sign-off when the work is done, also after the visit was ended."""
        for visit in self:
            visit.can_sign_order = bool(
                visit.order_state == 'open' and visit.work_start and not visit.timer_start
                and visit.order_id.can_sign_off and visit.state in ('under_way', 'done')
                and visit.can_work)

    def action_view_history(self):
        """Show what was done on the objects of one visit before, the latest first.

        :raise UserError: if the order names no object
        """
        self.ensure_one()
        self.check_access('read')
        objects = self.object_ids
        if not objects:
            raise UserError(self.env._(
                "%s names no object: there is no history.", self.order_id.name))
        return {
            **self.env['ir.actions.act_window']._for_xml_id(
                'service_management.service_order_action_history'),
            'name': objects.display_name if len(objects) == 1 else self.env._("Object History"),
            'domain': [
                ('object_ids', 'in', objects.ids), '|', ('state', 'in', ('signed_off', 'posted')),
                ('visit_ids.state', 'in', ('under_way', 'done'))],
            'context': {},
        }

    def action_follow_up(self):
        """Ask why somebody has to come again, and with what."""
        self.ensure_one()
        self.check_access('write')
        if self.order_state != 'open':
            raise UserError(self.env._(
                "%(order)s is in stage “%(stage)s”: take the sign-off back, or ask a dispatcher for"
                " another order.", order=self.order_id.name, stage=self.order_id.stage_id.name))
        if overrun := self._filter_overrun():
            return overrun._ask_end()
        return self._open_dialog(
            'service.visit.follow.up', self.env._("Needs Another Visit"), default_visit_id=self.id)

    def action_add_parts(self):
        """Ask which parts were used, the usual ones first."""
        self.ensure_one()
        self.check_access('write')
        return self.order_id.action_add_parts()

    def _ask_again(self, follow_up, hours):
        """End one visit, and let another one of its order wait to be planned.

        :param str follow_up: why, and what is needed
        :return: the visit that waits
        """
        self.ensure_one()
        if self.work_start:
            self._finish()
        # Technicians plan nothing: what they ask for waits for who does.
        order = self.order_id.sudo()
        waiting = order.visit_ids.filtered(lambda visit: (
            visit.state == 'planned' and not visit.employee_id and not visit.date_start
            and not visit.follow_up))[:1]
        values = {'follow_up': follow_up, 'duration_hours': hours}
        if waiting:
            waiting.write(values)
        else:
            waiting = waiting.create({'order_id': order.id, **values})
        self.order_id._message_log(body=self.env._(
            "%(user)s asks for another visit: %(need)s", user=self.env.user.name, need=follow_up))
        return waiting.sudo(self.env.su)
