from odoo import api, fields, models
from odoo.fields import Domain


class ServiceObjectCertificateKind(models.Model):
    _inherit = 'service.object.certificate.kind'

    stops_use = fields.Boolean(
        string="Must Not Be Used Without It",
        help="An object whose newest certificate has failed or expired is marked “Must Not Be Used”.")


class ServiceObjectCertificate(models.Model):
    """What may not be used without a valid certificate is marked so, until there is one."""
    _inherit = 'service.object.certificate'

    date_stopped = fields.Date(string="Use Stopped On", readonly=True, copy=False)

    @api.model
    def _get_stop_domain(self, todays):
        """Return the domain of the certificates without which an object must not be used."""
        return self._get_followed_domain() & Domain('kind_id.stops_use', '=', True) & (
            Domain('result', '=', 'failed')
            | self.env['res.company']._get_today_domain('date_end', '<', todays=todays))

    @api.model
    def _get_due_domains(self, todays):
        return {
            **super()._get_due_domains(todays),
            '_stop_use': self._get_stop_domain(todays) & Domain('date_stopped', '=', False)}

    def _stop_use(self):
        """Mark the objects of these certificates, each once; what somebody says afterwards stays."""
        for certificate in self:
            obj = certificate.object_id
            if obj.usage_state != 'stopped':
                # Whoever inspects says whether it may be used.
                obj.sudo().write({
                    'usage_before': {'usage_state': obj.usage_state, 'usage_note': obj.usage_note},
                    'usage_state': 'stopped', 'usage_certificate_id': certificate.id,
                    'usage_note': certificate._explain_stop()})
            # Kept by the program, whoever enters the certificate.
            certificate.sudo().date_stopped = certificate.company_id._get_service_today()

    def _explain_stop(self):
        self.ensure_one()
        if self.result == 'failed':
            return self.env._("%s: not passed", self.display_name)
        return self.env._("%s: expired", self.display_name)

    @api.model
    def _keep_newest(self, objects, kinds):
        """Stop the use of what has failed, and allow it again where all is valid."""
        super()._keep_newest(objects, kinds)
        stopping = self.sudo().search(
            self._get_stop_domain(self.env['res.company']._get_todays())
            & Domain('object_id', 'in', objects.ids))
        stopping.filtered(lambda row: not row.date_stopped)._stop_use()
        (objects - stopping.object_id.sudo(self.env.su))._allow_use()


class ServiceObject(models.Model):
    _inherit = 'service.object'

    usage_certificate_id = fields.Many2one(
        comodel_name='service.object.certificate', string="Stopped by Certificate", readonly=True,
        copy=False, index='btree_not_null', ondelete='set null')
    usage_before = fields.Json(string="Use Before", readonly=True, copy=False)

    def write(self, vals):
        """Let what somebody says of the use of an object stand, whatever stopped it before."""
        if 'usage_state' in vals and 'usage_before' not in vals:
            # The program forgets why it was stopped.
            self.filtered('usage_before').sudo().write({'usage_before': False, 'usage_certificate_id': False})
        return super().write(vals)

    def _allow_use(self):
        """Put back what was said of the use of these objects before a certificate stopped it."""
        # What the program stopped it allows again, whoever enters the certificate.
        for obj in self.sudo().filtered('usage_before'):
            obj.write({**obj.usage_before, 'usage_before': False, 'usage_certificate_id': False})
