from odoo import api, fields, models
from odoo.tools import float_round

from ..tools.pricing import fit_prices, spread


class ServiceOrder(models.Model):
    """Rules that look at a whole order: fees, the minimum charge and the agreed total."""
    _inherit = 'service.order'

    limit_rule_id = fields.Many2one(
        comodel_name='service.price.rule', string="Total by Rule", compute='_compute_limit',
        store=True, precompute=True, copy=False, index='btree_not_null', ondelete='restrict')
    limit_kind = fields.Selection(
        selection=[('maximum', "Not to Exceed"), ('fixed', "Fixed Total")], string="Agreed Total",
        compute='_compute_limit', store=True, readonly=False, precompute=True, tracking=True,
        help="Lines are adjusted to it, to the cent, when the order is quoted, signed off and"
             " posted.")
    limit_amount = fields.Monetary(
        string="Agreed Amount", compute='_compute_limit', store=True, readonly=False,
        precompute=True, tracking=True, help="Includes taxes where the lines' prices do.")

    _limit_amount = models.Constraint(
        'CHECK (limit_kind IS NULL OR limit_amount > 0)',
        "Enter the amount that was agreed with the customer.")

    @api.depends('company_id', 'partner_id', 'team_id', 'zone_id', 'priority', 'date_order',
                 'agreement_id', 'currency_id', 'task_ids.task_id', 'object_ids.group_id')
    def _compute_limit(self):
        """Follow the rule that fits; what was agreed by hand stays while no other rule fits."""
        Rule = self.env['service.price.rule']
        for company, orders in self.grouped('company_id').items():
            rules = Rule._get_by_kind(company)
            limits = (rules.get('fixed', Rule) | rules.get('maximum', Rule)).sorted()
            for order in orders:
                rule = limits._pick(order)
                if rule != order.limit_rule_id:
                    order.limit_rule_id = rule
                    order.limit_kind = rule.kind
                    order.limit_amount = rule._get_amount(order) if rule else 0.0
                else:
                    order.limit_rule_id = order.limit_rule_id
                    order.limit_kind = order.limit_kind
                    order.limit_amount = order.limit_amount

    def action_apply_price_rules(self):
        """Show now what quoting, sign-off and posting do by themselves."""
        self._ensure_allowed('edit')
        self._apply_price_rules()
        return True

    def _apply_price_rules(self):
        """Bring fees, overtime and the agreed total of unposted lines in line with the rules.

        Safe to run again: it makes nothing twice and undoes its own earlier adjustments first.
        """
        # Booking and signing price the work, whoever does it and whatever the stage allows.
        unposted = self.sudo().filtered(lambda order: order.state in ('draft', 'open', 'signed_off'))
        for company, orders in unposted.grouped('company_id').items():
            rules = self.env['service.price.rule']._get_by_kind(company)
            if not rules and not any(orders.mapped('limit_kind')) and not any(
                    line.is_rule_line or line.is_price_adjusted for line in orders.line_ids):
                continue
            orders.line_ids._undo_adjustment()
            if 'overtime' in rules:
                orders.line_ids._split_overtime(rules['overtime'])
            # Each step counts what the one before it has made, and makes its lines all at once.
            Line = self.env['service.order.line'].sudo()
            fees, minimums = rules.get('call_out'), rules.get('minimum')
            Line.create([vals for order in orders for vals in order._apply_call_out(fees)])
            Line.create([vals for order in orders for vals in order._apply_minimum(minimums)])
            Line.create([vals for order in orders for vals in order._apply_limit()])

    def _get_charged_lines(self):
        """Return the lines that the rules of one order count: live ones that this order bills."""
        self.ensure_one()
        return self.line_ids.filtered(
            lambda line: line.state != 'cancelled' and line._is_billed_by_order())

    def _apply_call_out(self, rules):
        """Bring the fee of one order up to date.

        :return: values of the lines to create
        """
        rule = rules._pick(self) if rules else self.env['service.price.rule']
        quantity = 0
        if rule and (rule.is_under_warranty or not self._is_free_of_charge()):
            worked = self.visit_ids.filtered(lambda visit: visit.work_start)
            quantity = max(1, len(worked)) if rule.per == 'visit' else 1
        return self._set_rule_line('call_out', rule, quantity, rule and rule._get_amount(self))

    def _is_free_of_charge(self):
        """Tell whether there is work, and none of it is charged."""
        work = self.line_ids.filtered(lambda line: (
            line.kind in ('hour', 'item') and not line.is_travel and line.state != 'cancelled'))
        return bool(work) and 'chargeable' not in work.mapped('billing')

    def _apply_minimum(self, rules):
        """Top one order up to the minimum charge; what costs nothing is not topped up.

        :return: values of the lines to create
        """
        rule = rules._pick(self) if rules else self.env['service.price.rule']
        charged = self._get_charged_lines().filtered(
            lambda line: line._get_rule_role() != 'minimum')
        charge = charged._get_charge(self)
        missing = 0.0
        if rule and charge > 0:
            missing = max(0.0, self.currency_id.round(rule._get_amount(self) - charge))
        return self._set_rule_line('minimum', rule, 1 if missing else 0, missing)

    def _apply_limit(self):
        """Adjust the open lines so that one order's total is the agreed one, to the cent.

        :return: values of the lines to create
        """
        rounding = self.line_ids.filtered(lambda line: line._get_rule_role() == 'rounding')
        rounding.filtered(lambda line: line.state == 'open').unlink()
        if not self.limit_kind:
            return []
        charged = self._get_charged_lines()
        lines = charged.filtered(lambda line: line.state == 'open' and line._get_charge(self) > 0)
        total = charged._get_charge(self)
        currency = self.currency_id
        excess = currency.compare_amounts(total, self.limit_amount)
        if not lines or not excess or (self.limit_kind == 'maximum' and excess < 0):
            return []
        fixed = total - lines._get_charge(self)
        lines._adjust_to(max(0.0, self.limit_amount - fixed))
        rest = currency.round(max(self.limit_amount, fixed) - charged._get_charge(self))
        if currency.is_zero(rest):
            return []
        largest = max(lines, key=lambda line: line._get_charge(self))
        return [{
            **self._prepare_rule_line(self.limit_rule_id, 1, rest),
            'name': self.with_context(lang=self.partner_id.lang).env._(
                "Rounding to the agreed total"),
            'tax_ids': largest.tax_ids.ids,
        }]

    def _set_rule_line(self, role, rule, quantity, amount):
        """Keep the one line that a rule makes for one order: update it, or take it away.

        A line that somebody cancelled stays cancelled: that is how a fee is waived.

        :return: values of the line to create where it is missing
        """
        present = self.line_ids.filtered(lambda line: line._get_rule_role() == role)
        lines = present.filtered(lambda line: line.state == 'open')
        if not quantity:
            lines.unlink()
        elif present:
            for line in lines:
                if not line._has_manual_price() and not line.is_price_agreed:
                    line.write({
                        'is_rule_line': True, 'price_rule_id': rule.id,
                        'quantity_planned': quantity, 'price_unit': amount,
                        'technical_price_unit': amount,
                    })
        elif not self.quote_sent_on or self.state == 'draft':  # a quote holds: no fee joins it
            return [self._prepare_rule_line(rule, quantity, amount)]
        return []

    def _prepare_rule_line(self, rule, quantity, amount):
        self.ensure_one()
        lang = self.partner_id.lang
        return {
            'order_id': self.id,
            'sequence': max(self.line_ids.mapped('sequence'), default=0) + 1,
            'kind': 'fee',
            'is_rule_line': True,
            'price_rule_id': rule.id,
            'product_id': rule.product_id.id,
            'name': rule.with_context(lang=lang).name,
            'quantity_planned': quantity,
            'price_unit': amount,
            'technical_price_unit': amount,
            'discount': 0.0,
        }


class ServiceOrderLine(models.Model):
    """Rules that look at a line: travel rate, overtime, warranty; and why a price is what it is."""
    _inherit = 'service.order.line'

    def _get_rule_role(self):
        """Return what the line does for a rule: 'call_out', 'minimum', 'rounding' or False."""
        self.ensure_one()
        if not self.is_rule_line:
            return False
        kind = self.price_rule_id.kind
        return kind if kind in ('call_out', 'minimum') else 'rounding'

    def _is_billed_by_order(self):
        """Tell whether the line's price is this order's to decide; extend for other billers."""
        self.ensure_one()
        return self.billing == 'chargeable'

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

    #=== RULES FOR A LINE ===#

    def _get_price_rules(self):
        """Return {line: the travel or overtime rule that prices it}, for those that have one."""
        Rule = self.env['service.price.rule']
        found = {}
        for company, lines in self.grouped(lambda line: line.order_id.company_id).items():
            rules = Rule._get_by_kind(company)
            travel, overtime = rules.get('travel'), rules.get('overtime')
            for line in lines.filtered('is_travel') if travel else ():
                if rule := travel._pick(line.order_id):
                    found[line] = rule
            for line, parts in (lines._get_overtime_parts(overtime) if overtime else {}).items():
                if len(parts) == 1 and parts[0][2]:
                    found[line] = parts[0][2]
        return found

    def _apply_price_rule(self, price):
        """Return the price of one unit after the line's rule, before taxes are mapped."""
        self.ensure_one()
        rule = self.price_rule_id
        if rule.kind == 'travel':
            return rule._get_amount(self.order_id)
        if rule.kind == 'overtime':
            digits = self.env['decimal.precision'].precision_get('Product Price')
            return float_round(price * (1 + rule.percent / 100), precision_digits=digits)
        return price

    def _get_warranty_rule(self, warranty):
        """Return the rule on how much a warranty ('labor' or 'parts') covers, if there is one."""
        rules = self.env['service.price.rule']._get_by_kind(self.order_id.company_id)
        return rules.get('warranty', self.env['service.price.rule']).filtered(
            lambda rule: rule.warranty in ('both', warranty))._pick(self.order_id)

    #=== OVERTIME ===#

    def _get_overtime_parts(self, rules):
        """Return {line: [(start, end, rule)]}: spans in naive UTC, an empty rule in usual hours.

        Only worked hours count; who has no working hours has no overtime.
        """
        worked = self.filtered(lambda line: (
            line.kind == 'hour' and not line.is_travel and line.employee_id and line.date_start
            and line.date_end and line.date_start < line.date_end))
        if not worked:
            return {}
        hulls = self.env['service.visit']._get_working_days(
            worked.employee_id, min(worked.mapped('date_start')), max(worked.mapped('date_end')))
        return {
            line: line._cut_by_overtime(rules, hulls[line.employee_id.id])
            for line in worked if line.employee_id.id in hulls}

    def _cut_by_overtime(self, rules, hull_by_day):
        """Cut one line where its price changes, and at midnight where the kind of day does."""
        timezone = self.employee_id.tz or self.company_id.resource_calendar_id.tz
        parts = []
        for start, end, day, is_inside in self.env['service.visit']._cut_by_days(
                self.date_start, self.date_end, timezone, hull_by_day):
            rule = self.env['service.price.rule']
            if not is_inside:
                days = ('any', 'open' if day in hull_by_day else 'closed')
                rule = rules.filtered(lambda item, days=days: item.day in days)._pick(self.order_id)
            if parts and parts[-1][2] == rule:
                start = parts.pop()[0]
            parts.append((start, end, rule))
        return parts

    def _split_overtime(self, rules):
        """Make lines of the parts of a line that have different prices."""
        candidates = self.filtered(lambda line: line.state == 'open' and not line._keeps_price())
        vals_list = []
        for line, parts in candidates._get_overtime_parts(rules).items():
            if len(parts) > 1:
                base = line.copy_data()[0]
                for field in ('price_unit', 'discount', 'quantity'):
                    base.pop(field, None)  # priced and counted anew
                vals_list += [{
                    **base,
                    'visit_id': line.visit_id.id,
                    'quantity_planned': 0.0,
                    'is_price_adjusted': False,
                    'date_start': start,
                    'date_end': end,
                } for start, end, _rule in parts[1:]]
                line.write({'date_end': parts[0][1], 'is_price_adjusted': False})
        self.create(vals_list)

    #=== THE AGREED TOTAL ===#

    def _undo_adjustment(self):
        for line in self.filtered(lambda line: line.is_price_adjusted and line.state == 'open'):
            line.write({'price_unit': line.price_before_adjustment, 'is_price_adjusted': False})

    def _adjust_to(self, total):
        """Change the unit prices of these lines of one order, so that they charge a total.

        Each line keeps its share of the total, its quantity and its discount.
        """
        order = self.order_id
        currency = order.currency_id
        step = 10 ** currency.decimal_places
        digits = self.env['decimal.precision'].precision_get('Product Price')
        targets = spread(
            [line._get_charge(order) for line in self], round(total * step))
        factors = [line._get_priced_quantity() * (1 - line.discount / 100) for line in self]
        prices, _rest = fit_prices(targets, factors, digits, currency.decimal_places)
        for line, price in zip(self, prices, strict=True):
            line.write({
                'price_before_adjustment': line.price_unit, 'price_unit': price,
                'is_price_adjusted': True,
            })

    #=== EXPLANATION ===#

    @api.depends('price_unit', 'technical_price_unit', 'price_rule_id', 'coverage_rule_id',
                 'covered_percent', 'is_price_adjusted', 'is_price_agreed',
                 'order_id.pricelist_id', 'order_id.limit_rule_id')
    @api.depends_context('lang')
    def _compute_price_explanation(self):
        for line in self:
            line.price_explanation = '; '.join(line._explain_price())

    def _explain_price(self):
        """Return the reasons of one line's price as phrases, in the order they took effect."""
        self.ensure_one()
        rule, order = self.price_rule_id, self.order_id
        if self.is_price_agreed:
            phrases = [self.env._("Agreed in the quote")]
        elif self._get_rule_role() == 'rounding':
            return [self.env._("Makes the agreed total exact")]
        elif self._has_manual_price():
            phrases = [self.env._(
                "Entered by hand instead of %s", self._format_price(self.technical_price_unit))]
        elif rule.kind == 'overtime':
            phrases = [self.env._(
                "%(rule)s: +%(percent)g %%", rule=rule.name, percent=rule.percent)]
        elif rule:
            phrases = [self.env._("Rule: %s", rule.name)]
        else:
            phrases = [self._explain_base_price()]
        if 0 < self.covered_percent < 100:
            phrases.append(self.env._(
                "%(rule)s: %(percent)g %% off", percent=self.covered_percent,
                rule=self.coverage_rule_id.name or self._get_document_reason()))
        if self.is_price_adjusted:
            phrases.append(self.env._(
                "adjusted from %(price)s to the agreed total of %(total)s",
                price=self._format_price(self.price_before_adjustment),
                total=self._format_price(order.limit_amount)))
        return phrases

    def _explain_base_price(self):
        """Return where the price of one line comes from that no rule has made."""
        self.ensure_one()
        if pricelist := self.order_id.pricelist_id:
            return self.env._("Pricelist: %s", pricelist.name)
        return self.env._("Price of the product")

    def _format_price(self, price):
        return (self.currency_id or self.company_id.currency_id).format(price)

    def _get_document_name(self):
        """Return the description that customers read; overtime says that it is overtime."""
        self.ensure_one()
        if self.price_rule_id.kind != 'overtime':
            return self.name
        rule = self.price_rule_id.with_context(lang=self.order_id.partner_id.lang)
        return f'{self.name}\n{rule.name}'

    def _get_document_reason(self):
        """Return why the line is free or reduced, in the language that a document is made in."""
        self.ensure_one()
        if self.billing_override or not self.object_id:
            return self.billing_reason
        return self.env._("Warranty of %s", self.object_id.name)
