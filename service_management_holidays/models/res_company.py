from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    service_absence_type_id = fields.Many2one(
        comodel_name='hr.leave.type', string="Absences on the Board", check_company=True,
        default=lambda self: self._default_service_absence_type_id(), ondelete='set null',
        domain="[('requires_allocation', '=', False), ('time_type', '=', 'leave'),"
               " ('company_id', 'in', (id, False))]",
        groups='hr_holidays.group_hr_holidays_manager,base.group_system',
        help="Absences that are recorded on the board are approved leave of this type in Time Off. The board"
             " shows it to nobody.")

    def _default_service_absence_type_id(self):
        """Return the sick leave that Time Off brings, as far as nobody has to be granted it."""
        sick = self.env.ref('hr_holidays.leave_type_sick_time_off', raise_if_not_found=False)
        return sick and sick.sudo().filtered(
            lambda kind: kind.active and not kind.requires_allocation and kind.time_type == 'leave')
