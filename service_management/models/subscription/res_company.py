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
        users = self.env['res.users']
        for group in ('account.group_account_manager', 'account.group_account_invoice'):
            users = users or users.search(
                [('company_ids', 'in', self.id), ('share', '=', False),
                 ('all_group_ids', 'in', self.env.ref(group).id)], order='id', limit=1)
        return users
