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
        comodel_name='res.company', index=True,
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


class ServiceSlaTarget(models.Model):
    _name = 'service.sla.target'
    _description = "Target of a Service Level Agreement"
    _order = 'sla_id, limit_hours, id'
    _rec_name = 'kind'

    KINDS = [
        ('response', "Response"),
        ('arrival', "Arrival"),
        ('completion', "Completion"),
    ]

    sla_id = fields.Many2one(
        comodel_name='service.sla', string="SLA", required=True, ondelete='cascade', index=True)
    kind = fields.Selection(
        selection=KINDS, required=True, default='completion',
        help="Response: the customer hears from a person. Arrival: a technician starts the work."
             " Completion: the order is signed off.")
    priority = fields.Selection(
        selection='_get_priorities',
        help="Empty: for all priorities that have no target of their own.")
    limit_hours = fields.Float(
        string="Within", required=True, default=8.0, help="Open hours from the start of the clock.")
    warning_percent = fields.Integer(
        string="Warn At", default=75,
        help="Percent of the limit at which the team leader and the responsible are warned; 0"
             " means never.")
    second_warning_percent = fields.Integer(
        string="Again At", default=0, help="Percent of the limit for a second warning; 0 means none.")

    _positive_limit = models.Constraint(
        'CHECK (limit_hours > 0)', "A target needs some time: enter its hours.")
    _warnings = models.Constraint(
        'CHECK (warning_percent >= 0 AND warning_percent < 100 AND second_warning_percent < 100'
        ' AND (second_warning_percent = 0 OR second_warning_percent > warning_percent))',
        "Warnings come before the deadline, the second one after the first: enter percents below"
        " 100 in this order.")
    _once = models.UniqueIndex(
        "(sla_id, kind, COALESCE(priority, ''))",
        "The SLA has a target of this kind for this priority already.")

    def _get_priorities(self):
        return self.env['service.order']._fields['priority']._description_selection(self.env)

    def _prepare_status(self):
        """Return what a status freezes of its target."""
        self.ensure_one()
        return {
            'sla_id': self.sla_id.id,
            'target_id': self.id,
            'kind': self.kind,
            'limit_hours': self.limit_hours,
            'warning_percent': self.warning_percent,
            'second_warning_percent': self.second_warning_percent,
        }
