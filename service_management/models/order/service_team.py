import ast

from odoo import api, fields, models


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

    order_count = fields.Integer(compute='_compute_order_count', string="Open Orders")

    def _default_mail(self, event):
        """Return the mail that new teams begin with for an event."""
        return self.env.ref(
            f'service_management.mail_template_{event}', raise_if_not_found=False)

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values['alias_model_id'] = self.env['ir.model']._get_id('service.order')
        if self.id:
            defaults = ast.literal_eval(self.alias_defaults or '{}')
            values['alias_defaults'] = {**defaults, 'team_id': self.id}
        return values

    @api.model
    def _get_mail_fields(self):
        """Return {event: the field of the mail that tells of it}; extend to tell customers of more."""
        return {'received': 'mail_received_id', 'done': 'mail_done_id'}

    def _get_mail_template(self, event):
        """Return the mail that one team, or none, has chosen for an event; it may be empty."""
        # Customers are told whoever works for them; templates are the manager's.
        return self.sudo()[self._get_mail_fields()[event]]

    def _compute_order_count(self):
        count_by_team = dict(self.env['service.order']._read_group(
            [('team_id', 'in', self.ids), ('state', 'in', ('draft', 'open'))],
            ['team_id'], ['__count']))
        for team in self:
            team.order_count = count_by_team.get(team._origin, 0)

    def action_view_orders(self):
        """Show the orders of the team."""
        self.ensure_one()
        self.check_access('read')
        return self.env['service.order']._show_found(
            [('team_id', '=', self.id)], default_team_id=self.id, search_default_open=1)
