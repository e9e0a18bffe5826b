from odoo import fields, models


class ServiceTask(models.Model):
    _name = 'service.task'
    _description = "Service Task"
    _inherit = ['service.setup.mixin']
    _order = 'sequence, name'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', ondelete='restrict', condition=True, index=True,
        help="Leave empty to share the task between companies.")
    note_internal = fields.Html(
        string="Instructions", translate=True, help="For the technician; customers never see it.")
    note_external = fields.Html(
        string="Customer Description", translate=True,
        help="For the customer: printed and shown in the portal.")
    duration_hours = fields.Float(
        string="Duration", help="Hours that a visit for this task is planned with.")
    skill_ids = fields.One2many(
        comodel_name='service.task.skill', inverse_name='task_id', string="Required Skills",
        copy=True)
    question_ids = fields.One2many(
        comodel_name='service.task.question', inverse_name='task_id', string="Checklist",
        copy=True, help="What the technician answers on each order with this task.")

    _positive_duration = models.Constraint(
        'CHECK (duration_hours >= 0)', "A task cannot take less than no time.")
