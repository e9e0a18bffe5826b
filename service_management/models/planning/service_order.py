from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.clock import local_day
from ..common.records import search_yes_or_no


class ServiceOrder(models.Model):
    """The visits of an order: when somebody comes, and who."""
    _inherit = 'service.order'
    _order = 'priority desc, date_planned, id desc'

    visit_ids = fields.One2many(
        comodel_name='service.visit', inverse_name='order_id', string="Visits")
    visit_count = fields.Integer(compute='_compute_visit_count')
    date_planned = fields.Datetime(
        string="Next Visit", compute='_compute_planned', store=True, index=True,
        help="Beginning of the first visit that is still to come or under way.")
    date_planned_end = fields.Datetime(
        string="Next Visit Ends", compute='_compute_planned', store=True)
    planned_employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Technician", compute='_compute_planned', store=True,
        index='btree_not_null')
    has_unassigned_visit = fields.Boolean(
        string="To Plan", compute='_compute_planned', store=True)
    planning_state = fields.Selection(
        selection=[
            ('unplanned', "To Plan"), ('planned', "Planned"), ('under_way', "Under Way"),
            ('closed', "Closed")],
        compute='_compute_planning_state', store=True)
    is_late = fields.Boolean(compute='_compute_is_late', search='_search_is_late')

    _unassigned = models.Index('(date_preferred) WHERE has_unassigned_visit IS TRUE')
    _not_over = models.Index(
        "(planning_state, date_planned) WHERE planning_state IN ('unplanned', 'planned', 'under_way')")
    _board = models.Index('(company_id, stage_id, priority DESC, date_planned, id DESC)')

    @api.depends('visit_ids.state', 'visit_ids.date_start', 'visit_ids.date_end',
                 'visit_ids.employee_id')
    def _compute_planned(self):
        for order in self:
            open_visits = order.visit_ids.filtered(lambda visit: visit._is_open())
            dated = open_visits.filtered('date_start').sorted('date_start')[:1]
            order.date_planned = dated.date_start
            order.date_planned_end = dated.date_end
            order.planned_employee_id = dated.employee_id
            order.has_unassigned_visit = any(
                not (visit.employee_id and visit.date_start) for visit in open_visits)

    @api.depends('state', 'date_planned', 'planned_employee_id', 'visit_ids.state')
    def _compute_planning_state(self):
        for order in self:
            if order.state not in ('draft', 'open'):
                order.planning_state = 'closed'
            elif 'under_way' in order.visit_ids.mapped('state'):
                order.planning_state = 'under_way'
            elif order.date_planned and order.planned_employee_id:
                order.planning_state = 'planned'
            else:
                order.planning_state = 'unplanned'

    @api.depends('planning_state', 'date_planned', 'arrival_to', 'date_preferred')
    def _compute_is_late(self):
        """What nobody comes for by now, though it was planned, promised, or wished for by now."""
        now = fields.Datetime.now()
        for order in self:
            moments = [order.date_planned, order.arrival_to]
            if order.planning_state == 'unplanned':
                moments.append(order.date_preferred)
            order.is_late = order.planning_state in ('unplanned', 'planned') and any(
                moment and moment < now for moment in moments)

    def _search_is_late(self, operator, value):
        now = fields.Datetime.now()
        wished = Domain('planning_state', '=', 'unplanned') & Domain('date_preferred', '<', now)
        # What is not over is asked first: an index has it.
        return search_yes_or_no(
            operator, value, Domain('planning_state', 'in', ('unplanned', 'planned')) & (
                wished | Domain('date_planned', '<', now) | Domain('arrival_to', '<', now)))

    def _compute_visit_count(self):
        count_by_order = dict(self.env['service.visit']._read_group(
            [('order_id', 'in', self.ids), ('state', '!=', 'cancelled')],
            ['order_id'], ['__count']))
        for order in self:
            order.visit_count = count_by_order.get(order._origin, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_visited(self):
        # What was done counts, whoever deletes.
        self.sudo().visit_ids._unlink_except_worked()

    #=== LIFE ===#

    def _moves_by_call(self, state):
        """Leave orders for which somebody is planned to those who plan."""
        planned = self.visit_ids.filtered(lambda visit: visit._is_open() and visit.employee_id)
        return super()._moves_by_call(state) and not (state == 'cancelled' and planned)

    @api.depends('visit_ids.state')
    def _compute_similar_order_ids(self):
        super()._compute_similar_order_ids()

    def _may_be_called_twice(self):
        """Once somebody is at work, or was, it stays an order of its own."""
        return super()._may_be_called_twice() and not self.visit_ids.filtered(
            lambda visit: visit.state in ('under_way', 'done'))

    def _check_becomes(self, state, vals):
        super()._check_becomes(state, vals)
        if state in ('signed_off', 'cancelled'):
            self.visit_ids._ensure_timer_stopped()

    def _on_opened(self):
        super()._on_opened()
        self._ensure_waiting_visit()

    def _get_wanted_skills(self):
        """Return {skill: the lowest level, or none where any will do} that one order asks for; extend."""
        needs = self.task_ids.task_id.skill_ids.sorted(
            lambda need: need.skill_level_id.level_progress)  # the highest of a skill counts
        return {
            **dict.fromkeys(self.type_id.skill_ids, self.env['hr.skill.level']),
            **{need.skill_id: need.skill_level_id for need in needs}}

    def _ensure_plannable(self):
        """Extend to ask for more before a visit is planned.

        :raise UserError: if an order is closed
        """
        for order in self:
            if order.state not in ('draft', 'open'):
                raise UserError(self.env._(
                    "%s is closed: no more visits can be planned for it.", order.name))

    def _ensure_waiting_visit(self):
        """Let a visit wait to be planned for those of these orders that are open and have none.

        :return: the new visits
        """
        without_visit = self.filtered(lambda order: order.state == 'open' and not (
            order.visit_ids.filtered(lambda visit: visit._is_open())))
        # Portal acceptance and mail open orders too, and technicians end visits.
        return self.env['service.visit'].sudo().create([
            order._prepare_first_visit() for order in without_visit])

    def _after_unplanning(self):
        """Take back what planning did to the stage of orders that nobody is planned for any more."""
        unplanned = self.filtered(lambda order: all(
            visit.is_unassigned or visit.state == 'cancelled' for visit in order.visit_ids))
        unplanned._move_back_from('planned')

    def _prepare_first_visit(self):
        """Return the values of the visit that waits to be planned; extend to carry more over."""
        self.ensure_one()
        return {'order_id': self.id}

    def _on_signed_off(self):
        """End the visits: those with work are done; what only waited to be planned does so no more.

        What becomes of the others was asked before.
        """
        super()._on_signed_off()
        for order in self:
            open_visits = order.visit_ids.filtered(lambda visit: visit._is_open())
            worked = open_visits.filtered(lambda visit: visit._is_worked())
            worked._finish()
            (open_visits - worked)._cancel(
                reason=self.env['service.reason'],
                note=self.env._("The order was signed off."))

    def _on_cancelled(self):
        super()._on_cancelled()
        for order in self:
            order.visit_ids.filtered(lambda visit: visit._is_open())._cancel(
                order.stage_reason_id, order.stage_note)

    #=== ACTIONS ===#

    def action_plan_visit(self):
        """Open the visit that waits to be planned, or another one."""
        self.ensure_one()
        waiting = self.visit_ids.filtered(
            lambda visit: visit.state == 'planned' and not visit.date_start)[:1]
        form = self.env.ref('service_management.service_visit_view_form_quick_create')
        return {
            **self._open_dialog(
                'service.visit', self.env._("Plan a Visit"), default_order_id=self.id),
            'views': [(form.id, 'form')],
            'res_id': waiting.id,
        }

    def action_plan_another_visit(self):
        """Plan one more visit: the button is not the next step then, and has a name of its own."""
        return self.action_plan_visit()

    def action_view_visits(self):
        """Show the visits of the order."""
        self.ensure_one()
        self.check_access('read')
        return self.env['service.visit']._show_found(
            [('order_id', '=', self.id)], default_order_id=self.id)

    #=== CUSTOMERS ===#

    @api.depends('visit_ids.state', 'visit_ids.employee_id', 'visit_ids.date_start')
    def _compute_can_customer_sign(self):
        super()._compute_can_customer_sign()

    def _is_finished(self):
        """An order is finished when a visit took place, and none is to come.

        One that has neither technician nor time is no more than a reminder to the dispatcher.
        """
        states = set(self.visit_ids.filtered(
            lambda visit: visit.employee_id or visit.date_start or visit.follow_up).mapped('state'))
        return super()._is_finished() or (
            'done' in states and not states & {'planned', 'dispatched', 'under_way'})

    def _get_portal_step(self):
        """A visit that was made stays made, and one that the customer was told of stays told."""
        step, visits = super()._get_portal_step(), self.visit_ids
        if step not in (0, 1):
            return step
        if visits.filtered(lambda visit: visit.state in ('under_way', 'done') or visit.work_start):
            return 3
        is_told = visits.filtered(
            lambda visit: visit.state == 'dispatched' or visit.invitation_sequence)
        return 2 if is_told else step

    def _is_visit_called_off(self):
        """Tell whether the customer of one order was told of a visit, and of none that is to come."""
        self.ensure_one()
        return self.state == 'open' and not self._get_portal_visits() and bool(
            self.visit_ids.filtered('invitation_sequence'))

    def _get_timezone(self):
        """Return the time zone of one order's site: where its technicians are, else the company."""
        self.ensure_one()
        employees = self.visit_ids.employee_id | self.preferred_employee_id
        # Where technicians are at home is HR's; when the customer is visited is no secret.
        return employees[:1].sudo().tz or super()._get_timezone()

    def _get_portal_visits(self):
        """Return the visits that customers know of; plans that nobody was told are none."""
        self.ensure_one()
        return self.visit_ids.filtered(
            lambda visit: visit.state in ('dispatched', 'under_way', 'done')).sorted('date_start')

    def _get_work_content(self):
        return {
            **super()._get_work_content(),
            'visits': [
                (visit.id, visit.state, visit.employee_id.id, visit.date_start)
                for visit in self._get_portal_visits()],
        }

    def _get_billed_work(self, lines):
        """Where billed lines do not say when and by whom, as fees and parts, finished visits do."""
        days, technicians = super()._get_billed_work(lines)
        if technicians:
            return days, technicians
        visits = self.visit_ids.filtered(lambda visit: visit.state == 'done')
        # Where technicians are at home is HR's; when the customer was visited is no secret.
        return {
            local_day(visit.work_start or visit.date_start, visit.employee_id.sudo().tz)
            for visit in visits}, visits.employee_id

    def _rating_get_operator(self):
        """Rate the technician who was there last."""
        worked = self.visit_ids.filtered('work_start').sorted('work_start')
        # Customers rate a person whom they have no rights on.
        return worked[-1:].employee_id.sudo().user_id.partner_id or super()._rating_get_operator()

    def _get_announced_visit(self):
        """Return the visit that a mail of one order is about: the one announced, else the next."""
        self.ensure_one()
        visit = self.env['service.visit'].browse(self.env.context.get('service_visit_id'))
        if visit.exists() and visit.order_id == self:
            return visit
        return self._get_portal_visits().filtered(lambda visit: visit.state != 'done')[:1]
