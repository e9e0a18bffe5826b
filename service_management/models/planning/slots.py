from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime, format_time

from .hr_employee import Slot


class ServiceVisit(models.Model):
    """What speaks against a technician at a time."""
    _inherit = 'service.visit'

    planning_warning = fields.Text(compute='_compute_planning_warning')

    @api.depends('employee_id', 'date_start', 'date_end', 'duration_hours', 'state',
                 'order_id.task_ids.task_id')
    def _compute_planning_warning(self):
        warnings = self._get_planning_warnings()
        for visit in self:
            visit.planning_warning = '\n'.join(warnings.get(visit, [])) or False

    def get_planning_warnings(self, values):
        """Return what speaks against planning one visit like this, as sentences.

        Called by the board before it writes a card that was dropped; writes nothing.

        :param dict values: employee_id, date_start, date_end (UTC strings) that would be written
        :raise UserError: if the visit cannot be planned at all any more, or nobody whom the user sees
            is named, or a hard rule of the company forbids it
        """
        slot = self._get_planned_slot(values)
        if forbidden := self._find_forbidden([slot]).get(self):
            raise UserError(self._word_forbidden(forbidden))
        return self._get_slot_warnings([slot]).get(self, [])

    def _get_planned_slot(self, values):
        """Return the Slot that one visit would have; raises as `get_planning_warnings`."""
        self.ensure_one()
        self.check_access('read')
        self._ensure_plannable()
        values = self._leave_end_to_work(values)
        start = fields.Datetime.to_datetime(values.get('date_start', self.date_start))
        employee = self._pick_technician(values['employee_id']) \
            if 'employee_id' in values else self.employee_id
        length, end = timedelta(hours=self.duration_hours or 1.0), False
        if start and 'date_end' in values:
            end = fields.Datetime.to_datetime(values['date_end'])
            if end and start < end:
                [length] = employee._get_lengths_of_work([(employee, self.company_id, start, end)])
        elif start and start == self.date_start and not self._filter_planned_ends():
            end = self.date_end
        elif start:
            [end] = employee._get_ends_of_work([(employee, self.company_id, start, length)])
        return Slot(self, employee, start, end, length)

    def _pick_technician(self, employee_id):
        """Return the employee that a caller names, or nobody.

        :raise AccessError: if the user does not see him: when he works is not told then
        """
        employee = self.env['hr.employee'].browse(employee_id or ())
        employee._ensure_seen()
        return employee

    def _get_planning_warnings(self):
        """Return {visit: what speaks against its plan}, for the visits that are still to come."""
        for visit in self:
            if not visit.id:  # whoever fills in a form may name anybody
                visit.employee_id._origin._ensure_seen()
        return self._get_slot_warnings(self._get_slots())

    def _get_slots(self):
        """Return the slots of those of these visits that are still to come, as they are planned."""
        return [
            Slot(visit, visit.employee_id, visit.date_start, visit.date_end,
                 timedelta(hours=visit.duration_hours))
            for visit in self if visit.state in ('planned', 'dispatched')]

    @api.model
    def _get_slot_warnings(self, slots, but=()):
        """Return {visit: [sentences]} of what speaks against slots, in a constant number of queries.

        :param slots: list of Slot, one a visit
        :param but: service.visit that are in nobody's way: they will be gone
        """
        warnings, gone = {}, {*but}
        for index, found in self.env['hr.employee']._check_slots(slots).items():
            if found := [finding for finding in found if finding.values.get('visit') not in gone]:
                slot = slots[index]
                warnings[slot.visit] = [self._word_finding(slot, finding) for finding in found]
        return warnings

    @api.model
    def _get_finding_texts(self):
        """Return {code of a finding: what people read}; extend with the rules of a slot.

        A sentence may name the %(technician)s, the %(span)s of the finding, and its values.
        """
        return {
            'departed': self.env._("%(technician)s does not work for you any more by then."),
            'overlap': self.env._("%(technician)s has %(order)s %(span)s."),
            'closed': self.env._("%(technician)s does not work at this time: %(span)s."),
            'leave': self.env._("%(technician)s is on leave %(span)s."),
            'skill_missing': self.env._("%(technician)s lacks the skill %(skill)s."),
            'skill_expired': self.env._("%(skill)s of %(technician)s has run out: it was valid to %(until)s."),
            'skill_level': self.env._(
                "%(technician)s has %(skill)s below the level %(level)s."),
            'arrival': self.env._("The customer was promised another arrival time."),
            'zone': self.env._("%(technician)s does not work in zone %(zone)s."),
        }

    @api.model
    def _word_finding(self, slot, finding):
        """Return what a finding on a slot is told as beside a plan; extend to say more of it."""
        return self._explain_finding(slot, finding)

    @api.model
    def _explain_finding(self, slot, finding):
        """Return the sentence that a finding on a slot is for people."""
        text = self._get_finding_texts()[finding.code]
        values = {
            name: value[value._rec_name or 'display_name']
            if isinstance(value, models.BaseModel) else value
            for name, value in finding.values.items() if f'%({name})' in text}
        if 'start' in finding.values:
            values['span'] = self._format_span(
                finding.values['start'], finding.values['end'], slot.employee)
        if 'until' in finding.values:
            values['until'] = format_date(self.env, finding.values['until'])
        return text % {**values, 'technician': slot.employee.name}

    @api.model
    def _format_span(self, start, end, employee):
        """Return "from … to …" in the technician's own time zone."""
        return self.env._(
            "from %(start)s to %(end)s", start=self._format_local(start, employee),
            end=self._format_local(end, employee, time_only=True))

    @api.model
    def _format_local(self, moment, employee, time_only=False):
        """Return a naive UTC datetime as people read it in the technician's own time zone."""
        timezone = employee.tz or self.env.user.tz or 'UTC'
        if time_only:
            return format_time(self.env, moment, tz=timezone, time_format='short')
        return format_datetime(self.env, moment, tz=timezone, dt_format='short')
