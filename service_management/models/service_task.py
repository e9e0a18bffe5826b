from odoo import api, fields, models


class ServiceTask(models.Model):
    _name = 'service.task'
    _description = "Service Task"
    _order = 'sequence, name'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', index=True,
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

    _positive_duration = models.Constraint(
        'CHECK (duration_hours >= 0)', "A task cannot take less than no time.")


class ServiceTaskSkill(models.Model):
    _name = 'service.task.skill'
    _description = "Skill a Service Task Requires"
    _order = 'task_id, id'
    _rec_name = 'skill_id'

    task_id = fields.Many2one(
        comodel_name='service.task', required=True, ondelete='cascade', index=True)
    skill_id = fields.Many2one(comodel_name='hr.skill', required=True, ondelete='restrict')
    skill_type_id = fields.Many2one(related='skill_id.skill_type_id')
    skill_level_id = fields.Many2one(
        comodel_name='hr.skill.level', string="Minimum Level",
        compute='_compute_skill_level_id', store=True, readonly=False, precompute=True,
        domain="[('skill_type_id', '=', skill_type_id)]", ondelete='restrict',
        help="Empty means that any level will do.")

    _once_per_task = models.Constraint(
        'UNIQUE (task_id, skill_id)', "The task requires this skill already.")

    @api.depends('skill_id')
    def _compute_skill_level_id(self):
        """Forget a level of another type of skill."""
        for line in self:
            if line.skill_level_id.skill_type_id != line.skill_id.skill_type_id:
                line.skill_level_id = False
