from odoo import fields, models


class ServiceAgreementChange(models.Model):
    """The history of what was agreed."""
    _name = 'service.agreement.change'
    _description = "Change of Agreed Terms"
    _inherit = ['service.change.mixin']

    agreement_id = fields.Many2one(
        comodel_name='service.agreement', required=True, ondelete='cascade', index=True)
    company_id = fields.Many2one(
        related='agreement_id.company_id', store=True, index=True, precompute=True)
