from odoo import fields, models


class ServiceTaskQuestion(models.Model):
    _name = 'service.task.question'
    _description = "Question of a Service Task"
    _inherit = ['service.question.mixin']
    _order = 'task_id, sequence, id'

    task_id = fields.Many2one(
        comodel_name='service.task', required=True, ondelete='cascade', index=True)
