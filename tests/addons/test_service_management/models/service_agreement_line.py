from odoo import api, fields, models


class ServiceAgreementLine(models.Model):
    """Work that is due at each site of the agreement, by `_get_due_sites`."""
    _inherit = 'service.agreement.line'

    is_everywhere = fields.Boolean()

    @api.model
    def _get_due_fields(self):
        return super()._get_due_fields() | {'is_everywhere'}

    def _get_due_sites(self):
        sites = self.agreement_id.site_ids
        return list(sites) if self.is_everywhere and sites else super()._get_due_sites()
