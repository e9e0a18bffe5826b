from odoo import api, fields, models


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
        condition=True, help="Empty means that any level will do.")

    _once_per_task = models.Constraint(
        'UNIQUE (task_id, skill_id)', "The task requires this skill already.")

    @api.depends('skill_id')
    def _compute_skill_level_id(self):
        """Forget a level of another type of skill."""
        for line in self:
            if line.skill_level_id.skill_type_id != line.skill_id.skill_type_id:
                line.skill_level_id = False
