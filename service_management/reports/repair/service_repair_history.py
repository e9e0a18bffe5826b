from odoo import api, models


class ReportServiceRepairHistory(models.AbstractModel):
    """What was repaired on each of the objects, the latest first, as far as the user may see it."""
    _name = 'report.service_management.report_service_repair_history'
    _description = "Repair History"

    @api.model
    def _get_report_values(self, docids, data=None):
        objects = self.env['service.object'].browse(docids).exists()
        objects.check_access('read')
        repairs = self.env['service.repair'].search(
            [('object_id', 'in', objects.ids)], order='date_start desc, id desc')
        of_object = repairs.grouped('object_id')
        return {
            'docs': objects,
            'used': repairs._get_used(),
            'get_repairs': lambda obj: of_object.get(obj, repairs.browse()),
        }
