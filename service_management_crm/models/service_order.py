from odoo import fields, models


class ServiceOrder(models.Model):
    _inherit = 'service.order'
    _rights = {'customer_service': 'opportunity_id'}

    opportunity_id = fields.Many2one(
        comodel_name='crm.lead', copy=False, index='btree_not_null', check_company=True,
        ondelete='set null', domain="[('type', '=', 'opportunity')]")
