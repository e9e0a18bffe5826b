from odoo import models


class ServiceOrderLine(models.Model):
    """What a person looks at before a line is posted and billed."""
    _inherit = 'service.order.line'

    def _get_posting_warnings(self):
        """Return what a person looks at before these lines are posted; extend to warn of more.

        What a line costs is told to those only who may see it.

        :return: {code: lines}
        """
        idle = self._filter_idle()
        done = self - idle
        hours = done.filtered(lambda line: line.kind == 'hour')
        warnings = {
            'idle': idle,
            'no_technician': hours.filtered(lambda line: not line.employee_id),
            'no_price': done.filtered(lambda line: (
                line._is_billed_by_order() and not line.price_unit
                and not line._is_given('price_unit'))),
            'no_tax': done._filter_untaxed(),
        }
        if self._has_role('manager'):
            free = done.filtered(
                lambda line: not line.cost_unit and not line._is_given('cost_unit'))
            warnings['no_hourly_cost'] = (free & hours).filtered('employee_id')
            warnings['no_cost'] = free.filtered(lambda line: line.product_id.type == 'consu')
        return warnings

    def _filter_untaxed(self):
        """Return those of these lines that charge without a tax where the company usually has one."""
        charged = self.filtered(lambda line: (
            line._is_billed_by_order() and line.price_unit and not line.tax_ids))
        places = charged.grouped(lambda line: (line.company_id, line.order_id.fiscal_position_id))
        return self.browse().union(*(
            lines for (company, position), lines in places.items()
            if company._get_usual_taxes(position)))
