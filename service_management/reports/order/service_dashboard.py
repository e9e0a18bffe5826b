from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_amount


class ServiceDashboard(models.AbstractModel):
    _inherit = 'service.dashboard'

    @api.model
    def _get_titles(self):
        titles = {**super()._get_titles(), 'customers': self.env._("Customers")}
        if self._has_role('manager'):
            titles['money'] = self.env._("Money")
        return titles

    @api.model
    def _get_tiles(self, section):
        tiles = super()._get_tiles(section)
        if section == 'customers':
            tiles += self._get_customer_tiles()
        elif section == 'money':
            tiles += [
                self._count_orders(
                    self.env._("To post"), Domain('state', '=', 'signed_off'), 'amount_untaxed',
                    level='info'),
                self._get_to_bill_tile(),
                *self._get_margin_tiles(),
            ]
        return tiles

    @api.model
    def _get_live_domain(self):
        """Return the domain of orders on which work is still to be done."""
        return Domain('state', 'in', ('draft', 'open'))

    @api.model
    def _get_customer_tiles(self):
        quote = Domain('state', '=', 'draft') & Domain('quote_sent_on', '!=', False)
        expired = Domain('is_quote_expired', '=', True)
        return [
            self._count_orders(
                self.env._("Requests"),
                Domain('state', '=', 'draft') & Domain('quote_sent_on', '=', False),
                level='warning'),
            self._count_orders(
                self.env._("Quotes to decide"), quote & ~expired, 'amount_untaxed'),
            self._count_orders(
                self.env._("Expired quotes"), quote & expired, 'amount_untaxed', level='danger'),
            self._get_rating_tile(),
        ]

    @api.model
    def _count_orders(self, label, domain, amount_field=None, level=None):
        """Return a tile that counts orders, and says what they are worth in the company's money."""
        tile = self._count('service.order', label, domain, level)
        if amount_field:
            tile['hint'] = self._format_worth(self.env['service.order']._read_group(
                domain & self._get_own_domain(), ['currency_id', 'company_id'],
                [f'{amount_field}:sum']))
        return tile

    @api.model
    def _format_worth(self, amounts):
        """Return what amounts come to in the money of the company that is looked from.

        :param amounts: [(currency or none, company, amount)]
        """
        total = sum((currency or company.currency_id)._convert(
            amount, self.env.company.currency_id, company, company._get_service_today())
            for currency, company, amount in amounts)
        return format_amount(self.env, total, self.env.company.currency_id)

    @api.model
    def _get_to_bill_tile(self):
        """Count orders that have something to bill, and say what that is worth: not all of them."""
        to_bill = Domain('invoice_status', '=', 'to_invoice')
        tile = self._count('service.order', self.env._("To bill"), to_bill, level='info')
        Line, domain = self.env['service.order.line'], to_bill & self._get_own_domain()
        partly = Domain('qty_invoiced', '!=', 0) | Domain('qty_waived', '!=', 0) | Domain(
            'reversal_ids', '!=', False)
        amounts = Line._read_group(
            domain & ~partly, ['currency_id', 'company_id'], ['price_subtotal:sum'])
        amounts += [
            (line.currency_id, line.company_id, line._get_amount_to_bill())
            for line in Line.search(domain & partly)]
        tile['hint'] = self._format_worth(amounts)
        return tile

    @api.model
    def _get_rating_tile(self):
        since = fields.Datetime.now() - timedelta(days=30)
        # Ratings carry no company: those of the orders that are looked at count.
        orders = self.env['service.order'].with_context(active_test=False)._search(
            self._get_own_domain())
        [(average, count, ids)] = self.env['rating.rating']._read_group(
            Domain('res_model', '=', 'service.order') & Domain('res_id', 'in', orders)
            & Domain('consumed', '=', True) & Domain('write_date', '>=', since),
            [], ['rating:avg', '__count', 'id:array_agg'])
        return self._make_tile(
            self.env._("Rating, last 30 days"), count and f'{average:.1f} / 5',
            'rating.rating', Domain('id', 'in', ids or []),
            hint=self.env._("Ratings: %s", count),
            level='danger' if count and average < 3 else None,
            source='rating.rating_rating_action')

    @api.model
    def _get_margin_tiles(self):
        """Say apart what work has earned, and what planned work will earn."""
        month = self.env.company._get_service_today() + relativedelta(day=1)
        earned = Domain('order_state', 'in', ('signed_off', 'posted'))
        return [
            self._get_margin_tile(label, start, domain) for label, start, domain in (
                (self.env._("Margin this month"), month, earned),
                (self.env._("Planned this month"), month, Domain('order_state', '=', 'open')),
                (self.env._("Margin last month"), month - relativedelta(months=1), earned))]

    @api.model
    def _get_margin_tile(self, label, start, domain):
        """Return a tile of the margin of one month.

        :param date start: its first day
        """
        domain &= (
            Domain('date', '>=', start) & Domain('date', '<', start + relativedelta(months=1))
            & self._get_own_domain())
        [(revenue, margin)] = self.env['service.order.report']._read_group(
            domain, [], ['revenue:sum', 'margin:sum'])
        currency = self.env.company.currency_id
        revenue, margin = currency.round(revenue or 0.0), currency.round(margin or 0.0)
        return self._make_tile(
            label, (revenue or margin) and format_amount(self.env, margin, currency),
            'service.order.report', domain,
            hint=self.env._(
                "%(percent)d %% of %(revenue)s", percent=round(100 * margin / revenue),
                revenue=format_amount(self.env, revenue, currency),
            ) if revenue else self.env._("without revenue"),
            level='danger' if margin < 0 else None,
            source='service_management.service_order_report_action')

    @api.model
    def _get_tile_views(self, model):
        return {
            'service.order.report': ('pivot', 'graph', 'list'),
            'rating.rating': ('list', 'kanban', 'graph', 'pivot'),
        }.get(model) or super()._get_tile_views(model)
