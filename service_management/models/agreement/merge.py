from odoo import models


class ServiceOrder(models.Model):
    """Work that an agreement makes stays below this agreement."""
    _inherit = 'service.order'

    def _get_refusal_to_be_merged(self, kept):
        # What was due counts, whoever may see the agreement.
        has_dues = bool(self.sudo().line_ids.occurrence_ids)
        if has_dues and self.agreement_id != kept.agreement_id:
            return self.env._(
                "%(order)s does what is due by %(agreement)s, which %(kept)s does not belong to."
                " Keep %(order)s, or enter the agreement on %(kept)s first.",
                order=self.name, agreement=self._get_agreement_sudo().name, kept=kept.name)
        return super()._get_refusal_to_be_merged(kept)
