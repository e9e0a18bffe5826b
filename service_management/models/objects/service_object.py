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
        'service.figures.mixin']
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
    date_in_service = fields.Date(string="In Service Since", tracking=True)
    warranty_labor_end = fields.Date(
        string="Labor Warranty Until",
        compute='_compute_warranty_ends', store=True, readonly=False, precompute=True,
        tracking=True, index='btree_not_null',
        help="Last day on which labor is under warranty, counted from the in-service date.")
    warranty_parts_end = fields.Date(
        string="Parts Warranty Until",
        compute='_compute_warranty_ends', store=True, readonly=False, precompute=True,
        tracking=True, index='btree_not_null',
        help="Last day on which parts are under warranty, counted from the in-service date.")
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
        'CHECK (date_in_service IS NULL OR'
        ' (COALESCE(warranty_labor_end, date_in_service) >= date_in_service'
        ' AND COALESCE(warranty_parts_end, date_in_service) >= date_in_service))',
        "A warranty cannot end before the object goes into service.")

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

    @api.depends('date_in_service', 'group_id')
    def _compute_warranty_ends(self):
        """Fill what the group promises; keep what somebody entered where it promises nothing."""
        for obj in self:
            start, group = obj.date_in_service, obj.group_id
            for field, months in (
                ('warranty_labor_end', group.warranty_labor_months),
                ('warranty_parts_end', group.warranty_parts_months),
            ):
                if start and months:
                    obj[field] = start + relativedelta(months=months, days=-1)
                else:
                    obj[field] = obj[field]

    @api.depends('date_in_service', 'warranty_labor_end', 'warranty_parts_end')
    def _compute_warranty_state(self):
        for obj in self:
            today = obj.company_id._get_service_today()
            covered = [obj._is_under_warranty(kind, today) for kind in ('labor', 'parts')]
            obj.warranty_state = 'full' if all(covered) else 'partly' if any(covered) else 'none'

    def _search_warranty_state(self, operator, value):
        if operator != 'in':
            return NotImplemented
        by_today = self.env['res.company']._get_today_domain
        started = Domain('date_in_service', '=', False) | by_today('date_in_service', '<=')
        labor, parts = by_today('warranty_labor_end', '>='), by_today('warranty_parts_end', '>=')
        # One of both is asked first: indexes have them.
        domain_by_state = {
            'full': started & labor & parts,
            'partly': (labor | parts) & started & (~labor | ~parts),
            'none': ~(started & (labor | parts)),
        }
        return Domain.OR(domain_by_state[state] for state in value if state in domain_by_state)

    def _is_under_warranty(self, kind, day):
        """Tell whether the warranty of a kind ('labor' or 'parts') holds on a day.

        Both its first and its last day belong to it. An object without an end has no warranty; one
        that is not in service yet is covered from the beginning.
        """
        self.ensure_one()
        end = self.warranty_labor_end if kind == 'labor' else self.warranty_parts_end
        start = self.date_in_service
        return bool(end) and day <= end and (not start or day >= start)

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
