from odoo import api, fields, models
from odoo.fields import Domain

#: How many photos of a customer the form of an order shows
MAX_SHOWN = 12


class ServiceOrder(models.Model):
    """What the customer wrote and photographed, where whoever works on the order sees it first."""
    _inherit = 'service.order'

    request_text = fields.Html(string="Request", compute='_compute_request')
    request_photo_ids = fields.Many2many(
        comodel_name='ir.attachment', string="Photos of the Customer", compute='_compute_request')

    @api.depends('message_ids')
    def _compute_request(self):
        """Take the first words of somebody outside, and the pictures of all that came from there."""
        # Whoever sees an order sees what its customer wrote to it.
        messages = self.env['mail.message'].sudo().search(
            Domain('model', '=', self._name) & Domain('res_id', 'in', self.ids)
            & Domain('message_type', 'in', ('comment', 'email'))
            & Domain('is_internal', '=', False) & Domain('author_id.partner_share', '=', True),
            order='id')
        by_order = messages.grouped('res_id')
        for order in self:
            written = by_order.get(order._origin.id, messages.browse())
            order.request_text = next(
                (message.body for message in written if message.body), False)
            order.request_photo_ids = written.attachment_ids.filtered(
                lambda file: (file.mimetype or '').startswith('image/'))[:MAX_SHOWN]
