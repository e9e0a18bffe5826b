from odoo import api, fields, models
from odoo.fields import Domain

#: How many orders a hint names
HINTED = 5


class ServiceOrder(models.Model):
    """Orders that may be the same call once more."""
    _inherit = 'service.order'

    similar_order_ids = fields.Many2many(
        comodel_name='service.order', string="Open Orders Like This", compute='_compute_similar_order_ids',
        help="Open orders for the same objects, else of the same customer.")

    @api.depends('partner_id', 'object_ids', 'state', 'channel')
    def _compute_similar_order_ids(self):
        for order in self:
            found = self.browse()
            if order.partner_id and order._may_be_called_twice():
                found = order._find_similar()
            order.similar_order_ids = found

    def _may_be_called_twice(self):
        """Tell whether one order may still turn out to be another one; extend for what rules it out."""
        self.ensure_one()
        return self.state in (False, 'draft', 'open') and self.channel != 'agreement'

    def _find_similar(self):
        """Return what is open for the objects of one order, else for its customer, newest first."""
        self.ensure_one()
        opened = (
            Domain('state', 'in', ('draft', 'open')) & Domain('id', '!=', self._origin.id)
            & Domain('channel', '!=', 'agreement')  # nobody calls for what was planned
            & Domain('commercial_partner_id', '=', self.partner_id.commercial_partner_id._origin.id))
        found = self.browse()
        if objects := self.object_ids._origin:
            found = self.search(
                opened & Domain('object_ids', 'in', objects.ids), order='id desc', limit=HINTED)
        return found or self.search(opened, order='id desc', limit=HINTED)
