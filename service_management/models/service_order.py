from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain

from ..tools.planning import local_day
from ..tools.rules import progress
from .record_action import open_records

#: target state: the states an order may come from
TRANSITIONS = {
    'draft': {'draft'},
    'open': {'draft', 'open', 'signed_off', 'cancelled'},
    'signed_off': {'open', 'signed_off'},
    'posted': {'signed_off', 'posted'},
    'cancelled': {'draft', 'open', 'cancelled'},
}


class ServiceOrder(models.Model):
    _name = 'service.order'
    _description = "Service Order"
    _inherit = [
        'service.quote.mixin', 'service.job.mixin', 'mail.tracking.duration.mixin', 'rating.mixin',
        'analytic.mixin',
    ]
    _order = 'priority desc, date_planned, id desc'
    _rec_names_search = [
        'name', 'title', 'client_order_ref', 'partner_id.name', 'site_id.name', 'site_city',
        'object_ids.name', 'object_ids.serial_number', 'object_ids.code']
    _check_company_auto = True
    _track_duration_field = 'stage_id'

    # Identity
    name = fields.Char(string="Number", readonly=True, copy=False, default="New", index='trigram')
    title = fields.Char(string="Subject", required=True, tracking=True, index='trigram')
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company, index=True)
    company_currency_id = fields.Many2one(
        related='company_id.currency_id', string="Company Currency")
    tag_ids = fields.Many2many(comodel_name='service.tag', string="Tags")
    color = fields.Integer()
    properties = fields.Properties(definition='team_id.order_properties_definition', copy=True)

    # Customer
    partner_id = fields.Many2one(
        comodel_name='res.partner', string="Customer", required=True, check_company=True,
        index=True, tracking=True, ondelete='restrict')
    commercial_partner_id = fields.Many2one(
        related='partner_id.commercial_partner_id', store=True, index=True)
    contact_id = fields.Many2one(
        comodel_name='res.partner',
        compute='_compute_contact_id', store=True, readonly=False, precompute=True,
        check_company=True, index='btree_not_null',
        domain="[('commercial_partner_id', '=', commercial_partner_id)]")
    contact_phone = fields.Char(related='contact_id.phone', string="Contact Phone")
    contact_email = fields.Char(related='contact_id.email', string="Contact Email")
    client_order_ref = fields.Char(
        string="Customer Reference", copy=False, help="The customer's own number of this work.")

    # Site: a copy of the address, so that a change here never reaches the customer's
    site_id = fields.Many2one(
        comodel_name='res.partner',
        compute='_compute_site_id', store=True, readonly=False, precompute=True,
        check_company=True, index='btree_not_null', tracking=True, ondelete='restrict',
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        help="Any address of the customer. The address below is a copy: change it for this order"
             " only.")
    site_street = fields.Char(
        string="Street", compute='_compute_site_address', store=True, readonly=False,
        precompute=True)
    site_street2 = fields.Char(
        string="Street 2", compute='_compute_site_address', store=True, readonly=False,
        precompute=True)
    site_zip = fields.Char(
        string="ZIP", compute='_compute_site_address', store=True, readonly=False, precompute=True)
    site_city = fields.Char(
        string="City", compute='_compute_site_address', store=True, readonly=False,
        precompute=True)
    site_state_id = fields.Many2one(
        comodel_name='res.country.state', compute='_compute_site_address',
        store=True, readonly=False, precompute=True, ondelete='restrict')
    site_country_id = fields.Many2one(
        comodel_name='res.country', string="Country", compute='_compute_site_address', store=True,
        readonly=False, precompute=True, ondelete='restrict')
    site_address = fields.Char(compute='_compute_site_address_line')

    # What is to be done
    object_ids = fields.Many2many(
        comodel_name='service.object', relation='service_object_service_order_rel',
        string="Service Objects", check_company=True,
        domain="[('company_id', '=', company_id),"
               " ('commercial_partner_id', 'in', (commercial_partner_id, False))]")
    task_ids = fields.One2many(
        comodel_name='service.order.task', inverse_name='order_id', string="Tasks", copy=True)
    note_internal = fields.Html(
        string="Internal Notes", help="For your people; customers never see it.")
    note_external = fields.Html(
        string="Customer Notes", help="Printed on the customer's documents.")

    # Who
    user_id = fields.Many2one(
        comodel_name='res.users', string="Responsible", check_company=True, tracking=True,
        default=lambda self: self.env.user, index=True, domain="[('share', '=', False)]")
    zone_id = fields.Many2one(
        comodel_name='service.zone', compute='_compute_zone_id', store=True, readonly=False,
        precompute=True, check_company=True, index='btree_not_null')
    team_id = fields.Many2one(
        comodel_name='service.team', compute='_compute_team_id', store=True, readonly=False,
        precompute=True, check_company=True, index=True, tracking=True)
    preferred_employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Preferred Technician", check_company=True,
        index='btree_not_null', domain="[('service_team_id', '!=', False)]")

    # When
    date_order = fields.Datetime(
        string="Called On", required=True, default=fields.Datetime.now, copy=False, tracking=True,
        help="Warranties and prices are those of this day.")
    date_preferred = fields.Datetime(
        string="Preferred Time", copy=False, help="When the customer would like the visit.")
    arrival_from = fields.Datetime(
        string="Arrive After", copy=False, help="Beginning of the window promised to the customer.")
    arrival_to = fields.Datetime(
        string="Arrive Before", copy=False, help="End of the window promised to the customer.")
    date_planned = fields.Datetime(
        string="Next Visit", compute='_compute_planned', store=True, index=True,
        help="Beginning of the first visit that is still to come or under way.")
    date_planned_end = fields.Datetime(
        string="Next Visit Ends", compute='_compute_planned', store=True)
    planned_employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Technician", compute='_compute_planned', store=True,
        index='btree_not_null')
    has_unassigned_visit = fields.Boolean(
        string="To Plan", compute='_compute_planned', store=True)
    channel = fields.Selection(
        selection=[
            ('phone', "Phone"),
            ('email', "Email"),
            ('portal', "Portal"),
            ('site', "On Site"),
            ('sale', "Sales Order"),
            ('agreement', "Agreement"),
            ('other', "Other"),
        ],
        default='phone', required=True, tracking=True, help="How the work reached you.")
    priority = fields.Selection(
        selection=[('0', "Normal"), ('1', "Important"), ('2', "High"), ('3', "Emergency")],
        default='0', required=True, index=True, tracking=True)

    # Where it stands
    stage_id = fields.Many2one(
        comodel_name='service.stage', compute='_compute_stage_id', store=True, readonly=False,
        precompute=True, required=True, index=True, tracking=True, ondelete='restrict',
        group_expand='_read_group_stage_ids', copy=False,
        domain="[('company_id', 'in', (False, company_id)),"
               " '|', ('team_ids', '=', False), ('team_ids', '=', team_id)]")
    stage_reason_id = fields.Many2one(
        comodel_name='service.reason', copy=False, ondelete='restrict')
    stage_note = fields.Char(copy=False)
    stage_log_ids = fields.One2many(
        comodel_name='service.order.stage.log', inverse_name='order_id', string="Stage History")
    date_last_stage_update = fields.Datetime(
        string="In Stage Since", default=fields.Datetime.now, copy=False, readonly=True)
    state = fields.Selection(related='stage_id.category', store=True, index=True, string="State")
    progress = fields.Selection(
        selection=[('in_process', "In Process"), ('posted', "Posted"), ('cancelled', "Cancelled")],
        compute='_compute_progress', store=True)
    can_edit = fields.Boolean(related='stage_id.can_edit')
    can_cancel = fields.Boolean(related='stage_id.can_cancel')
    can_sign_off = fields.Boolean(related='stage_id.can_sign_off')
    can_post = fields.Boolean(related='stage_id.can_post')
    planning_state = fields.Selection(
        selection=[
            ('unplanned', "To Plan"), ('planned', "Planned"), ('under_way', "Under Way"),
            ('closed', "Closed")],
        compute='_compute_planning_state', store=True)
    is_late = fields.Boolean(compute='_compute_is_late', search='_search_is_late')

    # Work
    line_ids = fields.One2many(
        comodel_name='service.order.line', inverse_name='order_id', string="Lines", copy=True)
    visit_ids = fields.One2many(
        comodel_name='service.visit', inverse_name='order_id', string="Visits")
    visit_count = fields.Integer(compute='_compute_visit_count')

    # Sign-off
    signature = fields.Image(
        copy=False, attachment=True, max_width=1024, max_height=1024)
    signed_by = fields.Char(copy=False)
    signed_on = fields.Datetime(copy=False)

    # Money
    pricelist_id = fields.Many2one(
        comodel_name='product.pricelist', compute='_compute_pricelist_id', store=True,
        readonly=False, precompute=True, check_company=True, index='btree_not_null',
        domain="[('company_id', 'in', (False, company_id))]")
    currency_id = fields.Many2one(
        comodel_name='res.currency', compute='_compute_currency_id', store=True, precompute=True,
        ondelete='restrict')
    currency_rate = fields.Float(
        compute='_compute_currency_rate', store=True, precompute=True, digits=0)
    partner_invoice_id = fields.Many2one(
        comodel_name='res.partner', string="Invoice Address",
        compute='_compute_partner_invoice_id', store=True, readonly=False, precompute=True,
        check_company=True, index='btree_not_null', ondelete='restrict')
    fiscal_position_id = fields.Many2one(
        comodel_name='account.fiscal.position', compute='_compute_fiscal_position_id', store=True,
        readonly=False, precompute=True, check_company=True)
    payment_term_id = fields.Many2one(
        comodel_name='account.payment.term', compute='_compute_payment_term_id', store=True,
        readonly=False, precompute=True, check_company=True)
    amount_untaxed = fields.Monetary(compute='_compute_amounts', store=True)
    amount_tax = fields.Monetary(string="Taxes", compute='_compute_amounts', store=True)
    amount_total = fields.Monetary(string="Total", compute='_compute_amounts', store=True)
    amount_cost = fields.Monetary(
        string="Cost", compute='_compute_margin', store=True, currency_field='company_currency_id',
        groups='service_management.service_management_group_manager')
    margin = fields.Monetary(
        compute='_compute_margin', store=True, currency_field='company_currency_id',
        groups='service_management.service_management_group_manager')
    margin_percent = fields.Float(
        string="Margin (%)", compute='_compute_margin', store=True, aggregator='avg',
        groups='service_management.service_management_group_manager')
    invoice_status = fields.Selection(
        selection=[
            ('no', "Nothing to Bill"), ('to_invoice', "To Bill"), ('invoiced', "Fully Billed")],
        compute='_compute_invoice_status', store=True, index=True)
    invoice_ids = fields.Many2many(
        comodel_name='account.move', string="Invoices", compute='_compute_invoice_ids',
        search='_search_invoice_ids',
        groups='account.group_account_invoice,service_management.service_management_group_manager')
    invoice_count = fields.Integer(compute='_compute_invoice_count', compute_sudo=True)

    _arrival_window = models.Constraint(
        'CHECK (arrival_to >= arrival_from)',
        "The arrival window ends before it begins. Correct “Arrive Before”.")
    _unique_number = models.UniqueIndex(
        "(company_id, name) WHERE name <> 'New'", "Another order has this number already.")
    _board = models.Index('(company_id, stage_id, priority DESC, date_planned, id DESC)')

    #=== COMPUTES ===#

    @api.depends('partner_id')
    def _compute_contact_id(self):
        for order in self:
            if order.contact_id.commercial_partner_id != order.partner_id.commercial_partner_id:
                order.contact_id = False
            if order.partner_id and not order.partner_id.is_company and not order.contact_id:
                order.contact_id = order.partner_id

    @api.depends('partner_id', 'object_ids')
    def _compute_site_id(self):
        """Follow the objects when they share a site, else the customer's delivery address."""
        for order in self:
            commercial = order.partner_id.commercial_partner_id
            if order.site_id and order.site_id.commercial_partner_id == commercial:
                continue
            object_sites = order.object_ids.site_id.filtered(
                lambda site, commercial=commercial: site.commercial_partner_id == commercial)
            if len(object_sites) == 1:
                order.site_id = object_sites
            else:
                delivery = order.partner_id.address_get(['delivery'])['delivery']
                order.site_id = order.partner_id and delivery

    @api.depends('site_id')
    def _compute_site_address(self):
        for order in self:
            order.update(order._prepare_site_address(order.site_id))

    @api.model
    def _prepare_site_address(self, site):
        """Return what an order copies from an address."""
        return {
            'site_street': site.street,
            'site_street2': site.street2,
            'site_zip': site.zip,
            'site_city': site.city,
            'site_state_id': site.state_id.id,
            'site_country_id': site.country_id.id,
        }

    @api.depends(
        'site_street', 'site_street2', 'site_zip', 'site_city', 'site_state_id', 'site_country_id')
    def _compute_site_address_line(self):
        for order in self:
            town = ' '.join(filter(None, (order.site_zip, order.site_city)))
            parts = (order.site_street, order.site_street2, town, order.site_country_id.name)
            order.site_address = ', '.join(filter(None, parts))

    @api.depends('site_zip', 'site_country_id', 'company_id')
    def _compute_zone_id(self):
        for company, orders in self.grouped('company_id').items():
            zones = self.env['service.zone']._get_for(company)
            for order in orders:
                zone = zones._match(order.site_country_id, order.site_zip)
                order.zone_id = zone or order.zone_id

    @api.depends('company_id', 'zone_id')
    def _compute_team_id(self):
        """Follow the zone to the team that works there; elsewhere keep the team, or take the first."""
        for company, orders in self.grouped('company_id').items():
            teams = self.env['service.team'].search([('company_id', '=', company.id)])
            for order in orders:
                local = teams.filtered(
                    lambda team, zone=order.zone_id: zone and zone in team.zone_ids)
                if not local or order.team_id not in local:
                    order.team_id = local[:1] or (order.team_id & teams) or teams[:1]

    @api.depends('company_id', 'team_id')
    def _compute_stage_id(self):
        """Give new orders their first stage; keep the stage of the others."""
        Stage = self.env['service.stage']
        stage_by_team = {}
        for order in self:
            if not order.stage_id:
                place = (order.company_id, order.team_id)
                if place not in stage_by_team:
                    stage_by_team[place] = Stage._get_initial(*place)
                order.stage_id = stage_by_team[place]

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """Show the stages of the companies and the team looked at, empty ones too."""
        Stage = self.env['service.stage']
        team = self.env['service.team'].browse(self.env.context.get('default_team_id'))
        available = Domain.OR(
            Stage._get_available_domain(company, team) for company in self.env.companies)
        if not team:
            available = Domain('company_id', 'in', [False, *self.env.companies.ids])
        return stages.search(available | Domain('id', 'in', stages.ids))

    @api.depends('line_ids.state')
    def _compute_progress(self):
        for order in self:
            order.progress = progress(order.line_ids.mapped('state'))

    @api.depends('visit_ids.state', 'visit_ids.date_start', 'visit_ids.date_end',
                 'visit_ids.employee_id')
    def _compute_planned(self):
        for order in self:
            open_visits = order.visit_ids.filtered(lambda visit: visit._is_open())
            dated = open_visits.filtered('date_start').sorted('date_start')[:1]
            order.date_planned = dated.date_start
            order.date_planned_end = dated.date_end
            order.planned_employee_id = dated.employee_id
            order.has_unassigned_visit = any(
                not (visit.employee_id and visit.date_start) for visit in open_visits)

    @api.depends('state', 'date_planned', 'planned_employee_id', 'visit_ids.state')
    def _compute_planning_state(self):
        for order in self:
            if order.state not in ('draft', 'open'):
                order.planning_state = 'closed'
            elif 'under_way' in order.visit_ids.mapped('state'):
                order.planning_state = 'under_way'
            elif order.date_planned and order.planned_employee_id:
                order.planning_state = 'planned'
            else:
                order.planning_state = 'unplanned'

    @api.depends('planning_state', 'date_planned', 'arrival_to')
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for order in self:
            order.is_late = bool(
                order.planning_state in ('unplanned', 'planned')
                and ((order.date_planned and order.date_planned < now)
                     or (order.arrival_to and order.arrival_to < now)))

    def _search_is_late(self, operator, value):
        if operator != 'in':
            return NotImplemented
        now = fields.Datetime.now()
        late = Domain('planning_state', 'in', ('unplanned', 'planned')) & (
            Domain('date_planned', '<', now) | Domain('arrival_to', '<', now))
        return Domain.OR(late if answer else ~late for answer in value)

    def _compute_visit_count(self):
        count_by_order = dict(self.env['service.visit']._read_group(
            [('order_id', 'in', self.ids), ('state', '!=', 'cancelled')],
            ['order_id'], ['__count']))
        for order in self:
            order.visit_count = count_by_order.get(order._origin, 0)

    @api.depends('partner_id', 'company_id')
    def _compute_pricelist_id(self):
        for order in self:
            if not order.partner_id:
                order.pricelist_id = False
            else:
                partner = order.partner_id.with_company(order.company_id)
                order.pricelist_id = partner.property_product_pricelist

    @api.depends('pricelist_id', 'company_id')
    def _compute_currency_id(self):
        for order in self:
            order.currency_id = order.pricelist_id.currency_id or order.company_id.currency_id

    @api.depends('currency_id', 'date_order', 'company_id')
    def _compute_currency_rate(self):
        Currency = self.env['res.currency']
        for order in self:
            order.currency_rate = Currency._get_conversion_rate(
                from_currency=order.company_id.currency_id, to_currency=order.currency_id,
                company=order.company_id,
                date=(order.date_order or fields.Datetime.now()).date())

    @api.depends('partner_id')
    def _compute_partner_invoice_id(self):
        for order in self:
            invoice = order.partner_id.address_get(['invoice'])['invoice']
            order.partner_invoice_id = order.partner_id and invoice

    @api.depends('partner_invoice_id', 'site_id', 'company_id')
    def _compute_fiscal_position_id(self):
        position_by_key = {}
        for order in self:
            key = (order.company_id, order.partner_invoice_id, order.site_id)
            if key not in position_by_key:
                FiscalPosition = self.env['account.fiscal.position'].with_company(order.company_id)
                position_by_key[key] = FiscalPosition._get_fiscal_position(
                    order.partner_invoice_id or order.partner_id, order.site_id)
            order.fiscal_position_id = position_by_key[key]

    @api.depends('partner_invoice_id', 'company_id')
    def _compute_payment_term_id(self):
        for order in self:
            payer = order.partner_invoice_id.with_company(order.company_id)
            order.payment_term_id = payer.property_payment_term_id

    @api.depends('line_ids.price_subtotal', 'line_ids.price_total', 'line_ids.state',
                 'currency_id', 'company_id')
    def _compute_amounts(self):
        for order in self:
            totals = order.line_ids.filtered(
                lambda line: line.state != 'cancelled')._get_tax_totals(order)
            order.amount_untaxed = totals['base_amount_currency']
            order.amount_tax = totals['tax_amount_currency']
            order.amount_total = totals['total_amount_currency']

    @api.depends('line_ids.cost', 'line_ids.price_subtotal', 'line_ids.state', 'currency_rate')
    def _compute_margin(self):
        for order in self:
            lines = order.line_ids.filtered(lambda line: line.state != 'cancelled')
            revenue = sum(lines.mapped('price_subtotal')) / (order.currency_rate or 1.0)
            order.amount_cost = sum(lines.mapped('cost'))
            order.margin = revenue - order.amount_cost
            order.margin_percent = order.margin / revenue if revenue else 0.0

    @api.depends('line_ids.invoice_status')
    def _compute_invoice_status(self):
        for order in self:
            statuses = set(order.line_ids.mapped('invoice_status'))
            if 'to_invoice' in statuses:
                order.invoice_status = 'to_invoice'
            else:
                order.invoice_status = 'invoiced' if 'invoiced' in statuses else 'no'

    @api.depends('line_ids.invoice_line_ids')
    def _compute_invoice_ids(self):
        for order in self:
            order.invoice_ids = order.line_ids.invoice_line_ids.move_id

    @api.depends('line_ids.invoice_line_ids')
    def _compute_invoice_count(self):
        for order in self:
            order.invoice_count = len(order.line_ids.invoice_line_ids.move_id)

    def _search_invoice_ids(self, operator, value):
        if operator not in ('in', 'any'):
            return NotImplemented
        return Domain('line_ids.invoice_line_ids.move_id', operator, value)

    @api.depends('title')
    def _compute_display_name(self):
        for order in self:
            order.display_name = f'{order.name} {order.title or ""}'.strip()

    def _get_order_day(self):
        """Return the day of the call at the company: warranties and prices are those of it."""
        self.ensure_one()
        return local_day(
            self.date_order or fields.Datetime.now(), self.company_id.resource_calendar_id.tz)

    #=== CONSTRAINTS ===#

    @api.constrains('partner_id', 'site_id', 'contact_id', 'object_ids')
    def _check_belongs_to_customer(self):
        for order in self:
            order.partner_id._ensure_owns(order.site_id | order.contact_id, order.object_ids)

    @api.constrains('stage_id', 'team_id', 'company_id')
    def _check_stage_available(self):
        for order in self:
            stage = order.stage_id
            if (stage.company_id and stage.company_id != order.company_id) or (
                    stage.team_ids and order.team_id not in stage.team_ids):
                raise ValidationError(self.env._(
                    "Stage “%(stage)s” is not used by the team or company of %(order)s.",
                    stage=stage.name, order=order.name))

    #=== CRUD ===#

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(
            self.env['res.company']._number_documents('service.order', vals_list))
        orders._check_beginning()
        orders._log_stage_moves({order: self.env['service.stage'] for order in orders})
        orders.filtered(lambda order: order.state == 'open')._on_opened()
        return orders

    def _check_beginning(self):
        """:raise UserError: if a new order is in a stage that orders only come to"""
        for order in self:
            stage = order.stage_id
            if order.state not in ('draft', 'open'):
                raise UserError(self.env._(
                    "New orders do not begin in stage “%s”. Create the order in an open stage and"
                    " move it from there.", stage.name))
            if stage.needs_reason and not order.stage_reason_id:
                raise UserError(self.env._(
                    "Stage “%s” needs a reason. Create the order in another stage and move it"
                    " there.", stage.name))

    def write(self, vals):
        if 'state' in vals:
            raise AccessError(self.env._(
                "The state of an order is the one of its stage. Change the stage."))
        if self._get_protected_fields() & set(vals):
            self._ensure_allowed('edit')
        if 'stage_id' not in vals:
            return super().write(vals)
        stage = self.env['service.stage'].browse(vals['stage_id'])
        moving = self.filtered(lambda order: order.stage_id != stage)
        moving._check_move(stage, vals)
        origins = {order: order.stage_id for order in moving}
        if not moving:
            return super().write(vals)
        super(ServiceOrder, moving).write({
            'stage_reason_id': False, 'stage_note': False,
            **vals, 'date_last_stage_update': fields.Datetime.now()})
        # Who is there already keeps why and since when.
        super(ServiceOrder, self - moving).write({
            name: value for name, value in vals.items()
            if name not in ('stage_id', 'stage_reason_id', 'stage_note')})
        moving._log_stage_moves(origins)
        moving._after_move(origins)
        return True

    @api.model
    def _get_protected_fields(self):
        """Return the names of the fields that a stage without “May Edit” locks."""
        return {
            'title', 'partner_id', 'contact_id', 'client_order_ref', 'site_id', 'site_street',
            'site_street2', 'site_zip', 'site_city', 'site_state_id', 'site_country_id',
            'object_ids', 'task_ids', 'line_ids', 'date_order', 'date_preferred', 'arrival_from',
            'arrival_to', 'channel', 'team_id', 'zone_id', 'preferred_employee_id', 'pricelist_id',
            'company_id', 'note_external',
        }

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for order, vals in zip(self, vals_list, strict=True):
            # Archived objects are history: a new order cannot be for them.
            vals['object_ids'] = [Command.set(order.object_ids.filtered('active').ids)]
            if 'line_ids' in vals:
                vals['line_ids'] = [
                    Command.create(line) for line in order._get_lines_to_copy().copy_data()]
        return vals_list

    def _get_lines_to_copy(self):
        """Return the lines of one order that are work: not corrections, nor what rules made of it."""
        self.ensure_one()
        return self.line_ids.filtered(lambda line: (
            line.state != 'cancelled' and not line.reversed_line_id and not line.is_rule_line))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_forbidden(self):
        self._ensure_allowed('delete')
        for order in self:
            if 'posted' in order.line_ids.mapped('state'):
                raise UserError(self.env._(
                    "%s has posted lines: it cannot be deleted. Reverse them and keep the order as"
                    " their record.", order.name))

    #=== STAGES ===#

    def _ensure_allowed(self, action):
        """:raise UserError: naming the order and the stage, if a stage forbids an action"""
        flag = self.env['service.stage']._get_actions()[action]
        for order in self:
            if not order.stage_id[flag]:
                raise UserError(self._get_forbidden_message(order, action))

    @api.model
    def _get_forbidden_message(self, order, action):
        text = {
            'edit': self.env._("%(order)s cannot be changed in stage “%(stage)s”."),
            'delete': self.env._("%(order)s cannot be deleted in stage “%(stage)s”."),
            'cancel': self.env._("%(order)s cannot be cancelled in stage “%(stage)s”."),
            'sign_off': self.env._("%(order)s cannot be signed off in stage “%(stage)s”."),
            'post': self.env._("%(order)s cannot be posted in stage “%(stage)s”."),
        }[action]
        hint = self.env._("Move it to a stage that allows this first.")
        return text % {'order': order.name, 'stage': order.stage_id.name} + '\n' + hint

    def _check_move(self, stage, vals):
        """Check that orders may go to a stage, with the values that are written along.

        Extend to add conditions: every way to move an order comes through here.

        :raise AccessError: if the user may not move orders by hand
        :raise UserError: naming what is missing
        """
        if not self:
            return
        # Technicians move orders by what they do (start, sign), which runs in sudo.
        self._ensure_role('dispatcher', self.env._(
            "Technicians do not move orders by hand: start or sign the visit instead, or ask a"
            " dispatcher."))
        if stage.needs_reason and not vals.get('stage_reason_id'):
            raise UserError(self.env._(
                "Stage “%s” needs a reason. Use “Change Stage” and give one.", stage.name))
        guard = {'cancelled': 'cancel', 'signed_off': 'sign_off', 'posted': 'post'}
        for order in self:
            if order.state not in TRANSITIONS[stage.category]:
                raise UserError(self.env._(
                    "%(order)s is in stage “%(from)s” and cannot go to “%(to)s”.",
                    order=order.name, to=stage.name, **{'from': order.stage_id.name}))
            if order.state != stage.category:
                if action := guard.get(stage.category):
                    order._ensure_allowed(action)
                if check := getattr(self, f'_check_becomes_{stage.category}', None):
                    check(order, vals)

    def _check_becomes_open(self, order, vals):
        if order.state == 'signed_off':
            self._ensure_role('manager', self.env._(
                "%s is signed off: only a service manager reopens it.", order.name))
        if 'posted' in order.line_ids.mapped('state'):
            raise UserError(self.env._(
                "%s has posted lines and stays closed. Create another order for more work.",
                order.name))

    def _check_becomes_signed_off(self, order, vals):
        if order.company_id.service_require_signature and not (
                vals.get('signature') or order.signature):
            raise UserError(self.env._(
                "%s is not signed. Let the customer sign it with “Sign Off” first.", order.name))
        order.visit_ids._ensure_timer_stopped()

    def _check_becomes_posted(self, order, vals):
        if 'open' in order.line_ids.mapped('state'):
            raise UserError(self.env._(
                "%s has lines that are not posted. Use “Post” to post them.", order.name))

    def _check_becomes_cancelled(self, order, vals):
        if 'posted' in order.line_ids.mapped('state'):
            raise UserError(self.env._(
                "%s has posted lines and cannot be cancelled. Reverse them instead.", order.name))
        order.visit_ids._ensure_timer_stopped()

    def _log_stage_moves(self, origins):
        """Keep who moved which order when, from where to where, and why.

        :param dict origins: {order: the stage it came from}
        """
        self.env['service.order.stage.log'].sudo().create([  # nobody writes history by hand
            order._prepare_stage_log(origins[order]) for order in self])

    def _prepare_stage_log(self, origin):
        self.ensure_one()
        return {
            'order_id': self.id,
            'stage_from_id': origin.id,
            'stage_id': self.stage_id.id,
            'reason_id': self.stage_reason_id.id,
            'note': self.stage_note,
            'user_id': self.env.uid,
        }

    def _after_move(self, origins):
        """Draw the consequences of stage moves that changed the state."""
        for state in ('open', 'signed_off', 'posted', 'cancelled'):
            changed = self.filtered(lambda order, state=state: (
                order.state == state and origins[order].category != state))
            if changed:
                getattr(changed, f'_on_{"opened" if state == "open" else state}')()
        self.filtered(lambda order: (
            order.state == 'open' and origins[order].category == 'cancelled'))._on_revoked()

    def _on_opened(self):
        """Extend for what an order needs from now on, at the first opening and at each later one."""
        self._ensure_waiting_visit()
        self._apply_price_rules()

    def _is_first_opening(self):
        """Tell whether one open order was never open before, by its history."""
        self.ensure_one()
        # What happened decides, whoever asks.
        stages = [log.stage_id for log in self.sudo().stage_log_ids]
        return sum(stage.category == 'open' for stage in stages) == 1

    def _ensure_waiting_visit(self):
        """Let a visit wait to be planned for those of these orders that are open and have none."""
        without_visit = self.filtered(lambda order: order.state == 'open' and not (
            order.visit_ids.filtered(lambda visit: visit._is_open())))
        # Portal acceptance and mail open orders too, and technicians end visits.
        self.env['service.visit'].sudo().create([
            order._prepare_first_visit() for order in without_visit])

    def _prepare_first_visit(self):
        self.ensure_one()
        return {'order_id': self.id}

    def _on_revoked(self):
        self.line_ids.filtered('is_cancelled_with_order')._reopen()

    def _on_signed_off(self):
        self.filtered(lambda order: not order.signed_on).signed_on = fields.Datetime.now()
        for order in self:
            worked = order.visit_ids.filtered('work_start')
            open_visits = order.visit_ids.filtered(lambda visit: visit._is_open())
            (open_visits & worked)._finish()
            (open_visits - worked)._cancel(
                reason=self.env['service.reason'],
                note=self.env._("The order was signed off."))
        self._apply_price_rules()

    def _on_posted(self):
        """Extend for what follows when nothing is left to post."""

    def _on_cancelled(self):
        lines = self.line_ids.filtered(lambda line: line.state == 'open')
        lines._cancel()
        lines.sudo().is_cancelled_with_order = True
        for order in self:
            order.visit_ids.filtered(lambda visit: visit._is_open())._cancel(
                order.stage_reason_id, order.stage_note)

    def _move_on_event(self, event):
        """Move orders to the stage of their state that waits for an event, never backwards."""
        stages = self.env['service.stage'].search([('event', '=', event)])
        moving = {}
        for order in self:
            target = stages.filtered_domain(
                stages._get_available_domain(order.company_id, order.team_id)
                & Domain('category', '=', order.state))[:1]
            if target and (order.stage_id.sequence, order.stage_id.id) < (
                    target.sequence, target.id) and not target.needs_reason:
                moving[target] = moving.get(target, self.browse()) | order
        for target, orders in moving.items():
            # A technician who starts work moves the order without having the right to.
            orders.sudo().stage_id = target

    def get_stage_move_action(self, stage_id):
        """Return the dialog that a move to a stage needs, or False when none is needed.

        Called by the board before a card that was dropped is written.
        """
        stage = self.env['service.stage'].browse(stage_id).exists()
        if not stage or not self._needs_stage_dialog(stage):
            return False
        return self._open_stage_dialog(stage)

    def _needs_stage_dialog(self, stage):
        return stage.needs_reason or (stage.category == 'signed_off' and any(
            order.company_id.service_require_signature and not order.signature
            for order in self))

    @api.model
    def _get_dialog_answers(self):
        """Return what the dialog of a move is going to answer, to check the rest before it opens."""
        return {'stage_reason_id': True, 'signature': True}

    def _open_stage_dialog(self, stage=None):
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Change Stage"),
            'res_model': 'service.order.change.stage',
            'view_mode': 'form',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_order_ids': self.ids, 'default_stage_id': stage and stage.id},
        }

    def _change_state(self, state):
        """Move orders to their first stage of a state; open a dialog where that has questions."""
        stages = {order: self.env['service.stage']._get_for(state, order.company_id, order.team_id)
                  for order in self}
        for stage in set(stages.values()):
            orders = self.filtered(lambda order, stage=stage: stages[order] == stage)
            if orders._needs_stage_dialog(stage):
                if len(set(stages.values())) > 1:
                    raise UserError(self.env._(
                        "These orders go to different stages. Move the orders of one team at a"
                        " time."))
                orders._check_move(stage, self._get_dialog_answers())
                return orders._open_stage_dialog(stage)
            orders.write({'stage_id': stage.id})
        return True

    #=== ACTIONS ===#

    def action_confirm(self):
        """Open requests and quotes."""
        return self._change_state('open')

    def action_cancel(self):
        return self._change_state('cancelled')

    def _cancel_all(self, reason, note=False):
        """Cancel orders of several companies and teams for one reason, each in its own stage."""
        for (company, team), orders in self.grouped(
                lambda order: (order.company_id, order.team_id)).items():
            orders.write({
                'stage_id': self.env['service.stage']._get_for('cancelled', company, team).id,
                'stage_reason_id': reason.id,
                'stage_note': note,
            })

    def action_revoke(self):
        """Take cancellations back; orders that are not cancelled are left alone."""
        return self.filtered(lambda order: order.state == 'cancelled')._change_state('open')

    def action_sign_off(self):
        """Open the dialog in which the customer signs."""
        self.ensure_one()
        stage = self.env['service.stage']._get_for('signed_off', self.company_id, self.team_id)
        self._ensure_allowed('sign_off')
        # The technician confirms completion without the right to move orders.
        self.sudo()._check_move(stage, self._get_dialog_answers())
        return {**self._open_stage_dialog(stage), 'name': self.env._("Sign Off")}

    def action_change_stage(self):
        return self._open_stage_dialog()

    def action_post(self):
        """Post all open lines of signed-off orders."""
        return self._post_lines()

    def _post_lines(self, lines=None):
        """Post lines of these orders, by default all; orders with nothing left become posted.

        :return: the dialog that becoming posted needs, else True

        :raise AccessError: if the user is no service manager
        :raise UserError: if an order is not signed off, or its stage forbids posting
        """
        self._ensure_role('manager', self.env._("Only a service manager posts service orders."))
        for order in self:
            if order.state not in ('signed_off', 'posted'):
                raise UserError(self.env._(
                    "%(order)s is in stage “%(stage)s” and not signed off. Sign it off before you"
                    " post it.", order=order.name, stage=order.stage_id.name))
        self._ensure_allowed('post')
        self._apply_price_rules()
        if lines is None:
            lines = self.line_ids
        lines.filtered(lambda line: line.state == 'open')._post()
        done = self.filtered(lambda order: order.state == 'signed_off'
                             and 'open' not in order.line_ids.mapped('state'))
        return done._change_state('posted') if done else True

    def action_plan_visit(self):
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Plan a Visit"),
            'res_model': 'service.visit',
            'view_mode': 'form',
            'views': [(self.env.ref('service_management.service_visit_view_form_quick_create').id,
                       'form')],
            'target': 'new',
            'res_id': self.visit_ids.filtered(
                lambda visit: visit.state == 'planned' and not visit.date_start)[:1].id,
            'context': {'default_order_id': self.id},
        }

    def _open(self):
        """Return the action that shows these orders: the form of one, else the list."""
        return open_records(self, 'service_management.service_order_action')

    def action_view_visits(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'service_management.service_visit_action')
        return {**action, 'domain': [('order_id', '=', self.id)],
                'context': {'default_order_id': self.id}}

    def action_view_invoices(self):
        return self._open_invoices(self.invoice_ids)

    @api.model
    def _open_invoices(self, invoices):
        action = self.env['ir.actions.act_window']._for_xml_id(
            'account.action_move_out_invoice_type')
        action['context'] = {'default_move_type': 'out_invoice'}
        if len(invoices) == 1:
            return {**action, 'res_id': invoices.id, 'views': [(False, 'form')]}
        return {**action, 'domain': [('id', 'in', invoices.ids)]}

    def action_navigate(self):
        """Open the site in the map of the device."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_url',
            'url': f'https://www.openstreetmap.org/search?query={self.site_address or ""}',
            'target': 'new',
        }

    #=== BILLING ===#

    def action_bill(self):
        """Ask how to bill orders, then make the drafts."""
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Create Invoices"),
            'res_model': 'service.order.bill',
            'view_mode': 'form',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_order_ids': self.ids},
        }

    def _get_invoice_grouping_key(self):
        """Return what orders share to be billed on one invoice; extend to split further."""
        self.ensure_one()
        return (self.company_id, self.partner_invoice_id, self.currency_id,
                self.fiscal_position_id, self.payment_term_id)

    def _create_invoices(self, grouped=True):
        """Create draft invoices, or credit notes where more is to be credited than billed.

        :param bool grouped: one draft for all orders that share a grouping key, else one each
        :return: account.move recordset, in the order of the customers
        :raise AccessError: if the user is no service manager
        :raise UserError: if nothing is left to bill
        """
        self._ensure_role('manager', self.env._("Only a service manager bills service orders."))
        billable = self.line_ids.filtered(lambda line: line.invoice_status == 'to_invoice')
        if not billable:
            raise UserError(self.env._(
                "There is nothing to bill. Lines are billed once they are posted and chargeable;"
                " billed lines are billed again only after a credit note."))
        orders_by_key = {}
        for order in billable.order_id:
            key = (order._get_invoice_grouping_key(), False if grouped else order)
            orders_by_key[key] = orders_by_key.get(key, self.browse()) | order
        vals_list = []
        for orders in orders_by_key.values():
            lines = billable.filtered(lambda line, orders=orders: line.order_id in orders)
            vals_list.append(orders._prepare_invoice(lines))
        # Billing makes drafts without accounting rights; posting them stays with accounting.
        return self.env['account.move'].sudo().create(vals_list).sudo(self.env.su)

    def _prepare_invoice(self, lines):
        """Return the values of one draft for several orders of a customer and their lines."""
        first = self[0]
        amount = sum(
            line.price_unit * (1 - line.discount / 100) * line.qty_to_invoice for line in lines)
        sign = -1 if amount < 0 else 1
        references = list(dict.fromkeys(filter(None, self.mapped('client_order_ref'))))
        commands = []
        for order in self:
            if len(self) > 1:
                commands.append(Command.create(order._prepare_invoice_section()))
            commands += [
                Command.create(line._prepare_invoice_line(sign))
                for line in lines if line.order_id == order]
        for sequence, command in enumerate(commands):
            command[2]['sequence'] = sequence
        return {
            'move_type': 'out_invoice' if sign > 0 else 'out_refund',
            'company_id': first.company_id.id,
            'partner_id': first.partner_invoice_id.id,
            'partner_shipping_id': first.site_id.id,
            'currency_id': first.currency_id.id,
            'fiscal_position_id': first.fiscal_position_id.id,
            'invoice_payment_term_id': first.payment_term_id.id,
            'invoice_user_id': first.user_id.id,
            'invoice_origin': ', '.join(self.mapped('name')),
            'ref': ', '.join(references),
            'invoice_line_ids': commands,
        }

    def _prepare_invoice_section(self):
        self.ensure_one()
        return {'display_type': 'line_section', 'name': self.display_name}
