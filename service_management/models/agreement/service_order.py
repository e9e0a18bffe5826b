from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

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
        Agreement = self.env['service.agreement'].sudo().with_context(active_test=True)
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

    def _get_agreement_sudo(self):
        """Return the agreement of these orders, in sudo.

        Whoever works on an order, or has sold it, needs what was agreed without access to agreements.
        """
        return self.agreement_id.sudo()

    @api.depends('agreement_id')
    def _compute_coverage(self):
        """Keep the terms of the day: later changes of the agreement reach the order on demand."""
        for order in self:
            agreement = order._get_agreement_sudo()
            for field, source in COVERAGE.items():
                order[field] = agreement[source] if agreement else 0.0

    @api.depends('agreement_id')
    def _compute_pricelist_id(self):
        super()._compute_pricelist_id()
        for order in self.filtered(lambda order: not order._is_agreed()):
            if pricelist := order._get_agreement_sudo().pricelist_id:
                order.pricelist_id = pricelist

    @api.depends('agreement_id')
    def _compute_limit(self):
        super()._compute_limit()

    @api.depends('agreement_id')
    def _compute_sla_id(self):
        super()._compute_sla_id()

    @api.model
    def _get_sla_sources(self):
        return super()._get_sla_sources() | {'agreement_id'}

    def _is_call(self):
        return super()._is_call() and self.channel != 'agreement'

    def _get_agreed_sla(self):
        agreement = self._get_agreement_sudo()
        agreed = agreement.sla_id.filtered('active') or agreement.group_id.sla_id.filtered('active')
        return agreed or super()._get_agreed_sla()

    def _get_sla_calendars(self):
        own, *others = super()._get_sla_calendars()
        return [own, self._get_agreement_sudo().calendar_id, *others]

    @api.constrains('agreement_id', 'partner_id', 'date_order')
    def _check_agreement(self):
        for order in self.filtered('agreement_id'):
            agreement = order._get_agreement_sudo()
            if agreement.commercial_partner_id != order.commercial_partner_id:
                raise ValidationError(self.env._(
                    "%(agreement)s is an agreement with %(owner)s, not with %(customer)s.",
                    agreement=agreement.name, owner=agreement.partner_id.display_name,
                    customer=order.partner_id.display_name))
            if not agreement._is_in_force_at(order.date_order):
                raise ValidationError(self.env._(
                    "%(agreement)s is not in force on %(day)s: no order can be made for it.",
                    agreement=agreement.name, day=format_date(self.env, order._get_order_day())))

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse orders for agreements that are suspended."""
        orders = super().create(vals_list)
        orders.agreement_id._ensure_not_suspended()
        return orders

    def unlink(self):
        """Leave what was due in the ledger behind."""
        self.line_ids._leave_ledger()
        return super().unlink()

    def write(self, vals):
        """Refuse agreements that are suspended, and leave those that are taken off."""
        if vals.get('agreement_id'):
            self.env['service.agreement'].browse(vals['agreement_id'])._ensure_not_suspended()
        if 'agreement_id' not in vals:
            return super().write(vals)
        leaving = self.filtered(lambda order: (
            order.agreement_id and order.agreement_id.id != vals['agreement_id']))
        result = super().write(vals)
        leaving._leave_agreement()
        return result

    def _ensure_may_change_customer(self, vals):
        """Let nobody take over what was agreed with somebody else."""
        super()._ensure_may_change_customer(vals)
        if self.agreement_id and 'agreement_id' not in vals:
            agreement = self._get_agreement_sudo()
            raise UserError(self.env._(
                "%(order)s is an order of %(agreement)s with %(customer)s. Take the agreement off"
                " first: then the lines are priced anew, and the visits due are free again.",
                order=self.name, agreement=agreement.name,
                customer=agreement.partner_id.display_name))

    def _leave_agreement(self):
        """Price what an agreement was taken off anew, and let its visits due be created again."""
        # What the agreement has left behind is taken back by the program, whoever takes it off.
        lines = self.sudo().line_ids.filtered(lambda line: line.state != 'posted')
        lines.occurrence_ids.unlink()
        lines.filtered(lambda line: line.agreement_line_id or line.is_prepaid).write({
            'agreement_line_id': False, 'has_agreement_price': False, 'agreement_price_unit': 0.0,
            'is_prepaid': False, 'prepaid_hours': 0.0, 'date_prepaid': False})
        self._on_repriced()

    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | {'agreement_id', 'sla_id'}

    def action_apply_agreement(self):
        """Bring open orders up to the terms that the agreement has now."""
        self._ensure_allowed('edit')
        for order in self.filtered('agreement_id'):
            order.sudo()._compute_coverage()  # as agreed, and nobody's to enter
            order._compute_pricelist_id()
            order.sla_id = order._get_agreed_sla() or order.sla_id
            for line in order.line_ids.filtered(lambda line: (
                    line.state == 'open' and line.agreement_line_id and not line.is_price_agreed)):
                # As in _get_agreement_sudo: what was agreed is needed without access to it.
                source = line.agreement_line_id.sudo()
                line.sudo().write({  # agreed prices reach lines by this only
                    'has_agreement_price': source.is_fixed_price,
                    'agreement_price_unit': source.price_unit})
        return True
