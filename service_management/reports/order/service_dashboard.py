from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_amount


class ServiceDashboard(models.AbstractModel):
    _inherit = 'service.dashboard'

    @api.model
    def _get_titles(self):
        return {
            **super()._get_titles(),
            'customers': self.env._("Customers"),
            'money': self.env._("Money"),
        }

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
                self._count_orders(
                    self.env._("To bill"), Domain('invoice_status', '=', 'to_invoice'),
                    'amount_untaxed', level='info'),
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
        domain &= Domain('company_id', 'in', self.env.companies.ids)
        count, hint = 0, False
        if amount_field:
            amount = 0.0
            for currency, company, number, total in self.env['service.order']._read_group(
                    domain, ['currency_id', 'company_id'], ['__count', f'{amount_field}:sum']):
                count += number
                amount += (currency or company.currency_id)._convert(
                    total, self.env.company.currency_id, company,
                    company._get_service_today())
            hint = format_amount(self.env, amount, self.env.company.currency_id)
        else:
            count = self.env['service.order'].search_count(domain)
        return self._make_tile(
            label, count, 'service_management.service_order_action', domain, hint=hint,
            level=level if count else None)

    @api.model
    def _get_rating_tile(self):
        since = fields.Datetime.now() - timedelta(days=30)
        domain = Domain('res_model', '=', 'service.order') & Domain('consumed', '=', True) & Domain(
            'write_date', '>=', since)
        # Ratings carry no company: those of the orders that are looked at count.
        ratings = self.env['rating.rating'].search(domain)
        orders = self.env['service.order'].browse(ratings.mapped('res_id')).exists()
        own = set(orders.filtered(lambda order: order.company_id in self.env.companies).ids)
        ratings = ratings.filtered(lambda rating: rating.res_id in own)
        average = sum(ratings.mapped('rating')) / len(ratings) if ratings else 0.0
        return self._make_tile(
            self.env._("Rating, last 30 days"), f'{average:.1f} / 5' if ratings else '–',
            'rating.rating_rating_action', Domain('id', 'in', ratings.ids),
            hint=self.env._("%s ratings", len(ratings)),
            level='danger' if ratings and average < 3 else None)

    @api.model
    def _get_margin_tiles(self):
        month = self.env.company._get_service_today() + relativedelta(day=1)
        tiles = []
        for label, start in (
            (self.env._("Margin this month"), month),
            (self.env._("Margin last month"), month - relativedelta(months=1)),
        ):
            domain = (
                Domain('date', '>=', start) & Domain('date', '<', start + relativedelta(months=1))
                & Domain('company_id', 'in', self.env.companies.ids)
                & Domain('order_state', '!=', 'draft'))
            [(revenue, margin)] = self.env['service.order.report']._read_group(
                domain, [], ['revenue:sum', 'margin:sum'])
            currency = self.env.company.currency_id
            tiles.append(self._make_tile(
                label, format_amount(self.env, margin or 0.0, currency),
                'service_management.service_order_report_action', domain,
                hint=self.env._(
                    "%(percent)d %% of %(revenue)s",
                    percent=round(100 * (margin or 0.0) / revenue) if revenue else 0,
                    revenue=format_amount(self.env, revenue or 0.0, currency)),
                level='danger' if (margin or 0.0) < 0 else None))
        return tiles

    @api.model
    def _get_tile_views(self, model):
        return {
            'service.order.report': ('pivot', 'graph', 'list'),
            'rating.rating': ('list', 'kanban', 'graph', 'pivot'),
        }.get(model) or super()._get_tile_views(model)
