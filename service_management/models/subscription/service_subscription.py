from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..common.records import changes_any, offer_template, search_yes_or_no


class ServiceSubscription(models.Model):
    _name = 'service.subscription'
    _description = "Service Subscription"
    _date_years = 100
    _inherit = [
        'service.document.mixin', 'mail.thread', 'mail.activity.mixin', 'service.portal.mixin',
        'analytic.mixin']
    _window_action = 'service_management.service_subscription_action'
    _order = 'name desc, id desc'
    _rec_names_search = ['name', 'title', 'client_order_ref', 'partner_id.name']
    _check_company_auto = True

    # Identity
    name = fields.Char(string="Number", readonly=True, copy=False, default="New", index='trigram')
    title = fields.Char(
        string="Subject", required=True, tracking=True, index='trigram')
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company,
        index=True)
    tag_ids = fields.Many2many(comodel_name='service.tag', string="Tags")
    user_id = fields.Many2one(
        comodel_name='res.users', string="Responsible", check_company=True, tracking=True,
        default=lambda self: self.env.user, index=True, domain="[('share', '=', False)]", duty=True)
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
    client_order_ref = fields.Char(string="Customer Reference", copy=False, index='trigram')

    # Terms
    plan_id = fields.Many2one(
        comodel_name='service.subscription.plan', required=True, check_company=True, index=True,
        ondelete='restrict', tracking=True)
    date_start = fields.Date(
        string="From", required=True, tracking=True,
        default=lambda self: self.env.company._get_service_today())
    date_end = fields.Date(
        string="To", tracking=True, help="Last day. Empty: until somebody closes it.")
    pricelist_id = fields.Many2one(
        comodel_name='product.pricelist', compute='_compute_pricelist_id', store=True,
        readonly=False, precompute=True, check_company=True, index='btree_not_null',
        domain="[('company_id', 'in', (False, company_id))]",
        help="Decides on the currency, and on base prices where no subscription price fits.")
    currency_id = fields.Many2one(
        comodel_name='res.currency', compute='_compute_currency_id', store=True, precompute=True,
        ondelete='restrict', index=True)
    payment_term_id = fields.Many2one(
        comodel_name='account.payment.term', compute='_compute_payment_term_id', store=True,
        readonly=False, precompute=True, check_company=True,
        help="Follows the customer's until you choose another one.")
    fiscal_position_id = fields.Many2one(
        comodel_name='account.fiscal.position', compute='_compute_fiscal_position_id', store=True,
        readonly=False, precompute=True, check_company=True,
        help="Follows the customer on the day it is billed until you choose another one.")
    line_ids = fields.One2many(
        comodel_name='service.subscription.line', inverse_name='subscription_id', string="Lines",
        copy=True)
    amount_period = fields.Monetary(
        string="Each Period", compute='_compute_amounts',
        help="What a whole period costs today, before taxes that come on top.")
    amount_monthly = fields.Monetary(
        string="Each Month", compute='_compute_amounts', help="The same, on average per month.")
    has_other_taxes = fields.Boolean(compute='_compute_has_other_taxes')
    schedule_preview = fields.Char(
        string="Next Periods", compute='_compute_schedule_preview',
        help="The first periods that are billed next.")
    is_ending = fields.Boolean(
        string="Ending Soon", compute='_compute_is_ending', search='_search_is_ending')
    is_due = fields.Boolean(string="Due", store=False, search='_search_is_due')

    _unique_number = models.UniqueIndex(
        "(company_id, name) WHERE name <> 'New'", "Another subscription has this number already.")
    _by_name = models.Index('(name DESC, id DESC)')
    _archived = models.Index('(id) WHERE active IS NOT TRUE')
    _dates = models.Constraint(
        'CHECK (date_end >= date_start)', "A subscription cannot end before it begins.")

    @api.model
    def get_import_templates(self):
        """Offer a spreadsheet with the headings that the import knows."""
        return [offer_template(
            self, self.env._("Import Template for Subscriptions"), 'service_subscriptions')]

    @api.depends('partner_id', 'company_id')
    def _compute_pricelist_id(self):
        for subscription in self:
            partner = subscription.partner_id.with_company(subscription.company_id)
            subscription.pricelist_id = partner.property_product_pricelist

    @api.depends('pricelist_id', 'company_id')
    def _compute_currency_id(self):
        for subscription in self:
            subscription.currency_id = (
                subscription.pricelist_id.currency_id or subscription.company_id.currency_id)

    @api.depends('line_ids.amount_period', 'line_ids.date_start', 'line_ids.date_end', 'state',
                 'plan_id', 'date_start', 'date_end', 'date_closed')
    def _compute_amounts(self):
        for subscription in self:
            today = subscription.company_id._get_service_today()
            day = max(today, subscription.date_start or today)
            amount = sum(
                line.amount_period for line in subscription.line_ids if line._is_served(day))
            months = subscription.plan_id._get_months() if subscription.plan_id else 1
            subscription.amount_period = amount
            subscription.amount_monthly = amount / months

    @api.depends('line_ids.has_other_taxes')
    def _compute_has_other_taxes(self):
        for subscription in self:
            subscription.has_other_taxes = any(subscription.line_ids.mapped('has_other_taxes'))

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
        return search_yes_or_no(operator, value, self._get_ending_domain())

    def _search_is_due(self, operator, value):
        return search_yes_or_no(
            operator, value, self.env['res.company']._get_today_domain('date_next_bill', '<='))

    @api.model
    def _get_ending_domain(self):
        return Domain('state', '=', 'active') & self.env['res.company']._get_today_domain(
            'date_end', '<=', days=60)

    @api.depends('title')
    def _compute_display_name(self):
        for subscription in self:
            subscription.display_name = f'{subscription.name} {subscription.title or ""}'.strip()

    @api.onchange('date_start')
    def _onchange_date_start(self):
        """Warn of a first day far back: the first bill catches up with it."""
        year_ago = self.env.company._get_service_today() - relativedelta(years=1)
        if self.state != 'draft' or not self.date_start or self.date_start >= year_ago:
            return {}
        return {'warning': {
            'title': self.env._("Begins Long Ago"),
            'message': self.env._(
                "The first bill charges all periods since %s at once. If they are billed already,"
                " choose a later first day.", format_date(self.env, self.date_start)),
        }}

    @api.constrains('partner_id', 'partner_invoice_id')
    def _check_belongs_to_customer(self):
        for subscription in self:
            subscription.partner_id._ensure_owns(
                subscription.partner_invoice_id, subscription.line_ids.object_id)

    @api.constrains('date_start', 'date_end')
    def _check_lines_served(self):
        self.line_ids._check_served()

    @api.model
    def _get_open_domain(self):
        return super()._get_open_domain() | Domain('state', 'in', ('draft', 'active'))

    @api.model
    def _get_duty_domain(self, field):
        return super()._get_duty_domain(field) & self._get_open_domain()

    def _get_responsible_users(self):
        return super()._get_responsible_users() | self.user_id

    def copy_data(self, default=None):
        """Leave out lines that serve on no day: they were changed from their first day on."""
        vals_list = super().copy_data(default)
        for subscription, vals in zip(self, vals_list, strict=True):
            if 'line_ids' in vals and 'line_ids' not in (default or {}):
                vals['line_ids'] = [
                    command for line, command in zip(
                        subscription.line_ids, vals['line_ids'], strict=True)
                    if not line.is_replaced]
        return vals_list

    def copy(self, default=None):
        """Let lines of the copies follow each other as those that they are copied from."""
        copies = super().copy(default)
        for subscription, copied in zip(self, copies, strict=True):
            lines = subscription.line_ids.filtered(lambda line: not line.is_replaced)
            if len(lines) == len(copied.line_ids):
                lines._copy_changes_to(copied.line_ids)
        return copies

    @api.model
    def _complete_new(self, vals_list):
        """Number subscriptions."""
        return self.env['res.company']._number_documents(
            'service.subscription', super()._complete_new(vals_list))

    def write(self, vals):
        """Guard what verbs write, and what fees that were made depend on."""
        if {'state', 'date_closed'} & set(vals) and not self.env.su:
            raise AccessError(self.env._(
                "A subscription begins and ends by its actions only: activate or close it."))
        for subscription in self:
            if subscription.has_fees and changes_any(
                    subscription, vals, self._get_frozen_fields()):
                raise UserError(self.env._(
                    "%s has fees already: its customer, plan, currency and first day stay. Close it"
                    " and make a new one instead.", subscription.name))
            day = fields.Date.to_date(vals.get('date_end'))
            if day and any(line.date_billed_to and line.date_billed_to > day
                           for line in subscription.line_ids):
                raise UserError(self.env._(
                    "%(subscription)s has fees for days after %(day)s. Close it instead: that"
                    " credits them.",
                    subscription=subscription.name, day=format_date(self.env, day)))
            if vals.get('active') is False and subscription.state == 'active':
                raise UserError(self.env._(
                    "%s is active: nobody would bill it from the archive. Close it first.",
                    subscription.name))
        return super().write(vals)

    @api.model
    def _get_frozen_fields(self):
        """Return the fields that stay once there are fees; extend for more."""
        return {'plan_id', 'date_start', 'pricelist_id', 'partner_id', 'company_id'}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        for subscription in self:
            if subscription.state != 'draft' or subscription.has_fees:
                raise UserError(self.env._(
                    "%s has begun and is kept. Close it instead.", subscription.name))

    def action_update_taxes(self):
        """Show how the products of the lines are taxed now, to take it over."""
        return self.line_ids.action_update_taxes()

    def action_index(self):
        """Open a change of the prices of these subscriptions."""
        return self.env['service.subscription.indexation']._open_new(subscriptions=self)
