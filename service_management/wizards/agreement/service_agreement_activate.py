from odoo import api, fields, models


class ServiceAgreementActivate(models.TransientModel):
    """Asks whether lines without a price are meant to be free, and activates many at once."""
    _name = 'service.agreement.activate'
    _description = "Activate Agreements"
    _inherit = ['service.activate.mixin']
    _documents = 'agreement_ids'

    agreement_ids = fields.Many2many(comodel_name='service.agreement', required=True)
    line_ids = fields.Many2many(
        comodel_name='service.agreement.line', string="Free Lines", compute='_compute_line_ids')

    @api.depends('agreement_ids')
    def _compute_ready_count(self):
        super()._compute_ready_count()

    @api.depends('agreement_ids')
    def _compute_line_ids(self):
        for dialog in self:
            dialog.line_ids = dialog._get_lines()
