from odoo import fields, models


class ServicePriceRule(models.Model):
    _inherit = 'service.price.rule'

    agreement_scope = fields.Selection(
        selection=[
            ('any', "All Orders"), ('without', "Without an Agreement"),
            ('with', "Of an Agreement")],
        string="Agreements", default='any', required=True,
        help="Whether the rule is for orders that an agreement covers.")

    def _fits(self, order, moment=None):
        return super()._fits(order, moment) and (
            self.agreement_scope == 'any'
            or bool(order.agreement_id) == (self.agreement_scope == 'with'))
