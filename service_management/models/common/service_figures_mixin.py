from collections import defaultdict
from typing import NamedTuple

from odoo import fields, models
from odoo.fields import Domain

MANAGER = 'service_management.service_management_group_manager'


class FigureSource(NamedTuple):
    """Records whose amounts are added up for what they belong to."""
    model: str
    owner: str  # field of the model that leads to the owner
    domain: Domain
    sums: dict  # {figure: field of the model that is added up}
    currency: str = None  # field of the amounts' currency; by default they are in the company's


class ServiceFiguresMixin(models.AbstractModel):
    """What service brought for something: a customer, an agreement, an object.

    Each capability adds its sources, and its figures: fields that `_compute_service_amounts` fills.
    Amounts are in the currency of the company looked from.
    """
    _name = 'service.figures.mixin'
    _description = "Service Figures"

    service_currency_id = fields.Many2one(
        comodel_name='res.currency', string="Currency of Figures",
        compute='_compute_service_currency_id')
    service_revenue = fields.Monetary(
        compute='_compute_service_amounts',
        currency_field='service_currency_id', groups=MANAGER)
    service_cost = fields.Monetary(
        compute='_compute_service_amounts', currency_field='service_currency_id', groups=MANAGER)
    service_margin = fields.Monetary(
        compute='_compute_service_amounts', currency_field='service_currency_id', groups=MANAGER)

    def _get_figure_owners(self):
        """Return {record: the saved record that documents name for it}, empty for a new one."""
        return {record: record._origin for record in self}

    def _get_figure_sources(self):
        """Return the list of FigureSource that the figures are added up from; extend for more."""
        return []

    def _compute_service_currency_id(self):
        self.service_currency_id = self.env.company.currency_id

    def _compute_service_amounts(self):
        """Add up all figures in a query for each source; revenue is what cost and margin come to."""
        figures = [name for name, field in self._fields.items()
                   if field.compute == '_compute_service_amounts']
        owners, totals = self._get_figure_owners(), defaultdict(lambda: defaultdict(float))
        for source in self._get_figure_sources():
            for owner, sums in self._add_up_figures(source, owners.values()).items():
                for figure, amount in sums.items():
                    totals[owner][figure] += amount
        for record in self:
            of_owner = totals[owners[record]]
            for figure in figures:
                record[figure] = of_owner[figure]
            record.service_revenue = of_owner['service_cost'] + of_owner['service_margin']

    def _add_up_figures(self, source, owners):
        """Return {owner: {figure: amount}} of one source, in the currency looked from."""
        own_currency = self.env.company.currency_id
        groupby = [source.owner, 'company_id', *filter(None, [source.currency])]
        found = defaultdict(lambda: defaultdict(float))
        for owner, company, *rest in self.env[source.model]._read_group(
                Domain(source.owner, 'in', [owner.id for owner in owners if owner]) & source.domain,
                groupby, [f'{field}:sum' for field in source.sums.values()]):
            currency = rest.pop(0) if source.currency else company.currency_id
            for figure, amount in zip(source.sums, rest, strict=True):
                found[owner][figure] += currency._convert(amount, own_currency, company,
                    company._get_service_today())
        return found
