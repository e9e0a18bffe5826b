from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from .record_action import changes_any, open_records

#: What the periods that were billed already depend on.
FROZEN_FIELDS = {'plan_id', 'date_start', 'pricelist_id', 'partner_id', 'company_id'}


class ServiceSubscription(models.Model):
    _name = 'service.subscription'
    _description = "Service Subscription"
    _inherit = [
        'service.document.mixin', 'mail.thread', 'mail.activity.mixin', 'portal.mixin',
        'analytic.mixin']
    _order = 'name desc, id desc'
    _rec_names_search = ['name', 'title', 'client_order_ref', 'partner_id.name']
    _check_company_auto = True

    # Identity
    name = fields.Char(string="Number", readonly=True, copy=False, default="New", index='trigram')
    title = fields.Char(string="Subject", required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company,
        index=True)
    state = fields.Selection(
        selection=[('draft', "Draft"), ('active', "Active"), ('closed', "Closed")],
        default='draft', required=True, readonly=True, copy=False, index=True, tracking=True,
        group_expand=True)
    tag_ids = fields.Many2many(comodel_name='service.tag', string="Tags")
    user_id = fields.Many2one(
        comodel_name='res.users', string="Responsible", check_company=True, tracking=True,
        default=lambda self: self.env.user, index=True, domain="[('share', '=', False)]")
    note_external = fields.Html(string="Customer Notes", help="Shown to the customer.")

    # Customer
    partner_id = fields.Many2one(
        comodel_name='res.partner', string="Customer", required=True, check_company=True,
        index=True, tracking=True, ondelete='restrict')
    commercial_partner_id = fields.Many2one(
        related='partner_id.commercial_partner_id', store=True, index=True, precompute=True)
    partner_invoice_id = fields.Many2one(
        comodel_name='res.partner', string="Invoice Address",
        compute='_compute_partner_invoice_id', store=True, readonly=False, precompute=True,
        check_company=True, ondelete='restrict',
        domain="[('commercial_partner_id', '=', commercial_partner_id)]")
    client_order_ref = fields.Char(string="Customer Reference", copy=False)
    agreement_id = fields.Many2one(
        comodel_name='service.agreement', check_company=True, index='btree_not_null',
        ondelete='restrict', tracking=True,
        domain="[('company_id', '=', company_id), ('is_template', '=', False),"
               " ('commercial_partner_id', '=', commercial_partner_id)]",
        help="The agreement that the subscription pays for.")
    sale_order_id = fields.Many2one(
        comodel_name='sale.order', string="Sold By", copy=False, readonly=True,
        check_company=True, index='btree_not_null', ondelete='restrict')

    # Terms
    plan_id = fields.Many2one(
        comodel_name='service.subscription.plan', required=True, check_company=True, index=True,
        ondelete='restrict', tracking=True)
    date_start = fields.Date(
        string="From", required=True, default=fields.Date.context_today, tracking=True)
    date_end = fields.Date(
        string="To", tracking=True, help="Last day. Empty: until somebody closes it.")
    pricelist_id = fields.Many2one(
        comodel_name='product.pricelist', compute='_compute_pricelist_id', store=True,
        readonly=False, precompute=True, check_company=True, index='btree_not_null',
        domain="[('company_id', 'in', (False, company_id))]",
        help="Decides on the currency, and on base prices where no subscription price fits.")
    currency_id = fields.Many2one(
        comodel_name='res.currency', compute='_compute_currency_id', store=True, precompute=True,
        ondelete='restrict')
    payment_term_id = fields.Many2one(
        comodel_name='account.payment.term', compute='_compute_payment_term_id', store=True,
        readonly=False, precompute=True, check_company=True)
    fiscal_position_id = fields.Many2one(
        comodel_name='account.fiscal.position', compute='_compute_fiscal_position_id', store=True,
        readonly=False, precompute=True, check_company=True)
    line_ids = fields.One2many(
        comodel_name='service.subscription.line', inverse_name='subscription_id', string="Lines",
        copy=True)

    # Close
    date_closed = fields.Date(string="Closed After", readonly=True, copy=False, tracking=True)
    close_reason_id = fields.Many2one(
        comodel_name='service.reason', string="Reason", readonly=True, copy=False,
        ondelete='restrict', tracking=True)
    close_note = fields.Char(string="Note", readonly=True, copy=False)

    # Billing
    date_next_bill = fields.Date(
        string="Next Billing", compute='_compute_date_next_bill', store=True, copy=False)
    billing_error = fields.Text(string="What Failed", copy=False, readonly=True)
    fee_ids = fields.One2many(
        comodel_name='service.subscription.fee', inverse_name='subscription_id', string="Fees")
    has_fees = fields.Boolean(compute='_compute_has_fees')
    fee_count = fields.Integer(compute='_compute_fee_counts')
    open_fee_count = fields.Integer(compute='_compute_fee_counts')
    invoice_count = fields.Integer(compute='_compute_fee_counts')
    amount_period = fields.Monetary(
        string="Each Period", compute='_compute_amounts',
        help="What a whole period costs today, before taxes that come on top.")
    amount_monthly = fields.Monetary(
        string="Each Month", compute='_compute_amounts', help="The same, on average per month.")
    schedule_preview = fields.Char(
        string="Next Periods", compute='_compute_schedule_preview',
        help="The first periods that are billed next.")
    is_ending = fields.Boolean(
        string="Ending Soon", compute='_compute_is_ending', search='_search_is_ending')

    _unique_number = models.UniqueIndex(
        "(company_id, name) WHERE name <> 'New'", "Another subscription has this number already.")
    _dates = models.Constraint(
        'CHECK (date_end >= date_start)', "A subscription cannot end before it begins.")
    _to_bill = models.Index("(date_next_bill) WHERE date_next_bill IS NOT NULL")

    #=== COMPUTES ===#

    @api.depends('partner_id')
    def _compute_partner_invoice_id(self):
        for subscription in self:
            partner = subscription.partner_id
            subscription.partner_invoice_id = (
                bool(partner) and partner.address_get(['invoice'])['invoice'])

    @api.depends('partner_id', 'company_id')
    def _compute_pricelist_id(self):
        for subscription in self:
            partner = subscription.partner_id.with_company(subscription.company_id)
            subscription.pricelist_id = partner.property_product_pricelist

    @api.depends('partner_id', 'company_id')
    def _compute_payment_term_id(self):
        for subscription in self:
            partner = subscription.partner_id.with_company(subscription.company_id)
            subscription.payment_term_id = partner.property_payment_term_id

    @api.depends('partner_id', 'partner_invoice_id', 'company_id')
    def _compute_fiscal_position_id(self):
        for subscription in self:
            Position = self.env['account.fiscal.position'].with_company(subscription.company_id)
            partner = subscription.partner_invoice_id or subscription.partner_id
            subscription.fiscal_position_id = bool(partner) and Position._get_fiscal_position(
                partner, subscription.partner_id)

    @api.depends('pricelist_id', 'company_id')
    def _compute_currency_id(self):
        for subscription in self:
            subscription.currency_id = (
                subscription.pricelist_id.currency_id or subscription.company_id.currency_id)

    @api.depends('state', 'date_start', 'date_end', 'date_closed', 'plan_id.timing',
                 'line_ids.date_start', 'line_ids.date_end', 'line_ids.date_billed_to',
                 'line_ids.quantity', 'line_ids.is_replaced')
    def _compute_date_next_bill(self):
        """Find the first day on which something of a subscription falls due."""
        for subscription in self:
            subscription.date_next_bill = subscription.state != 'draft' and min(
                filter(None, (line._get_next_due() for line in subscription.line_ids)),
                default=False)

    @api.depends('line_ids.date_billed_to')
    def _compute_has_fees(self):
        for subscription in self:
            subscription.has_fees = any(subscription.line_ids.mapped('date_billed_to'))

    def _compute_fee_counts(self):
        Fee = self.env['service.subscription.fee']
        domain = [('subscription_id', 'in', self.ids)]
        groups = {
            subscription: (count, moves)
            for subscription, count, moves in Fee._read_group(
                domain, ['subscription_id'], ['__count', 'move_id:count_distinct'])}
        unbilled = dict(Fee._read_group(
            [*domain, ('state', '=', 'open')], ['subscription_id'], ['__count']))
        for subscription in self:
            counts = groups.get(subscription._origin, (0, 0))
            subscription.fee_count, subscription.invoice_count = counts
            subscription.open_fee_count = unbilled.get(subscription._origin, 0)

    @api.depends('line_ids.amount_period', 'line_ids.date_start', 'line_ids.date_end', 'state',
                 'plan_id', 'date_start', 'date_end', 'date_closed')
    def _compute_amounts(self):
        today = fields.Date.context_today(self)
        for subscription in self:
            day = max(today, subscription.date_start or today)
            amount = sum(
                line.amount_period for line in subscription.line_ids if line._is_served(day))
            months = subscription.plan_id._get_months() if subscription.plan_id else 1
            subscription.amount_period = amount
            subscription.amount_monthly = amount / months

    @api.depends('state', 'plan_id', 'date_start', 'date_end', 'date_closed',
                 'line_ids.date_start', 'line_ids.date_end', 'line_ids.date_billed_to')
    def _compute_schedule_preview(self):
        for subscription in self:
            spans = sorted({span for line in subscription.line_ids
                            for span in line._get_next_spans(3)})
            subscription.schedule_preview = ' · '.join(
                self.env['service.subscription.fee']._format_span(span) for span in spans[:3])

    @api.depends('state', 'date_end')
    def _compute_is_ending(self):
        ending = self.filtered_domain(self._get_ending_domain())
        for subscription in self:
            subscription.is_ending = subscription in ending

    def _search_is_ending(self, operator, value):
        if operator != 'in':
            return NotImplemented
        domain = self._get_ending_domain()
        return Domain.OR(domain if answer else ~domain for answer in value)

    @api.model
    def _get_ending_domain(self):
        soon = fields.Date.context_today(self) + relativedelta(days=60)
        return Domain('state', '=', 'active') & Domain('date_end', '<=', soon)

    @api.depends('title')
    def _compute_display_name(self):
        for subscription in self:
            subscription.display_name = f'{subscription.name} {subscription.title or ""}'.strip()

    def _compute_access_url(self):
        super()._compute_access_url()
        for subscription in self:
            subscription.access_url = f'/my/service_subscriptions/{subscription.id}'

    def _get_report_base_filename(self):
        """Return the name of the file that customers download; asked by the portal's controller."""
        self.ensure_one()
        return self.name

    #=== CONSTRAINTS ===#

    @api.constrains('partner_id', 'agreement_id', 'partner_invoice_id')
    def _check_belongs_to_customer(self):
        for subscription in self:
            customer = subscription.commercial_partner_id
            subscription.partner_id._ensure_owns(
                subscription.partner_invoice_id, subscription.line_ids.object_id)
            agreement = subscription.agreement_id
            if agreement and agreement.commercial_partner_id != customer:
                raise ValidationError(self.env._(
                    "%(agreement)s is an agreement with %(other)s, not with %(customer)s. Choose"
                    " another one.", agreement=agreement.name, customer=customer.display_name,
                    other=agreement.commercial_partner_id.display_name))

    #=== CRUD ===#

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            self.env['res.company']._number_documents('service.subscription', vals_list))

    def write(self, vals):
        if {'state', 'date_closed'} & set(vals) and not self.env.su:
            raise AccessError(self.env._(
                "A subscription begins and ends by its actions only: activate or close it."))
        for subscription in self:
            if changes_any(subscription, vals, FROZEN_FIELDS) and subscription.has_fees:
                raise UserError(self.env._(
                    "%s has fees already: its customer, plan, currency and first day stay. Close it"
                    " and make a new one instead.", subscription.name))
            day = fields.Date.to_date(vals.get('date_end'))
            if day and any(line.date_billed_to and line.date_billed_to > day
                           for line in subscription.line_ids):
                raise UserError(self.env._(
                    "%(subscription)s has fees for days after %(day)s. Close it instead: that"
                    " credits them.", subscription=subscription.name, day=day))
            if vals.get('active') is False and subscription.state == 'active':
                raise UserError(self.env._(
                    "%s is active: nobody would bill it from the archive. Close it first.",
                    subscription.name))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        for subscription in self:
            if subscription.state != 'draft' or subscription.has_fees:
                raise UserError(self.env._(
                    "%s has begun and is kept. Close it instead.", subscription.name))

    #=== LIFE ===#

    def _ensure_may_manage(self):
        """:raise AccessError: if the user is no service manager, or not one of the company"""
        self._ensure_role('manager', self.env._(
            "Only a service manager makes and ends subscriptions."))
        self.check_access('write')

    def action_activate(self):
        """Let drafts begin: they are billed from their first day on."""
        self._ensure_may_manage()
        for subscription in self:
            if error := subscription._get_activation_error():
                raise UserError(error)
        self.sudo().state = 'active'  # only the actions move subscriptions
        return True

    def _get_activation_error(self):
        """Return why one subscription cannot begin, or None; extend to ask for more."""
        self.ensure_one()
        if self.state != 'draft':
            return self.env._("%s has begun already.", self.name)
        if not self.line_ids:
            return self.env._("%s has no lines: add what the customer pays for.", self.name)
        if self.plan_id.is_deferred:
            journal, account = self.plan_id._get_accrual_accounts(self.company_id)
            if not journal or not account:
                return self.env._(
                    "“%(plan)s” defers revenue. Choose its account of deferred revenue, and a"
                    " journal, for %(company)s first.",
                    plan=self.plan_id.name, company=self.company_id.name)
        return None

    def _get_last_day(self):
        """Return the last day of one subscription, or False."""
        self.ensure_one()
        return min(filter(None, (self.date_end, self.date_closed)), default=False)

    def action_close(self):
        self._ensure_may_manage()
        return self._open_dialog('service.subscription.close', self.env._("Close"))

    def _open_dialog(self, model, name, **context):
        return {
            'type': 'ir.actions.act_window',
            'name': name,
            'res_model': model,
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_subscription_ids': self.ids, **context},
        }

    def _close(self, day, reason, note=False):
        """End active subscriptions after a day, and credit what was billed beyond it.

        :raise UserError: if one is not active, or the day lies before its first
        """
        self._ensure_may_manage()
        for subscription in self:
            if subscription.state != 'active':
                raise UserError(self.env._(
                    "%s is not active: there is nothing to close.", subscription.name))
            if day < subscription.date_start - relativedelta(days=1):
                raise UserError(self.env._(
                    "%(subscription)s begins on %(start)s and cannot end before. The day before"
                    " it is the earliest.",
                    subscription=subscription.name, start=subscription.date_start))
        # Only the actions move subscriptions.
        self.sudo().write({
            'state': 'closed', 'date_closed': day, 'close_reason_id': reason.id,
            'close_note': note, 'billing_error': False})
        self.activity_unlink(['service_management.mail_activity_type_billing'])
        self.line_ids._credit_beyond(day, fields.Date.context_today(self), is_end=True)

    def action_renew(self):
        self._ensure_may_manage()
        return self._open_dialog('service.subscription.renew', self.env._("Renew"))

    def _renew(self, date_end, percent=0.0):
        """Let active subscriptions go on until a day, from their former end at changed prices.

        :param float percent: change of the base prices
        """
        self._ensure_may_manage()
        for subscription in self:
            if subscription.state != 'active' or not subscription.date_end:
                raise UserError(self.env._(
                    "%s has no end to move, or is not active.", subscription.name))
            if date_end and date_end <= subscription.date_end:
                raise UserError(self.env._(
                    "%(subscription)s lasts until %(end)s already. Choose a later day.",
                    subscription=subscription.name, end=subscription.date_end))
            following = subscription.date_end + relativedelta(days=1)
            lines = subscription.line_ids.filtered(
                lambda line: line._is_served(subscription.date_end))  # noqa: B023 read at once
            subscription.date_end = date_end
            if percent:
                for line in lines:
                    line._change_terms(
                        following, base_price=line._scale_price(1 + percent / 100))
            subscription._message_log(body=self.env._(
                "Renewed until %s.", date_end or self.env._("closed")))

    #=== MORE ACTIONS ===#

    def action_index(self):
        return self.env['service.subscription.indexation']._open_new(subscriptions=self)

    def action_create_fees(self):
        self._ensure_may_manage()
        return self._open_dialog('service.subscription.fee.create', self.env._("Create Fees"))

    def action_bill(self):
        return self._open_bill_dialog(self)

    @api.model
    def _open_bill_dialog(self, subscriptions):
        return subscriptions._open_dialog(
            'service.subscription.bill', self.env._("Bill Subscriptions"))

    def action_view_fees(self):
        action = self.env['ir.actions.act_window']._for_xml_id(
            'service_management.service_subscription_fee_action')
        return {**action, 'domain': [('subscription_id', 'in', self.ids)], 'context': {}}

    def action_view_invoices(self):
        # What it bills is no secret to whom may see the subscription.
        moves = self.sudo().fee_ids.invoice_line_ids.move_id.sudo(False)
        return self.env['service.order']._open_invoices(moves)

    def action_preview_portal(self):
        self.ensure_one()
        return {'type': 'ir.actions.act_url', 'target': 'self', 'url': self.get_portal_url()}

    @api.model
    def _get_portal_domain(self, partner):
        """Return the domain of the subscriptions that a customer's people see in the portal.

        :param partner: res.partner of the user
        """
        return (
            Domain('commercial_partner_id', '=', partner.commercial_partner_id.id)
            & Domain('state', '!=', 'draft'))

    def _get_current_lines(self):
        """Return the lines of one subscription that are served today, or begin later."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        return self.line_ids.filtered(lambda line: (
            not line.is_replaced and line.quantity
            and (not (end := line._get_life()[1]) or end >= min(today, self._get_last_day() or end))))

    def _get_portal_invoices(self):
        """Return the posted invoices and credit notes of one subscription, the newest first."""
        self.ensure_one()
        return self.fee_ids.invoice_line_ids.move_id.filtered(
            lambda move: move.state == 'posted').sorted(
                lambda move: (move.invoice_date, move.id), reverse=True)

    def _open(self):
        """Return the action that shows these subscriptions: the form of one, else the list."""
        return open_records(self, 'service_management.service_subscription_action')
