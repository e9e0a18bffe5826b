from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from ..tools.planning import hours_between, local_day


class ServiceOrderLine(models.Model):
    _name = 'service.order.line'
    _description = "Service Order Line"
    _inherit = ['service.document.mixin', 'analytic.mixin']
    _order = 'order_id, sequence, id'
    _rec_names_search = ['name', 'order_id.name']
    _check_company_auto = True

    KINDS = [('hour', "Hours"), ('item', "Item"), ('expense', "Expense"), ('fee', "Fee")]
    BILLING = [
        ('chargeable', "Chargeable"),
        ('warranty', "Under Warranty"),
        ('agreement', "Under Agreement"),
        ('not_chargeable', "Not Chargeable"),
    ]
    #: What is still decided between sign-off and posting, by a manager.
    BILLING_FIELDS = {
        'price_unit', 'discount', 'tax_ids', 'billing_override', 'billing_note',
        'analytic_distribution', 'name',
    }

    order_id = fields.Many2one(
        comodel_name='service.order', required=True, ondelete='cascade', index=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        related='order_id.company_id', store=True, index=True, precompute=True)
    partner_id = fields.Many2one(related='order_id.partner_id', store=True, index=True)
    currency_id = fields.Many2one(related='order_id.currency_id', store=True, precompute=True)
    company_currency_id = fields.Many2one(related='company_id.currency_id', string="Cost Currency")
    order_state = fields.Selection(related='order_id.state', string="Order State")
    state = fields.Selection(
        selection=[('open', "Open"), ('posted', "Posted"), ('cancelled', "Cancelled")],
        default='open', required=True, readonly=True, copy=False, index=True)
    is_cancelled_with_order = fields.Boolean(copy=False)

    # What
    kind = fields.Selection(selection=KINDS, required=True, default='hour', index=True)
    product_id = fields.Many2one(
        comodel_name='product.product', compute='_compute_product_id', store=True, readonly=False,
        precompute=True, check_company=True, index='btree_not_null', ondelete='restrict',
        domain="[('sale_ok', '=', True), ('company_id', 'in', (False, company_id))]")
    name = fields.Text(
        string="Description", compute='_compute_name', store=True, readonly=False, precompute=True,
        required=True)
    object_id = fields.Many2one(
        comodel_name='service.object', compute='_compute_object_id', store=True, readonly=False,
        precompute=True, check_company=True, index='btree_not_null', ondelete='restrict',
        domain="[('id', 'in', order_object_ids)]")
    order_object_ids = fields.Many2many(
        related='order_id.object_ids', string="Objects of the Order")
    task_id = fields.Many2one(
        comodel_name='service.task', check_company=True, ondelete='restrict',
        index='btree_not_null')
    is_travel = fields.Boolean(string="Travel", help="Time on the road, not at work.")

    # Who and when
    employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Technician", check_company=True,
        index='btree_not_null', domain="[('service_team_id', '!=', False)]")
    visit_id = fields.Many2one(
        comodel_name='service.visit', copy=False, index='btree_not_null', ondelete='set null',
        domain="[('order_id', '=', order_id)]")
    date = fields.Date(
        compute='_compute_date', store=True, readonly=False, precompute=True, copy=False,
        index=True, help="Day the work was done; empty until then.")
    date_start = fields.Datetime(string="Start", copy=False)
    date_end = fields.Datetime(string="End", copy=False)

    # How much
    product_uom_id = fields.Many2one(
        comodel_name='uom.uom', string="Unit", compute='_compute_product_uom_id', store=True,
        readonly=False, precompute=True, ondelete='restrict')
    quantity_planned = fields.Float(
        string="Planned", digits='Product Unit', default=1.0)
    quantity = fields.Float(
        string="Actual", digits='Product Unit', compute='_compute_quantity', store=True,
        readonly=False, precompute=True, copy=False,
        help="What was really used; for hours it is the time between start and end.")

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
    price_rule_id = fields.Many2one(
        comodel_name='service.price.rule', string="Pricing Rule", compute='_compute_price',
        store=True, readonly=False, precompute=True, copy=False, index='btree_not_null', ondelete='restrict')
    price_before_adjustment = fields.Float(
        digits='Product Price', copy=False, readonly=True,
        help="Price before the lines were adjusted to the total agreed for the order.")
    is_price_adjusted = fields.Boolean(copy=False, readonly=True)
    is_price_agreed = fields.Boolean(
        copy=False, readonly=True, help="The customer accepted this price with the quote.")
    is_rule_line = fields.Boolean(
        string="From a Rule", copy=False, readonly=True,
        help="A pricing rule made the line and keeps it up to date.")
    price_explanation = fields.Char(compute='_compute_price_explanation')
    tax_ids = fields.Many2many(
        comodel_name='account.tax', string="Taxes", compute='_compute_tax_ids', store=True,
        readonly=False, precompute=True, check_company=True,
        domain="[('type_tax_use', '=', 'sale')]")
    price_subtotal = fields.Monetary(
        string="Subtotal", compute='_compute_amount', store=True, precompute=True)
    price_total = fields.Monetary(
        string="Total", compute='_compute_amount', store=True, precompute=True)

    # Billing
    billing = fields.Selection(
        selection=BILLING, compute='_compute_billing', store=True, precompute=True, index=True)
    billing_reason = fields.Char(compute='_compute_billing', store=True, precompute=True)
    covered_percent = fields.Float(
        string="Covered (%)", digits='Discount', compute='_compute_billing', store=True,
        precompute=True,
        help="What the customer does not pay; all of it is not billed, a part is a discount.")
    coverage_rule_id = fields.Many2one(
        comodel_name='service.price.rule', compute='_compute_billing', store=True, precompute=True,
        copy=False, index='btree_not_null', ondelete='restrict')
    billing_override = fields.Selection(
        selection=BILLING, string="Bill As", copy=False,
        help="Set by a manager, with a note: replaces what warranty and setup say.")
    billing_note = fields.Char(copy=False)

    # Cost
    cost_unit = fields.Float(
        string="Unit Cost", digits='Product Price', compute='_compute_cost_unit', store=True,
        readonly=False,
        groups='service_management.service_management_group_manager')
    cost = fields.Monetary(
        compute='_compute_cost', store=True, currency_field='company_currency_id',
        groups='service_management.service_management_group_manager')
    margin = fields.Monetary(
        compute='_compute_cost', store=True, currency_field='company_currency_id',
        groups='service_management.service_management_group_manager')

    # What became of it
    date_posted = fields.Date(copy=False, readonly=True)
    reversed_line_id = fields.Many2one(
        comodel_name='service.order.line', string="Reversal Of", copy=False, readonly=True,
        index='btree_not_null', ondelete='restrict')
    reversal_ids = fields.One2many(
        comodel_name='service.order.line', inverse_name='reversed_line_id', string="Reversals")
    analytic_line_ids = fields.One2many(
        comodel_name='account.analytic.line', inverse_name='service_order_line_id',
        string="Analytic Lines")
    invoice_line_ids = fields.One2many(
        comodel_name='account.move.line', inverse_name='service_order_line_id',
        string="Invoice Lines")
    qty_invoiced = fields.Float(
        string="Billed", digits='Product Unit', compute='_compute_qty_invoiced', store=True)
    qty_to_invoice = fields.Float(
        string="To Bill", digits='Product Unit', compute='_compute_invoice_status', store=True)
    invoice_status = fields.Selection(
        selection=[
            ('no', "Nothing to Bill"), ('to_invoice', "To Bill"), ('invoiced', "Fully Billed")],
        compute='_compute_invoice_status', store=True, index=True)

    _quantity_sign = models.Constraint(
        'CHECK ((quantity >= 0 AND quantity_planned >= 0) OR reversed_line_id IS NOT NULL)',
        "A quantity cannot be negative. To correct a posted line, reverse it.")
    _discount_range = models.Constraint(
        'CHECK (discount <= 100)', "A discount cannot exceed 100 %.")
    _work_span = models.Constraint(
        'CHECK (date_end >= date_start)', "Work cannot stop before it starts. Correct the times.")
    _override_note = models.Constraint(
        "CHECK (billing_override IS NULL OR COALESCE(billing_note, '') <> '')",
        "Say why the line is billed differently: fill the billing note.")
    _to_post = models.Index("(company_id, date) WHERE state = 'open'")
    _once_reversed = models.UniqueIndex(
        '(reversed_line_id) WHERE reversed_line_id IS NOT NULL',
        "This line has been reversed already.")

    #=== COMPUTES: WHAT ===#

    @api.depends('kind', 'is_travel')
    def _compute_product_id(self):
        """Fill the company's product for hours and travel; never replace another choice."""
        for line in self:
            company = line.order_id.company_id
            defaults = company.service_hour_product_id | company.service_travel_product_id
            if line.kind == 'hour' and (not line.product_id or line.product_id in defaults):
                line.product_id = (
                    company.service_travel_product_id if line.is_travel
                    else company.service_hour_product_id)

    @api.depends('product_id', 'kind')
    def _compute_name(self):
        for line in self:
            if line.product_id:
                lang = line.order_id.partner_id.lang
                product = line.product_id.with_context(lang=lang)
                line.name = product.get_product_multiline_description_sale()
            elif not line.name:
                line.name = dict(line._fields['kind']._description_selection(self.env)).get(line.kind)

    @api.depends('order_id.object_ids')
    def _compute_object_id(self):
        """Name the object where there is only one to name."""
        for line in self:
            if line.state == 'open' and line.object_id not in line.order_id.object_ids:
                objects = line.order_id.object_ids
                line.object_id = objects if len(objects) == 1 else False

    @api.depends('date_end')
    def _compute_date(self):
        for line in self:
            if line.date_end:
                company_tz = line.order_id.company_id.resource_calendar_id.tz
                line.date = local_day(line.date_end, line.employee_id.tz or company_tz)

    #=== COMPUTES: HOW MUCH ===#

    @api.depends('product_id', 'kind')
    def _compute_product_uom_id(self):
        for line in self:
            uom = line.product_id.uom_id
            if not line.product_uom_id or (
                    uom and not line.product_uom_id._has_common_reference(uom)):
                line.product_uom_id = uom or (
                    line.kind == 'hour' and self.env.ref('uom.product_uom_hour')
                ) or self.env.ref('uom.product_uom_unit')

    @api.depends('kind', 'quantity_planned', 'date_start', 'date_end')
    def _compute_quantity(self):
        """Take worked time from start and end; take the plan for what nobody counts."""
        for line in self:
            if line.kind == 'hour':
                if line.date_start and line.date_end and line.date_end >= line.date_start:
                    line.quantity = line._get_worked_quantity()
                else:
                    line.quantity = line.quantity
            elif line.state == 'open':
                line.quantity = line.quantity_planned

    def _get_worked_quantity(self):
        """Return the time between start and end in the line's unit."""
        self.ensure_one()
        hours = hours_between(self.date_start, self.date_end)
        hour = self.env.ref('uom.product_uom_hour')
        if not self.product_uom_id or not self.product_uom_id._has_common_reference(hour):
            return hours
        return hour._compute_quantity(hours, self.product_uom_id, round=False)

    #=== COMPUTES: PRICE ===#

    @api.depends('product_id', 'product_uom_id', 'quantity_planned', 'order_id.pricelist_id',
                 'order_id.fiscal_position_id', 'order_id.zone_id', 'is_travel', 'employee_id',
                 'date_start', 'date_end', 'covered_percent')
    def _compute_price(self):
        """Price lines by pricelist and rules, all lines of a product group at once.

        Prices entered by hand, agreed in a quote, posted or billed stay.
        """
        groups = defaultdict(self.browse)
        rules = self._get_price_rules()
        for line in self:
            line.price_rule_id = rules.get(line, line.price_rule_id if line.is_rule_line else False)
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
        return bool(
            self.state != 'open' or self.qty_invoiced or self.is_price_agreed or self.is_rule_line)

    def _has_manual_price(self):
        self.ensure_one()
        price = self.price_before_adjustment if self.is_price_adjusted else self.price_unit
        currency = self.currency_id or self.company_id.currency_id or self.env.company.currency_id
        return bool(currency.compare_amounts(self.technical_price_unit, price))

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

    @api.depends('order_id.analytic_distribution', 'order_id.partner_id', 'product_id')
    def _compute_analytic_distribution(self):
        """Follow the order, else the distribution models of accounting."""
        Model = self.env['account.analytic.distribution.model']
        found = {}
        for line in self:
            order = line.order_id
            if line.state != 'open':
                line.analytic_distribution = line.analytic_distribution
                continue
            if order.analytic_distribution:
                line.analytic_distribution = order.analytic_distribution
                continue
            key = (order.company_id, order.partner_id, line.product_id)
            if key not in found:
                found[key] = Model._get_distribution({
                    'product_id': line.product_id.id,
                    'product_categ_id': line.product_id.categ_id.id,
                    'partner_id': order.partner_id.id,
                    'partner_category_id': order.partner_id.category_id.ids,
                    'company_id': order.company_id.id,
                })
            line.analytic_distribution = found[key] or line.analytic_distribution

    #=== COMPUTES: BILLING ===#

    @api.depends('kind', 'object_id', 'object_id.date_in_service', 'object_id.warranty_labor_end',
                 'object_id.warranty_parts_end', 'order_id.date_order', 'billing_override',
                 'billing_note')
    def _compute_billing(self):
        """Decide who pays; what is posted stays as it was posted."""
        for line in self:
            if line.state == 'posted':
                coverage = {field: line[field] for field in (
                    'billing', 'billing_reason', 'covered_percent', 'coverage_rule_id')}
            elif line.billing_override:
                coverage = {
                    'billing': line.billing_override, 'billing_reason': line.billing_note,
                    'covered_percent': 0.0, 'coverage_rule_id': False}
            else:
                coverage = line._get_coverage()
            line.update(coverage)

    def _get_coverage(self):
        """Return who pays one line: billing, billing_reason, covered_percent, coverage_rule_id.

        Labor and parts have a warranty each, decided by the object's dates on the day of the
        order; expenses and fees have none. Warranty covers everything unless a rule says less.
        Source: Business Central, "Warranty": items by the parts window, resources by the labor one.
        """
        self.ensure_one()
        coverage = {
            'billing': 'chargeable', 'billing_reason': False, 'covered_percent': 0.0,
            'coverage_rule_id': False}
        warranty = {'hour': 'labor', 'item': 'parts'}.get(self.kind)
        obj, order = self.object_id, self.order_id
        if not (warranty and obj and order.date_order) or not obj._is_under_warranty(
                warranty, order._get_order_day()):
            return coverage
        if warranty == 'labor':
            reason = self.env._(
                "Labor warranty of %(object)s until %(date)s", object=obj.name,
                date=fields.Date.to_string(obj.warranty_labor_end))
        else:
            reason = self.env._(
                "Parts warranty of %(object)s until %(date)s", object=obj.name,
                date=fields.Date.to_string(obj.warranty_parts_end))
        rule = self._get_warranty_rule(warranty)
        percent = rule.percent if rule else 100.0
        return {
            'billing': 'warranty' if percent == 100 else 'chargeable',
            'billing_reason': reason,
            'covered_percent': percent,
            'coverage_rule_id': rule.id,
        }

    @api.depends('invoice_line_ids.quantity', 'invoice_line_ids.product_uom_id',
                 'invoice_line_ids.parent_state', 'invoice_line_ids.move_id.move_type')
    def _compute_qty_invoiced(self):
        """Count live invoice lines; credit notes count back, cancelled ones not at all."""
        for line in self:
            billed = 0.0
            for invoice_line in line.invoice_line_ids:
                if invoice_line.parent_state != 'cancel':
                    uom = invoice_line.product_uom_id or line.product_uom_id
                    quantity = uom._compute_quantity(invoice_line.quantity, line.product_uom_id)
                    billed += -quantity if invoice_line.move_id.move_type == 'out_refund' else quantity
            line.qty_invoiced = billed

    @api.depends('state', 'billing', 'quantity', 'qty_invoiced', 'reversal_ids.quantity',
                 'reversed_line_id')
    def _compute_invoice_status(self):
        """Bill posted, chargeable lines; a reversal counts on the line that it reverses."""
        for line in self:
            to_invoice = 0.0
            if line.state == 'posted' and not line.reversed_line_id and line._is_billed_by_order():
                net = line.quantity + sum(line.reversal_ids.mapped('quantity'))
                to_invoice = net - line.qty_invoiced
            line.qty_to_invoice = to_invoice
            if line.product_uom_id and not line.product_uom_id.is_zero(to_invoice):
                line.invoice_status = 'to_invoice'
            elif line.qty_invoiced:
                line.invoice_status = 'invoiced'
            else:
                line.invoice_status = 'no'

    #=== COMPUTES: COST ===#

    @api.depends('kind', 'product_id', 'product_uom_id', 'employee_id', 'company_id')
    def _compute_cost_unit(self):
        """Cost hours at the employee's hourly cost, the rest at the product's cost."""
        hour = self.env.ref('uom.product_uom_hour')
        for line in self:
            company = line.order_id.company_id or self.env.company
            if line.state != 'open':
                line.cost_unit = line.cost_unit
            elif line.kind == 'hour' and line.employee_id:
                # Technicians book hours without seeing what they cost.
                employee = line.employee_id.sudo()
                cost = employee.currency_id._convert(
                    employee.hourly_cost, company.currency_id, company,
                    line.date or fields.Date.context_today(line), round=False)
                uom = line.product_uom_id
                line.cost_unit = hour._compute_price(cost, uom) if (
                    uom and uom._has_common_reference(hour)) else cost
            else:
                product = line.product_id.with_company(company)
                line.cost_unit = product.uom_id._compute_price(
                    product.standard_price, line.product_uom_id,
                ) if product else line.cost_unit

    @api.depends('cost_unit', 'quantity', 'quantity_planned', 'price_subtotal', 'state',
                 'order_id.state', 'order_id.currency_rate')
    def _compute_cost(self):
        for line in self:
            company = line.order_id.company_id or self.env.company
            line.cost = company.currency_id.round(line.cost_unit * line._get_priced_quantity())
            line.margin = line.price_subtotal / (line.order_id.currency_rate or 1.0) - line.cost

    @api.depends('order_id.name', 'name')
    def _compute_display_name(self):
        for line in self:
            text = (line.name or '').split('\n')[0]
            line.display_name = f'{line.order_id.name} - {text}'

    #=== CONSTRAINTS ===#

    @api.constrains('object_id', 'order_id')
    def _check_object(self):
        for line in self.filtered('object_id'):
            obj = line.object_id
            customer = line.order_id.commercial_partner_id
            if obj.company_id != line.company_id or (
                    obj.commercial_partner_id and obj.commercial_partner_id != customer):
                raise ValidationError(self.env._(
                    "%(object)s is not an object of %(customer)s. Choose an object of the order's"
                    " customer.",
                    object=obj.display_name, customer=line.order_id.partner_id.display_name))

    @api.constrains('kind', 'product_id')
    def _check_product(self):
        for line in self:
            if line.kind == 'item' and not line.product_id:
                raise ValidationError(self.env._(
                    "An item line needs a product: choose the part that was used."))

    #=== CRUD ===#

    @api.model_create_multi
    def create(self, vals_list):
        is_own_work = any(self._get_life_fields() & set(vals) for vals in vals_list)
        if is_own_work:
            self._ensure_own_work()
        else:
            self.env['service.order'].browse(
                {vals['order_id'] for vals in vals_list if vals.get('order_id')},
            )._ensure_allowed('edit')
        if any(vals.get('billing_override') for vals in vals_list):
            self._ensure_may_override()
        return super().create(vals_list)

    def write(self, vals):
        if self._get_life_fields() & set(vals):
            self._ensure_own_work()
        else:
            self._ensure_writable(vals)
            if 'price_unit' in vals:
                vals = {**vals, 'is_price_adjusted': False, 'is_price_agreed': False}
        return super().write(vals)

    @api.model
    def _get_life_fields(self):
        """Return the fields that only the actions of a line change, in sudo."""
        return {
            'state', 'date_posted', 'is_cancelled_with_order', 'reversed_line_id', 'is_rule_line',
            'is_price_adjusted', 'is_price_agreed', 'price_rule_id',
        }

    def _ensure_own_work(self):
        if not self.env.su:
            raise AccessError(self.env._(
                "The state of a line changes by its actions only: post, cancel or reverse it."))

    def _ensure_writable(self, vals):
        """:raise UserError: if a line is posted, or its order's stage forbids editing it"""
        if set(vals) <= self._get_unlocked_fields():
            return
        if 'billing_override' in vals or 'billing_note' in vals:
            self._ensure_may_override()
        for line in self:
            if line.state == 'posted':
                raise UserError(self.env._(
                    "“%(line)s” is posted and stays as it is. Reverse it to correct it.",
                    line=line.display_name))
        locked = self.order_id.filtered(lambda order: not order.can_edit)
        if locked and not (
            set(vals) <= self.BILLING_FIELDS
            and set(locked.mapped('state')) <= {'signed_off'}
            and self._has_role('manager')
        ):
            locked._ensure_allowed('edit')
        if 'order_id' in vals:
            self.env['service.order'].browse(vals['order_id'])._ensure_allowed('edit')

    @api.model
    def _get_unlocked_fields(self):
        """Return the fields that may change at any time: none of them says what was done."""
        return {'sequence', 'invoice_line_ids', 'analytic_line_ids', 'reversal_ids'}

    def _ensure_may_override(self):
        self._ensure_role('manager', self.env._(
            "Only a service manager changes how a line is billed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        for line in self:
            if line.state == 'posted':
                raise UserError(self.env._(
                    "“%s” is posted and cannot be deleted. Reverse it instead.",
                    line.display_name))
        # What made a line takes it away, also when the order is signed off and locked.
        kept = self._get_kept_lines() if self.env.su else self.browse()
        (self - kept).order_id._ensure_allowed('edit')

    def _get_kept_lines(self):
        """Return those of these lines that something else keeps up to date: not people, but rules."""
        return self.filtered('is_rule_line')

    #=== LIFE ===#

    def action_cancel(self):
        self.order_id._ensure_allowed('edit')
        if posted := self.filtered(lambda line: line.state == 'posted')[:1]:
            raise UserError(self.env._(
                "“%s” is posted and cannot be cancelled. Reverse it instead.",
                posted.display_name))
        self._cancel()
        return True

    def action_revoke(self):
        self.order_id._ensure_allowed('edit')
        self._reopen()
        return True

    def _cancel(self):
        self.filtered(lambda line: line.state == 'open').sudo().state = 'cancelled'

    def _reopen(self):
        self.filtered(lambda line: line.state == 'cancelled').sudo().write({
            'state': 'open', 'is_cancelled_with_order': False})

    def _after_booking(self):
        """Extend for what follows when a visit's clock books these lines."""

    def action_post(self):
        """Post these lines alone; their orders follow the rules of posting an order."""
        return self.order_id._post_lines(self)

    def _post(self):
        """Book the cost and turn lines posted; planned work that did not happen is cancelled."""
        idle = self.filtered(
            lambda line: not line.product_uom_id or line.product_uom_id.is_zero(line.quantity))
        idle._cancel()
        # Only posting posts, and analytic lines belong to accounting: hence sudo.
        lines = (self - idle).sudo()
        lines.flush_recordset()  # posted lines keep what they have: it has to be computed
        today = fields.Date.context_today(self)
        undated = lines.filtered(lambda line: not line.date)
        undated.write({'state': 'posted', 'date_posted': today, 'date': today})
        (lines - undated).write({'state': 'posted', 'date_posted': today})
        self.env['account.analytic.line'].sudo().create(
            [vals for line in lines for vals in line._prepare_analytic_lines()])

    def _prepare_analytic_lines(self):
        """Return the values of the analytic lines that carry the cost of one line, in total exact."""
        self.ensure_one()
        currency = self.company_currency_id
        if not self.analytic_distribution or currency.is_zero(self.cost):
            return []
        vals_list, booked_by_plan = [], defaultdict(float)
        share_by_plan = defaultdict(float)
        Account = self.env['account.analytic.account']
        for account_ids, percent in self.analytic_distribution.items():
            accounts = Account.browse(map(int, account_ids.split(','))).exists()
            if not accounts:
                continue
            plan = accounts[0].root_plan_id
            share_by_plan[plan] += percent
            # The last part of a plan takes what rounding left over.
            amount = currency.round(
                self.cost * min(share_by_plan[plan], 100) / 100) - booked_by_plan[plan]
            booked_by_plan[plan] += amount
            vals_list.append({
                **{account.plan_id._column_name(): account.id for account in accounts},
                **self._prepare_analytic_line(),
                'amount': -amount,
                'unit_amount': self.quantity * percent / 100,
            })
        return vals_list

    def _prepare_analytic_line(self):
        """Return what all analytic lines of a line share; extend to carry more over."""
        self.ensure_one()
        return {
            'name': self.display_name,
            'date': self.date,
            'partner_id': self.order_id.partner_id.id,
            'product_id': self.product_id.id,
            'product_uom_id': self.product_uom_id.id,
            'user_id': self.employee_id.user_id.id,
            'company_id': self.company_id.id,
            'ref': self.order_id.name,
            'category': 'service_order',
            'service_order_line_id': self.id,
        }

    def action_reverse(self):
        """Correct posted lines by lines of the opposite quantity, cost and analytic lines."""
        self._ensure_role('manager', self.env._("Only a service manager reverses posted lines."))
        for line in self:
            if line.state != 'posted' or line.reversed_line_id:
                raise UserError(self.env._(
                    "“%s” is no posted line of work: there is nothing to reverse.",
                    line.display_name))
        # Reversals are made on orders that nobody may edit any more.
        self.sudo().create([line._prepare_reversal() for line in self])._post()
        return True

    def _prepare_reversal(self):
        self.ensure_one()
        return {
            **self.copy_data()[0],
            'reversed_line_id': self.id,
            'name': self.env._("Reversal: %s", self.name),
            'quantity_planned': -self.quantity_planned,
            'quantity': -self.quantity,
            'date': fields.Date.context_today(self),
            'date_start': False,
            'date_end': False,
            'price_unit': self.price_unit,
            'discount': self.discount,
            'cost_unit': self.cost_unit,
            'tax_ids': [Command.set(self.tax_ids.ids)],
            'billing_override': self.billing,
            'billing_note': self.env._("Reversal: %s", self.billing_reason or self.name),
            'employee_id': self.employee_id.id,
            'visit_id': self.visit_id.id,
        }

    def _prepare_invoice_line(self, sign=1):
        """Return the values of the invoice line of one line.

        :param int sign: -1 on a credit note, where quantities count the other way
        """
        self.ensure_one()
        return {
            'display_type': 'product',
            'product_id': self.product_id.id,
            'name': self._get_document_name(),
            'product_uom_id': self.product_uom_id.id,
            'quantity': self.qty_to_invoice * sign,
            'price_unit': self.price_unit,
            'discount': self.discount,
            'tax_ids': [Command.set(self.tax_ids.ids)],
            'analytic_distribution': self.analytic_distribution,
            'service_order_line_id': self.id,
        }
