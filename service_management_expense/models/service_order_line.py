from odoo import api, fields, models


class ServiceOrderLine(models.Model):
    _inherit = 'service.order.line'

    expense_id = fields.Many2one(
        comodel_name='hr.expense', copy=False, readonly=True, index='btree_not_null',
        check_company=True, ondelete='restrict')

    _once_per_expense = models.UniqueIndex(
        '(expense_id) WHERE expense_id IS NOT NULL', "This expense is on a service order already.")

    @api.model
    def _get_life_fields(self):
        return super()._get_life_fields() | {'expense_id'}

    def _get_kept_lines(self):
        return super()._get_kept_lines() | self.filtered('expense_id')

    def _has_work(self):
        return super()._has_work() or bool(self.expense_id)

    def _prepare_analytic_lines(self):
        """Leave the cost of an expense to its own journal entry."""
        if self.expense_id:
            return []
        return super()._prepare_analytic_lines()
