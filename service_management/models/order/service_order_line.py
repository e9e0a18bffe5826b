from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ...tools.clock import hours_between, local_day
from ..common.records import changes_any


class ServiceOrderLine(models.Model):
    _name = 'service.order.line'
    _description = "Service Order Line"
    _inherit = [
        'service.order.detail.mixin', 'service.taxed.mixin', 'service.document.mixin',
        'service.billed.mixin', 'analytic.mixin']
    _order = 'order_id, sequence, id'
    _rec_names_search = ['name', 'order_id.name']
    _check_company_auto = True

    _transitions = {
        'open': {'cancelled'},
        'posted': {'open'},
        'cancelled': {'open'},
    }

    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        related='order_id.company_id', store=True, index=True, precompute=True)
    partner_id = fields.Many2one(related='order_id.partner_id', store=True, index=True)
    currency_id = fields.Many2one(related='order_id.currency_id', store=True, precompute=True)
    company_currency_id = fields.Many2one(related='company_id.currency_id', string="Cost Currency")
    order_state = fields.Selection(
        related='order_id.state', string="Order State", store=True, precompute=True)
    is_history = fields.Boolean(related='order_id.is_history', store=True, precompute=True)
    state = fields.Selection(
        selection=[('open', "Open"), ('posted', "Posted"), ('cancelled', "Cancelled")],
        default='open', required=True, readonly=True, copy=False, index=True)
    is_cancelled_with_order = fields.Boolean(copy=False)

    # What
    kind = fields.Selection(
        selection=[('hour', "Hours"), ('item', "Item"), ('expense', "Expense"), ('fee', "Fee")],
        required=True, default='hour', index=True,
        help="What lines are of: agreements, line sets and dialogs ask for the kinds here.")
    product_id = fields.Many2one(
        comodel_name='product.product', compute='_compute_product_id', store=True, readonly=False,
        precompute=True, check_company=True, index='btree_not_null', ondelete='restrict',
        domain="[('sale_ok', '=', True), ('company_id', 'in', (False, company_id))]")
    name = fields.Text(
        string="Description", compute='_compute_name', store=True, readonly=False, precompute=True,
        required=True, index='trigram')
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
        comodel_name='hr.employee', string="Technician", check_company=True, ondelete='restrict',
        index='btree_not_null', domain="[('service_team_id', '!=', False)]", duty=True)
    date = fields.Date(
        compute='_compute_date', store=True, readonly=False, precompute=True, copy=False,
        index=True, help="Day the work was done; empty until then.")
    day = fields.Date(
        compute='_compute_day', store=True, precompute=True,
        help="Day of the work, else of the call where the company is: analyses count it on that day.")
    date_start = fields.Datetime(string="Start", copy=False)
    date_end = fields.Datetime(string="End", copy=False)

    # How much
    product_uom_id = fields.Many2one(
        comodel_name='uom.uom', string="Unit", compute='_compute_product_uom_id', store=True,
        readonly=False, precompute=True, required=True, ondelete='restrict')
    quantity_planned = fields.Float(
        string="Planned", digits='Product Unit', default=1.0)
    quantity = fields.Float(
        string="Actual", digits='Product Unit', compute='_compute_quantity', store=True,
        readonly=False, precompute=True, copy=False,
        help="What was really used; for hours it is the time between start and end.")

    # With what margins and hours are made of: a period is read from the index alone
    _by_day = models.Index(
        '(company_id, day) INCLUDE (order_state, is_history, state, margin, cost, partner_id,'
        ' employee_id, kind, billing, is_travel, quantity, quantity_planned, product_uom_id)')
    _quantity_sign = models.Constraint(
        'CHECK ((quantity >= 0 AND quantity_planned >= 0) OR reversed_line_id IS NOT NULL)',
        "A quantity cannot be negative. To correct a posted line, reverse it.")
    _discount_range = models.Constraint(
        'CHECK (discount <= 100)', "A discount cannot exceed 100 %.")
    _work_span = models.Constraint(
        'CHECK (date_end >= date_start)', "Work cannot stop before it starts. Correct the times.")
    _longest_work = models.Constraint(
        "CHECK (date_end <= date_start + interval '366 days')",
        "Work on one line lasts a year at most. Correct the times, or enter several lines.")

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

    def _get_followed_fields(self):
        return {
            **super()._get_followed_fields(), 'name': self._propose_name,
            'date': self._propose_date, 'quantity': self._propose_quantity,
            'analytic_distribution': self._propose_analytic_distribution}

    @api.depends('product_id', 'kind')
    def _compute_name(self):
        self._follow('name')

    def _propose_name(self):
        """Propose the product's description, in the language of the customer."""
        kinds = dict(self._fields['kind']._description_selection(self.env))
        found = {}
        for line in self.filtered(lambda line: line.state == 'open'):
            product = line.product_id.with_context(lang=line.order_id.partner_id.lang)
            found[line] = (
                product.get_product_multiline_description_sale() if product
                else kinds.get(line.kind))
        return found

    @api.depends('order_id.object_ids')
    def _compute_object_id(self):
        """Name the object where there is only one to name; keep the one that is named."""
        for line in self.filtered(lambda line: line.state == 'open' and not line.object_id):
            objects = line.order_id.object_ids
            line.object_id = objects if len(objects) == 1 else False

    @api.depends('date_end')
    def _compute_date(self):
        self._follow('date')

    def _propose_date(self):
        return {
            line: local_day(
                line.date_end,
                line.employee_id.tz or line.order_id.company_id._get_service_timezone())
            for line in self if line.date_end}

    @api.depends('date', 'order_id.date_order', 'order_id.company_id')
    def _compute_day(self):
        for line in self:
            order = line.order_id
            line.day = line.date or (order._get_order_day() if order else False)

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
        self._follow('quantity')

    def _propose_quantity(self):
        """Take worked time from start and end; take the plan for what nobody counts."""
        found = {}
        for line in self.filtered(lambda line: line.state == 'open'):
            if line.kind != 'hour':
                found[line] = line.quantity_planned
            elif line.date_start and line.date_end and line.date_end >= line.date_start:
                found[line] = line._get_worked_quantity()
        return found

    def _get_worked_quantity(self):
        """Return the time between start and end in the line's unit."""
        return self._get_quantity_of(hours_between(self.date_start, self.date_end))

    def _get_quantity_of(self, hours):
        """Return hours in the unit of one line, unrounded."""
        self.ensure_one()
        hour = self.env.ref('uom.product_uom_hour')
        if not self.product_uom_id or not self.product_uom_id._has_common_reference(hour):
            return hours
        return hour._compute_quantity(hours, self.product_uom_id, round=False)

    def _get_hours(self):
        """Return how many hours the quantities of these lines come to, unrounded."""
        return sum(self._get_hours_of_each().values())

    def _get_hours_of_each(self):
        """Return how many hours the quantity of each of these lines is: {line: hours, unrounded}."""
        hour = self.env.ref('uom.product_uom_hour')
        return {
            line: line.product_uom_id._compute_quantity(line.quantity, hour, round=False)
            if line.product_uom_id._has_common_reference(hour) else line.quantity
            for line in self}

    @api.depends('order_id.analytic_distribution', 'order_id.partner_id', 'product_id')
    def _compute_analytic_distribution(self):
        self._follow('analytic_distribution')

    def _propose_analytic_distribution(self):
        """Follow the order, else the distribution models of accounting."""
        Model = self.env['account.analytic.distribution.model']
        by_key, found = {}, {}
        for line in self.filtered(lambda line: line.state == 'open'):
            order = line.order_id
            if order.analytic_distribution:
                found[line] = order.analytic_distribution
                continue
            key = (order.company_id, order.partner_id, line.product_id)
            if key not in by_key:
                by_key[key] = Model._get_distribution({
                    'product_id': line.product_id.id,
                    'product_categ_id': line.product_id.categ_id.id,
                    'partner_id': order.partner_id.id,
                    'partner_category_id': order.partner_id.category_id.ids,
                    'company_id': order.company_id.id,
                })
            if by_key[key]:
                found[line] = by_key[key]
        return found

    @api.depends('order_id.name', 'name')
    def _compute_display_name(self):
        for line in self:
            text = (line.name or '').split('\n')[0]
            line.display_name = f'{line.order_id.name} - {text}'

    def _get_document_parts(self):
        return [self.name, *super()._get_document_parts()]

    @api.constrains('object_id', 'order_id')
    def _check_object(self):
        # What the order is for was looked at when it was: whoever books work answers for the rest.
        for line in self.filtered(lambda line: line.object_id - line.order_id.object_ids):
            obj = line.object_id
            line.order_id._ensure_in_use(obj)
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

    @api.model_create_multi
    def create(self, vals_list):
        """Guard what only verbs write, and orders whose stage forbids editing."""
        is_own_work = any(self._get_life_fields() & set(vals) for vals in vals_list)
        if is_own_work:
            self._ensure_by_verb()
        else:
            self.env['service.order'].browse(
                {vals['order_id'] for vals in vals_list if vals.get('order_id')},
            )._ensure_allowed('edit')
        if any(vals.get('billing_override') for vals in vals_list):
            self._ensure_may_override()
        return super().create(vals_list)

    def write(self, vals):
        """Guard what is posted, locked or written by verbs only."""
        if self._get_life_fields() & set(vals):
            self._ensure_by_verb()
        else:
            self._ensure_writable(vals)
            if bound := self._get_bound(vals):
                bound._ensure_may_price()
                bound.check_access('write')
                # The program keeps what was agreed; who gives another price was asked.
                super(ServiceOrderLine, bound.sudo()).write({**vals, **self._prepare_given_price()})
            return super(ServiceOrderLine, self - bound).write(vals)
        return super().write(vals)

    def _get_bound(self, vals):
        """Return those of these lines whose price was agreed or adjusted, and would be no more."""
        names = set(self._prepare_given_price())
        return self.filtered(lambda line: (
            any(line[name] for name in names)
            and changes_any(line, vals, {'price_unit', 'discount'})))

    @api.model
    def _get_life_fields(self):
        """Return the fields that only the verbs of a line change, in sudo; extend for more."""
        return {
            'state', 'date_posted', 'is_cancelled_with_order', 'reversed_line_id',
            'is_price_agreed', 'agreed_coverage', 'agreed_price', 'given_fields',
            'technical_price_unit', 'technical_discount', 'has_pricelist_discount', 'billing',
            'billing_reason', 'covered_percent', 'price_subtotal', 'price_total', 'qty_invoiced',
            'qty_waived', 'qty_to_invoice', 'invoice_status'}

    def _ensure_by_verb(self):
        """:raise AccessError: if it is not one of the verbs, which work in sudo, that writes"""
        if not self.env.su:
            raise AccessError(self.env._(
                "What the program keeps of a line changes by its actions only: post, cancel or reverse"
                " it, or have a service manager bill it differently."))

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
            set(vals) <= self._get_billing_fields()
            and set(locked.mapped('state')) <= {'signed_off'}
            and self._has_role('manager')
        ):
            locked._ensure_allowed('edit')
        if 'order_id' in vals:
            self.env['service.order'].browse(vals['order_id'])._ensure_allowed('edit')

    @api.model
    def _get_unlocked_fields(self):
        """Return the fields that may change at any time: none says what was done; extend for more."""
        return {'sequence', 'invoice_line_ids', 'analytic_line_ids', 'reversal_ids'}

    @api.model
    def _get_open_domain(self):
        return super()._get_open_domain() | (
            Domain('state', '=', 'open')
            & Domain('order_id', 'any', self.order_id._get_open_domain()))

    @api.model
    def _get_duty_domain(self, field):
        """Work that is planned is a duty; who did it is evidence."""
        return super()._get_duty_domain(field) & (
            Domain('state', '=', 'open') & Domain('date', '=', False)
            & Domain('order_id.state', 'in', ('draft', 'open')))

    def _filter_transferable(self, field):
        """Leave out what the stage of an order locks."""
        return super()._filter_transferable(field).filtered('order_id.can_edit')

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        for line in self:
            if line.state == 'posted':
                raise UserError(self.env._(
                    "“%s” is posted and cannot be deleted. Reverse it instead.",
                    line.display_name))
        # What made a line takes it away, also when the order is signed off and locked.
        by_hand = self - self._get_kept_lines() if self.env.su else self
        by_hand._ensure_without_work()
        by_hand.order_id._ensure_allowed('edit')

    def _ensure_without_work(self):
        """:raise UserError: if work was booked on a line: it is cancelled, and stays as a record"""
        if worked := self.filtered(lambda line: line._has_work())[:1]:
            raise UserError(self.env._(
                "Work was booked on “%s”: it cannot be deleted. Cancel it instead.",
                worked.display_name))

    def _has_work(self):
        """Tell whether something was done that one line counts; extend for what else says so.

        Nobody plans actual hours. Actual quantities of the rest follow the plan until somebody
        enters them.
        """
        self.ensure_one()
        unit = self.product_uom_id
        is_counted = not unit.is_zero(self.quantity) if unit else bool(self.quantity)
        return is_counted and (self.kind == 'hour' or self._is_given('quantity'))

    def _get_kept_lines(self):
        """Return those of these lines that something else keeps up to date, not people; extend."""
        return self.browse()

    def action_cancel(self):
        """Cancel open lines: they are not done and not billed.

        :raise UserError: if one is posted, or the stage of its order forbids editing
        """
        self.check_access('write')
        self.order_id._ensure_allowed('edit')
        if posted := self.filtered(lambda line: line.state == 'posted')[:1]:
            raise UserError(self.env._(
                "“%s” is posted and cannot be cancelled. Reverse it instead.",
                posted.display_name))
        self._cancel()
        return True

    def action_revoke(self):
        """Take the cancellation of lines back.

        :raise UserError: if the stage of an order forbids editing
        """
        self.check_access('write')
        self.order_id._ensure_allowed('edit')
        self._reopen()
        return True

    def _cancel(self):
        """Cancel those of these lines that are open, and return them."""
        return self.filtered(lambda line: line.state == 'open')._set_state('cancelled')

    def _reopen(self):
        """Open those of these lines again that are cancelled, and return them."""
        return self.filtered(lambda line: line.state == 'cancelled')._set_state(
            'open', is_cancelled_with_order=False)
