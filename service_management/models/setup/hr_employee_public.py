from odoo import fields, models

from .hr_employee import SERVICE_READERS


class HrEmployeePublic(models.Model):
    _inherit = 'hr.employee.public'

    service_team_id = fields.Many2one(comodel_name='service.team', readonly=True)
    service_zone_ids = fields.Many2many(
        comodel_name='service.zone', relation='hr_employee_service_zone_rel',
        column1='employee_id', column2='zone_id', readonly=True,
        context={'active_test': False}, groups=SERVICE_READERS)
