from odoo import api, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    @api.model
    def _get_service_sequences(self):
        return {**super()._get_service_sequences(), 'service.agreement': ("Service Agreement", 'AGR/')}

    @api.model
    def _get_sold_service(self):
        return [*super()._get_sold_service(), 'service_agreement']
