from odoo import api, fields, models


class ServiceOrderLine(models.Model):
    _inherit = 'service.order.line'

    agreement_id = fields.Many2one(
        related='order_id.agreement_id', store=True, index='btree_not_null', precompute=True)
    agreement_line_id = fields.Many2one(
        comodel_name='service.agreement.line', copy=False, readonly=True, index='btree_not_null',
        ondelete='restrict')
    occurrence_ids = fields.One2many(
        comodel_name='service.agreement.occurrence', inverse_name='order_line_id',
        string="Visits Due")
    billing = fields.Selection(
        selection_add=[('warranty',), ('agreement', "Under Agreement"), ('not_chargeable',)])
    billing_override = fields.Selection(
        selection_add=[('warranty',), ('agreement', "Under Agreement"), ('not_chargeable',)])
    has_agreement_price = fields.Boolean(copy=False, readonly=True)
    agreement_price_unit = fields.Float(
        string="Agreed Price", digits='Product Price', copy=False, readonly=True,
        help="In the agreement's currency, as it was when the order was created.")

    @api.model
    def _get_life_fields(self):
        return super()._get_life_fields() | {
            'is_prepaid', 'prepaid_hours', 'date_prepaid', 'has_agreement_price',
            'agreement_price_unit', 'agreement_line_id'}

    @api.model
    def _get_unlocked_fields(self):
        return super()._get_unlocked_fields() | {'occurrence_ids'}

    def unlink(self):
        """Leave what was due in the ledger behind."""
        self._leave_ledger()
        return super().unlink()

    def _leave_ledger(self):
        """Leave the visits due behind: they say that their order was deleted."""
        # The ledger follows the order, whoever deletes it.
        self.sudo().occurrence_ids.order_line_id = False

    @api.depends('has_agreement_price', 'agreement_price_unit')
    def _compute_found_price(self):
        super()._compute_found_price()

    def _apply_price_rule(self, price):
        """Take the agreed price instead of the pricelist's; rules on it go on working."""
        if self.has_agreement_price:
            # Whoever books work has it priced, without access to agreements.
            agreement = self.agreement_line_id.sudo().agreement_id
            order = self.order_id
            price = agreement.currency_id._convert(
                self.agreement_price_unit, order.currency_id or order.company_id.currency_id,
                order.company_id, order._get_order_day(), round=False)
            if self.price_rule_id.kind == 'travel':
                return price
        return super()._apply_price_rule(price)

    @api.depends('is_prepaid', 'is_travel', 'order_id.coverage_labor', 'order_id.coverage_parts',
                 'order_id.coverage_travel', 'order_id.coverage_expense',
                 'order_id.agreement_discount', 'order_id.agreement_id')
    def _compute_billing(self):
        super()._compute_billing()

    def _get_coverage(self):
        """Let the agreement pay what the warranty does not; the better of the two counts."""
        coverage = super()._get_coverage()
        agreement = self.order_id._get_agreement_sudo()
        if not agreement or coverage['billing'] != 'chargeable' or not self._is_coverable():
            return coverage
        if self.is_prepaid:
            return {
                **self._get_no_coverage(), 'billing': 'agreement', 'covered_percent': 100.0,
                'billing_reason': self.env._("Prepaid by %s", agreement.name)}
        percent = self._get_agreement_percent()
        if self.is_price_agreed or percent <= coverage['covered_percent']:
            return coverage
        return {
            **self._get_no_coverage(),
            'billing': 'agreement' if percent >= 100 else 'chargeable',
            'billing_reason': self.env._(
                "%(percent)g %% by %(agreement)s", percent=percent, agreement=agreement.name),
            'covered_percent': percent,
        }

    def _get_override_coverage(self):
        """Take who pays back, where a line is to be charged; the agreed discount is a price."""
        coverage = super()._get_override_coverage()
        if coverage['billing'] == 'chargeable' and self._is_coverable():
            coverage['covered_percent'] = self.order_id.agreement_discount
        return coverage

    def _explain_base_price(self):
        if self.has_agreement_price:
            return self.env._("Price of %s", self.order_id._get_agreement_sudo().name)
        return super()._explain_base_price()

    def _get_document_reason(self):
        if self.billing_override == 'chargeable':
            by_agreement = self.covered_percent
        else:
            by_agreement = not self.billing_override and (self.billing == 'agreement' or (
                self.covered_percent and not self.coverage_rule_id and self.agreement_id
                and self.covered_percent == self._get_agreement_percent()
                and not self._is_covered_by_warranty()))
        if by_agreement:
            return self.env._("By agreement %s", self.order_id._get_agreement_sudo().name)
        return super()._get_document_reason()

    def _is_coverable(self):
        """Tell whether an agreement may pay one line; extend for what others pay."""
        self.ensure_one()
        covered = self.order_id._get_agreement_sudo().object_ids
        return not self.sale_line_id and not (
            covered and self.object_id and self.object_id not in covered)

    def _get_agreement_percent(self):
        """Return what of one line the customer does not pay by agreement, in percent."""
        self.ensure_one()
        order = self.order_id
        if self.kind == 'hour':
            covered = order.coverage_travel if self.is_travel else order.coverage_labor
        else:
            covered = {
                'item': order.coverage_parts, 'expense': order.coverage_expense,
            }.get(self.kind, 0.0)
        return max(covered, order.agreement_discount)

    def _prepare_reversal(self):
        """Give back what the reversed line has drawn."""
        return {
            **super()._prepare_reversal(),
            'is_prepaid': self.is_prepaid,
            'prepaid_hours': -self.prepaid_hours,
            'date_prepaid': self.date_prepaid,
        }
