from datetime import timedelta
from fractions import Fraction

from odoo import api, fields, models
from odoo.tools import float_round

from ...tools.clock import cut_by_days, cut_by_quota, in_steps
from ...tools.pricing import fit_prices, spread
from ...tools.spans import joined


class ServiceOrderLine(models.Model):
    """Rules that look at a line: travel rate, overtime, warranty; and why a price is what it is."""
    _inherit = 'service.order.line'

    price_rule_id = fields.Many2one(
        comodel_name='service.price.rule', string="Pricing Rule", compute='_compute_found_price',
        store=True, readonly=False, precompute=True, copy=False, index='btree_not_null',
        ondelete='restrict')
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

    @api.model
    def _get_life_fields(self):
        return super()._get_life_fields() | {
            'is_rule_line', 'is_price_adjusted', 'price_before_adjustment', 'price_rule_id',
            'coverage_rule_id'}

    def _get_kept_lines(self):
        return super()._get_kept_lines() | self.filtered('is_rule_line')

    #=== PRICE ===#

    @api.depends('order_id.zone_id', 'is_travel', 'employee_id', 'date_start', 'date_end')
    def _compute_found_price(self):
        """Find the rules first that refine the price of the pricelist."""
        agreed = self.filtered('is_price_agreed')
        rules = (self - agreed)._get_price_rules()
        for line in self:
            kept = line.price_rule_id if line in agreed or line.is_rule_line else False
            line.price_rule_id = rules.get(line, kept)
        super()._compute_found_price()

    def _keeps_proposal(self):
        return super()._keeps_proposal() or self.is_rule_line

    @api.model
    def _prepare_given_price(self):
        return {**super()._prepare_given_price(), 'is_price_adjusted': False}

    def _get_own_value(self, name):
        """Look through the agreed total of the order at the price that one line has of its own."""
        if name == 'price_unit' and self.is_price_adjusted:
            return self.price_before_adjustment
        return super()._get_own_value(name)

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
                if rule := travel._pick(line.order_id, line.date_start):
                    found[line] = rule
            for line, parts in (lines._get_overtime_parts(overtime) if overtime else {}).items():
                if len(parts) == 1 and parts[0][2]:
                    found[line] = parts[0][2]
        return found

    def _apply_price_rule(self, price):
        rule = self.price_rule_id
        if rule.kind == 'travel':
            return rule._get_amount(self.order_id)
        if rule.kind == 'overtime':
            digits = self.env['decimal.precision'].precision_get('Product Price')
            return float_round(price * (1 + rule.percent / 100), precision_digits=digits)
        return super()._apply_price_rule(price)

    def _get_document_parts(self):
        """Say on documents that overtime is overtime."""
        parts = super()._get_document_parts()
        if self.price_rule_id.kind != 'overtime':
            return parts
        return [*parts, self.price_rule_id.with_context(lang=self.order_id.partner_id.lang).name]

    #=== WARRANTY ===#

    @api.model
    def _get_no_coverage(self):
        return {**super()._get_no_coverage(), 'coverage_rule_id': False}

    def _get_warranty_coverage(self, warranty):
        """Let a rule say how much of a line a warranty pays; where the terms pay less, they count."""
        coverage = super()._get_warranty_coverage(warranty)
        rule = self._get_warranty_rule(warranty)
        if rule and rule.percent <= coverage['covered_percent']:
            coverage.update(
                billing='warranty' if rule.percent == 100 else 'chargeable',
                covered_percent=rule.percent, coverage_rule_id=rule.id)
        return coverage

    def _get_coverage_name(self):
        return self.coverage_rule_id.name or super()._get_coverage_name()

    def _get_warranty_rule(self, warranty):
        """Return the rule on how much a warranty ('labor' or 'parts') covers, if there is one."""
        rules = self.env['service.price.rule']._get_by_kind(self.order_id.company_id)
        return rules.get('warranty', self.env['service.price.rule']).filtered(
            lambda rule: rule.warranty in ('both', warranty))._pick(self.order_id)

    #=== OVERTIME ===#

    def _get_overtime_parts(self, rules):
        """Return {line: [(start, end, rule)]}: spans in naive UTC, an empty rule in usual hours.

        Only worked hours count; who has no working hours has no overtime. Parts of a line have the
        quantity that it has, and none of them is nothing.
        """
        worked = self.filtered(lambda line: (
            line.kind == 'hour' and not line.is_travel and line.employee_id and line.date_start
            and line.date_end and line.date_start < line.date_end))
        if not worked:
            return {}
        # Calendars are HR's; whether work is overtime is what pricing asks.
        hulls = worked.employee_id.sudo()._get_working_days(
            min(worked.mapped('date_start')), max(worked.mapped('date_end')))
        flexible_work = worked._get_flexible_work()
        return {
            line: line._cut_by_overtime(
                rules, hulls[line.employee_id.id], flexible_work.get(line.employee_id.id))
            for line in worked if line.employee_id.id in hulls}

    def _get_flexible_work(self):
        """Return {employee id: spans of work in the weeks of these lines} of flexible technicians.

        Work of other orders is among it: what a line costs does not depend on what it is priced with.
        """
        # Calendars are HR's; whether work is overtime is what pricing asks.
        flexible = self.employee_id.sudo().filtered(
            lambda employee: employee.resource_calendar_id.flexible_hours)
        if not flexible:
            return {}
        priced = self.filtered(lambda line: line.employee_id.id in flexible._ids)
        # A week of a technician is one, whoever may see which order.
        known = self.sudo().search([
            ('employee_id', 'in', flexible.ids), ('kind', '=', 'hour'), ('is_travel', '=', False),
            ('date_start', '<', max(priced.mapped('date_end'))),
            ('date_end', '>', min(priced.mapped('date_start')) - timedelta(days=8))])
        worked = (known - priced._origin.sudo() | priced.sudo()).filtered(
            lambda line: line.state != 'cancelled')
        return {
            employee_id: joined(
                ((line.date_start, line.date_end) for line in lines), timedelta())
            for employee_id, lines in worked.grouped(lambda line: line.employee_id.id).items()}

    def _cut_by_overtime(self, rules, hulls_by_day, flexible_work=None):
        """Cut one line where its price changes, and at midnight where the kind of day does.

        :param flexible_work: what a technician with flexible hours worked; the clock does not count
            then, but the hours of the day and of the week
        """
        timezone = self.employee_id.tz or self.company_id._get_service_timezone()
        pieces = cut_by_days(self.date_start, self.date_end, timezone, hulls_by_day)
        if flexible_work:
            calendar = self.employee_id.sudo().resource_calendar_id  # as in _get_flexible_work
            pieces = cut_by_quota(
                pieces, flexible_work, timezone, timedelta(hours=calendar.hours_per_day),
                timedelta(hours=calendar.full_time_required_hours))
        parts = []
        for start, end, day, is_inside in pieces:
            rule = self.env['service.price.rule']
            if not is_inside:
                days = ('any', 'open' if day in hulls_by_day else 'closed')
                rule = rules.filtered(lambda item, days=days: item.day in days)._pick(
                    self.order_id, start)
            parts.append((start, end, rule))
        return in_steps(parts, self._get_time_step())

    def _get_time_step(self):
        """Return the least time that makes a quantity of one line, in whole seconds."""
        self.ensure_one()
        per_hour = self._get_quantity_of(1.0)
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        step = Fraction(3600 / per_hour).limit_denominator(1000) / 10 ** digits
        return timedelta(seconds=step.numerator)

    def _split_overtime(self, rules):
        """Make lines of the parts of a line that have different prices."""
        candidates = self.filtered(lambda line: not (
            line._keeps_price() or line._is_given('price_unit') or line._is_given('quantity')))
        vals_list = []
        for line, parts in candidates._get_overtime_parts(rules).items():
            if len(parts) > 1:
                vals_list += [{
                    **line._copy_given(),
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
        """Give lines the price back that they had before they were adjusted to a total."""
        for line in self.filtered(lambda line: line.is_price_adjusted and line.state == 'open'):
            found = {} if line._is_given('price_unit') else line._get_proposals('price_unit')
            line.write({
                'price_unit': found.get(line, line.price_before_adjustment),
                'is_price_adjusted': False, 'given_fields': line.given_fields})

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
                'is_price_adjusted': True, 'given_fields': line.given_fields,
            })

    def _copy_found_price(self):
        return {**super()._copy_found_price(), 'price_rule_id': self.price_rule_id.id}

    #=== EXPLANATION ===#

    @api.depends('price_rule_id', 'coverage_rule_id', 'is_price_adjusted', 'order_id.limit_rule_id')
    def _compute_price_explanation(self):
        super()._compute_price_explanation()

    def _explain_price(self):
        if self._get_rule_role() == 'rounding' and not self.is_price_agreed:
            return [self.env._("Makes the agreed total exact")]
        phrases = super()._explain_price()
        if self.is_price_adjusted:
            phrases.append(self.env._(
                "adjusted from %(price)s to the agreed total of %(total)s",
                price=self._format_price(self.price_before_adjustment),
                total=self._format_price(self.order_id.limit_amount)))
        return phrases

    def _explain_found_price(self):
        rule = self.price_rule_id
        if not rule:
            return super()._explain_found_price()
        if rule.kind == 'overtime':
            return self.env._("%(rule)s: +%(percent)g %%", rule=rule.name, percent=rule.percent)
        return self.env._("Rule: %s", rule.name)
