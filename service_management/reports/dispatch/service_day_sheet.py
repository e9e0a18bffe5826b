from odoo import api, models


class ReportServiceDaySheet(models.AbstractModel):
    """A page for each technician and day: of chosen visits, or as the board shows them."""
    _name = 'report.service_management.report_service_day_sheet'
    _description = "Day Sheets"

    @api.model
    def _get_report_values(self, docids, data=None):
        Visit = self.env['service.visit']
        visits = Visit.browse(docids or ()).exists()
        visits.check_access('read')
        if visits:
            sheets = visits._get_own_sheets()
        else:
            sheets = Visit._get_planned_sheets(data or {})
        return {'docs': visits, 'sheets': Visit._get_day_sheets(sheets)}
