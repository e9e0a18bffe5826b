from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceOrder(models.Model):
    """What is asked on an order, and what has to be answered before it is signed off."""
    _inherit = 'service.order'

    answer_ids = fields.One2many(
        comodel_name='service.order.answer', inverse_name='order_id', string="Checklist")
    has_checklist = fields.Boolean(compute='_compute_has_checklist')

    @api.depends('answer_ids')
    def _compute_has_checklist(self):
        for order in self:
            order.has_checklist = bool(order.answer_ids)

    def _get_missing_answers(self):
        """Return the questions of these orders that have to be answered before a sign-off."""
        return self.answer_ids.filtered(
            lambda answer: answer.is_required and not answer.is_answered)

    def _get_shown_answers(self):
        """Return the answers that the customer of one order reads."""
        self.ensure_one()
        return self.answer_ids.filtered(
            lambda answer: answer.is_for_customer and answer.is_answered)

    def _check_becomes(self, state, vals):
        """:raise UserError: naming the questions that have to be answered before a sign-off"""
        super()._check_becomes(state, vals)
        if state == 'signed_off' and (missing := self._get_missing_answers()):
            raise UserError(self.env._(
                "%(order)s cannot be signed off before its checklist is complete. Answer these"
                " questions first:\n%(questions)s", order=self.name,
                questions='\n'.join(f'• {answer.name}' for answer in missing)))

    @api.depends('answer_ids.is_answered', 'answer_ids.is_required')
    def _compute_can_customer_sign(self):
        super()._compute_can_customer_sign()
        for order in self.filtered('can_customer_sign'):
            order.can_customer_sign = not order._get_missing_answers()

    def _get_work_content(self):
        return {
            **super()._get_work_content(),
            'answers': [
                (answer.id, answer.answer, answer.remark, str(answer.answered_on))
                for answer in self._get_shown_answers()],
        }
