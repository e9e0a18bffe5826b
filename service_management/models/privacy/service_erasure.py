from odoo import fields, models


class ServiceErasure(models.Model):
    """The record of an erasure: who had what erased when, what stayed, and why."""
    _name = 'service.erasure'
    _description = "Erasure of Personal Data"
    _inherit = ['service.guarded.mixin']
    _order = 'id desc'
    _rec_name = 'partner_id'

    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        comodel_name='res.partner', string="Person", readonly=True, ondelete='set null',
        index='btree_not_null')
    create_date = fields.Datetime(string="On", readonly=True)
    create_uid = fields.Many2one(comodel_name='res.users', string="By", readonly=True)
    reason = fields.Char(required=True, readonly=True)
    erased = fields.Text(readonly=True, help="What was erased, as counts.")
    kept = fields.Text(readonly=True, help="What stayed, and why.")
