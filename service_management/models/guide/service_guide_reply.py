from odoo import fields, models


class ServiceGuideReply(models.Model):
    """What was answered at one step while a guide was walked; what is taken back is kept, too."""
    _name = 'service.guide.reply'
    _description = "Answer Given in a Guide"
    _inherit = ['service.order.detail.mixin']
    _order = 'run_id, id'

    run_id = fields.Many2one(
        comodel_name='service.guide.run', required=True, index=True, ondelete='cascade', readonly=True)
    order_id = fields.Many2one(
        related='run_id.order_id', store=True, precompute=True, required=False, readonly=True)
    company_id = fields.Many2one(
        related='order_id.company_id', store=True, index=True, precompute=True)
    step_id = fields.Many2one(
        comodel_name='service.guide.step', string="Question", required=True, ondelete='restrict',
        index=True, readonly=True)
    answer_id = fields.Many2one(
        comodel_name='service.guide.answer', required=True, ondelete='restrict', index=True,
        readonly=True)
    number = fields.Float(string="Reading", digits=(16, 4), readonly=True, aggregator=None)
    remark = fields.Char(readonly=True)
    is_taken_back = fields.Boolean(string="Taken Back", readonly=True)
    user_id = fields.Many2one(
        comodel_name='res.users', string="Answered By", readonly=True, ondelete='set null')
    answered_on = fields.Datetime(readonly=True, default=fields.Datetime.now)
    answer = fields.Char(string="Answer in Words", compute='_compute_answer')

    def _compute_answer(self):
        for reply in self:
            reply.answer = (
                reply.step_id._format_number(reply.number) if reply.step_id.kind == 'number'
                else reply.answer_id.display_name)
