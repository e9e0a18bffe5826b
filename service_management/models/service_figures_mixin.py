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
    #: the field of a subscription fee that leads here
    _figures_fee_field = None

    service_next_visit = fields.Datetime(
        string="Next Visit", compute='_compute_service_figures', groups=TECHNICIAN)
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

    service_recurring_revenue = fields.Monetary(
        string="Of Subscriptions", compute='_compute_service_amounts',
        currency_field='service_currency_id', groups=MANAGER,
        help="The part of the revenue that subscriptions have billed.")

    def _get_figures_owners(self):
        """Return {record: the saved record that orders name for it, empty if there is none yet}."""
        return {record: record._origin for record in self}

    def _compute_service_figures(self):
        field, owners = self._figures_order_field, self._get_figures_owners()
        ids = [owner.id for owner in owners.values() if owner]
        next_by_owner = dict(self.env['service.order']._read_group(
            [(field, 'in', ids), ('date_planned', '!=', False),
             ('state', 'in', ('draft', 'open'))],
            [field], ['date_planned:min']))
        for record in self:
            record.service_next_visit = next_by_owner.get(owners[record], False)

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
