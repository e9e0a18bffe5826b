from odoo import api, fields, models

from ..common.records import offer_template


class ServiceTeam(models.Model):
    _name = 'service.team'
    _description = "Service Team"
    _inherit = [
        'service.setup.mixin', 'mail.thread', 'mail.alias.mixin', 'hr.mixin', 'rating.parent.mixin']
    _order = 'sequence, name'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company, index=True)
    user_id = fields.Many2one(
        comodel_name='res.users', string="Team Leader", check_company=True, duty=True,
        domain="[('share', '=', False)]")
    technician_ids = fields.One2many(
        comodel_name='hr.employee', inverse_name='service_team_id', export_string_translation=False)
    member_ids = fields.Many2many(
        comodel_name='hr.employee', string="Technicians", compute='_compute_member_ids',
        inverse='_inverse_member_ids', compute_sudo=True,
        domain="[('company_id', 'child_of', company_id)]",
        help="An employee is a technician of one team; who is in none is not on the dispatch board.")
    zone_ids = fields.Many2many(
        comodel_name='service.zone', string="Zones", check_company=True,
        help="A new order in one of these zones is given to this team.")
    resource_calendar_id = fields.Many2one(
        comodel_name='resource.calendar', string="Open Hours", check_company=True,
        ondelete='restrict',
        help="When the team can be reached: service level clocks run in these hours unless the"
             " SLA or the agreement has others.")
    order_properties_definition = fields.PropertiesDefinition(string="Order Properties")

    @api.model
    def get_import_templates(self):
        """Offer a spreadsheet with the headings that the import knows."""
        return [offer_template(self, self.env._("Import Template for Teams"), 'teams')]

    @api.depends('technician_ids')
    def _compute_member_ids(self):
        for team in self:
            team.member_ids = team.technician_ids

    def _inverse_member_ids(self):
        """Let service managers form teams, who may not write employees."""
        for team in self.sudo():  # employees are HR's, teams the service manager's
            leaving = team.technician_ids - team.member_ids
            joining = team.member_ids - team.technician_ids
            leaving.service_team_id = False
            joining.service_team_id = team
