class LedgerComparison:
    """Invoices made in bulk, to be compared with those that Odoo makes one by one."""

    LINE_FIELDS = (
        'display_type', 'account_id', 'balance', 'amount_currency', 'currency_id', 'tax_ids',
        'tax_line_id', 'tax_repartition_line_id', 'tax_tag_ids', 'tax_base_amount', 'group_tax_id',
        'date_maturity', 'price_unit', 'quantity', 'discount', 'price_subtotal', 'price_total',
        'name', 'partner_id', 'product_id', 'product_uom_id', 'analytic_distribution', 'debit',
        'credit', 'sequence', 'discount_date', 'discount_amount_currency', 'discount_balance')
    MOVE_FIELDS = (
        'journal_id', 'fiscal_position_id', 'partner_bank_id', 'invoice_date_due', 'currency_id',
        'amount_untaxed', 'amount_tax', 'amount_total', 'amount_total_signed', 'team_id',
        'preferred_payment_method_line_id', 'invoice_user_id', 'partner_shipping_id',
        'invoice_payment_term_id', 'payment_reference', 'narration', 'invoice_incoterm_id',
        'invoice_cash_rounding_id', 'invoice_origin', 'ref')

    def _read_ledger(self, moves):
        """Return what is in the ledger of invoices, to compare it."""
        return [(
            [move[name] for name in self.MOVE_FIELDS],
            sorted([str(line[name]) for name in self.LINE_FIELDS] for line in move.line_ids),
        ) for move in moves]

    def _get_taxes(self):
        """Return {name: taxes} of every kind."""
        Tax = self.env['account.tax']
        common = {'type_tax_use': 'sale', 'company_id': self.company.id}
        plain = Tax.create({'name': "Plain", 'amount': 7.7, **common})
        parts = Tax.create([
            {'name': f"Part {n}", 'amount': n, 'type_tax_use': 'none',
             'company_id': self.company.id} for n in (5, 9)])
        return {
            'none': Tax,
            'excluded': plain,
            'included': Tax.create({
                'name': "Included", 'amount': 21, 'price_include_override': 'tax_included',
                **common}),
            'fixed': Tax.create({
                'name': "Fixed", 'amount': 0.37, 'amount_type': 'fixed', **common}),
            'group': Tax.create({
                'name': "Group", 'amount_type': 'group', 'children_tax_ids': parts.ids, **common}),
            'two': plain | Tax.create({'name': "More", 'amount': 1.13, **common}),
            'cash basis': Tax.create({
                'name': "Cash", 'amount': 12, 'tax_exigibility': 'on_payment',
                'cash_basis_transition_account_id': self.env['account.account'].create({
                    'name': "Transition", 'code': '251777',
                    'account_type': 'liability_current', 'reconcile': True}).id, **common}),
        }
