from odoo import models


class ServiceAgreement(models.Model):
    """A step of the nightly run, by `_generate_batch`; prices that are hidden, by `_shows_prices`."""
    _inherit = 'service.agreement'

    def _generate_batch(self, agreement_ids):
        super()._generate_batch(agreement_ids)
        for agreement in self.browse(agreement_ids):
            agreement._message_log(body=f"Orders so far: {len(agreement.order_ids)}")

    def _shows_prices(self):
        return super()._shows_prices() and self.client_order_ref != "NO PRICES"
