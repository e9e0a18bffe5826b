from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.records import changes_any

#: What a question of each kind is answered by
ANSWERS = {
    'yes_no': 'answer_yes_no',
    'number': 'answer_number',
    'choice': 'answer_choice',
    'text': 'answer_text',
    'photo': 'answer_photo',
}
#: What is copied from the questions of a task
COPIED = (
    'sequence', 'name', 'kind', 'is_required', 'is_for_customer', 'unit', 'limits', 'limit_low',
    'limit_high', 'choices')


class ServiceOrderAnswer(models.Model):
    """A question of the checklist of one order, as it was when its task was added, and the answer."""
    _name = 'service.order.answer'
    _description = "Answer of a Checklist"
    _inherit = ['service.guarded.mixin', 'service.question.mixin']
    _order = 'order_id, order_task_id, sequence, id'

    order_task_id = fields.Many2one(
        comodel_name='service.order.task', string="Task", required=True, ondelete='cascade',
        index=True)
    order_id = fields.Many2one(related='order_task_id.order_id', store=True, index=True)
    team_id = fields.Many2one(related='order_id.team_id', store=True, index=True)
    responsible_id = fields.Many2one(
        related='order_id.user_id', string="Responsible", store=True, index='btree_not_null')
    company_id = fields.Many2one(related='order_id.company_id', store=True, index=True)
    task_name = fields.Char(related='order_task_id.task_id.name', string="Task Name")
    question_id = fields.Many2one(
        comodel_name='service.task.question', string="Question of the Task", ondelete='set null',
        index='btree_not_null')
    object_id = fields.Many2one(
        comodel_name='service.object', compute='_compute_object_id', store=True, readonly=False,
        check_company=True, ondelete='restrict', index='btree_not_null',
        domain="[('id', 'in', order_object_ids)]", help="What was looked at or measured.")
    order_object_ids = fields.Many2many(
        related='order_id.object_ids', string="Objects of the Order")

    # The answer
    answer_yes_no = fields.Selection(
        selection=[('yes', "Yes"), ('no', "No")], string="Yes or No")
    answer_number = fields.Float(string="Number", digits=(16, 4), min_display_digits=1, aggregator='avg')
    answer_choice = fields.Char(string="Chosen")
    answer_text = fields.Text(string="Text")
    answer_photo = fields.Image(string="Photo", max_width=1920, max_height=1920, attachment=True)
    answer_photo_small = fields.Image(
        related='answer_photo', string="Small Photo", max_width=256, max_height=256, store=True)
    remark = fields.Char(help="Why a number is beyond its limits, or what else is to be said.")
    is_answered = fields.Boolean(readonly=True)
    user_id = fields.Many2one(
        comodel_name='res.users', string="Answered By", readonly=True, ondelete='set null')
    answered_on = fields.Datetime(readonly=True)
    is_beyond = fields.Boolean(
        string="Beyond Its Limits", compute='_compute_is_beyond', store=True)
    answer = fields.Char(string="Answer in Words", compute='_compute_answer')

    _readings = models.Index('(object_id, question_id, answered_on) WHERE is_answered IS TRUE')

    @api.depends('order_id.object_ids')
    def _compute_object_id(self):
        """Name the object where there is only one to name; keep the one that is named."""
        for answer in self.filtered(lambda answer: not answer.object_id):
            objects = answer.order_id.object_ids
            answer.object_id = objects if len(objects) == 1 else False

    @api.depends('kind', 'is_answered', 'answer_number', 'limits', 'limit_low', 'limit_high')
    def _compute_is_beyond(self):
        for answer in self:
            answer.is_beyond = answer.is_answered and answer.kind == 'number' and (
                answer._get_band(answer.answer_number) != 'within')

    @api.depends(*ANSWERS.values(), 'kind', 'is_answered', 'unit')
    @api.depends_context('lang')
    def _compute_answer(self):
        yes_no = dict(self._fields['answer_yes_no']._description_selection(self.env))
        for answer in self:
            value = answer[ANSWERS[answer.kind]] if answer.is_answered and answer.kind else False
            if not answer.is_answered or answer.kind == 'photo':
                answer.answer = False
            elif answer.kind == 'number':
                answer.answer = answer._format_number(value)
            else:
                answer.answer = yes_no.get(value, value)

    @api.model
    def _ask(self, tasks):
        """Copy the questions of tasks to their orders, in all languages; runs in sudo."""
        pairs = [(task, question) for task in tasks for question in task.task_id.question_ids]
        answers = self.create([
            {'order_task_id': task.id, 'question_id': question.id,
             **{name: question[name] for name in COPIED}} for task, question in pairs])
        if len(self.env['res.lang'].get_installed()) > 1:
            for answer, (_task, question) in zip(answers, pairs, strict=True):
                question._copy_words(answer)
        return answers

    @api.model
    def _get_answer_fields(self):
        return {*ANSWERS.values(), 'remark', 'object_id'}

    def write(self, vals):
        """Keep who answered and when; guard what is signed.

        :raise UserError: if the stage of an order locks it, or an answer is none
        """
        if not any(answer._would_change(vals) for answer in self):
            return super().write(vals)
        self.order_id._ensure_allowed('edit')
        result = super().write(vals)
        for answer in self:
            name = ANSWERS[answer.kind]
            if name in vals and name == 'answer_choice' and answer.answer_choice and (
                    answer.answer_choice not in answer._get_choices()):
                raise UserError(self.env._(
                    "“%(answer)s” is no answer to “%(question)s”. Choose one of those that are"
                    " offered.", answer=answer.answer_choice, question=answer.name))
            if name in vals:
                is_answered = self._is_number(vals[name]) if name == 'answer_number' else bool(
                    answer[name])
                # Who answered is evidence, and nobody's to write.
                super(ServiceOrderAnswer, answer.sudo()).write({
                    'is_answered': is_answered,
                    'user_id': is_answered and self.env.uid,
                    'answered_on': is_answered and fields.Datetime.now()})
        return result

    def _would_change(self, vals):
        """Tell whether some values give one question another answer; zero is one, nothing is none."""
        self.ensure_one()
        given = self._get_answer_fields() & set(vals)
        if changes_any(self, vals, given):
            return True
        return self.kind == 'number' and 'answer_number' in given and (
            self.is_answered != self._is_number(vals['answer_number']))

    @api.model
    def _is_number(self, value):
        return value is not False and value is not None

    def action_view_order(self):
        """Show the order that one answer belongs to."""
        self.ensure_one()
        self.check_access('read')
        return self.order_id._show()
