import ast

from odoo import fields, models


class ServiceTeam(models.Model):
    """The orders of a team, and what their customers are told."""
    _inherit = 'service.team'

    # What customers are told
    mail_received_id = fields.Many2one(
        comodel_name='mail.template', string="Request Received", ondelete='set null',
        default=lambda self: self._default_mail('received'),
        domain="[('model', '=', 'service.order')]",
        help="Answers requests from the portal and by e-mail. Empty: nothing is sent.")
    mail_done_id = fields.Many2one(
        comodel_name='mail.template', string="Work Done", ondelete='set null',
        default=lambda self: self._default_mail('done'),
        domain="[('model', '=', 'service.order')]",
        help="Sent with the work receipt after the sign-off; asks for a rating.")

    order_count = fields.Integer(compute='_compute_counts', string="Open Orders")

    def _default_mail(self, event):
        return self.env.ref(
            f'service_management.mail_template_{event}', raise_if_not_found=False)

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values['alias_model_id'] = self.env['ir.model']._get_id('service.order')
        if self.id:
            defaults = ast.literal_eval(self.alias_defaults or '{}')
            values['alias_defaults'] = {**defaults, 'team_id': self.id}
        return values

    def _compute_counts(self):
        count_by_team = dict(self.env['service.order']._read_group(
            [('team_id', 'in', self.ids), ('state', 'in', ('draft', 'open'))],
            ['team_id'], ['__count']))
        unassigned_by_team = dict(self.env['service.visit']._read_group(
            [('team_id', 'in', self.ids), ('state', '=', 'planned'), ('employee_id', '=', False)],
            ['team_id'], ['__count']))
        for team in self:
            team.order_count = count_by_team.get(team._origin, 0)
            team.unassigned_count = unassigned_by_team.get(team._origin, 0)

    def action_view_orders(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'service_management.service_order_action')
        return {**action, 'domain': [('team_id', '=', self.id)],
                'context': {'default_team_id': self.id, 'search_default_open': 1}}
