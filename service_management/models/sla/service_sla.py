from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ServiceSla(models.Model):
    _name = 'service.sla'
    _description = "Service Level Agreement"
    _order = 'sequence, name'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(
        default=True, help="An archived SLA is not chosen any more; orders that have it keep it.")
    company_id = fields.Many2one(
        comodel_name='res.company', ondelete='restrict', condition=True, index=True,
        help="Leave empty to share the SLA between companies.")
    description = fields.Text(
        translate=True, help="What is promised, in the customer's words; shown in the portal.")
    calendar_id = fields.Many2one(
        comodel_name='resource.calendar', string="Open Hours", check_company=True,
        ondelete='restrict',
        help="The clock runs in these hours only. Empty: the agreement's, else the team's hours,"
             " else every hour.")
    escalation_user_id = fields.Many2one(
        comodel_name='res.users', string="Escalate To", domain="[('share', '=', False)]",
        help="Told of a breach, besides the team leader and the responsible.")
    target_ids = fields.One2many(
        comodel_name='service.sla.target', inverse_name='sla_id', string="Targets", copy=True)

    @api.constrains('calendar_id')
    def _check_calendar(self):
        for sla in self:
            if sla.calendar_id and not sla.calendar_id._has_open_hours():
                raise ValidationError(self.env._(
                    "“%(calendar)s” has no open hours: the clock of %(sla)s would never run. Give"
                    " it working hours, or leave it empty for every hour.",
                    calendar=sla.calendar_id.name, sla=sla.name))

    def _get_targets(self, priority):
        """Return {kind: the target of one SLA for a priority}; a target without one is for all."""
        self.ensure_one()
        targets = self.target_ids.sorted(lambda target: bool(target.priority))
        return {
            target.kind: target for target in targets
            if not target.priority or target.priority == priority}
