from collections import defaultdict

from odoo import api, fields, models


class ServiceOrderLine(models.Model):
    """What a line costs the customer, and why."""
    _inherit = 'service.order.line'

    # Price
    price_unit = fields.Float(
        string="Unit Price", digits='Product Price', compute='_compute_price', store=True,
        readonly=False, precompute=True)
    technical_price_unit = fields.Float(
        compute='_compute_price', store=True, readonly=False, precompute=True, copy=False,
        help="Price by pricelist and rules: a line whose price differs was priced by hand.")
    discount = fields.Float(
        string="Disc. (%)", digits='Discount', compute='_compute_price', store=True,
        readonly=False, precompute=True)
    is_price_agreed = fields.Boolean(
        copy=False, readonly=True, help="The customer accepted this price with the quote.")
    price_explanation = fields.Char(compute='_compute_price_explanation')
    tax_ids = fields.Many2many(
        comodel_name='account.tax', string="Taxes", compute='_compute_tax_ids', store=True,
        readonly=False, precompute=True, check_company=True,
        domain="[('type_tax_use', '=', 'sale')]")
    price_subtotal = fields.Monetary(
        string="Subtotal", compute='_compute_amount', store=True, precompute=True)
    price_total = fields.Monetary(
        string="Total", compute='_compute_amount', store=True, precompute=True)

    @api.depends('product_id', 'product_uom_id', 'quantity_planned', 'order_id.pricelist_id',
                 'order_id.fiscal_position_id', 'covered_percent')
    def _compute_price(self):
        """Price lines by the pricelist, all lines of a product group at once.

        Prices entered by hand, agreed in a quote, posted or billed stay.
        """
        groups = defaultdict(self.browse)
        for line in self:
            if line._keeps_price():
                line.price_unit = line.price_unit
                line.discount = line.discount if line._keeps_discount() else max(
                    line.discount, line.covered_percent)
                line.technical_price_unit = line.technical_price_unit
            elif not line.product_id:
                line.technical_price_unit = line.price_unit
                line.discount = max(line.discount, line.covered_percent)
            else:
                order = line.order_id
                groups[
                    order.company_id, order.pricelist_id, order.currency_id,
                    order.date_order, line.product_uom_id, line.quantity_planned or 1.0,
                ] |= line
        for (company, pricelist, currency, date, uom, quantity), lines in groups.items():
            lines.with_company(company)._apply_pricelist(
                pricelist, quantity=quantity, uom=uom, date=date or fields.Datetime.now(),
                currency=currency or company.currency_id)

    def _keeps_price(self):
        """Tell whether the price of one line is not the pricelist's any more."""
        self.ensure_one()
        return self._keeps_discount() or self._has_manual_price()

    def _keeps_discount(self):
        """Tell whether nothing at all changes the amount of one line any more."""
        self.ensure_one()
        return bool(self.state != 'open' or self.qty_invoiced or self.is_price_agreed)

    def _has_manual_price(self):
        """Tell whether somebody gave one line another price than pricelist and rules."""
        self.ensure_one()
        price = self._get_given_price()
        currency = self.currency_id or self.company_id.currency_id or self.env.company.currency_id
        return bool(currency.compare_amounts(self.technical_price_unit, price))

    def _get_given_price(self):
        """Return the price that one line was given; extend for what changes it afterwards."""
        self.ensure_one()
        return self.price_unit

    @api.model
    def _prepare_given_price(self):
        """Return what else changes with a price that somebody enters."""
        return {'is_price_agreed': False}

    def _apply_price_rule(self, price):
        """Return the price of one unit for one line, before taxes are mapped.

        Extend for what refines the price of the pricelist.
        """
        self.ensure_one()
        return price

    def _apply_pricelist(self, pricelist, **conditions):
        """Set price and discount of lines that share their pricing conditions."""
        price_by_product = pricelist._compute_price_rule(self.product_id, **conditions)
        Rule = self.env['product.pricelist.item']
        for line in self:
            price, rule_id = price_by_product[line.product_id.id]
            rule = Rule.browse(rule_id)
            discount = 0.0
            if rule and rule._show_discount():
                base = rule._compute_price_before_discount(line.product_id, **conditions)
                if base and price < base:
                    discount = (base - price) / base * 100
                    price = base
            price = line._apply_price_rule(price)
            taxes = line.product_id.taxes_id._filter_taxes_by_company(line.env.company)
            line.price_unit = line.product_id._get_tax_included_unit_price_from_price(
                price, product_taxes=taxes, fiscal_position=line.order_id.fiscal_position_id)
            line.technical_price_unit = line.price_unit
            # The better of the two for the customer; they are not added up.
            # Source: Business Central, "Warranty and discounts": the highest discount wins.
            line.discount = max(discount, line.covered_percent)

    @api.depends('product_id', 'company_id', 'order_id.fiscal_position_id')
    def _compute_tax_ids(self):
        taxes_by_key = {}
        for line in self:
            if line.state != 'open':
                line.tax_ids = line.tax_ids
                continue
            company = line.order_id.company_id or self.env.company
            position = line.order_id.fiscal_position_id
            key = (company, position, line.product_id.taxes_id)
            if key not in taxes_by_key:
                taxes = line.product_id.taxes_id._filter_taxes_by_company(company)
                taxes_by_key[key] = position.map_tax(taxes)
            line.tax_ids = taxes_by_key[key]

    def _get_priced_quantity(self):
        """Return what the amounts count: the actual quantity, the plan while there is none."""
        self.ensure_one()
        if self.quantity or self.state == 'posted' or self.order_id.state in ('signed_off', 'posted'):
            return self.quantity
        return self.quantity_planned

    def _prepare_base_line_for_taxes_computation(self):
        """Return the line as the tax engine wants it; what is not chargeable counts nothing."""
        self.ensure_one()
        order = self.order_id
        return self.env['account.tax']._prepare_base_line_for_taxes_computation(
            self,
            tax_ids=self.tax_ids,
            quantity=self._get_priced_quantity(),
            price_unit=self.price_unit if self.billing == 'chargeable' else 0.0,
            discount=self.discount,
            partner_id=order.partner_id,
            currency_id=order.currency_id or (order.company_id or self.env.company).currency_id,
            rate=order.currency_rate,
            name=self.name,
        )

    @api.depends('quantity', 'quantity_planned', 'price_unit', 'discount', 'tax_ids', 'billing',
                 'state', 'order_id.state', 'currency_id')
    def _compute_amount(self):
        AccountTax = self.env['account.tax']
        for line in self:
            company = line.order_id.company_id or self.env.company
            base_line = line._prepare_base_line_for_taxes_computation()
            AccountTax._add_tax_details_in_base_line(base_line, company)
            AccountTax._round_base_lines_tax_details([base_line], company)
            line.price_subtotal = base_line['tax_details']['total_excluded_currency']
            line.price_total = base_line['tax_details']['total_included_currency']

    def _get_tax_totals(self, order):
        """Return the tax engine's summary of these lines of one order."""
        AccountTax = self.env['account.tax']
        base_lines = [line._prepare_base_line_for_taxes_computation() for line in self]
        AccountTax._add_tax_details_in_base_lines(base_lines, order.company_id)
        AccountTax._round_base_lines_tax_details(base_lines, order.company_id)
        return AccountTax._get_tax_totals_summary(
            base_lines=base_lines, company=order.company_id,
            currency=order.currency_id or order.company_id.currency_id)

    def _get_charge(self, order):
        """Return what these lines charge, in the terms of their prices: with taxes if they include
        them, else without."""
        totals = self._get_tax_totals(order)
        included = self.tax_ids and all(tax.price_include for tax in self.tax_ids)
        return totals['total_amount_currency' if included else 'base_amount_currency']

    @api.depends('price_unit', 'technical_price_unit', 'covered_percent', 'is_price_agreed',
                 'order_id.pricelist_id')
    @api.depends_context('lang')
    def _compute_price_explanation(self):
        for line in self:
            line.price_explanation = '; '.join(line._explain_price())

    def _explain_price(self):
        """Return the reasons of one line's price as phrases, in the order they took effect."""
        self.ensure_one()
        if self.is_price_agreed:
            phrases = [self.env._("Agreed in the quote")]
        elif self._has_manual_price():
            phrases = [self.env._(
                "Entered by hand instead of %s", self._format_price(self.technical_price_unit))]
        else:
            phrases = [self._explain_found_price()]
        if 0 < self.covered_percent < 100:
            phrases.append(self.env._(
                "%(rule)s: %(percent)g %% off", percent=self.covered_percent,
                rule=self._get_coverage_name()))
        return phrases

    def _explain_found_price(self):
        """Return where the price of one line comes from that nobody has entered."""
        return self._explain_base_price()

    def _explain_base_price(self):
        """Return where the price of one line comes from that no rule has made."""
        self.ensure_one()
        if pricelist := self.order_id.pricelist_id:
            return self.env._("Pricelist: %s", pricelist.name)
        return self.env._("Price of the product")

    def _format_price(self, price):
        """Return a price of one line as people read it."""
        return (self.currency_id or self.company_id.currency_id).format(price)
