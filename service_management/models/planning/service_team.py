from odoo import api, fields, models


class ServiceTeam(models.Model):
    """The visits of a team, and what customers are told of them."""
    _inherit = 'service.team'

    mail_planned_id = fields.Many2one(
        comodel_name='mail.template', string="Visit Planned", ondelete='set null',
        default=lambda self: self._default_mail('planned'),
        domain="[('model', '=', 'service.order')]",
        help="Sent with an invitation when a visit is dispatched, and when its time changes.")
    mail_cancelled_id = fields.Many2one(
        comodel_name='mail.template', string="Visit Cancelled", ondelete='set null',
        default=lambda self: self._default_mail('cancelled'),
        domain="[('model', '=', 'service.order')]",
        help="Sent when a visit is cancelled that the customer was told of.")
    mail_on_way_id = fields.Many2one(
        comodel_name='mail.template', string="Technician on the Way", ondelete='set null',
        default=lambda self: self._default_mail('on_way'),
        domain="[('model', '=', 'service.order')]",
        help="Sent when the technician starts the way to the customer.")
    mail_reminder_id = fields.Many2one(
        comodel_name='mail.template', string="Reminder", ondelete='set null',
        default=lambda self: self._default_mail('reminder'),
        domain="[('model', '=', 'service.order')]",
        help="Sent some time before a visit, where the settings of the company say so.")
    unassigned_count = fields.Integer(compute='_compute_unassigned_count', string="Visits to Plan")

    def _compute_unassigned_count(self):
        count_by_team = dict(self.env['service.visit']._read_group(
            self._get_unassigned_domain(), ['team_id'], ['__count']))
        for team in self:
            team.unassigned_count = count_by_team.get(team._origin, 0)

    def _get_unassigned_domain(self):
        """Return the domain of the visits that wait for a technician of these teams."""
        return [('team_id', 'in', self.ids), ('state', '=', 'planned'), ('employee_id', '=', False)]

    def action_view_unassigned(self):
        """Show the visits that wait for a technician of the team."""
        self.ensure_one()
        self.check_access('read')
        return self.env['service.visit']._show_found(self._get_unassigned_domain())

    @api.model
    def _get_mail_fields(self):
        return {
            **super()._get_mail_fields(), 'planned': 'mail_planned_id',
            'cancelled': 'mail_cancelled_id', 'on_way': 'mail_on_way_id',
            'reminder': 'mail_reminder_id'}
