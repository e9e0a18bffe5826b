from odoo import api, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    @api.model
    def _get_service_sequences(self):
        return {**super()._get_service_sequences(), 'service.subscription': ("Service Subscription", 'SUB/')}

    @api.model
    def _get_sold_service(self):
        return [*super()._get_sold_service(), 'service_subscription']

    def _get_accountant(self):
        """Return the user who is told what is wrong with the ledger of one company, or none."""
        self.ensure_one()
        return (self._find_people('account.group_account_manager')
                or self._find_people('account.group_account_invoice'))[:1]
