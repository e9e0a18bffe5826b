from odoo import models
from odoo.fields import Domain

from ..common.service_figures_mixin import FigureSource


class ServiceFiguresMixin(models.AbstractModel):
    """Work that was signed off or posted counts."""
    _inherit = 'service.figures.mixin'

    #: the field of an order that leads here
    _figures_order_field = None

    def _get_figure_sources(self):
        return [*super()._get_figure_sources(), self._get_order_figures()]

    def _get_order_figures(self):
        """Return the source of what orders brought; override where not whole orders belong here."""
        return FigureSource(
            'service.order', self._figures_order_field,
            Domain('state', 'in', ('signed_off', 'posted')),
            {'service_cost': 'amount_cost', 'service_margin': 'margin'})
