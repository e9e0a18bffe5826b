from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

#: What of a visit its crew has in common
_TOGETHER = ('date_start', 'duration_hours')


class ServiceVisit(models.Model):
    """Several technicians at one job: each has a visit of his own, and they arrive together.

    One of the visits leads; the others name it. The customer is told of the one that leads.
    """
    _inherit = 'service.visit'

    lead_visit_id = fields.Many2one(
        comodel_name='service.visit', string="Comes With", copy=False, index='btree_not_null',
        ondelete='set null', tracking=True,
        domain="[('order_id', '=', order_id), ('id', '!=', id), ('lead_visit_id', '=', False),"
               " ('state', 'in', ('planned', 'dispatched'))]",
        help="The visit with which this one makes a crew: their technicians arrive together.")
    crew_visit_ids = fields.One2many(
        comodel_name='service.visit', inverse_name='lead_visit_id', string="Crew Visits",
        readonly=True)
    crew_names = fields.Char(
        string="Crew", compute='_compute_crew_names', compute_sudo=True, help="With whom the technician comes.")

    @api.depends(
        'lead_visit_id.employee_id', 'lead_visit_id.crew_visit_ids.employee_id',
        'crew_visit_ids.employee_id', 'lead_visit_id.state', 'crew_visit_ids.state')
    def _compute_crew_names(self):
        # Read together: one by one, each visit of a list would ask for its crew.
        crews = self.lead_visit_id | self.lead_visit_id.crew_visit_ids | self.crew_visit_ids
        crews = {visit._origin.id: visit for visit in crews.filtered(lambda visit: visit.state != 'cancelled')}
        names = {visit_id: visit.employee_id.name for visit_id, visit in crews.items()}
        for visit in self:
            lead = visit.lead_visit_id or visit
            others = {lead._origin.id, *lead.crew_visit_ids._origin.ids} - {visit._origin.id}
            visit.crew_names = ', '.join(sorted(filter(None, map(names.get, others)))) or False

    def _get_crew(self):
        """Return these visits and all that arrive together with them, those that lead first."""
        leads = self.browse()
        for visit in self:
            leads |= visit.lead_visit_id or visit
        return leads | leads.crew_visit_ids

    def _filter_together(self):
        """Return those of these visits that still move with their crew."""
        return self.filtered(lambda visit: visit.state in ('planned', 'dispatched') and visit.date_start)

    @api.constrains('lead_visit_id', 'order_id')
    def _check_crew(self):
        self.mapped('date_end')  # computed before a row is flushed: the database checks both ends
        for visit in self._get_crew().filtered('lead_visit_id'):
            lead = visit.lead_visit_id
            if lead == visit or lead.lead_visit_id:
                raise ValidationError(self.env._(
                    "%s leads no crew: it comes with another visit itself. Choose the one that leads.",
                    lead.display_name))
            if lead.order_id != visit.order_id:
                raise ValidationError(self.env._(
                    "A crew works for one order: %(visit)s and %(lead)s are of two.",
                    visit=visit.display_name, lead=lead.display_name))

    @api.model_create_multi
    def create(self, vals_list):
        visits = super().create(vals_list)
        visits.filtered('lead_visit_id')._join_crew()
        return visits

    def write(self, vals):
        """Let a crew arrive together, whoever of it is moved."""
        result = super().write(vals)
        if vals.get('lead_visit_id'):
            self._join_crew()
        if {*_TOGETHER, 'date_end'} & set(vals) and vals.get('date_start', True):
            for visit in self._filter_together():
                if visit.lead_visit_id or visit.crew_visit_ids:
                    visit._bring_crew()
        return result

    def _join_crew(self):
        """Plan visits when those that lead them are planned."""
        for visit in self:
            if lead := visit.lead_visit_id._filter_together():
                lead._bring_crew()

    def _bring_crew(self):
        """Plan the others of one visit's crew for when it is."""
        self.ensure_one()
        values = {name: self[name] for name in _TOGETHER}
        for other in self._get_crew() - self:
            is_to_come = other.state in ('planned', 'dispatched')
            if is_to_come and any(other[name] != value for name, value in values.items()):
                other.write(values)

    def action_add_to_crew(self, employee_id):
        """Let another technician come along.

        :param int employee_id: who comes along
        :return: id of the new visit
        :raise AccessError: if the user is no dispatcher
        :raise UserError: if the visit has no time, or the technician comes already
        """
        self.ensure_one()
        self._ensure_may_plan()
        self._ensure_plannable()
        employee = self._pick_technician(employee_id)
        if not (employee and self.date_start):
            raise UserError(self.env._(
                "Plan %s first: a crew arrives together.", self.display_name))
        if employee in self._get_crew()._filter_together().employee_id:
            raise UserError(self.env._("%s comes already.", employee.name))
        return self._make_beside({
            'employee_id': employee.id, 'date_start': self.date_start,
            'lead_visit_id': (self.lead_visit_id or self).id,
            'duration_hours': self.duration_hours}).id

    def _make_beside(self, values):
        """Return a new visit for the order of one; what waits to be planned goes on waiting.

        :param dict values: who, when, and for how long
        """
        self.ensure_one()
        visit = self.create({
            'order_id': self.order_id.id, 'duration_hours': values['duration_hours']})
        visit.write(values)
        return visit

    #=== WHO LEADS ===#

    def _cancel(self, reason, note=False, moment=None):
        cancelled = super()._cancel(reason, note, moment)
        cancelled._hand_over_lead()
        return cancelled

    @api.ondelete(at_uninstall=False)
    def _unlink_and_hand_over_lead(self):
        self._hand_over_lead()

    def _hand_over_lead(self):
        """Let another visit lead the crews of these, which do not take place."""
        # Whoever cancels an order is not always one who plans.
        self.sudo().lead_visit_id = False
        for lead in self.sudo().filtered('crew_visit_ids'):
            crew = (lead.crew_visit_ids - self).sorted('id')
            new = (crew.filtered(lambda visit: visit._is_open()) or crew)[:1]
            lead.crew_visit_ids.lead_visit_id = False
            (crew - new).lead_visit_id = new
            new.filtered(lambda visit: visit.state == 'dispatched')._announce('planned')

    #=== WHAT CUSTOMERS ARE TOLD ===#

    def _filter_mailed(self, event):
        return super()._filter_mailed(event).filtered(lambda visit: not visit.lead_visit_id)

    def _announce(self, event):
        """Tell a customer once of a crew: of the visit that leads, or of whoever drives first."""
        if event == 'on_way':
            # What the customer was told counts, whoever drives.
            visits = self.filtered(
                lambda visit: not any((visit.sudo()._get_crew() - visit).mapped('on_way_told')))
        else:
            visits = self.filtered(lambda visit: not visit.lead_visit_id)
        return super(ServiceVisit, visits)._announce(event)
