from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools.planning import hours_between

#: Coverage of an agreement that an order keeps: {field: field of the agreement}
COVERAGE = {
    'coverage_labor': 'coverage_labor',
    'coverage_parts': 'coverage_parts',
    'coverage_travel': 'coverage_travel',
    'coverage_expense': 'coverage_expense',
    'agreement_discount': 'discount',
}


class ServiceOrder(models.Model):
    """What an agreement means for an order: its own copy of the coverage, its SLA and prices."""
    _inherit = 'service.order'

    agreement_id = fields.Many2one(
        comodel_name='service.agreement', compute='_compute_agreement_id', store=True,
        readonly=False, precompute=True, copy=False, check_company=True, index='btree_not_null',
        ondelete='restrict', tracking=True,
        domain="[('is_template', '=', False), ('state', '=', 'active'),"
               " ('commercial_partner_id', '=', commercial_partner_id)]")
    coverage_labor = fields.Float(
        string="Labor Covered (%)", digits='Discount', compute='_compute_coverage', store=True,
        precompute=True)
    coverage_parts = fields.Float(
        string="Parts Covered (%)", digits='Discount', compute='_compute_coverage', store=True,
        precompute=True)
    coverage_travel = fields.Float(
        string="Travel Covered (%)", digits='Discount', compute='_compute_coverage', store=True,
        precompute=True)
    coverage_expense = fields.Float(
        string="Expenses Covered (%)", digits='Discount', compute='_compute_coverage', store=True,
        precompute=True)
    agreement_discount = fields.Float(
        string="Agreement Discount (%)", digits='Discount', compute='_compute_coverage',
        store=True, precompute=True)

    @api.depends('partner_id', 'object_ids', 'site_id', 'company_id')
    def _compute_agreement_id(self):
        """Find the one agreement that covers a new order; keep what was chosen for the customer.

        Orders that exist keep theirs: they change only when somebody asks.
        """
        fresh = self.filtered(lambda order: not order._origin and order.partner_id)
        for order in self - fresh:
            customer = order.partner_id.commercial_partner_id
            if order.agreement_id.commercial_partner_id != customer:
                order.agreement_id = False
        # Whether something is covered is no secret of the agreements' manager.
        Agreement = self.env['service.agreement'].sudo()
        found = Agreement.search_fetch(
            Domain('commercial_partner_id', 'in', fresh.partner_id.commercial_partner_id.ids)
            & Domain('company_id', 'in', fresh.company_id.ids)
            & Domain('state', '=', 'active') & Domain('is_suspended', '=', False),
            ['commercial_partner_id', 'company_id'],
        ) if fresh else Agreement
        by_customer = found.grouped(
            lambda agreement: (agreement.company_id, agreement.commercial_partner_id))
        for order in fresh:
            key = (order.company_id, order.partner_id.commercial_partner_id)
            best = order._get_best_agreements(by_customer.get(key, Agreement))
            if order.agreement_id not in best:
                order.agreement_id = best.id if len(best) == 1 else False

    def _get_best_agreements(self, agreements):
        """Return those of some agreements that fit one order best; none of them may fit at all."""
        self.ensure_one()
        moment = self.date_order or fields.Datetime.now()
        rank_by_agreement = {
            agreement: agreement._covers(self) for agreement in agreements
            if agreement._is_in_force_at(moment)}
        best = max(rank_by_agreement.values(), default=0)
        return agreements.filtered(
            lambda agreement: best and rank_by_agreement.get(agreement) == best)

    @api.depends('agreement_id')
    def _compute_coverage(self):
        """Keep the terms of the day: later changes of the agreement reach the order on demand."""
        for order in self:
            agreement = order.agreement_id.sudo()  # as above
            for field, source in COVERAGE.items():
                order[field] = agreement[source] if agreement else 0.0

    @api.depends('agreement_id')
    def _compute_pricelist_id(self):
        super()._compute_pricelist_id()
        for order in self:
            if pricelist := order.agreement_id.sudo().pricelist_id:
                order.pricelist_id = pricelist

    @api.depends('agreement_id')
    def _compute_sla_id(self):
        super()._compute_sla_id()

    @api.model
    def _get_sla_sources(self):
        return super()._get_sla_sources() | {'agreement_id'}

    def _get_agreed_sla(self):
        agreement = self.agreement_id.sudo()
        agreed = agreement.sla_id.filtered('active') or agreement.group_id.sla_id.filtered('active')
        return agreed or super()._get_agreed_sla()

    def _get_sla_calendars(self):
        own, *others = super()._get_sla_calendars()
        return [own, self.agreement_id.sudo().calendar_id, *others]

    @api.constrains('agreement_id', 'partner_id', 'date_order')
    def _check_agreement(self):
        for order in self.filtered('agreement_id'):
            agreement = order.agreement_id.sudo()
            if agreement.commercial_partner_id != order.commercial_partner_id:
                raise ValidationError(self.env._(
                    "%(agreement)s is an agreement with %(owner)s, not with %(customer)s.",
                    agreement=agreement.name, owner=agreement.partner_id.display_name,
                    customer=order.partner_id.display_name))
            if not agreement._is_in_force_at(order.date_order):
                raise ValidationError(self.env._(
                    "%(agreement)s is not in force on %(day)s: no order can be made for it.",
                    agreement=agreement.name, day=order._get_order_day()))

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders.agreement_id._ensure_not_suspended()
        return orders

    def unlink(self):
        self.line_ids._leave_ledger()
        return super().unlink()

    def write(self, vals):
        if vals.get('agreement_id'):
            self.env['service.agreement'].browse(vals['agreement_id'])._ensure_not_suspended()
        return super().write(vals)

    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | {'agreement_id', 'sla_id'}

    def action_apply_agreement(self):
        """Bring open orders up to the terms that the agreement has now."""
        self._ensure_allowed('edit')
        for order in self.filtered('agreement_id'):
            covered = order.line_ids.filtered(lambda line: (
                line.state == 'open' and line.covered_percent
                and line.discount == line.covered_percent))
            covered.discount = 0.0  # what the old terms gave
            order._compute_coverage()
            order._compute_pricelist_id()
            order.sla_id = order._get_agreed_sla() or order.sla_id
            for line in order.line_ids.filtered(lambda line: (
                    line.state == 'open' and line.agreement_line_id)):
                source = line.agreement_line_id.sudo()
                line.write({
                    'has_agreement_price': source.is_fixed_price,
                    'agreement_price_unit': source.price_unit})
        return True

    #=== PREPAID ALLOWANCE ===#

    def _apply_price_rules(self):
        self._apply_allowance()
        return super()._apply_price_rules()

    def _apply_allowance(self):
        """Draw the work that was done from the prepaid allowance of its agreement.

        Safe to run again: what these orders have drawn is given back first. Work that goes beyond
        the balance is split, and the rest is charged.
        """
        # Booking and signing draw, whoever does it.
        unposted = self.sudo().filtered(lambda order: (
            order.state in ('open', 'signed_off') and order.agreement_id.allowance_kind))
        for agreement, orders in unposted.grouped('agreement_id').items():
            lines = orders.line_ids.filtered(lambda line: line.state == 'open')
            drawn = lines.filtered('is_prepaid')
            work = lines._get_allowance_work(agreement)
            if not work and not drawn:
                continue
            # A write makes two transactions that draw at once collide: the later one starts anew.
            agreement.allowance_drawn_on = fields.Datetime.now()
            drawn.write({'is_prepaid': False, 'prepaid_hours': 0.0, 'date_prepaid': False})
            work.sorted(lambda line: (line._get_draw_day(), line.id))._draw(agreement)


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
    has_agreement_price = fields.Boolean(copy=False, readonly=True)
    agreement_price_unit = fields.Float(
        string="Agreed Price", digits='Product Price', copy=False, readonly=True,
        help="In the agreement's currency, as it was when the order was created.")
    is_prepaid = fields.Boolean(
        string="Prepaid", copy=False, readonly=True,
        help="Drawn from the prepaid allowance of the agreement.")
    prepaid_hours = fields.Float(
        copy=False, readonly=True, digits='Product Unit')
    date_prepaid = fields.Date(copy=False, readonly=True)

    _prepaid = models.Index('(agreement_id, date_prepaid) WHERE is_prepaid IS TRUE')

    @api.model
    def _get_life_fields(self):
        return super()._get_life_fields() | {'is_prepaid', 'prepaid_hours', 'date_prepaid'}

    @api.model
    def _get_unlocked_fields(self):
        return super()._get_unlocked_fields() | {'occurrence_ids'}

    def unlink(self):
        self._leave_ledger()
        return super().unlink()

    def _leave_ledger(self):
        """Leave the visits due behind: they say that their order was deleted."""
        self.sudo().occurrence_ids.order_line_id = False

    #=== PRICE AND COVERAGE ===#

    @api.depends('has_agreement_price', 'agreement_price_unit')
    def _compute_price(self):
        super()._compute_price()

    def _apply_price_rule(self, price):
        """Take the agreed price instead of the pricelist's; rules on it go on working."""
        if self.has_agreement_price:
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
        agreement = self.order_id.agreement_id.sudo()
        if not agreement or coverage['billing'] != 'chargeable' or not self._is_coverable():
            return coverage
        if self.is_prepaid:
            return {
                'billing': 'agreement', 'covered_percent': 100.0, 'coverage_rule_id': False,
                'billing_reason': self.env._("Prepaid by %s", agreement.name)}
        percent = self._get_agreement_percent()
        if percent <= coverage['covered_percent']:
            return coverage
        return {
            'billing': 'agreement' if percent >= 100 else 'chargeable',
            'billing_reason': self.env._(
                "%(percent)g %% by %(agreement)s", percent=percent, agreement=agreement.name),
            'covered_percent': percent,
            'coverage_rule_id': False,
        }

    def _explain_base_price(self):
        if self.has_agreement_price:
            return self.env._("Price of %s", self.agreement_id.sudo().name)
        return super()._explain_base_price()

    def _get_document_reason(self):
        by_agreement = self.billing == 'agreement' or (
            self.covered_percent and not self.coverage_rule_id and self.agreement_id
            and self.covered_percent == self._get_agreement_percent())
        if by_agreement and not self.billing_override:
            return self.env._("By agreement %s", self.agreement_id.sudo().name)
        return super()._get_document_reason()

    def _is_coverable(self):
        """Tell whether an agreement may pay one line; extend for what others pay."""
        self.ensure_one()
        covered = self.order_id.agreement_id.sudo().object_ids
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

    #=== PREPAID ALLOWANCE ===#

    def _get_draw_day(self):
        self.ensure_one()
        return self.date or self.order_id._get_order_day()

    def _get_allowance_work(self, agreement):
        """Return those of these lines that an allowance may pay: work that was done.

        An allowance of visits pays the way to them, too.
        """
        work = self.filtered(lambda line: (
            line.kind == 'hour' and line.quantity > 0 and not line.billing_override
            and not line.reversed_line_id and line._is_coverable()
            and (line.is_prepaid or line.billing == 'chargeable')
            and agreement._is_in_force(line._get_draw_day())))
        if agreement.allowance_kind == 'visits':
            return work.filtered(lambda line: line.visit_id.work_start)
        return work.filtered(lambda line: not line.is_travel)

    def _draw(self, agreement):
        """Draw these lines from an allowance, in their order, as far as it goes."""
        for line in self:
            day = line._get_draw_day()
            left = agreement.allowance_quantity - agreement._get_allowance_used(day)
            if agreement.allowance_kind == 'visits':
                if left >= 1 or line.visit_id in self.filtered('is_prepaid').visit_id:
                    line._set_prepaid(day, 0.0)
                continue
            if line.product_uom_id.compare(left, 0) <= 0:
                continue
            hours = line._get_hours()
            if hours > left:
                line._split(left / hours)
                hours = left
            line._set_prepaid(day, hours)

    def _set_prepaid(self, day, hours):
        self.ensure_one()
        self.write({'is_prepaid': True, 'prepaid_hours': hours, 'date_prepaid': day})
        self.flush_recordset()  # the next line counts what this one has drawn

    def _get_hours(self):
        """Return the quantity of one line in hours."""
        self.ensure_one()
        hour = self.env.ref('uom.product_uom_hour')
        unit = self.product_uom_id
        if not unit._has_common_reference(hour):
            return self.quantity
        return unit._compute_quantity(self.quantity, hour, round=False)

    def _split(self, part):
        """Leave a part of one worked line, and make another line of the rest.

        :param float part: between 0 and 1
        :return: the new line
        """
        self.ensure_one()
        vals = {
            **self.copy_data()[0],
            'visit_id': self.visit_id.id,
            'date': self.date,
            'quantity_planned': 0.0,
            'agreement_line_id': self.agreement_line_id.id,
            'has_agreement_price': self.has_agreement_price,
            'agreement_price_unit': self.agreement_price_unit,
            'is_prepaid': False,  # also on orders that are signed off and locked
        }
        vals.pop('quantity', None)
        if self.date_start and self.date_end:
            length = hours_between(self.date_start, self.date_end)
            middle = fields.Datetime.add(self.date_start, seconds=round(length * part * 3600))
            rest = self.create({**vals, 'date_start': middle, 'date_end': self.date_end})
            self.write({'date_end': middle, 'is_prepaid': False})
        else:
            kept = self.product_uom_id.round(self.quantity * part)
            rest = self.create({**vals, 'quantity': self.quantity - kept})
            self.write({'quantity': kept, 'is_prepaid': False})
        return rest

    def _prepare_reversal(self):
        """Give back what the reversed line has drawn."""
        return {
            **super()._prepare_reversal(),
            'is_prepaid': self.is_prepaid,
            'prepaid_hours': -self.prepaid_hours,
            'date_prepaid': self.date_prepaid,
        }


class ServiceAgreement(models.Model):
    _inherit = 'service.agreement'

    def _ensure_not_suspended(self):
        """:raise UserError: if no orders may be made for an agreement"""
        for agreement in self.sudo().filtered('is_suspended'):
            raise UserError(self.env._(
                "%(agreement)s is suspended (%(reason)s): no orders are made for it. Resume it"
                " first, or make the order without it.",
                agreement=agreement.name, reason=agreement.end_reason_id.name))
