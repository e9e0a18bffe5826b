from odoo import fields, models


class ServiceFiguresMixin(models.AbstractModel):
    _inherit = 'service.figures.mixin'

    #: the field of a subscription fee that leads here
    _figures_fee_field = None

    service_recurring_revenue = fields.Monetary(
        string="Of Subscriptions", compute='_compute_service_amounts',
        currency_field='service_currency_id', groups=MANAGER,
        help="The part of the revenue that subscriptions have billed.")

    def _get_recurring_revenue(self, owners, own_currency, day):
        """Return {owner: what subscriptions have billed for it} in a currency."""
        field = self._figures_fee_field
        revenue = {}
        for owner, company, currency, amount in self.env['service.subscription.fee']._read_group(
                [(field, 'in', [owner.id for owner in owners.values() if owner]),
                 ('amount_billed', '!=', 0)],
                [field, 'company_id', 'currency_id'], ['amount_billed:sum']):
            revenue[owner] = revenue.get(owner, 0.0) + currency._convert(
                amount, own_currency, company, day)
        return revenue
