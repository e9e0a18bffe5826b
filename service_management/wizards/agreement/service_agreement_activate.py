from odoo import api, fields, models


class ServiceAgreementActivate(models.TransientModel):
    """Asks whether lines without a price are meant to be free."""
    _name = 'service.agreement.activate'
    _description = "Activate Agreements With Lines That Cost Nothing"

    agreement_ids = fields.Many2many(comodel_name='service.agreement', required=True)
    line_ids = fields.Many2many(
        comodel_name='service.agreement.line', string="Free Lines", compute='_compute_line_ids')

    @api.depends('agreement_ids')
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = wizard.agreement_ids.line_ids._filter_free()

    def action_apply(self):
        """Let the agreements begin: the lines are free."""
        self.ensure_one()
        self.agreement_ids._begin()
        return {'type': 'ir.actions.act_window_close'}
