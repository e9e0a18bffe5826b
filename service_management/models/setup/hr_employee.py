from odoo import fields, models

#: Who reads zones. A field of a core model that leads to ours is for nobody else: reading the whole
#: record would fail for people of other apps.
SERVICE_READERS = (
    'service_management.service_management_group_technician,account.group_account_invoice,'
    'sales_team.group_sale_salesman')


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
        context={'active_test': False}, groups=SERVICE_READERS)
