

from odoo import api, fields, models
from odoo.fields import Domain


class ServiceOrder(models.Model):
    """The visits of an order: when somebody comes, and who."""
    _inherit = 'service.order'

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
    visit_ids = fields.One2many(
        comodel_name='service.visit', inverse_name='order_id', string="Visits")
    visit_count = fields.Integer(compute='_compute_visit_count')
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

    @api.depends('planning_state', 'date_planned', 'arrival_to')
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for order in self:
            order.is_late = bool(
                order.planning_state in ('unplanned', 'planned')
                and ((order.date_planned and order.date_planned < now)
                     or (order.arrival_to and order.arrival_to < now)))

    def _search_is_late(self, operator, value):
        if operator != 'in':
            return NotImplemented
        now = fields.Datetime.now()
        late = Domain('planning_state', 'in', ('unplanned', 'planned')) & (
            Domain('date_planned', '<', now) | Domain('arrival_to', '<', now))
        return Domain.OR(late if answer else ~late for answer in value)

    def _compute_visit_count(self):
        count_by_order = dict(self.env['service.visit']._read_group(
            [('order_id', 'in', self.ids), ('state', '!=', 'cancelled')],
            ['order_id'], ['__count']))
        for order in self:
            order.visit_count = count_by_order.get(order._origin, 0)

    def _ensure_waiting_visit(self):
        """Let a visit wait to be planned for those of these orders that are open and have none."""
        without_visit = self.filtered(lambda order: order.state == 'open' and not (
            order.visit_ids.filtered(lambda visit: visit._is_open())))
        # Portal acceptance and mail open orders too, and technicians end visits.
        self.env['service.visit'].sudo().create([
            order._prepare_first_visit() for order in without_visit])

    def _prepare_first_visit(self):
        self.ensure_one()
        return {'order_id': self.id}

    def action_plan_visit(self):
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Plan a Visit"),
            'res_model': 'service.visit',
            'view_mode': 'form',
            'views': [(self.env.ref('service_management.service_visit_view_form_quick_create').id,
                       'form')],
            'target': 'new',
            'res_id': self.visit_ids.filtered(
                lambda visit: visit.state == 'planned' and not visit.date_start)[:1].id,
            'context': {'default_order_id': self.id},
        }

    def action_view_visits(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'service_management.service_visit_action')
        return {**action, 'domain': [('order_id', '=', self.id)],
                'context': {'default_order_id': self.id}}

    def _get_timezone(self):
        """Return the time zone of one order's site: where its technicians are, else the company."""
        self.ensure_one()
        employees = self.visit_ids.employee_id | self.preferred_employee_id
        return employees[:1].sudo().tz or self.company_id.resource_calendar_id.tz or 'UTC'

    def _get_portal_visits(self):
        """Return the visits that customers know of; plans that nobody was told are none."""
        self.ensure_one()
        return self.visit_ids.filtered(
            lambda visit: visit.state in ('dispatched', 'under_way', 'done')).sorted('date_start')

    def _rating_get_operator(self):
        """Rate the technician who was there last."""
        worked = self.visit_ids.filtered('work_start').sorted('work_start')
        return worked[-1:].employee_id.sudo().user_id.partner_id or super()._rating_get_operator()

    def _get_announced_visit(self):
        """Return the visit that a mail of one order is about: the one announced, else the next."""
        self.ensure_one()
        visit = self.env['service.visit'].browse(self.env.context.get('service_visit_id'))
        if visit.exists() and visit.order_id == self:
            return visit
        return self._get_portal_visits().filtered(lambda visit: visit.state != 'done')[:1]
