from collections import defaultdict

from odoo import models


class ServiceOrder(models.Model):
    """What posting is going to do, and what a person looks at before."""
    _inherit = 'service.order'

    def _preview_posting(self, lines=None):
        """Return what posting these orders books; costs to those only who may see them.

        :param lines: as for `_post_lines`
        :return: {code: number, or {currency: amount}}
        """
        lines = self._get_open_lines(lines)
        idle = lines._filter_idle()
        posted = lines - idle
        left = (self.line_ids - lines).filtered(lambda line: line.state == 'open').order_id
        untaxed, tax, cost = defaultdict(float), defaultdict(float), defaultdict(float)
        for order, of_order in posted.grouped('order_id').items():
            totals = of_order._get_tax_totals(order)
            untaxed[order.currency_id] += totals['base_amount_currency']
            tax[order.currency_id] += totals['tax_amount_currency']
        figures = {
            'orders': len(self - left),
            'lines': len(posted),
            'cancelled': len(idle),
            'hours': posted.filtered(lambda line: line.kind == 'hour')._get_hours(),
            'untaxed': untaxed,
            'tax': tax,
            'total': {currency: amount + tax[currency] for currency, amount in untaxed.items()},
        }
        if self._has_role('manager'):
            for line in posted:
                cost[line.company_currency_id] += line.cost
            figures['cost'] = cost
            # Analytic lines belong to accounting; here they are counted only.
            figures['entries'] = sum(
                len(line._prepare_analytic_lines()) for line in posted.sudo())
        return figures

    def _get_posting_warnings(self, lines=None):
        """Return what a person looks at before work is posted; extend to warn of more.

        :param lines: as for `_post_lines`
        :return: {code: the orders or lines that it is about}
        """
        empty = self.filtered(
            lambda order: not order.line_ids.filtered(lambda line: line.state != 'cancelled'))
        warnings = {'empty': empty, **self._get_open_lines(lines)._get_posting_warnings()}
        return {code: records for code, records in warnings.items() if records}
