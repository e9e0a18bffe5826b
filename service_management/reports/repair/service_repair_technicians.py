from odoo import api, models


class ReportServiceRepairTechnicians(models.AbstractModel):
    """Chosen repairs by technician, the latest first."""
    _name = 'report.service_management.report_service_repair_technicians'
    _description = "Repairs by Technician"

    @api.model
    def _get_report_values(self, docids, data=None):
        repairs = self.env['service.repair'].browse(docids).exists()
        repairs.check_access('read')
        used = repairs._get_used()
        repairs = repairs.sorted(lambda repair: (repair.date_start, repair.id), reverse=True)
        by_technician = sorted(
            repairs.grouped('employee_id').items(),
            key=lambda section: (not section[0], section[0].name or '', section[0].id))
        return {
            'docs': repairs,
            'used': used,
            'sections': [{
                'employee': employee, 'repairs': own,
                'hours': sum(used[repair]['hours'] for repair in own),
            } for employee, own in by_technician],
        }
