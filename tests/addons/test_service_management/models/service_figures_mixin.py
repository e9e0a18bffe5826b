from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.service_management.models.common.service_figures_mixin import FigureSource


class ServiceFiguresMixin(models.AbstractModel):
    """A figure: what is open of the work. By `_get_figure_sources`."""
    _inherit = 'service.figures.mixin'

    service_open_amount = fields.Monetary(
        compute='_compute_service_amounts', currency_field='service_currency_id')

    def _get_figure_sources(self):
        return [*super()._get_figure_sources(), FigureSource(
            'service.order', self._figures_order_field, Domain('state', '=', 'open'),
            {'service_open_amount': 'amount_untaxed'}, currency='currency_id')]
