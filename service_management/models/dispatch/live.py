from odoo import api, models

#: What a board shows of a visit
_SHOWN = {
    'employee_id', 'date_start', 'date_end', 'duration_hours', 'state', 'is_locked', 'order_id',
    'lead_visit_id', 'part_of_id'}
#: What it shows of leave
_OF_LEAVE = {'resource_id', 'calendar_id', 'company_id', 'date_from', 'date_to', 'time_type'}


class ServiceVisit(models.Model):
    """Boards that are open hear of what changes: which visits, and nothing of what is in them."""
    _inherit = 'service.visit'

    @api.model_create_multi
    def create(self, vals_list):
        visits = super().create(vals_list)
        visits._tell_boards()
        return visits

    def write(self, vals):
        result = super().write(vals)
        if _SHOWN & set(vals):
            self._tell_boards()
        return result

    @api.ondelete(at_uninstall=False)
    def _tell_boards_of_end(self):
        self._tell_boards()

    def _tell_boards(self):
        """Tell the boards of the companies which visits changed."""
        for company, visits in self.grouped('company_id').items():
            self._gather_news(company, visits.ids)

    @api.model
    def _gather_news(self, company, visit_ids=(), has_leave=False):
        """Tell the boards of a company what changed, once a transaction.

        :param visit_ids: of visits that changed
        :param bool has_leave: whether somebody is there, or away, who was not
        """
        told = self.env.cr.precommit.data.setdefault('service_schedule', {})
        if not told:
            self.env.cr.precommit.add(self.browse()._send_to_boards)
        news = told.setdefault(company.id, {'visit_ids': set(), 'has_leave': False})
        news['visit_ids'].update(visit_ids)
        news['has_leave'] |= has_leave

    @api.model
    def _send_to_boards(self):
        told = self.env.cr.precommit.data.pop('service_schedule', {})
        # Everybody of the office hears of it; who may see the visits is asked when they are read.
        office = self.env.ref('service_management.service_management_group_customer_service').sudo()
        for company_id, news in told.items():
            office._bus_send('service_schedule', {
                'company_id': company_id, 'visit_ids': sorted(news['visit_ids']),
                'has_leave': news['has_leave']})


class ResourceCalendarLeaves(models.Model):
    """Boards hear that somebody is away, or back; not why."""
    _inherit = 'resource.calendar.leaves'

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._tell_boards()
        return leaves

    def write(self, vals):
        is_moved = not _OF_LEAVE.isdisjoint(vals)
        if is_moved:
            self._tell_boards()  # of whom it was
        result = super().write(vals)
        if is_moved:
            self._tell_boards()
        return result

    @api.ondelete(at_uninstall=False)
    def _tell_boards_of_end(self):
        self._tell_boards()

    def _tell_boards(self):
        """Tell the boards of the companies whose technicians, or all of whose people, these leaves are of."""
        # Who is a technician is no secret of HR's.
        leaves = self.sudo().filtered(lambda leave: (
            not leave.resource_id or leave.resource_id.employee_id.service_team_id))
        for company in leaves.company_id:
            self.env['service.visit']._gather_news(company, has_leave=True)
