from odoo import api, fields, models


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
        'CHECK (limit_hours > 0 AND limit_hours <= 87600)',
        "A target needs some time, ten years at most: enter its hours.")
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

    @api.model
    def _get_call_kinds(self):
        """Return the kinds of targets that only who called waits for; extend for your own."""
        return {'response', 'arrival'}

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
