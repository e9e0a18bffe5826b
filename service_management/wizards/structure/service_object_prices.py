from odoo import api, fields, models


class ServiceObjectStructure(models.TransientModel):
    """What the parts of an object would cost its customer today."""
    _inherit = 'service.object.structure'

    has_prices = fields.Boolean(
        string="With Prices", help="Today's prices by the price list of the customer, without taxes.")
    currency_id = fields.Many2one(comodel_name='res.currency', compute='_compute_currency_id')
    amount_total = fields.Monetary(string="Total", compute='_compute_totals')
    cost_total = fields.Monetary(
        string="Total Cost", compute='_compute_totals',
        groups='service_management.service_management_group_manager')

    @api.depends('object_id')
    def _compute_currency_id(self):
        for wizard in self:
            wizard.currency_id = wizard._get_pricelist().currency_id or (
                wizard.object_id.company_id.currency_id)

    @api.depends('line_ids.amount')
    def _compute_totals(self):
        for wizard in self:
            wizard.amount_total = sum(wizard.line_ids.mapped('amount'))
            # Who may not see the sum is not given it.
            wizard.cost_total = sum(wizard.sudo().line_ids.mapped('cost'))

    def _shows_cost(self):
        """Tell whether costs are printed: only for those who see them elsewhere."""
        self.ensure_one()
        return self.has_prices and self._has_field_access(self._fields['cost_total'], 'read')

    def _get_pricelist(self):
        """Return the price list of the customer of the object, or none."""
        obj = self.object_id
        # What a customer pays is no secret to whoever sees his objects.
        return obj.partner_id.sudo().with_company(obj.company_id).property_product_pricelist

    @api.depends('has_prices')
    def _compute_line_ids(self):
        """Price the parts that are there on the day."""
        super()._compute_line_ids()
        for wizard in self.filtered('has_prices'):
            wizard._price_lines()

    def _price_lines(self):
        """Give each line with a product its price, all of one quantity and unit at once."""
        self.ensure_one()
        company, currency = self.object_id.company_id, self.currency_id
        today, pricelist = company._get_service_today(), self._get_pricelist()
        priced = self.line_ids.filtered(lambda line: line.product_id and line.quantity)
        for (quantity, uom), lines in priced.grouped(
                lambda line: (line.quantity, line.product_uom_id)).items():
            products = lines.product_id.with_company(company)
            prices = pricelist._compute_price_rule(
                products, quantity, currency=currency, uom=uom, date=today)
            for line in lines:
                product = line.product_id.with_company(company)
                line.price_unit = prices[product.id][0]
                line.amount = currency.round(line.price_unit * quantity)
                line.cost = company.currency_id._convert(
                    product.uom_id._compute_price(product.standard_price, uom) * quantity,
                    currency, company, today)


class ServiceObjectStructureLine(models.TransientModel):
    _inherit = 'service.object.structure.line'

    currency_id = fields.Many2one(related='wizard_id.currency_id')
    price_unit = fields.Float(string="Unit Price", digits='Product Price', readonly=True)
    amount = fields.Monetary(readonly=True)
    cost = fields.Monetary(
        readonly=True, groups='service_management.service_management_group_manager')
