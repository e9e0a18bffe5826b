from odoo import fields, models


class HrEmployee(models.Model):
    _inherit = 'hr.employee'

    # Both have a twin on hr.employee.public: planners are no HR officers.
    service_team_id = fields.Many2one(
        comodel_name='service.team', check_company=True,
        index='btree_not_null', tracking=True,
        help="Makes the employee a technician with a column on the dispatch board.")
    service_zone_ids = fields.Many2many(
        comodel_name='service.zone', relation='hr_employee_service_zone_rel',
        column1='employee_id', column2='zone_id', string="Service Zones", check_company=True,
        help="Planning warns of visits in other zones. Empty means every zone.",
        context={'active_test': False})
