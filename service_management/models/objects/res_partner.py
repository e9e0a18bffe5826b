from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..common.records import name_found
from ..common.searching import index_text


class ResPartner(models.Model):
    _name = 'res.partner'
    _inherit = ['res.partner', 'service.figures.mixin']

    service_object_count = fields.Integer(
        compute='_compute_service_object_count',
        groups='service_management.service_management_group_technician')
    service_site_ids = fields.Many2many(
        comodel_name='res.partner', relation='service_contact_site_rel', column1='contact_id',
        column2='site_id', string="Sees Only These Sites", ondelete='restrict', copy=False,
        context={'active_test': False},
        groups='service_management.service_management_group_technician',
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        help="The portal shows the contact what takes place there, and no mail tells of more. Empty:"
             " all that is the customer's.")

    _service_name = index_text('name')

    @api.model
    def get_import_templates(self):
        """Offer people of service a spreadsheet of customers with their sites."""
        templates = super().get_import_templates()
        if not self.env.user.has_group('service_management.service_management_group_technician'):
            return templates
        return [*templates, {
            'label': self.env._("Import Template for Customers with Sites"),
            'template': '/service_management/static/xls/customers_with_sites.xlsx',
        }]

    def _convert_fields_to_values(self, field_names):
        """Leave out what the user may not see.

        Odoo copies what accounting keeps of a customer to its imported sites, and refuses the import
        to whoever may not read that.
        """
        return super()._convert_fields_to_values([
            name for name in field_names if self._has_field_access(self._fields[name], 'read')])

    def _get_figure_owners(self):
        return {partner: partner.commercial_partner_id._origin for partner in self}

    def _ensure_owns(self, addresses, objects):
        """:raise ValidationError: if an address or an object is not one of one customer's"""
        customer = self.commercial_partner_id
        for address in addresses:
            if address.commercial_partner_id != customer:
                raise ValidationError(self.env._(
                    "%(address)s is not an address of %(customer)s. Choose one of the customer's"
                    " own addresses, or change the customer.",
                    address=address.display_name, customer=self.display_name))
        for obj in objects.filtered('commercial_partner_id'):
            if obj.commercial_partner_id != customer:
                raise ValidationError(self.env._(
                    "%(object)s belongs to %(owner)s, not to %(customer)s. Take it off, or change"
                    " the customer.",
                    object=obj.display_name, owner=obj.commercial_partner_id.display_name,
                    customer=self.display_name))

    #=== WHAT CONTACTS SEE ===#

    @api.constrains('service_site_ids', 'parent_id')
    def _check_service_sites(self):
        # Whoever edits contacts need not know of service.
        for contact in self.sudo().with_context(active_test=False):
            for site in contact.service_site_ids:
                if site.commercial_partner_id != contact.commercial_partner_id:
                    raise ValidationError(self.env._(
                        "%(site)s is no address of %(customer)s. Choose sites of the contact's own"
                        " company, or take them off first.", site=site.display_name,
                        customer=contact.commercial_partner_id.display_name))

    def _get_service_sites(self):
        """Return the sites that a contact is limited to; none means that all is shown."""
        # Customers have no rights on addresses, and archived ones limit as before.
        return self.sudo().with_context(active_test=False).service_site_ids

    #=== WHO BECOMES ANOTHER CUSTOMER'S ===#

    @api.onchange('parent_id')
    def _onchange_parent_of_customer(self):
        """Warn before what a person has becomes his employer's."""
        person = self._origin
        if not (self.parent_id and person and person.commercial_partner_id == person):
            return {}
        mine = Domain('commercial_partner_id', '=', person.id)
        # The warning names nothing: whoever edits contacts may not see documents of service.
        if not any(self.env[model].sudo().search_count(mine, limit=1)
                   for model in self._get_customer_models()):
            return {}
        return {'warning': {
            'title': self.env._("Documents Change Hands"),
            'message': self.env._(
                "%(person)s is a customer of service. Below %(company)s, all that is the person's"
                " becomes the company's, and its people see it in the portal. To keep it apart, make"
                " another contact for the company.",
                person=person.name, company=self.parent_id.name),
        }}

    @api.model
    def _get_customer_models(self):
        """Return the models whose records belong to customers; extend for more."""
        return ['service.object']

    def write(self, vals):
        """Take contacts who become another customer's off what is open, and keep sites."""
        if not {'parent_id', 'is_company'} & set(vals):
            return super().write(vals)
        contacts = self.sudo().with_context(active_test=False).search([('id', 'child_of', self.ids)])
        before = {contact: contact.commercial_partner_id for contact in contacts}
        result = super().write(vals)
        moved = contacts.filtered(lambda contact: contact.commercial_partner_id != before[contact])
        for customer, some in moved.grouped('commercial_partner_id').items():
            some._on_other_customer(Domain('commercial_partner_id', '!=', customer.id))
        return result

    def _on_other_customer(self, of_others):
        """Take contacts off what names them and is another customer's; extend for more documents.

        :param Domain of_others: finds the documents of other customers
        :raise ValidationError: naming what takes place at their address
        """
        self._ensure_no_site({'service.object': Domain('site_id', 'in', self.ids) & of_others})

    def _ensure_no_site(self, domains):
        """:raise ValidationError: naming what {model: domain} find, which takes place there"""
        named = [name_found(self.env[model].sudo(), domain) for model, domain in domains.items()]
        if any(named):
            raise ValidationError(self.env._(
                "%(address)s cannot become another customer's: it is the address of these. Give them"
                " another address first.\n%(documents)s",
                address=', '.join(self.mapped('display_name')),
                documents='\n'.join(filter(None, named))))

    def _leave(self, documents):
        """Take contacts off open documents, whose history says so."""
        for document in documents:
            document._message_log(body=self.env._(
                "%(contact)s belongs to %(customer)s now. Choose another contact.",
                contact=document.contact_id.name,
                customer=document.contact_id.commercial_partner_id.name))
        documents.contact_id = False

    #=== WHAT THEY HAVE ===#

    def _compute_service_object_count(self):
        self._count_service('service_object_count', 'service.object')

    def _count_service(self, field, model, domain=Domain.TRUE):
        """Fill a field with how many records of a model belong to the customers of these contacts.

        :param str model: a model with a `commercial_partner_id`
        """
        count_by_customer = dict(self.env[model]._read_group(
            Domain('commercial_partner_id', 'in', self.commercial_partner_id.ids) & domain,
            ['commercial_partner_id'], ['__count']))
        for partner in self:
            partner[field] = count_by_customer.get(partner.commercial_partner_id._origin, 0)

    def action_view_service_objects(self):
        """Show the objects of the customer."""
        return self._action_view_service('service_management.service_object_action')

    def _action_view_service(self, xml_id):
        """Return the action that shows what belongs to the customer of one contact."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(xml_id)
        return {
            **action,
            'domain': [('commercial_partner_id', '=', self.commercial_partner_id.id)],
            'context': {'default_partner_id': self.id},
        }
