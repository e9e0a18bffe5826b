from odoo import api, fields, models


class HrDepartureWizard(models.TransientModel):
    """Asks who takes over what of service hangs on whoever leaves."""
    _inherit = 'hr.departure.wizard'

    has_service_duties = fields.Boolean(
        compute='_compute_has_service_duties', compute_sudo=True)
    service_successor_id = fields.Many2one(
        comodel_name='hr.employee', string="Technician's Work To",
        domain="[('id', 'not in', employee_ids), ('service_team_id', '!=', False)]")
    service_successor_user_id = fields.Many2one(
        comodel_name='res.users', string="Responsibilities To",
        compute='_compute_service_successor_user_id', store=True, readonly=False, precompute=True,
        domain="[('share', '=', False)]")

    @api.depends('employee_ids')
    def _compute_has_service_duties(self):
        """That something hangs on them is no secret to whoever archives employees."""
        for wizard in self:
            people = wizard.employee_ids
            wizard.has_service_duties = bool(
                people._origin._get_duties() or people._origin.user_id._get_duties())

    @api.depends('service_successor_id')
    def _compute_service_successor_user_id(self):
        for wizard in self:
            wizard.service_successor_user_id = (
                wizard.service_successor_user_id or wizard.service_successor_id.user_id)

    def action_register_departure(self):
        """Hand over first what there is a successor for; the rest is left to whoever is there."""
        for employee in self.employee_ids:
            if self.service_successor_id:
                employee._hand_over_duties(self.service_successor_id)
            if self.service_successor_user_id and employee.user_id:
                employee.user_id._hand_over_duties(self.service_successor_user_id)
        # Asked here already: users are archived without another question.
        wizard = self.with_context(service_archive_confirmed=True)
        return super(HrDepartureWizard, wizard).action_register_departure()
