from odoo import fields, models
from odoo.fields import Domain

from ..common.service_figures_mixin import MANAGER, FigureSource


class ServiceFiguresMixin(models.AbstractModel):
    """What subscriptions have billed is revenue without a cost of its own."""
    _inherit = 'service.figures.mixin'

    #: the field of a subscription fee that leads here
    _figures_fee_field = None

    service_recurring_revenue = fields.Monetary(
        string="Of Subscriptions", compute='_compute_service_amounts',
        currency_field='service_currency_id', groups=MANAGER,
        help="The part of the revenue that subscriptions have billed.")

    def _get_figure_sources(self):
        return [*super()._get_figure_sources(), FigureSource(
            'service.subscription.fee', self._figures_fee_field,
            Domain('amount_billed', '!=', 0),
            {'service_recurring_revenue': 'amount_billed', 'service_margin': 'amount_billed'},
            currency='currency_id')]
