from odoo import fields, models


class ServiceAgreementChange(models.Model):
    """The history of what was agreed: nobody writes it, and nobody deletes it alone."""
    _name = 'service.agreement.change'
    _description = "Change of Agreed Terms"
    _order = 'id desc'
    _rec_name = 'term'

    agreement_id = fields.Many2one(
        comodel_name='service.agreement', required=True, ondelete='cascade', index=True)
    company_id = fields.Many2one(
        related='agreement_id.company_id', store=True, index=True, precompute=True)
    date = fields.Datetime(default=fields.Datetime.now, required=True)
    user_id = fields.Many2one(
        comodel_name='res.users', string="By", required=True, ondelete='restrict')
    subject = fields.Char(string="Line", help="Empty: the agreement itself.")
    term = fields.Char(required=True)
    old_value = fields.Char(string="From")
    new_value = fields.Char(string="To")
