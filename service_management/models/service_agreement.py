import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import float_round, split_every

from ..tools.planning import local_day
from ..tools.recurrence import span_of
from .job import attempt, tell_once
from .record_action import open_records

_logger = logging.getLogger(__name__)

#: target state: the states an agreement may come from
TRANSITIONS = {
    'active': {'draft', 'expired'},
    'expired': {'active'},
    'closed': {'draft', 'active', 'expired'},
}


class ServiceAgreement(models.Model):
    _name = 'service.agreement'
    _description = "Service Agreement"
    _inherit = [
        'service.terms.mixin', 'service.figures.mixin', 'service.quote.mixin', 'service.job.mixin']
    _order = 'name desc, id desc'
    _rec_names_search = ['name', 'title', 'client_order_ref', 'partner_id.name']
    _check_company_auto = True
    _figures_of = ('service.order', 'agreement_id')
    _figures_order_field = 'agreement_id'
    _figures_fee_field = 'agreement_id'

    # Identity
    name = fields.Char(string="Number", readonly=True, copy=False, default="New", index='trigram')
    title = fields.Char(
        string="Subject", required=True, tracking=True,
        help="Also the subject of the orders created from the agreement.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company,
        index=True)
    state = fields.Selection(
        selection=[
            ('draft', "Draft"), ('active', "Active"), ('expired', "Expired"),
            ('closed', "Closed")],
        default='draft', required=True, readonly=True, copy=False, index=True, tracking=True,
        group_expand=True)
    is_suspended = fields.Boolean(
        string="Suspended", readonly=True, copy=False, tracking=True,
        help="No orders are created, neither by hand nor by the nightly run.")
    end_reason_id = fields.Many2one(
        comodel_name='service.reason', string="Reason", readonly=True, copy=False,
        ondelete='restrict', tracking=True,
        help="Why the agreement was suspended or closed.")
    end_note = fields.Char(string="Note", readonly=True, copy=False)
    date_activated = fields.Date(string="Active Since", readonly=True, copy=False)
    group_id = fields.Many2one(
        comodel_name='service.agreement.group', compute='_compute_terms',
        store=True, readonly=False, precompute=True, check_company=True, index='btree_not_null',
        ondelete='restrict', tracking=True,
        help="Says how far ahead orders are created every night, and what is promised.")
    tag_ids = fields.Many2many(comodel_name='service.tag', string="Tags")

    # Template
    is_template = fields.Boolean(
        string="Template", index=True, help="A template is copied from and creates no orders.")
    template_group_id = fields.Many2one(
        comodel_name='service.agreement.template.group',
        index='btree_not_null', ondelete='restrict')
    template_id = fields.Many2one(
        comodel_name='service.agreement', string="From Template", copy=False, check_company=True,
        index='btree_not_null', ondelete='set null',
        domain="[('is_template', '=', True), ('company_id', '=', company_id)]",
        help="Brings its terms now and its lines when the agreement is saved.")

    # Customer
    partner_id = fields.Many2one(
        comodel_name='res.partner', string="Customer", check_company=True, index=True,
        tracking=True, ondelete='restrict')
    commercial_partner_id = fields.Many2one(
        related='partner_id.commercial_partner_id', store=True, index=True)
    contact_id = fields.Many2one(
        comodel_name='res.partner', check_company=True, index='btree_not_null',
        domain="[('commercial_partner_id', '=', commercial_partner_id)]")
    client_order_ref = fields.Char(string="Customer Reference", copy=False)
    site_ids = fields.Many2many(
        comodel_name='res.partner', relation='service_agreement_site_rel', string="Sites",
        check_company=True, domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        help="The customer's addresses that are covered. Empty: all of them.",
        context={'active_test': False})
    object_ids = fields.Many2many(
        comodel_name='service.object', relation='service_agreement_object_rel',
        string="Service Objects", check_company=True,
        domain="[('company_id', '=', company_id),"
               " ('commercial_partner_id', 'in', (commercial_partner_id, False))]",
        help="What is covered. Empty: all objects of the customer at the sites covered.",
        context={'active_test': False})
    task_ids = fields.Many2many(
        comodel_name='service.task', relation='service_agreement_task_rel', string="Tasks",
        check_company=True, help="What is agreed to be done; offered on the lines.")
    note_internal = fields.Html(
        string="Internal Notes", help="For your people; arrives on the orders.")
    note_external = fields.Html(
        string="Customer Notes", help="Printed on the agreement and on its orders.")

    # Who
    user_id = fields.Many2one(
        comodel_name='res.users', string="Responsible", check_company=True, tracking=True,
        default=lambda self: self.env.user, index=True, domain="[('share', '=', False)]")
    team_id = fields.Many2one(
        comodel_name='service.team', compute='_compute_terms', store=True, readonly=False,
        precompute=True, check_company=True, index='btree_not_null',
        help="The team of the orders. Empty: by the zone of each site.")
    preferred_employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Preferred Technician", check_company=True,
        index='btree_not_null', domain="[('service_team_id', '!=', False)]")

    sale_order_id = fields.Many2one(
        comodel_name='sale.order', string="Sold By", copy=False, readonly=True,
        check_company=True, index='btree_not_null', ondelete='restrict')
    sale_line_id = fields.Many2one(
        comodel_name='sale.order.line', copy=False, readonly=True, index='btree_not_null',
        ondelete='set null')

    # How long
    date_start = fields.Date(
        string="From", required=True, default=fields.Date.context_today, tracking=True)
    date_end = fields.Date(
        string="To", compute='_compute_date_end', store=True, readonly=False, precompute=True,
        tracking=True, help="Last day. Empty: until somebody ends it.")
    renewal = fields.Selection(
        selection=[('manual', "By Hand"), ('automatic', "Automatic")],
        compute='_compute_terms', store=True, readonly=False, precompute=True, required=True)
    renewal_months = fields.Integer(
        string="Renewed For", compute='_compute_terms', store=True, readonly=False,
        precompute=True, help="Months that the agreement goes on for when it is renewed.")
    notice_days = fields.Integer(
        string="Notice", compute='_compute_terms', store=True, readonly=False, precompute=True,
        help="So many days before the end, the responsible gets a to-do, and the agreement is"
             " listed as expiring soon.")
    renewal_percent = fields.Float(
        string="Price Change", digits='Discount', compute='_compute_terms', store=True,
        readonly=False, precompute=True,
        help="Percent that the own prices of the lines change by when the agreement is renewed.")
    date_notice = fields.Date(compute='_compute_date_notice', store=True)
    notified_end = fields.Date(
        copy=False, readonly=True, help="The end that the responsible was told of.")
    is_expiring = fields.Boolean(
        string="Expiring Soon", compute='_compute_is_expiring', search='_search_is_expiring')

    # Prices
    pricelist_id = fields.Many2one(
        comodel_name='product.pricelist', compute='_compute_terms', store=True, readonly=False,
        precompute=True, check_company=True, index='btree_not_null',
        domain="[('company_id', 'in', (False, company_id))]",
        help="For the orders. Empty: the customer's own.")
    currency_id = fields.Many2one(
        comodel_name='res.currency', compute='_compute_currency_id', store=True, precompute=True,
        ondelete='restrict')
    discount = fields.Float(
        string="Discount (%)", digits='Discount', compute='_compute_terms', store=True,
        readonly=False, precompute=True,
        help="On everything that is charged; what is covered more than this is covered instead.")
    coverage_labor = fields.Float(
        string="Labor (%)", digits='Discount', compute='_compute_terms', store=True,
        readonly=False, precompute=True, help="What the customer does not pay of working time.")
    coverage_parts = fields.Float(
        string="Parts (%)", digits='Discount', compute='_compute_terms', store=True,
        readonly=False, precompute=True, help="What the customer does not pay of parts.")
    coverage_travel = fields.Float(
        string="Travel (%)", digits='Discount', compute='_compute_terms', store=True,
        readonly=False, precompute=True, help="What the customer does not pay of travel time.")
    coverage_expense = fields.Float(
        string="Expenses (%)", digits='Discount', compute='_compute_terms', store=True,
        readonly=False, precompute=True, help="What the customer does not pay of expenses.")

    # Prepaid allowance
    allowance_kind = fields.Selection(
        selection=[('hours', "Hours"), ('visits', "Visits")], string="Prepaid",
        compute='_compute_terms', store=True, readonly=False, precompute=True,
        help="Hours: working time is free until the allowance is used up. Visits: working and"
             " travel time of so many visits is free.")
    allowance_quantity = fields.Float(
        string="Allowance", digits='Product Unit', compute='_compute_terms', store=True,
        readonly=False, precompute=True)
    allowance_period = fields.Selection(
        selection=[
            ('term', "Whole Term"), ('month', "Month"), ('quarter', "Quarter"), ('year', "Year")],
        string="Each", compute='_compute_terms', store=True, readonly=False, precompute=True,
        help="Periods are counted from the first day. What is not used is not carried over.")
    allowance_balance = fields.Float(
        string="Left", digits='Product Unit', compute='_compute_allowance_balance',
        help="Of the allowance of the current period.")
    allowance_drawn_on = fields.Datetime(
        copy=False, readonly=True,
        help="Makes sure that two orders never draw the same hour.")

    # Service levels and orders
    sla_id = fields.Many2one(
        comodel_name='service.sla', string="SLA", compute='_compute_terms', store=True,
        readonly=False, precompute=True, check_company=True, index='btree_not_null',
        ondelete='restrict', help="Empty: the one of the group, else of the team.")
    calendar_id = fields.Many2one(
        comodel_name='resource.calendar', string="Open Days and Hours", compute='_compute_terms',
        store=True, readonly=False, precompute=True, check_company=True, ondelete='restrict',
        help="When the customer can be visited, in the customer's time zone. Empty: the team's,"
             " else the company's hours.")
    combine_by = fields.Selection(
        selection=[
            ('agreement', "Agreement"), ('task', "Task"), ('employee', "Technician"),
            ('object', "Object"), ('site', "Site")],
        string="One Order For Each", compute='_compute_terms', store=True, readonly=False,
        precompute=True, required=True,
        help="Lines that have this in common, and can be done on the same day, share an order.")
    line_ids = fields.One2many(
        comodel_name='service.agreement.line', inverse_name='agreement_id', string="Lines",
        copy=True)
    occurrence_ids = fields.One2many(
        comodel_name='service.agreement.occurrence', inverse_name='agreement_id',
        string="Visits Due")
    order_ids = fields.One2many(
        comodel_name='service.order', inverse_name='agreement_id', string="Orders")
    order_count = fields.Integer(compute='_compute_order_counts')
    open_order_count = fields.Integer(compute='_compute_order_counts')
    subscription_ids = fields.One2many(
        comodel_name='service.subscription', inverse_name='agreement_id', string="Subscriptions",
        copy=False)
    subscription_count = fields.Integer(compute='_compute_subscription_count')
    change_ids = fields.One2many(
        comodel_name='service.agreement.change', inverse_name='agreement_id', string="Changes")

    # Nightly run
    date_next_run = fields.Date(
        copy=False, readonly=True, help="Day of the next nightly run for the agreement.")
    date_last_run = fields.Date(
        string="Last Run", copy=False, readonly=True,
        help="Work that is due from this day on is looked at by the next run.")
    generation_error = fields.Text(string="What Failed", copy=False, readonly=True)
    renewal_error = fields.Text(
        string="Why It Was Not Renewed", copy=False, readonly=True,
        help="What failed when the job was to renew the agreement or to let it expire. It is tried"
             " again every night.")

    _unique_number = models.UniqueIndex(
        "(company_id, name) WHERE name <> 'New'", "Another agreement has this number already.")
    _customer = models.Constraint(
        'CHECK (COALESCE(is_template, FALSE) OR partner_id IS NOT NULL)',
        "An agreement needs a customer. Only a template has none.")
    _template_state = models.Constraint(
        "CHECK (is_template IS NOT TRUE OR state = 'draft')", "A template is never in force.")
    _dates = models.Constraint(
        'CHECK (date_end >= date_start)', "An agreement cannot end before it begins.")
    _percents = models.Constraint(
        'CHECK (discount BETWEEN 0 AND 100 AND coverage_labor BETWEEN 0 AND 100'
        ' AND coverage_parts BETWEEN 0 AND 100 AND coverage_travel BETWEEN 0 AND 100'
        ' AND coverage_expense BETWEEN 0 AND 100 AND renewal_percent > -100)',
        "Coverage and discount go from 0 to 100 percent; a price cannot fall below nothing.")
    _months = models.Constraint(
        'CHECK (renewal_months >= 0 AND notice_days >= 0 AND allowance_quantity >= 0)',
        "Months, days and an allowance cannot be less than nothing.")
    _renewal_span = models.Constraint(
        "CHECK (renewal <> 'automatic' OR renewal_months > 0)",
        "Say for how many months the agreement is renewed.")
    _to_run = models.Index("(date_next_run) WHERE state = 'active'")
    _by_customer = models.Index("(commercial_partner_id) WHERE state = 'active'")

    #=== COMPUTES ===#

    @api.model
    def _get_template_terms(self):
        """Return {field: what an agreement without a template begins with}; extend for more."""
        return {
            'group_id': False,
            'team_id': False,
            'renewal': 'manual',
            'renewal_months': 12,
            'notice_days': 60,
            'renewal_percent': 0.0,
            'pricelist_id': False,
            'discount': 0.0,
            'coverage_labor': 0.0,
            'coverage_parts': 0.0,
            'coverage_travel': 0.0,
            'coverage_expense': 0.0,
            'allowance_kind': False,
            'allowance_quantity': 0.0,
            'allowance_period': 'year',
            'sla_id': False,
            'calendar_id': False,
            'combine_by': 'agreement',
        }

    @api.depends('template_id')
    def _compute_terms(self):
        """Take the terms of the template; every one of them may be changed afterwards."""
        defaults = self._get_template_terms()
        for agreement in self:
            for name, default in defaults.items():
                if agreement.template_id:
                    agreement[name] = agreement.template_id[name]
                else:
                    agreement[name] = agreement[name] or default

    @api.depends('date_start', 'renewal_months')
    def _compute_date_end(self):
        """Let new agreements run for as long as they are renewed; the others end as agreed."""
        for agreement in self:
            if (agreement.renewal_months and agreement.date_start
                    and not agreement.is_template and not agreement._origin):
                agreement.date_end = agreement.date_start + relativedelta(
                    months=agreement.renewal_months, days=-1)

    @api.depends('date_end', 'notice_days')
    def _compute_date_notice(self):
        for agreement in self:
            agreement.date_notice = agreement.date_end and agreement.date_end - relativedelta(
                days=agreement.notice_days)

    @api.depends('state', 'date_notice')
    def _compute_is_expiring(self):
        expiring = self.filtered_domain(self._get_expiring_domain())
        for agreement in self:
            agreement.is_expiring = agreement in expiring

    def _search_is_expiring(self, operator, value):
        if operator != 'in':
            return NotImplemented
        domain = self._get_expiring_domain()
        return Domain.OR(domain if answer else ~domain for answer in value)

    @api.model
    def _get_expiring_domain(self):
        return (
            Domain('state', '=', 'active') & Domain('is_template', '=', False)
            & Domain('date_notice', '<=', fields.Date.context_today(self)))

    @api.depends('pricelist_id', 'company_id')
    def _compute_currency_id(self):
        for agreement in self:
            agreement.currency_id = (
                agreement.pricelist_id.currency_id or agreement.company_id.currency_id)

    def _compute_order_counts(self):
        Order = self.env['service.order']
        domain = Domain('agreement_id', 'in', self.ids)
        all_by_agreement, open_by_agreement = (
            dict(Order._read_group(domain & extra, ['agreement_id'], ['__count']))
            for extra in (Domain.TRUE, Domain('state', 'in', ('draft', 'open'))))
        for agreement in self:
            agreement.order_count = all_by_agreement.get(agreement._origin, 0)
            agreement.open_order_count = open_by_agreement.get(agreement._origin, 0)

    def _compute_subscription_count(self):
        count_by_agreement = dict(self.env['service.subscription'].sudo()._read_group(
            [('agreement_id', 'in', self.ids)], ['agreement_id'], ['__count']))
        for agreement in self:
            # That there are some is no secret to whom may see the agreement.
            agreement.subscription_count = count_by_agreement.get(agreement._origin.sudo(), 0)

    @api.depends('title')
    def _compute_display_name(self):
        for agreement in self:
            number = '' if agreement.is_template else agreement.name
            agreement.display_name = f'{number} {agreement.title or ""}'.strip()

    def _compute_access_url(self):
        super()._compute_access_url()
        for agreement in self:
            agreement.access_url = f'/my/service_agreements/{agreement.id}'

    #=== CONSTRAINTS ===#

    @api.constrains('partner_id', 'site_ids', 'object_ids', 'contact_id')
    def _check_belongs_to_customer(self):
        for agreement in self.filtered('partner_id'):
            agreement.partner_id._ensure_owns(
                agreement.site_ids | agreement.contact_id, agreement.object_ids)

    @api.constrains('object_ids')
    def _check_lines_stay_covered(self):
        self.line_ids._check_object()

    @api.constrains('date_start', 'date_end')
    def _check_lines_stay_within(self):
        self.line_ids._check_dates()

    @api.constrains('is_template')
    def _check_template_without_orders(self):
        for agreement in self.filtered('is_template'):
            if agreement.sudo().order_ids:
                raise ValidationError(self.env._(
                    "%s has orders and cannot become a template. Copy its lines into a new"
                    " template instead.", agreement.name))

    @api.constrains('calendar_id')
    def _check_calendar(self):
        for agreement in self.filtered('calendar_id'):
            if not agreement.calendar_id._has_open_hours():
                raise ValidationError(self.env._(
                    "“%s” has no open hours: nobody could ever come. Choose another calendar.",
                    agreement.calendar_id.name))

    #=== CRUD ===#

    @api.model_create_multi
    def create(self, vals_list):
        agreements = super().create(self._number(vals_list))
        for agreement, vals in zip(agreements, vals_list, strict=True):
            if agreement.template_id and not vals.get('line_ids'):
                agreement._copy_lines_from(agreement.template_id)
        return agreements

    @api.model
    def _number(self, vals_list):
        """Return the values of new agreements with the next numbers; templates have none."""
        numbered = iter(self.env['res.company']._number_documents(
            'service.agreement', [vals for vals in vals_list if not vals.get('is_template')]))
        return [vals if vals.get('is_template') else next(numbered) for vals in vals_list]

    def write(self, vals):
        if {'state', 'is_suspended'} & set(vals) and not self.env.su:
            raise AccessError(self.env._(
                "The state of an agreement changes by its actions only: activate, suspend, resume,"
                " renew or close it."))
        return super().write(vals)

    @api.model
    def _get_term_fields(self):
        return [
            *self._get_template_terms(), 'title', 'partner_id', 'site_ids', 'object_ids',
            'task_ids', 'preferred_employee_id', 'date_start', 'date_end', 'note_external']

    def _get_agreement(self):
        return self

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for agreement, vals in zip(self, vals_list, strict=True):
            vals.setdefault('title', agreement.title)
            objects = agreement.object_ids.filtered('active') or agreement.object_ids
            vals['object_ids'] = [Command.set(objects.ids)]  # none would mean all of them
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        for agreement in self:
            if agreement.date_activated or agreement.sudo().order_ids:
                raise UserError(self.env._(
                    "%s was agreed and is kept. Close it instead.", agreement.name))

    #=== LIFE ===#

    def _set_state(self, target):
        """Move the agreements that may go to `target` and return them."""
        movable = self.filtered(lambda agreement: (
            not agreement.is_template and agreement.state in TRANSITIONS[target]))
        movable.sudo().state = target  # only the actions move agreements
        return movable

    def _ensure_may_agree(self):
        self._ensure_role('manager', self.env._(
            "Only a service manager makes and ends agreements."))
        self.check_access('write')

    def action_activate(self):
        """Put drafts into force."""
        self._ensure_may_agree()
        for agreement in self:
            if error := agreement._get_activation_error():
                raise UserError(error)
        self._activate()
        return True

    def _get_activation_error(self):
        """Return why one agreement cannot be put into force, or None; extend to ask for more."""
        self.ensure_one()
        if self.is_template:
            return self.env._("A template is copied from. Create an agreement from it.")
        if self.state not in TRANSITIONS['active']:
            return self.env._("%s is in force already, or closed.", self.name)
        if self.date_end and self.date_end < fields.Date.context_today(self):
            return self.env._(
                "%(agreement)s ended on %(date)s. Move its end, or renew it.",
                agreement=self.name, date=self.date_end)
        return None

    def _activate(self):
        """Put agreements into force; the nightly run begins with the work due from today on."""
        today = fields.Date.context_today(self)
        active = self._set_state('active')
        active.sudo().write({
            'date_activated': today, 'date_next_run': today, 'date_last_run': today})
        active._wake_job()

    def action_suspend(self):
        return self._open_end_dialog('suspend')

    def action_close(self):
        return self._open_end_dialog('close')

    def _open_end_dialog(self, operation):
        self._ensure_may_agree()
        titles = {'suspend': self.env._("Suspend"), 'close': self.env._("Close")}
        return {
            'type': 'ir.actions.act_window',
            'name': titles[operation],
            'res_model': 'service.agreement.end',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_agreement_ids': self.ids, 'default_operation': operation},
        }

    def _suspend(self, reason, note=False):
        """Stop all creation of orders, for a reason."""
        self._ensure_may_agree()
        for agreement in self:
            if agreement.state != 'active' or agreement.is_suspended:
                raise UserError(self.env._(
                    "%s is not in force: there is nothing to suspend.", agreement.name))
        self.sudo().write({
            'is_suspended': True, 'end_reason_id': reason.id, 'end_note': note})

    def action_resume(self):
        """Take suspensions back; what was due meanwhile stays undone, as it was meant to."""
        self._ensure_may_agree()
        suspended = self.filtered('is_suspended')
        today = fields.Date.context_today(self)
        suspended.sudo().write({
            'is_suspended': False, 'end_reason_id': False, 'end_note': False,
            'date_last_run': today, 'date_next_run': today})
        suspended._wake_job()
        return True

    def _close(self, reason, note=False, day=None):
        """End agreements for good, on a day.

        :raise UserError: if one is closed already
        """
        self._ensure_may_agree()
        day = day or fields.Date.context_today(self)
        for agreement in self:
            if agreement.is_template or agreement.state not in TRANSITIONS['closed']:
                raise UserError(self.env._("%s is closed already.", agreement.display_name))
        running = self.filtered(lambda agreement: agreement.state == 'active')
        closed = self._set_state('closed')
        for agreement in running:
            agreement.date_end = min(
                filter(None, (agreement.date_end, max(day, agreement.date_start))))
        closed.sudo().write({
            'is_suspended': False, 'end_reason_id': reason.id, 'end_note': note})
        closed._forget_failures()
        closed._forget_renewal_failures()

    def action_renew(self):
        """Let agreements go on for another term, at changed prices."""
        self._ensure_may_agree()
        for agreement in self:
            if agreement.is_template or agreement.state not in ('active', 'expired'):
                raise UserError(self.env._(
                    "%s is not in force: activate it instead.", agreement.display_name))
            if not agreement.date_end or not agreement.renewal_months:
                raise UserError(self.env._(
                    "%s has no end, or no term to be renewed for. Enter both first.",
                    agreement.name))
        self._renew()
        return True

    def _renew(self):
        """Move the end of agreements by their terms, and change the lines' own prices."""
        digits = self.env['decimal.precision'].precision_get('Product Price')
        for agreement in self:
            if agreement.renewal_percent:
                factor = 1 + agreement.renewal_percent / 100
                for line in agreement.line_ids.filtered('is_fixed_price'):
                    line.price_unit = float_round(
                        line.price_unit * factor, precision_digits=digits)
            # Terms are counted from the first day: a short month leaves no trace.
            terms = 1
            while (end := agreement._get_term_end(terms)) <= agreement.date_end:
                terms += 1
            agreement.date_end = end
            agreement._message_log(body=self.env._("Renewed until %s.", end))
        expired = self.filtered(lambda agreement: agreement.state == 'expired')
        expired._set_state('active')
        today = fields.Date.context_today(self)
        self.sudo().write({'date_next_run': today})
        expired.sudo().date_last_run = today
        self.activity_unlink(['service_management.mail_activity_type_agreement'])
        self._forget_renewal_failures()

    def _get_term_end(self, terms):
        """Return the last day of one agreement after so many terms."""
        self.ensure_one()
        return self.date_start + relativedelta(months=self.renewal_months * terms, days=-1)

    @api.model
    def _get_term_domains(self):
        """Return the domains of the agreements whose term may be over, and of those to tell of."""
        today = fields.Date.context_today(self)
        live = Domain('state', '=', 'active') & Domain('is_template', '=', False)
        ended = live & (Domain('date_end', '<', today) | (
            Domain('renewal', '=', 'automatic') & Domain('date_notice', '<=', today)))
        noticed = live & Domain('date_notice', '<=', today) & Domain('date_end', '>=', today)
        return ended, noticed

    @api.model
    def _get_renewal_domain(self):
        """Return the domain of the agreements that the job looks at; what failed is tried again."""
        ended, noticed = self._get_term_domains()
        failed = Domain('state', '=', 'active') & Domain('renewal_error', '!=', False)
        return ended | noticed | failed

    @api.model
    def _cron_renew(self, batch_size=20):
        """Renew what renews itself, let the rest expire, and remind of ends that come."""
        agreements = self.search(self._get_renewal_domain(), order='id')
        self._process_batches(self._renew_batch, split_every(batch_size, agreements.ids, list))

    @api.model
    def _renew_batch(self, agreement_ids):
        """Do what is due at the end of the terms of some agreements, each alone."""
        agreements = self.browse(agreement_ids).try_lock_for_update()
        for agreement in agreements.filtered_domain(self._get_renewal_domain()):
            if error := attempt(self.env, agreement._follow_term):
                agreement._set_renewal_aside(error)
            else:
                agreement._forget_renewal_failures()

    def _follow_term(self):
        """Renew one agreement or let it expire, then give notice, as far as it is time for it."""
        self.ensure_one()
        ended, noticed = self._get_term_domains()
        if self.filtered_domain(ended):
            self._end_term()
        if self.filtered_domain(noticed):
            self._give_notice()

    def _set_renewal_aside(self, error):
        """Keep why one agreement could not be renewed, and tell its responsible once."""
        self.ensure_one()
        _logger.warning("%s could not be renewed", self.name, exc_info=error)
        self.renewal_error = str(error)
        tell_once(
            self, 'service_management.mail_activity_type_renewal',
            self.env._("The renewal failed"), str(error))

    def _forget_renewal_failures(self):
        failed = self.filtered('renewal_error')
        # Whoever renews has solved it.
        failed.sudo().renewal_error = False
        failed.sudo().activity_unlink(['service_management.mail_activity_type_renewal'])

    def _end_term(self):
        """Renew one agreement that renews itself, else let it expire, by the days of its place.

        It is renewed once its notice has passed and the nightly run reaches beyond its end: what
        is due until then was ordered at the old prices, and nobody waits for the first visits.
        """
        self.ensure_one()
        today = self._get_today()
        if self.renewal == 'automatic' and not self.is_suspended:
            ahead = min(self.group_id.horizon_days, self.notice_days)
            if today > self.date_end - relativedelta(days=ahead):
                self._renew()
        elif today > self.date_end:
            self._set_state('expired')
            self._message_log(body=self.env._("Expired on %s.", self.date_end))

    def _give_notice(self):
        """Tell the responsible once that one agreement ends or renews itself soon."""
        self.ensure_one()
        if self.notified_end == self.date_end:
            return
        self.sudo().notified_end = self.date_end
        if self.renewal == 'automatic':
            text = self.env._("Renews itself after %s unless it is closed", self.date_end)
        else:
            text = self.env._("Ends on %s: renew it or let it end", self.date_end)
        if self.user_id:
            self.activity_schedule(
                'service_management.mail_activity_type_agreement', date_deadline=self.date_end,
                user_id=self.user_id.id, summary=text)

    #=== TEMPLATES AND COPIES ===#

    def action_copy_lines(self):
        """Ask which lines of a template or another agreement to copy."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Copy Lines"),
            'res_model': 'service.agreement.copy.lines',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_agreement_id': self.id},
        }

    def action_new_from_template(self):
        """Open a new agreement with the terms and the lines of one template."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'service.agreement',
            'views': [(False, 'form')],
            'context': {'default_template_id': self.id, 'default_title': self.title},
        }

    def _copy_lines_from(self, source, lines=None, with_relations=True):
        """Copy lines, and what the source relates to, into one agreement.

        Relations are added to those already there, never replace them; objects of another
        customer stay behind.

        Source: Dynamics 365 Finance & Operations, "Create service agreements": those of a template
        always come along, those of another agreement when they are wanted.

        :param source: a template or another agreement
        :param lines: lines of the source, by default all; stopped ones are left behind
        """
        self.ensure_one()
        if with_relations or source.is_template:
            self.task_ids |= source.task_ids
            objects = source.object_ids.filtered(lambda obj: (
                not self.is_template and obj.active
                and obj.commercial_partner_id in (obj.browse().commercial_partner_id,
                                                  self.commercial_partner_id)))
            if objects and (self.object_ids or not self.line_ids):
                self.object_ids |= objects
        return (source.line_ids if lines is None else lines)._copy_to(self)

    #=== WHAT IS COVERED ===#

    def _is_in_force(self, day):
        """Tell whether one agreement holds on a day: it was agreed, and the day is one of its."""
        self.ensure_one()
        return bool(
            self.state in ('active', 'expired', 'closed') and not self.is_template
            and self.date_start <= day and (not self.date_end or day <= self.date_end))

    def _is_in_force_at(self, moment):
        """Tell whether one agreement holds at a moment (naive UTC), by the days of its place."""
        self.ensure_one()
        return self._is_in_force(local_day(moment, self._get_timezone()))

    def _covers(self, order):
        """Tell how well one agreement fits an order: 0 not at all, 3 best.

        It fits best when it names the order's object, then when it names its site.
        """
        self.ensure_one()
        if self.object_ids:
            return 3 if order.object_ids._origin & self.object_ids else 0
        if self.site_ids:
            return 2 if order.site_id._origin in self.site_ids else 0
        return 1

    #=== ALLOWANCE ===#

    def _get_allowance_span(self, day):
        """Return the first and the last day of the period of one allowance that a day is in."""
        self.ensure_one()
        months = {'month': 1, 'quarter': 3, 'year': 12}.get(self.allowance_period)
        if not months:
            return self.date_start, self.date_end
        return span_of(self.date_start, 'month', months, max(day, self.date_start))

    def _get_allowance_used(self, day):
        """Return what is drawn from one agreement's allowance in the period of a day."""
        self.ensure_one()
        start, end = self._get_allowance_span(day)
        domain = (
            Domain('agreement_id', '=', self.id) & Domain('is_prepaid', '=', True)
            & Domain('state', '!=', 'cancelled') & Domain('date_prepaid', '>=', start)
            & (Domain('date_prepaid', '<=', end) if end else Domain.TRUE))
        # Whoever books work draws: what colleagues have drawn counts, too.
        lines = self.env['service.order.line'].sudo().search(domain)
        if self.allowance_kind == 'visits':
            return len(lines.visit_id)
        return sum(lines.mapped('prepaid_hours'))

    def _compute_allowance_balance(self):
        today = fields.Date.context_today(self)
        for agreement in self:
            agreement.allowance_balance = agreement.allowance_kind and (
                agreement.allowance_quantity - agreement._get_allowance_used(today))

    #=== CUSTOMERS ===#

    @api.model
    def _get_portal_domain(self, partner):
        """Return the domain of the agreements that a customer's people see in the portal.

        :param partner: res.partner of the user
        """
        return (
            Domain('commercial_partner_id', '=', partner.commercial_partner_id.id)
            & Domain('is_template', '=', False)
            & (Domain('state', '!=', 'draft') | Domain('quote_sent_on', '!=', False)))

    def _get_coverage_labels(self):
        """Return {field: what customers call it} of what an agreement covers."""
        return {
            'coverage_labor': self.env._("Labor"),
            'coverage_parts': self.env._("Parts"),
            'coverage_travel': self.env._("Travel"),
            'coverage_expense': self.env._("Expenses"),
        }

    def _get_portal_documents(self):
        """Return {name: report} of the documents that customers may download."""
        self.ensure_one()
        return {'agreement': 'service_management.action_report_service_agreement'}

    def _get_timezone(self):
        return self._get_calendar().tz or super()._get_timezone()

    def _get_calendar(self):
        """Return whose days one agreement goes by: its own, else the team's or the company's."""
        self.ensure_one()
        team = self.team_id.sudo()
        return (self.calendar_id or team.resource_calendar_id
                or self.company_id.resource_calendar_id)

    def _get_today(self):
        self.ensure_one()
        return local_day(fields.Datetime.now(), self._get_timezone())

    def _ensure_quotable(self):
        super()._ensure_quotable()
        for agreement in self:
            if error := agreement._get_activation_error():
                raise UserError(error)

    def _ensure_may_quote(self):
        self._ensure_may_agree()

    def _get_quote_template(self):
        return self.env.ref(
            'service_management.mail_template_agreement', raise_if_not_found=False)

    def _on_quote_accepted(self):
        super()._on_quote_accepted()
        if error := self._get_activation_error():
            raise UserError(error)
        self._activate()
        self._tell_responsible(self.env._("Accepted by %s.", self.accepted_by))

    def _on_quote_declined(self, text, reason, note):
        super()._on_quote_declined(text, reason, note)
        self._close(reason, note)
        self._tell_responsible(text)

    #=== ACTIONS ===#

    def action_view_orders(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'service_management.service_order_action')
        return {
            **action, 'domain': [('agreement_id', '=', self.id)],
            'context': {'default_agreement_id': self.id, 'default_partner_id': self.partner_id.id}}

    def action_view_occurrences(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'service_management.service_agreement_occurrence_action')
        return {**action, 'domain': [('agreement_id', '=', self.id)], 'context': {}}

    def action_view_subscriptions(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'service_management.service_subscription_action')
        return {
            **action, 'domain': [('agreement_id', '=', self.id)],
            'context': {'default_agreement_id': self.id, 'default_partner_id': self.partner_id.id,
                        'default_title': self.title}}

    def _open(self):
        """Return the action that shows these agreements: the form of one, else the list."""
        return open_records(self, 'service_management.service_agreement_action')
