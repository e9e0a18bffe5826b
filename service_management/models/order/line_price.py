from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Command


class ServiceOrderLine(models.Model):
    """What a line costs the customer, and why."""
    _inherit = 'service.order.line'

    # Price
    price_unit = fields.Float(
        string="Unit Price", digits='Product Price', compute='_compute_price_unit', store=True,
        readonly=False, precompute=True)
    technical_price_unit = fields.Float(
        digits='Product Price', compute='_compute_found_price', store=True, readonly=False,
        precompute=True, copy=False, help="Price that pricelist and rules propose.")
    discount = fields.Float(
        string="Disc. (%)", digits='Discount', compute='_compute_discount', store=True,
        readonly=False, precompute=True, at_least=0)
    technical_discount = fields.Float(
        digits='Discount', compute='_compute_found_price', store=True, readonly=False,
        precompute=True, copy=False,
        help="Discount that pricelist, warranty and agreement propose: the best of them.")
    has_pricelist_discount = fields.Boolean(
        compute='_compute_found_price', store=True, readonly=False, precompute=True, copy=False,
        help="The pricelist reduces the price, shown as a discount or not.")
    is_price_agreed = fields.Boolean(
        copy=False, readonly=True, help="The customer accepted this price with the quote.")
    agreed_coverage = fields.Json(
        copy=False, readonly=True, help="Who pays the line by the quote that was accepted.")
    agreed_price = fields.Json(
        string="Accepted Price", copy=False, readonly=True,
        help="Price and discount of the quote that was accepted, and what they were if the customer"
             " paid all: {'offered': {name: value}, 'uncovered': {name: value}}.")
    price_explanation = fields.Char(compute='_compute_price_explanation')
    can_edit_price = fields.Boolean(compute='_compute_can_edit_price')
    price_subtotal = fields.Monetary(
        string="Subtotal", compute='_compute_amount', store=True, precompute=True)
    price_total = fields.Monetary(
        string="Total", compute='_compute_amount', store=True, precompute=True)

    @api.depends('state', 'kind', 'product_id')
    @api.depends_context('uid')
    def _compute_can_edit_price(self):
        may_price = self.with_user(self.env.user)._has_role('customer_service')
        for line in self:
            line.can_edit_price = line.state == 'open' and (
                may_price or (not line._origin and line._is_own_outlay()))

    def action_explain_price(self):
        """Say how the price of one line came about, and who pays it."""
        self.ensure_one()
        self.check_access('read')
        texts = filter(None, (self.price_explanation, self.billing_reason))
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'title': (self.name or '').split('\n')[0],
                'message': '\n'.join(texts) or self.env._("Nobody has given a price yet."),
            },
        }

    def _is_own_outlay(self):
        """Tell whether one line costs what somebody has spent: nothing else knows a price of it."""
        self.ensure_one()
        return self.kind == 'expense' and not self.product_id

    #=== WHAT IS PROPOSED ===#

    @api.depends('product_id', 'product_uom_id', 'quantity_planned', 'order_id.pricelist_id',
                 'order_id.fiscal_position_id', 'covered_percent')
    def _compute_found_price(self):
        """Find prices by the pricelist, all lines of a product group at once.

        What is agreed in a quote, posted or billed stays.
        """
        kept = self.filtered(lambda line: line._keeps_price() or line._keeps_proposal())
        for line in kept:
            line.technical_price_unit = line.technical_price_unit
            line.technical_discount = line.technical_discount
            line.has_pricelist_discount = line.has_pricelist_discount
        groups = defaultdict(self.browse)
        for line in self - kept:
            if line.product_id:
                order = line.order_id
                groups[
                    order.company_id, order.pricelist_id, order.currency_id,
                    order.date_order, line.product_uom_id, line.quantity_planned or 1.0,
                ] |= line
            else:
                line.technical_price_unit = 0.0
                line.technical_discount = line.covered_percent
                line.has_pricelist_discount = False
        for (company, pricelist, currency, date, uom, quantity), lines in groups.items():
            lines.with_company(company)._apply_pricelist(
                pricelist, quantity=quantity, uom=uom, date=date or fields.Datetime.now(),
                currency=currency or company.currency_id)

    def _keeps_price(self):
        """Tell whether nothing at all changes the price of one line any more; extend."""
        self.ensure_one()
        return bool(self.state != 'open' or self.qty_invoiced or self.is_price_agreed)

    def _keeps_proposal(self):
        """Tell whether something else than the pricelist says what one line costs; extend."""
        self.ensure_one()
        return False

    def _apply_price_rule(self, price):
        """Return the price of one unit for one line, before taxes are mapped.

        Extend for what refines the price of the pricelist.
        """
        self.ensure_one()
        return price

    def _apply_pricelist(self, pricelist, **conditions):
        """Propose price and discount for lines that share their pricing conditions.

        The discount of the pricelist, shown or hidden in its price, and what is covered are not
        added up: the one counts with which the customer pays less.
        Source: Business Central, "Warranty and discounts": the highest discount wins.
        """
        price_by_product = pricelist._compute_price_rule(self.product_id, **conditions)
        Rule = self.env['product.pricelist.item']
        for line in self:
            price, rule_id = price_by_product[line.product_id.id]
            rule, product = Rule.browse(rule_id), line.product_id
            base = full = price
            if rule:
                full = max(price, rule._get_undiscounted_price(product, **conditions))
            if rule._show_discount():
                base = max(price, rule._compute_price_before_discount(product, **conditions))
            discount = (base - price) / base * 100 if base > price else 0.0
            price, shown, full = map(line._apply_price_rule, (price, base, full))
            if shown <= price:  # a price of its own has no discount of the pricelist
                discount = 0.0
            if price > full * (1 - line.covered_percent / 100):
                shown, discount = full, line.covered_percent
            line.has_pricelist_discount = full > price
            line.technical_discount = discount
            line.technical_price_unit = line._map_price(shown)

    def _map_price(self, price):
        """Return a price of one line's product as the taxes of its order have it."""
        taxes = self.product_id.taxes_id._filter_taxes_by_company(self.env.company)
        return self.product_id._get_tax_included_unit_price_from_price(
            price, product_taxes=taxes, fiscal_position=self.order_id.fiscal_position_id)

    #=== WHAT COUNTS ===#

    def _get_followed_fields(self):
        # The price first: what is taken off it depends on who gave it.
        return {
            'price_unit': self._propose_price_unit, 'discount': self._propose_discount,
            **super()._get_followed_fields()}

    def _follow(self, name):
        """Leave the prices of cancelled lines alone; what somebody gives to them is noted."""
        cancelled = self.filtered(lambda line: (
            line.state == 'cancelled' and name in ('price_unit', 'discount')))
        for line in cancelled:
            line[name] = line[name]
        super(ServiceOrderLine, self - cancelled)._follow(name)

    def _has_proposal(self):
        """Tell whether what somebody gives to one line differs from something."""
        self.ensure_one()
        return self.state == 'cancelled' or not self._keeps_price()

    @api.depends('technical_price_unit', 'billing_override')
    def _compute_price_unit(self):
        self._follow('price_unit')

    def _propose_price_unit(self):
        return {
            **self._get_agreed_prices('price_unit'),
            **{line: line.technical_price_unit for line in self if line._has_proposal()}}

    @api.depends('technical_discount', 'covered_percent', 'billing_override', 'given_fields')
    def _compute_discount(self):
        self._follow('discount')

    def _propose_discount(self):
        """Take what is covered off a price by hand, too: it stands for the pricelist's only."""
        return {
            **self._get_agreed_prices('discount'),
            **{line: max(line.technical_discount, line.covered_percent)
               if line._is_given('price_unit') else line.technical_discount
               for line in self if line._has_proposal()}}

    def _get_agreed_prices(self, name):
        """Return {line: value of a field that the customer has accepted}, of those not billed yet.

        A manager who has a line charged takes back who else pays it, not what was agreed.
        """
        return {
            line: line.agreed_price[
                'uncovered' if line.billing_override == 'chargeable' else 'offered'][name]
            for line in self
            if line.is_price_agreed and line.agreed_price and line.state == 'open'
            and not line.qty_invoiced}

    def _get_taxed_document(self):
        return self.order_id

    def _get_fiscal_position(self):
        return self.order_id.fiscal_position_id

    @api.depends('order_id.fiscal_position_id')
    def _compute_tax_ids(self):
        super()._compute_tax_ids()

    def _propose_tax_ids(self):
        return super(ServiceOrderLine, self.filtered(
            lambda line: line.state == 'open' and not line.is_price_agreed))._propose_tax_ids()

    def copy_data(self, default=None):
        """Copy what was given; what is proposed is found anew."""
        vals_list = super().copy_data(default)
        for line, vals in zip(self, vals_list, strict=True):
            for name in self._get_followed_fields():
                if name not in (default or {}) and not line._is_given(name):
                    vals.pop(name, None)
        return vals_list

    def _copy_given(self):
        """Return the values of a part of one line that the program makes: with who gave what.

        The taxes stay, also those archived since: it is the same document.
        """
        self.ensure_one()
        vals = self.copy_data()[0]
        marks = {
            name: mark for name, mark in (self.given_fields or {}).items() if name in vals}
        return {
            **vals, 'given_fields': marks, 'tax_ids': [Command.set(self.tax_ids.ids)]}

    def _copy_found_price(self):
        """Return what was found for one line, for another line that is a part of it; extend."""
        self.ensure_one()
        return {
            name: self[name]
            for name in ('technical_price_unit', 'technical_discount', 'has_pricelist_discount')}

    #=== FOUND ANEW ===#

    @api.model
    def _get_anew(self, topic):
        if topic == 'price':
            return ['price_unit', 'discount'], [
                'technical_price_unit', 'technical_discount', 'has_pricelist_discount']
        return super()._get_anew(topic)

    def _get_updatable(self):
        """Leave out lines whose price somebody has agreed to or billed."""
        return super()._get_updatable().filtered(lambda line: not line._keeps_price())

    def _get_total(self):
        return self.price_total

    def _prepare_update(self, topic, new):
        values = super()._prepare_update(topic, new)
        if topic != 'price':
            return values
        return {
            **values,
            'price_old': self._get_own_value('price_unit'),
            'price_new': new.price_unit,
            'discount_old': self.discount,
            'discount_new': new.discount,
            'amount_old': self.price_subtotal,
            'amount_new': new.price_subtotal,
        }

    def _ensure_may_update(self):
        """:raise UserError: if the stage of an order forbids editing"""
        self._ensure_may_price()
        self.order_id._ensure_allowed('edit')

    def _on_updated(self, noted):
        super()._on_updated(noted)
        self._log_given(noted)
        self.order_id._on_repriced()

    def _ensure_may_price(self):
        """:raise AccessError: if the user answers for no prices"""
        self._ensure_role('customer_service', self.env._(
            "Only customer service, dispatchers and service managers change prices, discounts and"
            " taxes of a line. Ask one of them."))

    @api.depends('order_id.fiscal_position_id', 'state')
    def _compute_has_other_taxes(self):
        super()._compute_has_other_taxes()

    @api.model
    def _get_priced_fields(self):
        """Return the fields that decide what a line costs, which technicians do not write."""
        return {'price_unit', 'discount', 'tax_ids'}

    def _on_given(self, noted, is_new=False):
        """Keep prices with those who answer for them, and their changes in the order's history."""
        super()._on_given(noted, is_new)
        priced = self._get_priced_fields()
        noted = {
            line: changed for line, former in noted.items()
            if (changed := {name: value for name, value in former.items() if name in priced})}
        if is_new:
            noted = {line: former for line, former in noted.items() if not line._is_own_outlay()}
        if noted:
            self._ensure_may_price()
            if not is_new:
                self._log_given(noted)

    @api.model
    def _prepare_given_price(self):
        """Return what else changes with a price that somebody enters."""
        return {'is_price_agreed': False}

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

    #=== EXPLANATION ===#

    @api.depends('price_unit', 'technical_price_unit', 'discount', 'technical_discount',
                 'given_fields', 'covered_percent', 'is_price_agreed', 'order_id.pricelist_id')
    @api.depends_context('lang')
    def _compute_price_explanation(self):
        for line in self:
            line.price_explanation = '; '.join(line._explain_price())

    def _explain_price(self):
        """Return the reasons of one line's price as phrases, in the order they took effect."""
        self.ensure_one()
        if self.is_price_agreed:
            return [self.env._("Agreed in the quote")]
        if self._is_given('price_unit'):
            phrases = [self._explain_given(
                'price_unit', self._format_price(self.technical_price_unit))]
        else:
            phrases = [self._explain_found_price()]
        if self._is_given('discount'):
            phrases.append(self.env._(
                "discount of %(percent)g %%: %(given)s", percent=self.discount,
                given=self._explain_given(
                    'discount', f'{self._get_proposals("discount").get(self, 0.0):g} %')))
        elif self._is_covered_in_part():
            phrases.append(self.env._(
                "%(rule)s: %(percent)g %% off", percent=self.covered_percent,
                rule=self._get_coverage_name()))
        return phrases

    def _explain_given(self, name, instead):
        """Return who gave one line its value of a field, and instead of what."""
        giver = self._get_giver(name)
        if not giver:
            return self.env._("Entered by hand instead of %s", instead)
        return self.env._(
            "Entered by hand instead of %(found)s by %(user)s", found=instead, user=giver.name)

    def _is_covered_in_part(self):
        """Tell whether warranty or agreement make the discount of one line."""
        self.ensure_one()
        return bool(
            0 < self.covered_percent < 100 and not self._is_given('discount')
            and self._is_same('discount', self.discount, self.covered_percent))

    def _explain_found_price(self):
        """Return where the price of one line comes from that nobody has entered."""
        return self._explain_base_price()

    def _explain_base_price(self):
        """Return where the price of one line comes from that no rule has made."""
        self.ensure_one()
        pricelist = self.order_id.pricelist_id
        if pricelist and not (self.has_pricelist_discount and self._is_covered_in_part()):
            return self.env._("Pricelist: %s", pricelist.name)
        return self.env._("Price of the product")

    def _format_price(self, price):
        """Return a price of one line as people read it."""
        return (self.currency_id or self.company_id.currency_id).format(price)

    #=== HISTORY ===#

    def _log_given(self, noted):
        """Tell the orders which values of lines somebody changed, from what to what.

        :param noted: as `_note_given` returns it
        """
        bodies = defaultdict(Markup)
        for line, former in noted.items():
            for name, old in former.items():
                bodies[line.order_id.id] += Markup("<li>%s</li>") % self.env._(
                    "%(line)s: %(field)s %(old)s → %(new)s",
                    line=(line.name or '').split('\n')[0],
                    field=line._fields[name]._description_string(self.env),
                    old=line._format_given(name, old), new=line._format_given(name, line[name]))
        # History is written by changes only, whoever makes them.
        self.env['service.order'].sudo().browse(bodies)._message_log_batch({
            order_id: Markup("<ul>%s</ul>") % body for order_id, body in bodies.items()})

    def _format_given(self, name, value):
        """Return a value of a field of one line as people read it."""
        if name == 'price_unit':
            return self._format_price(value)
        if self._fields[name].relational:
            return ', '.join(value.mapped('display_name')) or self.env._("none")
        return f'{value:g} %'
