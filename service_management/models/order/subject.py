from odoo import api, models
from odoo.exceptions import ValidationError


class ServiceOrder(models.Model):
    """What an order is for: in use when it is chosen, and kept while lines name it."""
    _inherit = 'service.order'

    @api.onchange('partner_id')
    def _onchange_partner_id(self):
        """Take objects of another customer off while the form is open."""
        customer = self.partner_id.commercial_partner_id
        self.object_ids = self.object_ids.filtered(
            lambda obj: not obj.commercial_partner_id or obj.commercial_partner_id == customer)

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse orders for what is archived."""
        orders = super().create(vals_list)
        for order in orders:
            order._ensure_in_use(*order._get_subject())
        return orders

    def write(self, vals):
        """Refuse what is archived, keep the objects that lines name, and the customer where it stays."""
        if vals.get('partner_id'):
            customer = self.env['res.partner'].browse(vals['partner_id']).commercial_partner_id
            for order in self.filtered(lambda order: order.commercial_partner_id != customer):
                order._ensure_may_change_customer(vals)
        if not {'partner_id', 'site_id', 'object_ids'} & set(vals):
            return super().write(vals)
        before = {order: order._get_subject() for order in self}
        result = super().write(vals)
        for order, (places, objects) in before.items():
            new_places, new_objects = order._get_subject()
            order._ensure_in_use(new_places - places, new_objects - objects)
            order._ensure_not_named(objects - new_objects)
        return result

    def _ensure_may_change_customer(self, vals):
        """Extend to keep one order with the customer to whom something of it was promised.

        :param dict vals: what is written along
        :raise UserError: saying to whom it was promised, and what to do
        """
        self.ensure_one()

    def _get_subject(self):
        """Return who and where one order is for, and its objects."""
        self.ensure_one()
        return self.partner_id | self.commercial_partner_id | self.site_id, self.object_ids

    def _ensure_in_use(self, *subjects):
        """:raise ValidationError: if something that an order is to be for is archived"""
        for records in subjects:
            if archived := records.filtered(lambda record: not record.active)[:1]:
                raise ValidationError(self.env._(
                    "%s is archived: there is no work for it. Unarchive it first, or choose"
                    " another.", archived.display_name))

    def _ensure_not_named(self, objects):
        """:raise ValidationError: naming the lines of one order that are for some objects"""
        lines = self.line_ids.filtered(
            lambda line: line.state != 'cancelled' and line.object_id in objects)
        if lines:
            raise ValidationError(self.env._(
                "%(objects)s stays on %(order)s, for these lines are for it: %(lines)s. Choose"
                " another object on them first.",
                objects=', '.join(lines.object_id.mapped('display_name')), order=self.name,
                lines=', '.join((line.name or '').split('\n')[0] for line in lines)))
