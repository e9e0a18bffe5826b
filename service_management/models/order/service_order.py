from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL

from ...tools.clock import local_day

PRIORITIES = [('0', "Normal"), ('1', "Important"), ('2', "High"), ('3', "Emergency")]


class ServiceOrder(models.Model):
    _name = 'service.order'
    _description = "Service Order"
    _inherit = [
        'service.given.mixin', 'service.quote.mixin', 'service.job.mixin',
        'mail.tracking.duration.mixin', 'rating.mixin', 'analytic.mixin',
    ]
    _order = 'priority desc, id desc'
    _rec_names_search = [
        'name', 'title', 'client_order_ref', 'partner_id.name', 'site_id.name', 'site_city',
        'object_ids.name', 'object_ids.serial_number', 'object_ids.code']
    _check_company_auto = True
    _track_duration_field = 'stage_id'
    _window_action = 'service_management.service_order_action'

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
    contact_phone = fields.Char(
        compute='_compute_contact_phone', inverse='_inverse_contact_phone',
        help="The contact's number, unless another one is entered for this order.")
    caller_phone = fields.Char(
        string="Caller's Phone", copy=False,
        help="Where whoever called is reached, if it is not the contact's number.")
    client_order_ref = fields.Char(
        string="Customer Reference", copy=False, index='trigram',
        help="The customer's own number of this work.")

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
        precompute=True, index='trigram')
    site_street2 = fields.Char(
        string="Street 2", compute='_compute_site_address', store=True, readonly=False,
        precompute=True)
    site_zip = fields.Char(
        string="ZIP", compute='_compute_site_address', store=True, readonly=False, precompute=True)
    site_city = fields.Char(
        string="City", compute='_compute_site_address', store=True, readonly=False,
        precompute=True, index='trigram')
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
        string="Service Objects", check_company=True, ondelete='restrict',
        context={'active_test': False},
        domain="[('active', '=', True), ('company_id', '=', company_id),"
               " ('commercial_partner_id', 'in', (commercial_partner_id, False))]",
        help="An object that is archived later stays on the orders that are for it.")
    task_ids = fields.One2many(
        comodel_name='service.order.task', inverse_name='order_id', string="Tasks", copy=True)
    note_internal = fields.Html(
        string="Internal Notes", help="For your people; customers never see it.")
    note_external = fields.Html(
        string="Customer Notes", help="Printed on the customer's documents.")

    # Who
    user_id = fields.Many2one(
        comodel_name='res.users', string="Responsible", check_company=True, tracking=True,
        default=lambda self: self.env.user, index=True, domain="[('share', '=', False)]", duty=True)
    zone_id = fields.Many2one(
        comodel_name='service.zone', compute='_compute_zone_id', store=True, readonly=False,
        precompute=True, check_company=True, index='btree_not_null')
    team_id = fields.Many2one(
        comodel_name='service.team', compute='_compute_team_id', store=True, readonly=False,
        precompute=True, check_company=True, index=True, tracking=True, ondelete='restrict')
    preferred_employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Preferred Technician", check_company=True,
        index='btree_not_null', domain="[('service_team_id', '!=', False)]", duty=True)

    # When
    date_order = fields.Datetime(
        string="Called On", required=True, index=True, default=fields.Datetime.now, copy=False, tracking=True,
        help="Warranties and prices are those of this day.")
    date_preferred = fields.Datetime(
        string="Preferred Time", copy=False, help="When the customer would like the visit.")
    arrival_from = fields.Datetime(
        string="Arrive After", copy=False, help="Beginning of the window promised to the customer.")
    arrival_to = fields.Datetime(
        string="Arrive Before", copy=False, help="End of the window promised to the customer.")
    is_ahead = fields.Boolean(
        compute='_compute_is_ahead', export_string_translation=False,
        help="Made before its day, as agreements make orders.")
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
        selection=PRIORITIES, compute='_compute_priority', store=True, readonly=False,
        precompute=True, required=True, index=True, tracking=True)

    # Work
    line_ids = fields.One2many(
        comodel_name='service.order.line', inverse_name='order_id', string="Lines", copy=True)

    _arrival_window = models.Constraint(
        'CHECK (arrival_to >= arrival_from)',
        "The arrival window ends before it begins. Correct “Arrive Before”.")
    _unique_number = models.UniqueIndex(
        "(company_id, name) WHERE name <> 'New'", "Another order has this number already.")
    _archived = models.Index('(id) WHERE active IS NOT TRUE')

    @api.depends('date_order', 'state')
    def _compute_is_ahead(self):
        now = fields.Datetime.now()
        for order in self:
            order.is_ahead = order.state in ('draft', 'open') and bool(
                order.date_order and order.date_order > now)

    def _field_to_sql(self, alias, fname, query=None):
        if fname != 'is_ahead':
            return super()._field_to_sql(alias, fname, query)
        # The history of an object sorts by it, and the clock moves it: nothing is stored.
        return SQL(
            "(%s IN ('draft', 'open') AND %s > %s)", self._field_to_sql(alias, 'state', query),
            self._field_to_sql(alias, 'date_order', query), fields.Datetime.now())

    @api.depends('partner_id')
    def _compute_contact_id(self):
        for order in self:
            if order.contact_id.commercial_partner_id != order.partner_id.commercial_partner_id:
                order.contact_id = False
            if order.partner_id and not order.partner_id.is_company and not order.contact_id:
                order.contact_id = order.partner_id

    @api.depends('caller_phone', 'contact_id.phone')
    def _compute_contact_phone(self):
        """Say the number that was entered, else the contact's; one that is being entered stays."""
        for order in self:
            order.contact_phone = (
                order.caller_phone or order.contact_id.phone or order.contact_phone)

    def _inverse_contact_phone(self):
        for order in self:
            is_own = order.contact_phone != order.contact_id.phone
            order.caller_phone = is_own and order.contact_phone

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
    @api.depends_context('lang')
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

    def _get_followed_fields(self):
        return {
            **super()._get_followed_fields(), 'priority': self._propose_priority,
            'team_id': self._propose_team_id}

    def _is_given(self, name):
        """A team that does not work for the company of an order was not meant for it."""
        if name == 'team_id' and self.team_id and not self.team_id.filtered_domain(
                self.team_id._check_company_domain(self.company_id)):
            return False
        return super()._is_given(name)

    @api.depends('company_id', 'zone_id', 'type_id', 'partner_id', 'object_ids')
    def _compute_team_id(self):
        self._follow('team_id')

    def _propose_team_id(self):
        """Propose the team of the type, else one of the zone.

        Elsewhere keep the team of an order; of a new one, propose the team that came last, else one
        that works everywhere.
        """
        found = {}
        for company, orders in self.grouped('company_id').items():
            Team = self.env['service.team'].with_context(active_test=True)
            teams = Team.search(Team._check_company_domain(company))
            teams = teams.sorted(lambda team, company=company: (
                team.company_id != company, bool(team.zone_ids)))
            astray = orders.browse()
            for order in orders:
                local = teams.filtered(
                    lambda team, zone=order.zone_id: zone and zone in team.zone_ids)
                team = order.type_id.team_id & teams or order.team_id & local or local[:1]
                if team:
                    found[order] = team
                elif not (order._origin and order.team_id & teams):
                    astray |= order
            usual = astray._get_usual_teams(teams) if len(teams) > 1 else {}
            found.update({order: usual.get(order) or teams[:1] for order in astray})
        return found

    def _get_usual_teams(self, teams):
        """Return {order: the team that came last for its objects, else for its customer, or none}.

        :param teams: those that can be chosen
        """
        by_object = self._get_last_teams('object_ids', self.object_ids._origin, teams)
        by_customer = self._get_last_teams(
            'commercial_partner_id', self.partner_id.commercial_partner_id._origin, teams)
        usual = {}
        for order in self:
            known = [by_object[obj] for obj in order.object_ids._origin if obj in by_object]
            known = known or [by_customer.get(
                order.partner_id.commercial_partner_id._origin, (0, teams.browse()))]
            usual[order] = max(known, key=lambda row: row[0])[1]
        return usual

    @api.model
    def _get_last_teams(self, field, records, teams):
        """Return {record: (id of its last order, the team of it)} of records that orders name in a field."""
        if not records:
            return {}
        # Which team knows a customer is no secret, whoever takes the call.
        rows = self.env['service.order'].sudo()._read_group(
            [(field, 'in', records.ids), ('team_id', 'in', teams.ids)],
            [field, 'team_id'], ['id:max'])
        return {
            record.sudo(False): (order_id, team.sudo(False))
            for record, team, order_id in sorted(rows, key=lambda row: row[2])}

    @api.depends('type_id')
    def _compute_priority(self):
        self._follow('priority')

    def _propose_priority(self):
        return {order: order.type_id.priority or '0' for order in self}

    @api.depends('title')
    def _compute_display_name(self):
        for order in self:
            order.display_name = f'{order.name} {order.title or ""}'.strip()

    def _get_order_day(self):
        """Return the day of the call at the company: warranties and prices are those of it."""
        self.ensure_one()
        return local_day(
            self.date_order or fields.Datetime.now(), self.company_id._get_service_timezone())

    @api.constrains('partner_id', 'site_id', 'contact_id', 'object_ids')
    def _check_belongs_to_customer(self):
        for order in self:
            order.partner_id._ensure_owns(
                order.site_id | order.contact_id, order.object_ids | order.line_ids.object_id)

    @api.model_create_multi
    def create(self, vals_list):
        """Keep where orders begin, and draw the consequences of those that are open."""
        orders = super().create(vals_list)
        orders._enter_life()
        return orders

    def _enter_life(self):
        """Look where new orders begin, and draw the consequences of those that are open; extend."""
        self._check_beginning()
        self._log_stage_moves({order: self.env['service.stage'] for order in self})
        self.filtered(lambda order: order.state == 'open')._on_opened()

    @api.model
    def _complete_new(self, vals_list):
        """Number orders."""
        return self.env['res.company']._number_documents(
            'service.order', super()._complete_new(vals_list))

    def write(self, vals):
        """Guard what a stage locks, and move orders to another stage with all that follows."""
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
            'stage_reason_id': False, 'stage_note': False, **vals})
        moving.sudo().date_last_stage_update = fields.Datetime.now()  # the program keeps it
        # Who is there already keeps why and since when.
        super(ServiceOrder, self - moving).write({
            name: value for name, value in vals.items()
            if name not in ('stage_id', 'stage_reason_id', 'stage_note')})
        moving._log_stage_moves(origins)
        moving._after_move(origins)
        return True

    def _write_stage(self, vals):
        """Put one order into a stage without what follows from a move: whoever calls does that.

        :param dict vals: the stage, and what is kept with it
        """
        self.ensure_one()
        return super().write(vals)  # pylint: disable=super-method-mismatch

    @api.model
    def _get_protected_fields(self):
        """Return the names of the fields that a stage without “May Edit” locks; extend for more."""
        return {
            'title', 'type_id', 'partner_id', 'contact_id', 'client_order_ref', 'site_id', 'site_street',
            'site_street2', 'site_zip', 'site_city', 'site_state_id', 'site_country_id',
            'object_ids', 'task_ids', 'line_ids', 'date_order', 'date_preferred', 'arrival_from',
            'arrival_to', 'channel', 'team_id', 'zone_id', 'preferred_employee_id', 'pricelist_id',
            'company_id', 'note_external', 'work_done',
        }

    @api.model
    def _get_open_domain(self):
        return super()._get_open_domain() | Domain('state', 'in', ('draft', 'open', 'signed_off'))

    @api.model
    def _get_duty_domain(self, field):
        """Orders that are done have a responsible until they are posted, and nobody comes any more."""
        states = ('draft', 'open') if field == 'preferred_employee_id' else (
            'draft', 'open', 'signed_off')
        return super()._get_duty_domain(field) & Domain('state', 'in', states)

    def _filter_transferable(self, field):
        """Leave out what the stage of an order locks."""
        records = super()._filter_transferable(field)
        if field in self._get_protected_fields():
            return records.filtered('can_edit')
        return records

    def _get_responsible_users(self):
        # Who leads a team is no secret to whoever works for it.
        return super()._get_responsible_users() | self.user_id | self.team_id.sudo().user_id

    def copy_data(self, default=None):
        """Copy what is work, for objects that are in use."""
        vals_list = super().copy_data(default)
        given = default or {}
        for order, vals in zip(self, vals_list, strict=True):
            if 'object_ids' not in given:
                # Archived objects are history: a new order cannot be for them.
                vals['object_ids'] = [Command.set(order.object_ids.filtered('active').ids)]
            if 'line_ids' in vals and 'line_ids' not in given:
                lines = order._get_lines_to_copy()
                vals['line_ids'] = [
                    Command.create({**line_vals, 'object_id': line.object_id.filtered('active').id})
                    for line, line_vals in zip(lines, lines.copy_data(), strict=True)]
        return vals_list

    def _get_lines_to_copy(self):
        """Return the lines of one order that are work, not corrections; extend to leave out more."""
        self.ensure_one()
        return self.line_ids.filtered(
            lambda line: line.state != 'cancelled' and not line.reversed_line_id)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_forbidden(self):
        self._ensure_allowed('delete')
        # What was done counts, whoever deletes.
        for order in self.sudo():
            if 'posted' in order.line_ids.mapped('state'):
                raise UserError(self.env._(
                    "%s has posted lines: it cannot be deleted. Reverse them and keep the order as"
                    " their record.", order.name))
            order.line_ids._ensure_without_work()

    @api.model
    def get_empty_list_help(self, help_message):
        """Say what is missing before the first order, and the first bill."""
        self.check_access('read')
        return super().get_empty_list_help(
            self.env['service.first.steps']._explain_missing(help_message, 'board', 'money'))

    def action_navigate(self):
        """Open the way to the site on the map of the device."""
        self.ensure_one()
        self.check_access('read')
        return {'type': 'ir.actions.act_url', 'url': self._get_route_url(), 'target': 'new'}

    def _get_route_url(self):
        """Return the link to the way to the site of one order; extend for another map."""
        self.ensure_one()
        query = urlencode({'api': 1, 'destination': self.site_address or ''})
        return f'https://www.google.com/maps/dir/?{query}'
