from odoo import fields, models
from odoo.tools import float_round

from ...tools.pricing import fit_prices, spread


class ServiceOrderLine(models.Model):
    """Rules that look at a line: travel rate, overtime, warranty; and why a price is what it is."""
    _inherit = 'service.order.line'

    price_rule_id = fields.Many2one(
        comodel_name='service.price.rule', string="Pricing Rule", compute='_compute_price',
        store=True, readonly=False, precompute=True, copy=False, index='btree_not_null', ondelete='restrict')
    price_before_adjustment = fields.Float(
        digits='Product Price', copy=False, readonly=True,
        help="Price before the lines were adjusted to the total agreed for the order.")
    is_price_adjusted = fields.Boolean(copy=False, readonly=True)
    is_rule_line = fields.Boolean(
        string="From a Rule", copy=False, readonly=True,
        help="A pricing rule made the line and keeps it up to date.")
    coverage_rule_id = fields.Many2one(
        comodel_name='service.price.rule', compute='_compute_billing', store=True, precompute=True,
        copy=False, index='btree_not_null', ondelete='restrict')

    def _get_rule_role(self):
        """Return what the line does for a rule: 'call_out', 'minimum', 'rounding' or False."""
        self.ensure_one()
        if not self.is_rule_line:
            return False
        kind = self.price_rule_id.kind
        return kind if kind in ('call_out', 'minimum') else 'rounding'

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
