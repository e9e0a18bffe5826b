from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain

from ..common.records import offer_template


class ServiceAgreement(models.Model):
    _name = 'service.agreement'
    _description = "Service Agreement"
    _date_years = 100
    _inherit = [
        'service.terms.mixin', 'service.figures.mixin', 'service.quote.mixin', 'service.job.mixin']
    _window_action = 'service_management.service_agreement_action'
    _order = 'name desc, id desc'
    _rec_names_search = ['name', 'title', 'client_order_ref', 'partner_id.name']
    _check_company_auto = True
    _figures_order_field = 'agreement_id'
    _history = ('service.agreement.change', 'agreement_id')

    # Identity
    name = fields.Char(string="Number", readonly=True, copy=False, default="New", index='trigram')
    title = fields.Char(
        string="Subject", required=True, tracking=True, index='trigram',
        help="Also the subject of the orders created from the agreement.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company,
        index=True)
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
    client_order_ref = fields.Char(string="Customer Reference", copy=False, index='trigram')
    site_ids = fields.Many2many(
        comodel_name='res.partner', relation='service_agreement_site_rel', string="Sites",
        check_company=True, domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        help="The customer's addresses that are covered. Empty: all of them.",
        ondelete='restrict', condition=True, context={'active_test': False})
    object_ids = fields.Many2many(
        comodel_name='service.object', relation='service_agreement_object_rel',
        string="Service Objects", check_company=True,
        domain="[('company_id', '=', company_id),"
               " ('commercial_partner_id', 'in', (commercial_partner_id, False))]",
        help="What is covered. Empty: all objects of the customer at the sites covered.",
        ondelete='restrict', condition=True, context={'active_test': False})
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
        default=lambda self: self.env.user, index=True, domain="[('share', '=', False)]", duty=True)
    team_id = fields.Many2one(
        comodel_name='service.team', compute='_compute_terms', store=True, readonly=False,
        precompute=True, check_company=True, index='btree_not_null', ondelete='restrict',
        help="The team of the orders. Empty: by the zone of each site.")
    preferred_employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Preferred Technician", check_company=True,
        index='btree_not_null', domain="[('service_team_id', '!=', False)]", duty=True)

    # How long
    date_start = fields.Date(
        string="From", required=True, tracking=True,
        default=lambda self: self.env.company._get_service_today())
    date_end = fields.Date(
        string="To", compute='_compute_date_end', store=True, readonly=False, precompute=True,
        tracking=True, help="Last day. Empty: until somebody ends it.")

    # Prices
    pricelist_id = fields.Many2one(
        comodel_name='product.pricelist', compute='_compute_terms', store=True, readonly=False,
        precompute=True, check_company=True, index='btree_not_null',
        ondelete='restrict', domain="[('company_id', 'in', (False, company_id))]",
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
    change_ids = fields.One2many(
        comodel_name='service.agreement.change', inverse_name='agreement_id', string="Changes")

    # Nightly run
    date_next_run = fields.Date(
        string="Next Run", copy=False, readonly=True,
        help="The night on which there is something to do for the agreement, as far as is known.")
    date_last_run = fields.Date(
        string="Last Run", copy=False, readonly=True,
        help="Work that is due from this day on is looked at by the next run.")
    generation_error = fields.Text(string="What Failed", copy=False, readonly=True)

    _unique_number = models.UniqueIndex(
        "(company_id, name) WHERE name <> 'New'", "Another agreement has this number already.")
    _by_name = models.Index('(name DESC, id DESC)')
    _archived = models.Index('(id) WHERE active IS NOT TRUE')
    _failed = models.Index('(id) WHERE generation_error IS NOT NULL')
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
    _to_run = models.Index("(date_next_run) WHERE state = 'active'")
    _by_customer = models.Index("(commercial_partner_id) WHERE state = 'active'")

    @api.model
    def get_import_templates(self):
        """Offer a spreadsheet with the headings that the import knows."""
        return [offer_template(self, self.env._("Import Template for Agreements"), 'service_agreements')]

    @api.model
    def _get_open_domain(self):
        return super()._get_open_domain() | Domain('state', 'in', ('draft', 'active'))

    @api.model
    def _get_condition_domain(self):
        """Leave out what has ended: it covers nothing new."""
        return super()._get_condition_domain() & self._get_open_domain()

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

    @api.depends('title')
    def _compute_display_name(self):
        for agreement in self:
            number = '' if agreement.is_template else agreement.name
            agreement.display_name = f'{number} {agreement.title or ""}'.strip()

    @api.constrains('partner_id', 'site_ids', 'object_ids', 'contact_id')
    def _check_belongs_to_customer(self):
        for agreement in self.filtered('partner_id'):
            agreement.partner_id._ensure_owns(
                agreement.site_ids | agreement.contact_id, agreement.object_ids)

    @api.constrains('partner_id')
    def _check_orders_of_customer(self):
        for agreement in self.filtered('partner_id'):
            customer = agreement.commercial_partner_id
            # Orders that the user may not see count, too.
            if order := self.env['service.order'].sudo().search([
                    ('agreement_id', '=', agreement.id),
                    ('commercial_partner_id', '!=', customer.id)], limit=1):
                raise ValidationError(self.env._(
                    "%(agreement)s has made %(order)s for %(owner)s and stays with this customer."
                    " Make another agreement with %(customer)s.",
                    agreement=agreement.name, order=order.name,
                    owner=order.commercial_partner_id.display_name,
                    customer=customer.display_name))

    @api.constrains('object_ids', 'partner_id')
    def _check_lines_stay_covered(self):
        self.line_ids._check_object()

    @api.constrains('date_start', 'date_end')
    def _check_lines_stay_within(self):
        self.line_ids._check_dates()

    @api.constrains('is_template')
    def _check_template_without_orders(self):
        for agreement in self.filtered('is_template'):
            # Orders that the user may not see count, too.
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

    @api.model_create_multi
    def create(self, vals_list):
        """Copy the lines of templates."""
        agreements = super().create(vals_list)
        for agreement, vals in zip(agreements, vals_list, strict=True):
            if agreement.template_id and not vals.get('line_ids'):
                agreement._copy_lines_from(agreement.template_id)
        return agreements

    @api.model
    def _complete_new(self, vals_list):
        """Number agreements; templates have no number."""
        vals_list = super()._complete_new(vals_list)
        numbered = iter(self.env['res.company']._number_documents(
            'service.agreement', [vals for vals in vals_list if not vals.get('is_template')]))
        return [vals if vals.get('is_template') else next(numbered) for vals in vals_list]

    def write(self, vals):
        """Guard what verbs write."""
        if {'state', 'is_suspended'} & set(vals) and not self.env.su:
            raise AccessError(self.env._(
                "The state of an agreement changes by its actions only: activate, suspend, resume,"
                " renew or close it."))
        if vals.get('active') is False:
            for agreement in self.filtered(lambda agreement: (
                    agreement.state == 'active' and not agreement.is_template)):
                raise UserError(self.env._(
                    "%s is active: it covers work and makes orders. Close it before you archive"
                    " it.", agreement.display_name))
        return super().write(vals)

    @api.model
    def _get_term_fields(self):
        return [
            *self._get_template_terms(), 'title', 'partner_id', 'site_ids', 'object_ids',
            'task_ids', 'preferred_employee_id', 'date_start', 'date_end', 'note_external']

    def _get_terms_document(self):
        return self

    @api.model
    def _get_duty_domain(self, field):
        return super()._get_duty_domain(field) & Domain('state', 'in', ('draft', 'active'))

    def _get_responsible_users(self):
        # Who leads a team is no secret to whoever works for it.
        return super()._get_responsible_users() | self.user_id | self.team_id.sudo().user_id

    def copy_data(self, default=None):
        """Leave archived objects behind: they are history."""
        vals_list = super().copy_data(default)
        for agreement, vals in zip(self, vals_list, strict=True):
            vals.setdefault('title', agreement.title)
            objects = agreement.object_ids.filtered('active') or agreement.object_ids
            vals['object_ids'] = [Command.set(objects.ids)]  # none would mean all of them
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        for agreement in self:
            # Orders that the user may not see count, too.
            if agreement.date_activated or agreement.sudo().order_ids:
                raise UserError(self.env._(
                    "%s was agreed and is kept. Close it instead.", agreement.name))

    def _get_timezone(self):
        return self._get_calendar().tz or super()._get_timezone()

    def _get_calendar(self):
        """Return whose days one agreement goes by: its own, else the team's or the company's."""
        self.ensure_one()
        # Opening hours are no secret to whoever counts by them.
        team = self.team_id.sudo()
        return (self.calendar_id or team.resource_calendar_id
                or self.company_id.resource_calendar_id)

    def action_view_orders(self):
        """Show the orders of the agreement."""
        self.ensure_one()
        return self.env['service.order']._show_found(
            [('agreement_id', '=', self.id)], default_agreement_id=self.id,
            default_partner_id=self.partner_id.id)

    def action_view_occurrences(self):
        """Show what was due by the agreement, and what became of it."""
        self.ensure_one()
        self.check_access('read')
        return self.env['service.agreement.occurrence']._show_found(
            [('agreement_id', '=', self.id)])
