from odoo import fields, models


class ServiceOrderStageLog(models.Model):
    _name = 'service.order.stage.log'
    _inherit = ['service.order.detail.mixin']
    _description = "Stage History of a Service Order"
    _order = 'id desc'
    _rec_name = 'stage_id'

    company_id = fields.Many2one(related='order_id.company_id', store=True, index=True)
    current_stage_id = fields.Many2one(
        related='order_id.stage_id', string="Stage Now", store=True, index=True)
    date = fields.Datetime(default=fields.Datetime.now, required=True, index=True)
    user_id = fields.Many2one(
        comodel_name='res.users', string="By", ondelete='restrict', index='btree_not_null')
    stage_from_id = fields.Many2one(
        comodel_name='service.stage', string="From", ondelete='restrict')
    stage_id = fields.Many2one(
        comodel_name='service.stage', string="To", required=True, ondelete='restrict', index=True)
    reason_id = fields.Many2one(
        comodel_name='service.reason', ondelete='restrict', index='btree_not_null')
    note = fields.Char()
    is_mailed = fields.Boolean(
        string="Customer Told", help="The customer got the mail of the stage.")
