from odoo import fields, models


class ServiceOrder(models.Model):
    """Which certificates were issued in an order."""
    _inherit = 'service.order'

    certificate_ids = fields.One2many(
        comodel_name='service.object.certificate', inverse_name='order_id', string="Certificates Issued",
        readonly=True, copy=False)

    def action_issue_certificate(self):
        """Ask for a certificate that an object of one order was given.

        :raise UserError: if there are no kinds of certificates
        """
        self.ensure_one()
        self.check_access('write')
        self.env['service.object.certificate.kind']._ensure_any(self.company_id)
        return self._open_dialog(
            'service.certificate.issue', self.env._("Issue Certificate"), default_order_id=self.id)
