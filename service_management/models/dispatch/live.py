from odoo import api, models

#: What a board shows of a visit
_SHOWN = {
    'employee_id', 'date_start', 'date_end', 'duration_hours', 'state', 'is_locked', 'order_id'}


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
        """Tell the boards of the companies which visits changed, once a transaction."""
        if not self:
            return
        told = self.env.cr.precommit.data.setdefault('service_schedule', {})
        if not told:
            self.env.cr.precommit.add(self.browse()._send_to_boards)
        for visit in self:
            told.setdefault(visit.company_id.id, set()).add(visit.id)

    @api.model
    def _send_to_boards(self):
        told = self.env.cr.precommit.data.pop('service_schedule', {})
        # Everybody of the office hears of it; who may see the visits is asked when they are read.
        office = self.env.ref('service_management.service_management_group_customer_service').sudo()
        for company_id, visit_ids in told.items():
            office._bus_send('service_schedule', {
                'company_id': company_id, 'visit_ids': sorted(visit_ids)})
