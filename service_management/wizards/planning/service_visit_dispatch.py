from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceVisitDispatch(models.TransientModel):
    """Show what dispatching many visits does, and do it some at a time."""
    _name = 'service.visit.dispatch'
    _description = "Dispatch Visits"

    visit_ids = fields.Many2many(comodel_name='service.visit', required=True)
    ready_count = fields.Integer(string="To Dispatch", compute='_compute_figures')
    technician_count = fields.Integer(string="Technicians Told", compute='_compute_figures')
    mail_count = fields.Integer(string="Customers Told by Mail", compute='_compute_figures')
    left_text = fields.Text(string="Left as They Are", compute='_compute_figures')
    warning_text = fields.Text(string="To Look At", compute='_compute_figures')

    @api.depends('visit_ids')
    def _compute_figures(self):
        for wizard in self:
            visits = wizard.visit_ids._origin
            ready = visits._filter_dispatchable()
            wizard.ready_count = len(ready)
            wizard.technician_count = len(ready.employee_id)
            wizard.mail_count = len(ready._filter_mailed('planned'))
            wizard.left_text = '\n'.join(wizard._explain_left(visits - ready)) or False
            warnings = ready._get_planning_warnings()
            wizard.warning_text = '\n'.join(
                f"{visit.display_name}: {' '.join(warnings[visit])}"
                for visit in ready if warnings.get(visit)) or False

    @api.model
    def _explain_left(self, visits):
        """Return why visits are not dispatched, as sentences with how many there are."""
        told = visits.filtered(lambda visit: visit.state != 'planned')
        unassigned = (visits - told).filtered('is_unassigned')
        planned = visits - told - unassigned
        forbidden = planned - planned._filter_allowed()
        closed = planned - forbidden
        texts = (
            (told, self.env._("%s are dispatched or over already.")),
            (unassigned, self.env._("%s have no technician or no time yet.")),
            (forbidden, self.env._("%s are planned against a hard rule of your company.")),
            (closed, self.env._("%s belong to orders that are not open.")))
        return [text % len(found) for found, text in texts if found]

    def action_apply(self):
        """Dispatch the visits that are ready, some at a time.

        :raise UserError: if there is none
        """
        self.ensure_one()
        self.visit_ids._ensure_may_plan()
        ready = self.visit_ids._filter_dispatchable()
        if not ready:
            raise UserError(self.env._(
                "None of these visits can be dispatched. Give them a technician and a time first."))
        return ready._run_in_steps('dispatch', self.env._("Dispatching"))
