from odoo import api, fields, models
from odoo.fields import Domain

from ..common.records import search_yes_or_no


class ServiceObject(models.Model):
    """Which certificates an object has, and which it needs."""
    _inherit = 'service.object'

    certificate_ids = fields.One2many(
        comodel_name='service.object.certificate', inverse_name='object_id', string="Certificates",
        readonly=True, copy=False)
    certificate_missing_ids = fields.Many2many(
        comodel_name='service.object.certificate.kind', string="Missing Certificates",
        compute='_compute_certificate_missing_ids',
        help="Required by its group or product, and none is valid.")
    is_certificate_missing = fields.Boolean(
        string="Certificates Are Missing", compute='_compute_certificate_missing_ids',
        search='_search_is_certificate_missing')

    @api.model
    def _get_certificate_kinds(self):
        """Return the kinds in use that are required for objects, whoever asks."""
        return self.env['service.object.certificate.kind'].sudo().search(
            ['|', ('group_ids', '!=', False), ('product_ids', '!=', False)])

    @api.depends('group_id', 'product_id', 'certificate_ids.is_current', 'certificate_ids.result',
                 'certificate_ids.date_end')
    def _compute_certificate_missing_ids(self):
        kinds = self._get_certificate_kinds()
        for obj in self:
            required = kinds.filtered(lambda kind, obj=obj: kind._is_required_for(obj))
            in_force = obj.certificate_ids.filtered(
                lambda row: row.state in ('valid', 'expiring')) if required else obj.certificate_ids
            obj.certificate_missing_ids = (required - in_force.kind_id.sudo()).sudo(False)
            obj.is_certificate_missing = bool(obj.certificate_missing_ids)

    def _search_is_certificate_missing(self, operator, value):
        in_force = self.env['service.object.certificate']._get_in_force_domain()
        return search_yes_or_no(operator, value, Domain.OR(
            kind._get_concerned_domain() & ~Domain(
                'certificate_ids', 'any', Domain('kind_id', '=', kind.id) & in_force)
            for kind in self._get_certificate_kinds()))

    def action_issue_certificate(self):
        """Ask for a certificate that one object was given.

        :raise UserError: if there are no kinds of certificates
        """
        self.ensure_one()
        self.env['service.object.certificate.kind']._ensure_any(self.company_id)
        return self._open_dialog(
            'service.certificate.issue', self.env._("Issue Certificate"), default_object_id=self.id)
