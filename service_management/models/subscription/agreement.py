from odoo import fields, models


class ServiceSubscription(models.Model):
    """The agreement that a subscription pays for."""
    _inherit = 'service.subscription'

    agreement_id = fields.Many2one(
        comodel_name='service.agreement', check_company=True, index='btree_not_null',
        ondelete='restrict', tracking=True,
        domain="[('company_id', '=', company_id), ('is_template', '=', False),"
               " ('commercial_partner_id', '=', commercial_partner_id)]",
        help="The agreement that the subscription pays for.")
