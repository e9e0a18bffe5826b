from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceOrder(models.Model):
    """Guides that were walked for an order, and what they ask for."""
    _inherit = 'service.order'

    guide_run_ids = fields.One2many(
        comodel_name='service.guide.run', inverse_name='order_id', string="Guides Walked", readonly=True)
    has_guides = fields.Boolean(compute='_compute_has_guides')

    @api.depends('company_id')
    def _compute_has_guides(self):
        """Tell whether there are guides at all: a company without them is shown no button."""
        for company, orders in self.grouped('company_id').items():
            orders.has_guides = self.env['service.guide']._has_any(company)

    def _get_wanted_skills(self):
        """Ask for what the results of guides need until they are repaired."""
        wanted = super()._get_wanted_skills()
        # What was found counts, whoever plans.
        runs = self.sudo().guide_run_ids.filtered(
            lambda run: run.is_taken_over and not run.repair_id.is_finished)
        for skill in runs.step_id.skill_ids:
            wanted.setdefault(skill.sudo(False), self.env['hr.skill.level'])
        return wanted

    def _has_begun(self):
        """Tell whether work of one order has begun, or was posted."""
        self.ensure_one()
        # What was done counts, whoever asks.
        order = self.sudo()
        return (
            any(visit.state in ('under_way', 'done') for visit in order.visit_ids)
            or any(line.state == 'posted' for line in order.line_ids))

    def _ensure_retypable(self):
        """:raise UserError: if a guide may not make one order another type any more"""
        if self.state not in ('draft', 'open') or self._has_begun():
            raise UserError(self.env._(
                "The work of %s has begun: its type stays. Take over the rest.", self.name))

    def action_ask_guide(self):
        """Open the dialog in which a guide is walked.

        :raise UserError: if the stage of the order forbids editing it
        """
        self.ensure_one()
        self.check_access('write')
        self._ensure_allowed('edit')
        return {
            'type': 'ir.actions.client', 'tag': 'service_guide', 'target': 'new',
            'name': self.env._("Troubleshoot"), 'params': {'order_id': self.id},
        }
