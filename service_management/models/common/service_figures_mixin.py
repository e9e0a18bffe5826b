from odoo import fields, models

MANAGER = 'service_management.service_management_group_manager'
TECHNICIAN = 'service_management.service_management_group_technician'


class ServiceFiguresMixin(models.AbstractModel):
    """What service was done for something and what it brought: a customer, an agreement, an object.

    Amounts are those of signed-off and posted work and of billed subscriptions, in the currency of
    the company looked from.
    """
    _name = 'service.figures.mixin'
    _description = "Service Figures"

    #: (model, field of it) whose amounts count, and the field of an order that leads here.
    _figures_of = ('service.order', None)
    _figures_order_field = None
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

    def _get_figures_owners(self):
        """Return {record: the saved record that orders name for it, empty if there is none yet}."""
        return {record: record._origin for record in self}

    def _compute_service_currency_id(self):
        self.service_currency_id = self.env.company.currency_id

    def _compute_service_amounts(self):
        model, field = self._figures_of
        owners = self._get_figures_owners()
        path, cost = ('', 'amount_cost') if model == 'service.order' else ('order_id.', 'cost')
        domain = [(field, 'in', [owner.id for owner in owners.values() if owner]),
                  (f'{path}state', 'in', ('signed_off', 'posted'))]
        if path:
            domain.append(('state', '!=', 'cancelled'))
        today, own_currency = fields.Date.context_today(self), self.env.company.currency_id
        amounts = {}
        for owner, company, cost_sum, margin_sum in self.env[model]._read_group(
                domain, [field, 'company_id'], [f'{cost}:sum', 'margin:sum']):
            total = amounts.setdefault(owner, [0.0, 0.0])
            for index, amount in enumerate((cost_sum, margin_sum)):
                total[index] += company.currency_id._convert(amount, own_currency, company, today)
        recurring = self._get_recurring_revenue(owners, own_currency, today)
        for record in self:
            cost, margin = amounts.get(owners[record], (0.0, 0.0))
            record.service_recurring_revenue = recurring.get(owners[record], 0.0)
            record.service_cost = cost
            record.service_margin = margin + record.service_recurring_revenue
            record.service_revenue = cost + record.service_margin
