from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ServiceSla(models.Model):
    _name = 'service.sla'
    _description = "Service Level Agreement"
    _inherit = ['service.setup.mixin']
    _order = 'sequence, name'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(
        default=True, help="An archived SLA is not chosen any more; orders that have it keep it.")
    company_id = fields.Many2one(
        comodel_name='res.company', ondelete='restrict', condition=True, index=True,
        default=lambda self: self.env.company,
        help="Leave empty to share the SLA between companies.")
    description = fields.Text(
        translate=True, help="What is promised, in the customer's words; shown in the portal.")
    calendar_id = fields.Many2one(
        comodel_name='resource.calendar', string="Open Hours", ondelete='restrict',
        domain="[('company_id', 'in', (False, company_id))] if company_id"
               " else ['|', ('company_id', '=', False), ('company_id', 'in', allowed_company_ids)]",
        help="The clock runs in these hours only. Empty: the agreement's, else the team's hours,"
             " else every hour.")
    escalation_user_id = fields.Many2one(
        comodel_name='res.users', string="Escalate To", domain="[('share', '=', False)]", duty=True,
        help="Told of a breach, besides the team leader and the responsible.")
    planned_targets = fields.Selection(
        selection=[('completion', "Completion Only"), ('all', "All Targets")],
        string="Planned Work", required=True, default='completion',
        help="What is measured of orders that an agreement plans: their customer waits for no"
             " response, and was told when somebody comes.")
    target_ids = fields.One2many(
        comodel_name='service.sla.target', inverse_name='sla_id', string="Targets", copy=True)

    @api.constrains('calendar_id', 'company_id')
    def _check_calendar_company(self):
        """Let a shared SLA have the hours of one company: they are the same for all."""
        for sla in self:
            company = sla.calendar_id.sudo().company_id  # opening hours are no secret
            if sla.company_id and company and company != sla.company_id:
                raise ValidationError(self.env._(
                    "The open hours “%(calendar)s” belong to %(other)s, the SLA %(sla)s to"
                    " %(company)s. Choose hours of %(company)s.",
                    calendar=sla.calendar_id.name, other=company.name, sla=sla.name,
                    company=sla.company_id.name))

    @api.constrains('calendar_id')
    def _check_calendar(self):
        for sla in self:
            if sla.calendar_id and not sla.calendar_id._has_open_hours():
                raise ValidationError(self.env._(
                    "“%(calendar)s” has no open hours: the clock of %(sla)s would never run. Give"
                    " it working hours, or leave it empty for every hour.",
                    calendar=sla.calendar_id.name, sla=sla.name))

    def _get_targets(self, priority, is_call=True):
        """Return {kind: the target of one SLA for a priority}; a target without one is for all.

        :param bool is_call: whether a customer called; what was planned may be measured by less
        """
        self.ensure_one()
        passed_over = set() if is_call or self.planned_targets == 'all' else \
            self.target_ids._get_call_kinds()
        targets = self.target_ids.sorted(lambda target: bool(target.priority))
        return {
            target.kind: target for target in targets
            if target.kind not in passed_over
            and (not target.priority or target.priority == priority)}
