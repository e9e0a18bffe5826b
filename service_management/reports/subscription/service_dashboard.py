from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_amount


class ServiceDashboard(models.AbstractModel):
    _inherit = 'service.dashboard'

    @api.model
    def _get_titles(self):
        titles = super()._get_titles()
        if self._has_feature('subscription'):
            titles['subscriptions'] = self.env._("Subscriptions")
        return titles

    @api.model
    def _get_tiles(self, section):
        tiles = super()._get_tiles(section)
        if section == 'subscriptions':
            tiles += self._get_subscription_tiles()
            if self._has_role('manager'):
                tiles.append(self._get_recurring_tile())
        return tiles

    @api.model
    def _get_subscription_tiles(self):
        Subscription = self.env['service.subscription']
        return [self._count('service.subscription', label, domain, level) for (
            label, domain, level
        ) in (
            (self.env._("To activate"), Domain('state', '=', 'draft'), 'info'),
            (self.env._("To bill today"), Subscription._get_due_domain(), 'info'),
            (self.env._("Billing failed"), Domain('billing_error', '!=', False), 'danger'),
            (self.env._("Ending soon"), Subscription._get_ending_domain(), 'warning'),
        )]

    @api.model
    def _get_recurring_tile(self):
        """Say what subscriptions bring each month as things stand today, before taxes."""
        domain = self._get_own_domain() & Domain('amount_total', '!=', 0) & Domain(
            'month', '=', self.env.company._get_service_today() + relativedelta(day=1))
        amount = self.env['service.subscription.revenue']._get_present()
        Company = self.env['res.company']
        count = self.env['service.subscription'].search_count(
            self._get_own_domain() & Domain('state', '=', 'active')
            & Company._get_today_domain('date_start', '<=') & (
                Domain('date_end', '=', False) | Company._get_today_domain('date_end', '>=')))
        return self._make_tile(
            self.env._("Recurring revenue"),
            amount and format_amount(self.env, amount, self.env.company.currency_id),
            'service.subscription.revenue', domain,
            hint=self.env._("each month, before taxes. Subscriptions: %s", count),
            source='service_management.service_subscription_revenue_action')

    @api.model
    def _get_tile_views(self, model):
        return {
            'service.subscription': ('list', 'kanban', 'form'),
            'service.subscription.revenue': ('pivot', 'graph', 'list'),
        }.get(model) or super()._get_tile_views(model)
