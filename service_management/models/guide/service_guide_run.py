from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceGuideRun(models.Model):
    """A guide that was walked for an object of an order: what was answered, and where it led.

    It keeps the version that it began with: a new one does not change the questions under way.
    """
    _name = 'service.guide.run'
    _inherit = ['service.order.detail.mixin', 'service.guarded.mixin']
    _description = "Guide Walked"
    _order = 'id desc'
    _check_company_auto = True

    order_id = fields.Many2one(readonly=True)
    company_id = fields.Many2one(
        related='order_id.company_id', store=True, index=True, precompute=True)
    object_id = fields.Many2one(
        comodel_name='service.object', readonly=True, index='btree_not_null', ondelete='restrict',
        check_company=True)
    version_id = fields.Many2one(
        comodel_name='service.guide.version', required=True, readonly=True,
        index=True, ondelete='restrict')
    guide_id = fields.Many2one(
        related='version_id.guide_id', store=True, index=True, precompute=True)
    state = fields.Selection(
        selection=[('running', "Under Way"), ('ended', "Ended"), ('stopped', "Stopped")],
        required=True, default='running', readonly=True)
    step_id = fields.Many2one(
        comodel_name='service.guide.step', required=True, readonly=True, index=True,
        ondelete='restrict', help="What is asked next, or where it led.")
    reply_ids = fields.One2many(
        comodel_name='service.guide.reply', inverse_name='run_id', string="Answers", readonly=True)
    user_id = fields.Many2one(
        comodel_name='res.users', string="Walked By", readonly=True, ondelete='set null',
        default=lambda self: self.env.user)
    date_start = fields.Datetime(string="Begun On", readonly=True, default=fields.Datetime.now)
    date_end = fields.Datetime(string="Ended On", readonly=True)
    repair_id = fields.Many2one(
        comodel_name='service.repair', string="Repair Line", readonly=True, index='btree_not_null',
        ondelete='set null', help="What its result was taken over to.")
    is_taken_over = fields.Boolean(string="Taken Over", readonly=True)

    _under_way = models.Index("(order_id, object_id) WHERE state = 'running'")

    @api.depends('guide_id.name', 'object_id.name')
    @api.depends_context('lang')
    def _compute_display_name(self):
        for run in self:
            run.display_name = ' · '.join(filter(None, (run.guide_id.name, run.object_id.name)))

    def _reply(self, step, answer, number=0.0, remark=''):
        """Keep what was answered at the step of one run, and go on to the step that it leads to.

        :param step: the service.guide.step that was answered; when it is no more the one that is
            asked, because somebody was faster, nothing happens
        :param answer: service.guide.answer, or empty for a number
        :raise UserError: if it is no answer to the step
        """
        self.ensure_one()
        if self.state != 'running' or step != self.step_id:
            return
        if step.kind == 'number':
            band = step._get_band(number)
            answer = step.answer_ids.filtered(lambda answer: answer.value == band)
        if not answer or answer not in step.answer_ids:
            raise UserError(self.env._(
                "That is no answer to “%s”. Choose one of those that are offered.", step.name))
        # What was answered is evidence, and nobody's to write.
        self.sudo().reply_ids.create({
            'run_id': self.id, 'step_id': step.id, 'answer_id': answer.id, 'number': number,
            'remark': (remark or '').strip(), 'user_id': self.env.uid})
        self._go_to(answer.next_step_id)

    def _go_to(self, step):
        """Ask a step next; a result ends the run."""
        is_result = step.kind == 'result'
        # As in _reply.
        self.sudo().write({
            'step_id': step.id, 'state': 'ended' if is_result else 'running',
            'date_end': is_result and fields.Datetime.now()})

    def _take_back(self):
        """Take the last answer of one run back, and ask its step again.

        :raise UserError: if the result was taken over
        """
        self.ensure_one()
        if self.is_taken_over:
            raise UserError(self.env._(
                "The result of “%s” was taken over. Begin the guide again.", self.guide_id.name))
        last = self.reply_ids.filtered(lambda reply: not reply.is_taken_back)[-1:]
        if last:
            # As in _reply: it is marked, and stays.
            last.sudo().is_taken_back = True
            self._go_to(last.step_id)

    def _stop(self):
        """End one run without a result."""
        self.ensure_one()
        if self.state == 'running':
            # As in _reply.
            self.sudo().write({'state': 'stopped', 'date_end': fields.Datetime.now()})

    def _take_over(self, line_sets, is_type_wanted):
        """Do what the result of one run proposes: code it, plan lines, change the type of the order.

        Who does it has to have the right to. What was taken over once is not once more.

        :param line_sets: service.line.set records of the result that are wanted
        :param bool is_type_wanted: the order becomes what the result says
        :raise UserError: if the guide has not ended, or the work of the order has begun
        """
        self.ensure_one()
        if self.is_taken_over:
            return
        if self.state != 'ended':
            raise UserError(self.env._("“%s” has not led to a result yet.", self.guide_id.name))
        order, result = self.order_id, self.step_id
        if is_type_wanted and result.order_type_id and result.order_type_id != order.type_id:
            order._ensure_retypable()
            order.type_id = result.order_type_id
        repair = self._code()
        # The type may have brought the same.
        for line_set in (line_sets & result.line_set_ids).filtered(
                lambda line_set: not line_set._is_among(order.line_ids, self.object_id)):
            line_set._insert(order, self.object_id, {'repair_id': repair.id})
        # As in _reply.
        self.sudo().write({'is_taken_over': True, 'repair_id': repair.id})

    def _code(self):
        """Return the repair line that the result of one run was coded in, or none without codes."""
        codes = {
            name: self.step_id[name].id for name in ('symptom_id', 'diagnosis_id', 'resolution_id')
            if self.step_id[name]}
        if not codes:
            return self.env['service.repair']
        # One that says nothing else, or nothing yet
        repairs = self.order_id.repair_ids.filtered(lambda repair: (
            repair.object_id == self.object_id and not repair.is_finished
            and all(repair[name].id in (False, value) for name, value in codes.items())))
        if not repairs:
            return repairs.create({
                'order_id': self.order_id.id, 'object_id': self.object_id.id, **codes})
        repairs[0].write(codes)
        return repairs[0]

    def action_view_order(self):
        """Show the order that one guide was walked for."""
        self.ensure_one()
        self.check_access('read')
        return self.order_id._show()
