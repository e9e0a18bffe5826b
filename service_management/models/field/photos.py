import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.image import image_process

#: How many pixels a photo has at most, each way
_LONGEST = 1920
#: How many photos of an object are shown, the latest
_SHOWN = 120
PHOTO_KINDS = [('before', "Before"), ('after', "After")]


class IrAttachment(models.Model):
    _inherit = 'ir.attachment'

    service_photo_kind = fields.Selection(
        selection=PHOTO_KINDS, string="Photo", readonly=True,
        groups='service_management.service_management_group_technician')
    service_object_id = fields.Many2one(
        comodel_name='service.object', string="Photo Of", readonly=True, ondelete='set null',
        index='btree_not_null', groups='service_management.service_management_group_technician')


class ServiceObject(models.Model):
    """What an object looked like, order by order."""
    _inherit = 'service.object'

    @api.readonly
    def get_photos(self):
        """Return the photos of one object on orders that the user sees, the latest first.

        Called when somebody opens the page of photos; pictures themselves are loaded as they are seen.

        :return: list of {'id' of the attachment, 'kind': in words, 'day', 'order_id', 'order'}
        :raise AccessError: if the user does not see the object, or no photos
        """
        self.ensure_one()
        self.check_access('read')
        photos = self.env['ir.attachment'].search([
            ('service_object_id', 'in', self.ids), ('service_photo_kind', '!=', False),
            ('res_model', '=', 'service.order')], order='id desc', limit=_SHOWN)
        kinds = dict(photos._fields['service_photo_kind']._description_selection(self.env))
        orders = {order.id: order for order in self.env['service.order'].browse(photos.mapped('res_id'))}
        return [{
            'id': photo.id, 'kind': kinds[photo.service_photo_kind],
            'day': format_date(self.env, photo.create_date),
            'order_id': photo.res_id, 'order': orders[photo.res_id].display_name,
        } for photo in photos]


class ServiceVisit(models.Model):
    """Photos from the phone: one tap before the work, one after it."""
    _inherit = 'service.visit'

    def add_photo(self, name, content, kind, object_id=False):
        """Keep a photo with the order of one visit, and say of which object and when it was taken.

        Called by the button on the card.

        :param str content: picture in base64
        :param str kind: 'before' or 'after' the work
        :raise UserError: if it is no picture, or of an object that the order does not name
        """
        self.ensure_one()
        self.check_access('write')
        kinds = dict(self.env['ir.attachment'].sudo()._fields[
            'service_photo_kind']._description_selection(self.env))
        obj = self.object_ids.filtered(lambda obj: obj.id == object_id)
        if kind not in kinds or (object_id and not obj):
            raise UserError(self.env._("Choose an object of the order, and whether it is before the work."))
        label = ', '.join(filter(None, (kinds[kind], obj.display_name)))
        # Whoever works on a visit documents it, whatever the stage locks.
        message = self.order_id.sudo().message_post(
            body=self.env._("Photo: %s", label), author_id=self.env.user.partner_id.id,
            subtype_xmlid='mail.mt_note', attachments=[(name or 'photo.jpg', self._read_photo(content))])
        message.attachment_ids.write({
            'description': label, 'service_photo_kind': kind, 'service_object_id': obj.id})
        return True

    def _read_photo(self, content):
        """Return a picture in base64 as bytes, no larger than it has to be.

        :raise UserError: if it is no picture
        """
        try:
            return image_process(
                base64.b64decode(content, validate=True), size=(_LONGEST, _LONGEST), verify_resolution=True)
        except (TypeError, ValueError, binascii.Error, UserError) as error:
            raise UserError(self.env._("This is no picture that can be kept. Take another one.")) from error
