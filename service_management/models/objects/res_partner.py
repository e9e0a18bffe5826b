from odoo import fields, models
from odoo.exceptions import ValidationError


class ResPartner(models.Model):
    _name = 'res.partner'
    _inherit = ['res.partner', 'service.figures.mixin']
    service_object_count = fields.Integer(
        compute='_compute_service_counts',
        groups='service_management.service_management_group_technician')

    def _get_figures_owners(self):
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

    def _compute_service_counts(self):
        """Count what belongs to the customer or is at one of its addresses."""
        commercials = self.commercial_partner_id
        counts = {}
        for model in ('service.order', 'service.object', 'service.agreement'):
            domain = [('commercial_partner_id', 'in', commercials.ids)]
            if model == 'service.agreement':
                domain.append(('is_template', '=', False))
            counts[model] = dict(self.env[model]._read_group(
                domain, ['commercial_partner_id'], ['__count']))
        for partner in self:
            commercial = partner.commercial_partner_id._origin
            partner.service_order_count = counts['service.order'].get(commercial, 0)
            partner.service_object_count = counts['service.object'].get(commercial, 0)
            partner.service_agreement_count = counts['service.agreement'].get(commercial, 0)

    def action_view_service_objects(self):
        return self._action_view_service('service_management.service_object_action')

    def _action_view_service(self, xml_id):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(xml_id)
        return {
            **action,
            'domain': [('commercial_partner_id', '=', self.commercial_partner_id.id)],
            'context': {'default_partner_id': self.id},
        }
