from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError


class ServiceOrderLine(models.Model):
    """Posting a line: its cost is booked; a reversal corrects it."""
    _inherit = 'service.order.line'

    # What became of it
    date_posted = fields.Date(copy=False, readonly=True)
    reversed_line_id = fields.Many2one(
        comodel_name='service.order.line', string="Reversal Of", copy=False, readonly=True,
        index='btree_not_null', ondelete='restrict')
    reversal_ids = fields.One2many(
        comodel_name='service.order.line', inverse_name='reversed_line_id', string="Reversals")
    analytic_line_ids = fields.One2many(
        comodel_name='account.analytic.line', inverse_name='service_order_line_id',
        string="Analytic Lines")

    _to_post = models.Index("(company_id, date) WHERE state = 'open'")
    _once_reversed = models.UniqueIndex(
        '(reversed_line_id) WHERE reversed_line_id IS NOT NULL',
        "This line has been reversed already.")

    def action_post(self):
        """Post these lines alone; their orders follow the rules of posting an order.

        :return: the dialog that becoming posted needs, else True
        """
        return self.order_id._post_and_ask(self)

    def _post(self):
        """Turn lines posted, with what follows; planned work that did not happen is cancelled.

        :return: the lines that were posted
        """
        idle = self._filter_idle()
        idle._cancel()
        lines = self - idle
        lines.flush_recordset()  # posted lines keep what they have: it has to be computed
        posted = self.browse()
        for (_company, is_dated), group in lines.grouped(
                lambda line: (line.company_id, bool(line.date))).items():
            posted |= group._set_state(
                'posted', **group._prepare_posting_values(is_dated))
        posted._after_posting()
        return posted

    def _filter_idle(self):
        """Return those of these lines on which nothing was done."""
        return self.filtered(lambda line: line.product_uom_id.is_zero(line.quantity))

    def _prepare_posting_values(self, is_dated):
        """Return what posting lines of one company writes beside the state; extend to keep more.

        :param bool is_dated: whether the lines have a day already on which the work was done
        """
        today = self.company_id._get_service_today()
        return {'date_posted': today, **({} if is_dated else {'date': today})}

    def _after_posting(self):
        """Book the cost; extend for what else follows when lines are posted."""
        # Analytic lines belong to accounting, costs to managers; whoever posts was asked before.
        self.env['account.analytic.line'].sudo().create(
            [vals for line in self.sudo() for vals in line._prepare_analytic_lines()])

    def _prepare_analytic_lines(self):
        """Return the values of the analytic lines that carry the cost of one line, in total exact."""
        self.ensure_one()
        currency = self.company_currency_id
        if not self.analytic_distribution or currency.is_zero(self.cost):
            return []
        vals_list, booked_by_plan = [], defaultdict(float)
        share_by_plan = defaultdict(float)
        existing = self.distribution_analytic_account_ids
        for account_ids, percent in self.analytic_distribution.items():
            accounts = existing.browse(map(int, account_ids.split(','))) & existing
            if not accounts:
                continue
            plan = accounts[0].root_plan_id
            share_by_plan[plan] += percent
            # The last part of a plan takes what rounding left over.
            amount = currency.round(
                self.cost * min(share_by_plan[plan], 100) / 100) - booked_by_plan[plan]
            booked_by_plan[plan] += amount
            vals_list.append({
                **{account.plan_id._column_name(): account.id for account in accounts},
                **self._prepare_analytic_line(),
                'amount': -amount,
                'unit_amount': self.quantity * percent / 100,
            })
        return vals_list

    def _prepare_analytic_line(self):
        """Return what all analytic lines of a line share; extend to carry more over."""
        self.ensure_one()
        return {
            'name': self.display_name,
            'date': self.date,
            'partner_id': self.order_id.partner_id.id,
            'product_id': self.product_id.id,
            'product_uom_id': self.product_uom_id.id,
            'user_id': self.employee_id.user_id.id,
            'company_id': self.company_id.id,
            'ref': self.order_id.name,
            'category': 'service_order',
            'service_order_line_id': self.id,
        }

    def action_reverse(self):
        """Correct posted lines by lines of the opposite quantity, cost and analytic lines.

        :raise AccessError: if the user is no service manager
        :raise UserError: if a line is not posted, or is a reversal itself
        """
        self._ensure_role('manager', self.env._("Only a service manager reverses posted lines."))
        for line in self:
            if line.state != 'posted' or line.reversed_line_id:
                raise UserError(self.env._(
                    "“%s” is no posted line of work: there is nothing to reverse.",
                    line.display_name))
        # Reversals are made on orders that nobody may edit any more.
        self.sudo().create([line._prepare_reversal() for line in self])._post()
        return True

    def _prepare_reversal(self):
        """Return the values of the line that reverses one line; extend to carry more over."""
        self.ensure_one()
        return {
            **self._copy_given(),
            **self._copy_found_price(),
            'reversed_line_id': self.id,
            'name': self.env._("Reversal: %s", self.name),
            'quantity_planned': -self.quantity_planned,
            'quantity': -self.quantity,
            'date': self.company_id._get_service_today(),
            'date_start': False,
            'date_end': False,
            'price_unit': self.price_unit,
            'discount': self.discount,
            'cost_unit': self.cost_unit,
            'billing_override': self.billing,
            'billing_note': self.env._("Reversal: %s", self.billing_reason or self.name),
            'employee_id': self.employee_id.id,
        }
