from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceOrderTask(models.Model):
    _name = 'service.order.task'
    _inherit = ['service.order.detail.mixin', 'service.guarded.mixin']
    _description = "Task of a Service Order"
    _order = 'order_id, sequence, id'
    _rec_name = 'task_id'
    _check_company_auto = True

    company_id = fields.Many2one(related='order_id.company_id')
    sequence = fields.Integer(default=10)
    task_id = fields.Many2one(
        comodel_name='service.task', required=True, check_company=True, ondelete='restrict',
        index=True)
    note_internal = fields.Html(
        string="Instructions", compute='_compute_notes', store=True, readonly=False,
        precompute=True)
    note_external = fields.Html(
        string="Customer Description", compute='_compute_notes', store=True, readonly=False,
        precompute=True)
    answer_ids = fields.One2many(
        comodel_name='service.order.answer', inverse_name='order_task_id', string="Checklist",
        help="The questions of the task as they were when it was added.")
    is_done = fields.Boolean(string="Done", copy=False)

    @api.depends('task_id')
    def _compute_notes(self):
        for line in self:
            line.note_internal = line.task_id.note_internal
            line.note_external = line.task_id.note_external

    def _is_untouched(self):
        """Tell whether one task is as it was brought; extend for what else is done with it."""
        self.ensure_one()
        if self.is_done or any(self.answer_ids.mapped('is_answered')):
            return False
        return all(
            self[name] == self.task_id[name] for name in ('note_internal', 'note_external'))

    @api.model_create_multi
    def create(self, vals_list):
        """Guard orders whose stage forbids editing."""
        self.env['service.order'].browse(
            {vals['order_id'] for vals in vals_list if vals.get('order_id')},
        )._ensure_allowed('edit')
        tasks = super().create(vals_list)
        # Whoever adds a task asks its questions, as they are now; nobody makes up others.
        self.env['service.order.answer'].sudo()._ask(tasks)
        return tasks

    def write(self, vals):
        """Guard orders whose stage forbids editing, and ask the questions of another task."""
        self.order_id._ensure_allowed('edit')
        changed = self.filtered(
            lambda line: line.task_id.id != vals['task_id']) if 'task_id' in vals else self.browse()
        changed._ensure_unanswered()
        result = super().write(vals)
        # As in create.
        changed.sudo().answer_ids.unlink()
        self.env['service.order.answer'].sudo()._ask(changed)
        return result

    def _ensure_unanswered(self):
        """:raise UserError: if a question of one of these tasks was answered: that is evidence"""
        if answered := self.answer_ids.filtered('is_answered')[:1]:
            raise UserError(self.env._(
                "“%(question)s” of “%(task)s” was answered: the task stays with the order. Take the"
                " answers back first.",
                question=answered.name, task=answered.order_task_id.task_id.name))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self.order_id._ensure_allowed('edit')
        self._ensure_unanswered()
