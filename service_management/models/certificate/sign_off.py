from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceOrder(models.Model):
    """An order that is for certificates ends with them."""
    _inherit = 'service.order'

    certificate_kind_ids = fields.Many2many(
        comodel_name='service.object.certificate.kind', relation='service_order_certificate_kind_rel',
        string="Certificates to Issue", check_company=True, copy=False,
        help="Asked for at the sign-off, of each object that they concern.")
    certificates_missing = fields.Char(compute='_compute_certificates_missing')

    @api.depends('certificate_kind_ids', 'certificate_ids.kind_id', 'certificate_ids.object_id',
                 'object_ids')
    def _compute_certificates_missing(self):
        for order in self:
            order.certificates_missing = ', '.join(
                f'{kind.name} ({obj.display_name})' for obj, kind in order._get_missing_certificates())

    def _get_missing_certificates(self):
        """Return [(object, kind)] of what one order, or none, is for and was not issued in it yet.

        A kind that concerns some objects of the order is asked of these, else of all. It concerns those
        that need it or had it before.
        """
        if not self.certificate_kind_ids:
            return []
        self.ensure_one()
        issued = {(row.object_id, row.kind_id) for row in self.certificate_ids}
        missing = []
        for kind in self.certificate_kind_ids:
            objects = self.object_ids.filtered(lambda obj, kind=kind: (
                kind._is_required_for(obj) or kind in obj.certificate_ids.kind_id)) or self.object_ids
            missing += [(obj, kind) for obj in objects if (obj, kind) not in issued]
        return missing

    def _check_becomes(self, state, vals):
        """:raise UserError: naming the certificates that are issued before a sign-off"""
        super()._check_becomes(state, vals)
        if state == 'signed_off' and self.company_id.service_certificate_rule == 'forbid' and (
                self.certificates_missing):
            raise UserError(self.env._(
                "%(order)s cannot be signed off without its certificates. Issue these first, with"
                " “Certificate”: %(certificates)s",
                order=self.name, certificates=self.certificates_missing))

    def _on_signed_off(self):
        """Tell who is responsible what was not issued, where the company does not forbid it."""
        super()._on_signed_off()
        for order in self.filtered('certificates_missing'):
            order._schedule_todo('mail.mail_activity_data_todo', self.env._(
                "Signed off without: %s", order.certificates_missing))

    def _move_work_to(self, kept):
        """Take certificates along when orders are merged."""
        super()._move_work_to(kept)
        kept.certificate_kind_ids |= self.certificate_kind_ids
        # Evidence goes where the work goes, whoever merges.
        self.sudo().certificate_ids.order_id = kept
        self.env['service.object.certificate'].sudo().search(
            [('renewal_order_id', 'in', self.ids)]).renewal_order_id = kept
