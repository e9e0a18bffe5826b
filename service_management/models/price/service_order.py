from odoo import api, fields, models


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
                 'currency_id', 'task_ids.task_id', 'object_ids.group_id')
    def _compute_limit(self):
        """Follow the rule that fits; what was agreed by hand stays while no other rule fits.

        What a quote says stays until another one is sent.
        """
        quoted = self.filtered('quote_sent_on')
        for order in quoted:
            order.limit_rule_id = order.limit_rule_id
            order.limit_kind = order.limit_kind
            order.limit_amount = order.limit_amount
        (self - quoted)._find_limit()

    def _find_limit(self):
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

    def _on_repriced(self):
        """Adjust what was priced anew to the agreed totals."""
        super()._on_repriced()
        self.filtered('limit_kind')._apply_price_rules()

    def _before_quoting(self):
        super()._before_quoting()
        self.sudo()._find_limit()  # what rules find is nobody's to enter
        self._apply_price_rules()

    def _on_opened(self):
        super()._on_opened()
        self._apply_price_rules()

    def _on_signed_off(self):
        super()._on_signed_off()
        self._apply_price_rules()

    def _before_signing(self):
        super()._before_signing()
        self._apply_price_rules()

    def _before_posting(self):
        super()._before_posting()
        self._apply_price_rules()

    def _get_quote_content(self):
        return {
            **super()._get_quote_content(),
            'limit': [self.limit_kind, round(self.limit_amount, 6)],
        }

    def _get_lines_to_copy(self):
        """Leave out what rules made: they make it anew."""
        return super()._get_lines_to_copy().filtered(lambda line: not line.is_rule_line)

    def _get_charged_lines(self):
        """Return the lines that the rules of one order count: live ones that this order bills."""
        self.ensure_one()
        return self.line_ids.filtered(
            lambda line: line.state != 'cancelled' and line._is_billed_by_order())

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

    def _apply_call_out(self, rules):
        """Bring the fee of one order up to date.

        :return: values of the lines to create
        """
        if self._is_agreed():
            return []
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
        agreed = self.line_ids.filtered(
            lambda line: line.is_price_agreed and line._get_rule_role() == 'minimum')
        rule = agreed.price_rule_id[:1] or (
            rules._pick(self) if rules else self.env['service.price.rule'])
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
                if not line._is_given('price_unit') and not line.is_price_agreed:
                    line.write({
                        'is_rule_line': True, 'price_rule_id': rule.id,
                        'quantity_planned': quantity, 'technical_price_unit': amount,
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
            'technical_price_unit': amount,
        }
