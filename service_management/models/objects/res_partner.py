from odoo import fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class ResPartner(models.Model):
    _name = 'res.partner'
    _inherit = ['res.partner', 'service.figures.mixin']

    service_object_count = fields.Integer(
        compute='_compute_service_object_count',
        groups='service_management.service_management_group_technician')

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
