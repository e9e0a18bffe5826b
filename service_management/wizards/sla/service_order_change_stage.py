from odoo import api, fields, models


class ServiceOrderChangeStage(models.TransientModel):
    _inherit = 'service.order.change.stage'

    needs_sla_reason = fields.Boolean(compute='_compute_needs_sla_reason')
    sla_reason_id = fields.Many2one(
        comodel_name='service.reason', string="Why the SLA Was Missed",
        domain="[('usage', '=', 'sla')]")
    sla_note = fields.Char(string="SLA Note")

    @api.depends('order_ids', 'stage_id')
    def _compute_needs_sla_reason(self):
        for wizard in self:
            wizard.needs_sla_reason = bool(
                wizard.stage_id and wizard.order_ids._needs_sla_reason(wizard.stage_id))

    def _prepare_values(self):
        values = super()._prepare_values()
        if self.sla_reason_id:
            values.update(sla_reason_id=self.sla_reason_id.id, sla_note=self.sla_note)
        return values
