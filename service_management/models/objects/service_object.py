from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..common.records import name_first, offer_template


class ServiceObject(models.Model):
    _name = 'service.object'
    _description = "Service Object"
    _date_years = 100
    _inherit = [
        'service.document.mixin', 'mail.thread', 'mail.activity.mixin', 'service.portal.mixin',
        'service.figures.mixin', 'service.given.mixin']
    _window_action = 'service_management.service_object_action'
    _order = 'name, id'
    _rec_names_search = ['name', 'code', 'serial_number', 'partner_id.name']
    _check_company_auto = True
    _parent_store = True

    name = fields.Char(required=True, tracking=True, index='trigram')
    code = fields.Char(
        string="Reference", copy=False, index='trigram',
        help="Your own number for the object, on its label.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company, index=True)
    group_id = fields.Many2one(
        comodel_name='service.object.group', check_company=True, index='btree_not_null',
        ondelete='restrict')
    is_intangible = fields.Boolean(
        string="Intangible",
        help="Something without a place or a serial number: a set of accounts, a software system.")

    # Where it is
    partner_id = fields.Many2one(
        comodel_name='res.partner', string="Customer", check_company=True, index=True,
        tracking=True, ondelete='restrict')
    commercial_partner_id = fields.Many2one(
        related='partner_id.commercial_partner_id', store=True, index=True)
    site_id = fields.Many2one(
        comodel_name='res.partner',
        compute='_compute_site_id', store=True, readonly=False, precompute=True,
        check_company=True, index='btree_not_null', ondelete='restrict', tracking=True,
        domain="[('commercial_partner_id', '=', commercial_partner_id)]")
    parent_id = fields.Many2one(
        comodel_name='service.object', string="Part Of", check_company=True, index='btree_not_null',
        ondelete='restrict', domain="[('id', '!=', id), ('company_id', '=', company_id)]")
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many(
        comodel_name='service.object', inverse_name='parent_id', string="Parts")
    child_count = fields.Integer(compute='_compute_child_count')

    # What it is
    product_id = fields.Many2one(
        comodel_name='product.product', check_company=True, index='btree_not_null',
        ondelete='restrict')
    serial_number = fields.Char(copy=False, tracking=True, index='trigram')
    note = fields.Html(string="Notes")

    # Warranty
    date_purchase = fields.Date(string="Purchased On", tracking=True)
    date_delivery = fields.Date(string="Delivered On", tracking=True)
    date_in_service = fields.Date(string="In Service Since", tracking=True)
    warranty_start = fields.Date(
        string="Warranty From", compute='_compute_warranty_start', store=True, precompute=True,
        help="Start-up, delivery or purchase, as the terms of the product or else of the group say.")
    warranty_labor_end = fields.Date(
        string="Labor Warranty Until",
        compute='_compute_warranty_labor_end', store=True, readonly=False, precompute=True,
        tracking=True, index='btree_not_null',
        help="Last day on which labor is under warranty, extensions apart. What somebody enters stays.")
    warranty_parts_end = fields.Date(
        string="Parts Warranty Until",
        compute='_compute_warranty_parts_end', store=True, readonly=False, precompute=True,
        tracking=True, index='btree_not_null',
        help="Last day on which parts are under warranty, extensions apart. What somebody enters stays.")
    warranty_extension_ids = fields.One2many(
        comodel_name='service.warranty.extension', inverse_name='object_id',
        string="Extended Warranty")
    warranty_state = fields.Selection(
        selection=[('none', "No warranty"), ('partly', "Partly"), ('full', "Under warranty")],
        compute='_compute_warranty_state', search='_search_warranty_state')

    _by_name = models.Index('(name, id)')
    _archived = models.Index('(id) WHERE active IS NOT TRUE')
    _intangible = models.Index('(name, id) WHERE is_intangible IS TRUE')
    _unique_serial_number = models.UniqueIndex(
        '(company_id, product_id, serial_number)'
        ' WHERE serial_number IS NOT NULL AND product_id IS NOT NULL AND active IS TRUE',
        "Another object has this product and serial number already.")
    _warranty_after_start = models.Constraint(
        'CHECK (warranty_start IS NULL OR'
        ' (COALESCE(warranty_labor_end, warranty_start) >= warranty_start'
        ' AND COALESCE(warranty_parts_end, warranty_start) >= warranty_start))',
        "A warranty cannot end before it begins: compare it with the days of start-up, delivery and"
        " purchase.")

    @api.model
    def _get_site_domain(self, sites):
        return Domain('site_id', 'in', sites.ids)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        return self._filter_recipients(
            super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs))

    @api.model
    def get_import_templates(self):
        """Offer a spreadsheet with the headings that the import knows."""
        return [offer_template(
            self, self.env._("Import Template for Service Objects"), 'service_objects')]

    def _compute_access_url(self):
        super()._compute_access_url()
        for obj in self:
            obj.access_url = f'/my/service_objects/{obj.id}'

    @api.depends('partner_id')
    def _compute_site_id(self):
        """Follow the customer: a site of another customer is never right."""
        for obj in self:
            if obj.site_id.commercial_partner_id != obj.partner_id.commercial_partner_id:
                delivery = obj.partner_id.address_get(['delivery'])['delivery']
                obj.site_id = obj.partner_id and delivery

    def _get_warranty_terms(self):
        """Return who says the terms of one object's warranty: its product, else its group."""
        self.ensure_one()
        product = self.product_id.product_tmpl_id
        return product if product and product._has_warranty_terms() else self.group_id

    @api.depends('date_purchase', 'date_delivery', 'date_in_service', 'group_id', 'product_id')
    def _compute_warranty_start(self):
        """Take the day that the terms name, else the next one that is known.

        Start-up is followed by delivery and purchase, delivery by purchase and start-up, purchase
        by delivery and start-up. Without terms start-up counts.
        """
        for obj in self:
            dates = {
                'in_service': (obj.date_in_service, obj.date_delivery, obj.date_purchase),
                'delivery': (obj.date_delivery, obj.date_purchase, obj.date_in_service),
                'purchase': (obj.date_purchase, obj.date_delivery, obj.date_in_service),
            }[obj._get_warranty_terms().warranty_begin or 'in_service']
            obj.warranty_start = next(filter(None, dates), False)

    def _get_followed_fields(self):
        return {
            **super()._get_followed_fields(),
            'warranty_labor_end': self._propose_warranty_labor_end,
            'warranty_parts_end': self._propose_warranty_parts_end,
        }

    def _propose_warranty_labor_end(self):
        return self._propose_warranty_end('warranty_labor_months')

    def _propose_warranty_parts_end(self):
        return self._propose_warranty_end('warranty_parts_months')

    def _propose_warranty_end(self, months_field):
        """Return {object: last day by the terms}, False where they promise nothing."""
        proposals = {}
        for obj in self:
            months = obj._get_warranty_terms()[months_field]
            proposals[obj] = bool(obj.warranty_start and months) and (
                obj.warranty_start + relativedelta(months=months, days=-1))
        return proposals

    @api.depends('warranty_start', 'group_id', 'product_id')
    def _compute_warranty_labor_end(self):
        self._follow('warranty_labor_end')

    @api.depends('warranty_start', 'group_id', 'product_id')
    def _compute_warranty_parts_end(self):
        self._follow('warranty_parts_end')

    @api.depends('warranty_start', 'warranty_labor_end', 'warranty_parts_end',
                 'warranty_extension_ids.date_from', 'warranty_extension_ids.date_to')
    def _compute_warranty_state(self):
        for obj in self:
            today = obj.company_id._get_service_today()
            covered = [obj._is_under_warranty(kind, today) for kind in ('labor', 'parts')]
            obj.warranty_state = 'full' if all(covered) else 'partly' if any(covered) else 'none'

    def _search_warranty_state(self, operator, value):
        if operator != 'in':
            return NotImplemented
        by_today = self.env['res.company']._get_today_domain
        started = Domain('warranty_start', '=', False) | by_today('warranty_start', '<=')
        # Who is extended is looked up first, and one of both ends after it: indexes have them.
        extended = {
            kind: objects for kind, objects in self.env['service.warranty.extension'].sudo()._read_group(
                by_today('date_from', '<=') & by_today('date_to', '>='), ['kind'],
                ['object_id:recordset'])}
        labor, parts = (
            (by_today(name, '>=') & started)
            | Domain('id', 'in', extended[kind].ids if kind in extended else [])
            for kind, name in (('labor', 'warranty_labor_end'), ('parts', 'warranty_parts_end')))
        if {'partly', 'full'} <= set(value):  # as two states no index would serve them
            return Domain.TRUE if 'none' in value else labor | parts
        domain_by_state = {
            'full': labor & parts,
            'partly': (labor | parts) & (~labor | ~parts),
            'none': ~(labor | parts),
        }
        return Domain.OR(domain_by_state[state] for state in value if state in domain_by_state)

    def _get_warranty_own_end(self, kind):
        """Return the last day of a warranty ('labor' or 'parts') without extensions."""
        return self.warranty_labor_end if kind == 'labor' else self.warranty_parts_end

    def _get_warranty_extension(self, kind, day):
        """Return the extension of a warranty ('labor' or 'parts') that a day falls into."""
        self.ensure_one()
        # What a warranty pays is no secret to whoever books or bills the work.
        return self.sudo().warranty_extension_ids.filtered(
            lambda row: row.kind == kind and row.date_from and row.date_from <= day <= row.date_to)[:1]

    def _get_warranty_until(self, kind, day):
        """Return the last day of the warranty, or of its extension, that a day falls into."""
        return (self._is_under_own_warranty(kind, day) and self._get_warranty_own_end(kind)) or (
            self._get_warranty_extension(kind, day).date_to)

    def _is_under_own_warranty(self, kind, day):
        self.ensure_one()
        end, start = self._get_warranty_own_end(kind), self.warranty_start
        return bool(end) and day <= end and (not start or day >= start)

    def _is_under_warranty(self, kind, day):
        """Tell whether the warranty of a kind ('labor' or 'parts') or an extension holds on a day.

        Both its first and its last day belong to it. An object without an end has no warranty; one
        whose warranty has not begun on any day that is known is covered from the beginning.
        """
        return self._is_under_own_warranty(kind, day) or bool(
            self._get_warranty_extension(kind, day))

    def _get_warranty_percent(self, kind, day):
        """Return what percent a warranty ('labor' or 'parts') pays on a day; an extension pays all."""
        self.ensure_one()
        if not self._is_under_own_warranty(kind, day):
            return 100.0 if self._get_warranty_extension(kind, day) else 0.0
        return self._get_warranty_terms()._get_warranty_percent(kind, self.warranty_start, day)

    @api.depends('child_ids')
    def _compute_child_count(self):
        count_by_parent = dict(self._read_group(
            [('parent_id', 'in', self.ids)], ['parent_id'], ['__count']))
        for obj in self:
            obj.child_count = count_by_parent.get(obj._origin, 0)

    @api.depends('code', 'serial_number')
    def _compute_display_name(self):
        super()._compute_display_name()
        for obj in self:
            if obj.name and (mark := obj.code or obj.serial_number):
                obj.display_name = f'[{mark}] {obj.name}'

    def _get_document_name(self):
        """Return what customers read of one object on documents, in the language of the context."""
        self.ensure_one()
        if not self.serial_number:
            return self.name
        return self.env._(
            "%(object)s, S/N %(number)s", object=self.name, number=self.serial_number)

    @api.constrains('partner_id', 'site_id')
    def _check_site_of_customer(self):
        for obj in self.filtered('site_id'):
            if obj.site_id.commercial_partner_id != obj.partner_id.commercial_partner_id:
                raise ValidationError(self.env._(
                    "%(site)s is not an address of %(customer)s, the customer of %(object)s.",
                    site=obj.site_id.display_name, customer=obj.partner_id.display_name,
                    object=obj.name))

    @api.constrains('partner_id', 'company_id')
    def _check_stays_with_documents(self):
        """Let objects move when nothing that is not finished would be left behind."""
        for obj in self:
            for documents in obj._get_live_documents():
                left_behind = documents.filtered(lambda document, obj=obj: (
                    document.company_id != obj.company_id or (
                        obj.commercial_partner_id
                        and document.commercial_partner_id != obj.commercial_partner_id)))
                if left_behind:
                    raise ValidationError(self.env._(
                        "%(object)s keeps its customer and company while these are not finished:"
                        " %(documents)s. Finish them, or take the object off them first.",
                        object=obj.display_name, documents=name_first(left_behind)))

    def _get_live_documents(self):
        """Return the documents that name these objects and are not finished; extend for more.

        :return: list of recordsets in sudo: what was promised counts, whoever asks
        """
        return []

    def action_view_children(self):
        """Show the parts of the object."""
        self.ensure_one()
        return self._show_found(
            [('parent_id', '=', self.id)], default_parent_id=self.id,
            default_partner_id=self.partner_id.id)
