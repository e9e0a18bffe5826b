from odoo import api, models
from odoo.fields import Domain

#: How many visits a calendar shows, if they are of more than one technician
SHOWN = 300


class ServiceVisit(models.Model):
    """Whose visits the calendar shows."""
    _inherit = 'service.visit'

    @api.model
    @api.readonly
    def get_calendar(self, domain, field_names):
        """Return the visits of a calendar: all, or those of as many technicians as can be looked at.

        Each of them is shown with all visits: nobody looks free who is not. What nobody does yet comes
        first, then the teams of whoever looks.

        :return: {'visits': as from `search_read`, 'notice': what is left out, or False}
        """
        domain = Domain(domain)
        visits, notice = self.search(domain, order='id', limit=SHOWN + 1), False
        if len(visits) > SHOWN:
            count_by_employee = dict(self._read_group(domain, ['employee_id'], ['__count']))
            shown = self._choose_technicians(count_by_employee)
            visits = self.search(
                domain & Domain('employee_id', 'in', [employee.id for employee in shown]), order='id')
            count = sum(count_by_employee.values())
            if len(visits) < count:
                notice = self.env._(
                    "%(shown)s of %(count)s visits are shown: those of %(some)s of the %(all)s technicians,"
                    " each with all of them. To see others, look at one day, or search for a team or a"
                    " technician.", shown=len(visits), count=count, some=sum(map(bool, shown)),
                    all=sum(map(bool, count_by_employee)))
        return {'visits': visits.read(field_names), 'notice': notice}

    @api.model
    def _choose_technicians(self, count_by_employee):
        """Return for whom there is room in a calendar, as a list; nobody is an empty employee.

        :param dict count_by_employee: {hr.employee: how many visits there are}
        """
        # Who leads and who is in which team is no secret of HR's.
        own = self.env['service.team'].sudo().search([
            '|', ('user_id', '=', self.env.uid), ('technician_ids.user_id', '=', self.env.uid)])
        shown, room = [], SHOWN
        for employee in sorted(count_by_employee, key=lambda employee: (
                bool(employee), employee.sudo().service_team_id not in own, employee.name or '')):
            count = count_by_employee[employee]
            if count <= room or (employee and not any(shown)):
                shown.append(employee)
                room -= count
        return shown or list(count_by_employee)
