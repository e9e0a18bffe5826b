from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import float_round, format_date

from ...tools.pricing import net_amount
from ..common.records import changes_any


class ServiceSubscriptionLine(models.Model):
    _name = 'service.subscription.line'
    _description = "Service Subscription Line"
    _date_years = 100
    _inherit = ['service.dated.mixin', 'service.taxed.mixin', 'analytic.mixin']
    _order = 'subscription_id, sequence, date_start, id'
    _check_company_auto = True

    #: What fees were made with: changed from a day on only.
    _terms = ('quantity', 'base_price', 'index', 'discount')

    subscription_id = fields.Many2one(
        comodel_name='service.subscription', required=True, ondelete='cascade', index=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        related='subscription_id.company_id', store=True, index=True, precompute=True)
    currency_id = fields.Many2one(
        related='subscription_id.currency_id', store=True, precompute=True)
    commercial_partner_id = fields.Many2one(related='subscription_id.commercial_partner_id')
    product_id = fields.Many2one(
        comodel_name='product.product', required=True, check_company=True, index=True,
        ondelete='restrict',
        domain="[('sale_ok', '=', True), ('company_id', 'in', (False, company_id))]")
    name = fields.Text(
        string="Description", compute='_compute_name', store=True, readonly=False, precompute=True,
        required=True)
    object_id = fields.Many2one(
        comodel_name='service.object', check_company=True, ondelete='restrict',
        index='btree_not_null',
        domain="[('company_id', '=', company_id),"
               " ('commercial_partner_id', 'in', (commercial_partner_id, False))]")
    product_uom_id = fields.Many2one(
        comodel_name='uom.uom', string="Unit", compute='_compute_product_uom_id', store=True,
        readonly=False, precompute=True, required=True, ondelete='restrict')

    # Terms
    quantity = fields.Float(digits='Product Unit', default=1.0, required=True)
    base_price = fields.Float(
        min_display_digits='Product Price', compute='_compute_base_price', store=True,
        readonly=False, precompute=True, required=True,
        help="Price of a whole period, before the index.")
    index = fields.Float(
        string="Index (%)", default=100.0, required=True, digits=(16, 6),
        help="Percent of the base price that is billed.")
    price_unit = fields.Float(
        string="Price", min_display_digits='Product Price', compute='_compute_price_unit',
        store=True, precompute=True)
    discount = fields.Float(string="Discount (%)", digits='Discount')
    amount_period = fields.Monetary(
        string="Each Period", compute='_compute_amount_period', store=True, precompute=True)

    # When
    date_start = fields.Date(
        string="From", help="First day of the line. Empty: the subscription's.")
    date_end = fields.Date(string="To", help="Last day of the line. Empty: the subscription's.")
    date_billed_to = fields.Date(
        string="Fees Until", readonly=True, copy=False,
        help="The last day that fees were created for, whatever became of them since.")
    predecessor_id = fields.Many2one(
        comodel_name='service.subscription.line', string="Changed From", readonly=True, copy=False,
        index='btree_not_null', ondelete='restrict')
    successor_ids = fields.One2many(
        comodel_name='service.subscription.line', inverse_name='predecessor_id', readonly=True)
    is_replaced = fields.Boolean(
        readonly=True, copy=False, help="Changed from its first day on: it serves on no day.")
    fee_ids = fields.One2many(
        comodel_name='service.subscription.fee', inverse_name='line_id', string="Fees")
    sale_line_id = fields.Many2one(
        comodel_name='sale.order.line', copy=False, readonly=True, index='btree_not_null',
        ondelete='set null')

    _dates = models.Constraint(
        'CHECK (date_end >= date_start)', "A line cannot end before it begins.")
    _quantity = models.Constraint('CHECK (quantity >= 0)', "A quantity cannot be negative.")
    _base_price = models.Constraint('CHECK (base_price >= 0)', "A base price cannot be negative.")
    _index = models.Constraint('CHECK (index >= 0)', "An index cannot be negative.")
    _discount = models.Constraint(
        'CHECK (discount BETWEEN 0 AND 100)', "A discount goes from 0 to 100 percent.")

    def _get_followed_fields(self):
        return {
            **super()._get_followed_fields(), 'base_price': self._propose_base_price,
            'name': self._propose_name,
            'analytic_distribution': self._propose_analytic_distribution}

    @api.depends('product_id')
    def _compute_name(self):
        self._follow('name')

    def _propose_name(self):
        return {
            line: line.product_id.with_context(
                lang=line.subscription_id.partner_id.lang).get_product_multiline_description_sale()
            for line in self if line.product_id}

    @api.depends('product_id')
    def _compute_product_uom_id(self):
        for line in self:
            line.product_uom_id = line.product_id.uom_id

    def _get_taxed_document(self):
        return self.subscription_id

    def _get_fiscal_position(self):
        return self.subscription_id.fiscal_position_id

    @api.depends('subscription_id.fiscal_position_id')
    def _compute_tax_ids(self):
        super()._compute_tax_ids()

    @api.depends('product_id', 'subscription_id.plan_id', 'subscription_id.pricelist_id')
    def _compute_base_price(self):
        self._follow('base_price')

    def _propose_base_price(self):
        """Look up what new lines cost; what was billed already keeps its price."""
        lines = self.filtered(lambda line: line.product_id and not line._origin.date_billed_to)
        prices = self.env['service.subscription.price']._get_prices(lines)
        return {
            line: prices[line] if line in prices else line._get_pricelist_price()
            for line in lines}

    def _get_pricelist_price(self):
        self.ensure_one()
        subscription = self.subscription_id
        if subscription.pricelist_id:
            return subscription.pricelist_id._get_product_price(
                self.product_id, self.quantity or 1.0, currency=subscription.currency_id,
                uom=self.product_uom_id, date=self.date_start or subscription.date_start)
        product = self.product_id.with_company(self.company_id)
        return product.currency_id._convert(
            product.lst_price, subscription.currency_id or product.currency_id, self.company_id,
            subscription.date_start or self.company_id._get_service_today())

    @api.depends('base_price', 'index', 'currency_id')
    def _compute_price_unit(self):
        for line in self:
            line.price_unit = line._round_price(line.base_price * line.index / 100)

    def _round_price(self, price):
        """Round a unit price to the digits of prices, or of the currency where it has more."""
        self.ensure_one()
        digits = self.env['decimal.precision'].precision_get('Product Price')
        return float_round(
            price, precision_digits=max(digits, self.currency_id.decimal_places or 0))

    def _scale_price(self, factor):
        """Return the base price of one line times a factor, rounded as prices are."""
        self.ensure_one()
        return self._round_price(self.base_price * factor)

    @api.depends('price_unit', 'quantity', 'discount', 'currency_id')
    def _compute_amount_period(self):
        for line in self:
            amount = net_amount(line.price_unit, line.discount, line.quantity)
            line.amount_period = line.currency_id.round(amount) if line.currency_id else amount

    @api.depends('product_id', 'subscription_id.analytic_distribution')
    def _compute_analytic_distribution(self):
        self._follow('analytic_distribution')

    def _propose_analytic_distribution(self):
        """Follow the subscription, else the distribution models of accounting."""
        Model = self.env['account.analytic.distribution.model']
        found = {}
        for line in self:
            subscription = line.subscription_id
            distribution = subscription.analytic_distribution or Model._get_distribution({
                'product_id': line.product_id.id,
                'product_categ_id': line.product_id.categ_id.id,
                'partner_id': subscription.partner_id.id,
                'partner_category_id': subscription.partner_id.category_id.ids,
                'company_id': line.company_id.id,
            })
            if distribution:
                found[line] = distribution
        return found

    @api.depends('name', 'object_id')
    def _compute_display_name(self):
        for line in self:
            text = (line.name or '').split('\n')[0]
            line.display_name = (
                f'{text} ({line.object_id.display_name})' if line.object_id else text)

    @api.model
    def _get_open_domain(self):
        return super()._get_open_domain() | Domain(
            'subscription_id', 'any', self.subscription_id._get_open_domain())

    @api.constrains('object_id')
    def _check_object(self):
        for subscription in self.subscription_id:
            subscription._check_belongs_to_customer()

    @api.model_create_multi
    def create(self, vals_list):
        """Let what is added later begin when it is added.

        :raise UserError: if the subscription is closed
        """
        lines = super().create(vals_list)
        for line in lines:
            if line.subscription_id.state == 'active' and not line.date_start:
                # What is added later was not served before.
                line.date_start = max(
                    line.company_id._get_service_today(), line.subscription_id.date_start)
            if line.subscription_id.state == 'closed':
                raise UserError(self.env._(
                    "%s is closed: nothing is added to it.", line.subscription_id.name))
        lines._check_served()
        return lines

    @api.constrains('date_start', 'date_end')
    def _check_served(self):
        """Refuse lines that would never be billed; drafts are looked at when they begin."""
        for line in self:
            if line.subscription_id.state == 'active' and line._is_never_served():
                raise ValidationError(line._get_never_served_message())

    def _is_never_served(self):
        """Tell whether one line ends before it begins, by its own dates or the subscription's."""
        self.ensure_one()
        start, end = self._get_life()
        return not self.is_replaced and bool(start and end and end < start)

    def _get_never_served_message(self):
        self.ensure_one()
        start, end = self._get_life()
        return self.env._(
            "“%(line)s” would begin on %(start)s and end on %(end)s: it would never be billed."
            " Correct its dates, or the end of %(subscription)s.",
            line=self.display_name, start=format_date(self.env, start),
            end=format_date(self.env, end), subscription=self.subscription_id.name)

    @api.model
    def _get_frozen_fields(self):
        """Return the fields that stay once there are fees: they change from a day on; extend."""
        return {*self._terms, 'product_id', 'date_start', 'date_end', 'subscription_id'}

    def write(self, vals):
        """Guard what fees that were made depend on."""
        frozen = self._get_frozen_fields()
        for line in self.filtered('date_billed_to') if not self.env.su else ():
            if changes_any(line, vals, frozen):
                raise UserError(self.env._(
                    "Fees were created for “%s” already: what was billed stays. Use “Change” to say"
                    " from which day on it is different.", line.display_name))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        for line in self:
            if line.date_billed_to:
                raise UserError(self.env._(
                    "Fees were created for “%s” already. End it with “Change”, at quantity 0.",
                    line.display_name))

    def _get_life(self):
        """Return the first and the last day of one line; the last may be False."""
        self.ensure_one()
        subscription = self.subscription_id
        start = max(filter(None, (self.date_start, subscription.date_start)), default=False)
        end = min(filter(None, (self.date_end, subscription._get_last_day())), default=False)
        if self.is_replaced:
            end = start - relativedelta(days=1)
        return start, end

    def _filter_free(self):
        """Return the lines that cost nothing though no discount says so."""
        return self.filtered(
            lambda line: line.quantity and not line.price_unit and line.discount < 100)

    def _is_served(self, day):
        """Tell whether one line's customer gets service on a day."""
        start, end = self._get_life()
        return bool(start and start <= day and (not end or day <= end))

    def _change_terms(self, day, **terms):
        """Let other terms hold for one line from a day on; what was billed stays as it is.

        The line ends and another one follows it. Days that were billed at the former terms already
        are credited, and billed anew with the next run.

        :param terms: some of quantity, base_price, index, discount
        :return: the line that holds from the day on
        :raise UserError: if the line does not serve on the day
        """
        self.ensure_one()
        start, end = self._get_life()
        if day < start or (end and day > end):
            raise UserError(self.env._(
                "“%(line)s” is not served on %(day)s. Choose a day of its own.",
                line=self.display_name, day=format_date(self.env, day)))
        if self.successor_ids:
            raise UserError(self.env._(
                "“%s” was changed already. Change the line that follows it.", self.display_name))
        if day == start and not self.date_billed_to:
            self.write(terms)
            return self
        line = self.sudo()  # dates of billed lines move in changes only
        successor = line.copy({
            'subscription_id': self.subscription_id.id, 'predecessor_id': self.id,
            'date_start': day, 'date_end': self.date_end, **self._copy_given(terms),
            **{name: self[name] for name in self._terms}, **terms})
        before = day - relativedelta(days=1)
        line.write({'date_end': max(before, start), 'is_replaced': before < start})
        line._credit_beyond({line: before})
        return successor.sudo(self.env.su)  # whoever asked sees no more of it than before

    def _copy_given(self, terms):
        """Return what one line and the one that follows it have in common, and who gave it."""
        self.ensure_one()
        given = {name: self._prepare_mark() for name in self._get_followed_fields() if name in terms}
        return {
            'tax_ids': [Command.set(self.tax_ids.ids)],
            'given_fields': {**(self.given_fields or {}), **given}}

    def _copy_changes_to(self, copies):
        """Let copies follow each other as these lines do; copies are in the same order."""
        by_line = dict(zip(self, copies, strict=True))
        for line, copied in by_line.items():
            former = line.predecessor_id
            while former.is_replaced:
                former = former.predecessor_id
            # What follows what is nobody's to write.
            copied.sudo().predecessor_id = by_line.get(former, False)

    def action_change(self):
        """Ask from which day on the line is different."""
        self.ensure_one()
        return self.subscription_id._ask(
            'service.subscription.change', self.env._("Change From a Day On"),
            default_line_id=self.id)
