import ast

from odoo import api, fields, models


class ServiceTeam(models.Model):
    _name = 'service.team'
    _description = "Service Team"
    _inherit = ['mail.thread', 'mail.alias.mixin', 'hr.mixin', 'rating.parent.mixin']
    _order = 'sequence, name'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company, index=True)
    user_id = fields.Many2one(
        comodel_name='res.users', string="Team Leader", check_company=True,
        domain="[('share', '=', False)]")
    technician_ids = fields.One2many(
        comodel_name='hr.employee', inverse_name='service_team_id', export_string_translation=False)
    member_ids = fields.Many2many(
        comodel_name='hr.employee', string="Technicians", compute='_compute_member_ids',
        inverse='_inverse_member_ids', compute_sudo=True,
        domain="[('company_id', '=', company_id)]",
        help="An employee is a technician of one team; who is in none is not on the dispatch board.")
    zone_ids = fields.Many2many(
        comodel_name='service.zone', string="Zones", check_company=True,
        help="A new order in one of these zones is given to this team.")

    # What customers are promised
    sla_id = fields.Many2one(
        comodel_name='service.sla', string="SLA", check_company=True, ondelete='restrict',
        help="For orders of the team that have none by agreement.")
    resource_calendar_id = fields.Many2one(
        comodel_name='resource.calendar', string="Open Hours", check_company=True,
        ondelete='restrict',
        help="When the team can be reached: service level clocks run in these hours unless the"
             " SLA or the agreement has others.")

    # What customers are told
    mail_received_id = fields.Many2one(
        comodel_name='mail.template', string="Request Received", ondelete='set null',
        default=lambda self: self._default_mail('received'),
        domain="[('model', '=', 'service.order')]",
        help="Answers requests from the portal and by e-mail. Empty: nothing is sent.")
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
    mail_done_id = fields.Many2one(
        comodel_name='mail.template', string="Work Done", ondelete='set null',
        default=lambda self: self._default_mail('done'),
        domain="[('model', '=', 'service.order')]",
        help="Sent with the work receipt after the sign-off; asks for a rating.")
    order_properties_definition = fields.PropertiesDefinition(string="Order Properties")

    order_count = fields.Integer(compute='_compute_counts', string="Open Orders")
    unassigned_count = fields.Integer(compute='_compute_counts', string="Visits to Plan")

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

    @api.depends('technician_ids')
    def _compute_member_ids(self):
        for team in self:
            team.member_ids = team.technician_ids

    def _inverse_member_ids(self):
        """Let service managers form teams, who may not write employees."""
        for team in self.sudo():
            leaving = team.technician_ids - team.member_ids
            joining = team.member_ids - team.technician_ids
            leaving.service_team_id = False
            joining.service_team_id = team

    def action_view_orders(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'service_management.service_order_action')
        return {**action, 'domain': [('team_id', '=', self.id)],
                'context': {'default_team_id': self.id, 'search_default_open': 1}}
