import base64

from odoo import api, fields, models


class ServicePersonalData(models.TransientModel):
    """Hands out what is known of a person, or erases it, after showing what goes and what stays."""
    _name = 'service.personal.data'
    _description = "Personal Data"

    partner_id = fields.Many2one(
        comodel_name='res.partner', string="Person", required=True, readonly=True,
        context={'active_test': False})
    hindrances = fields.Text(
        string="To Be Finished First", compute='_compute_erasure')
    erased = fields.Text(string="Is Erased", compute='_compute_erasure')
    kept = fields.Text(string="Is Kept", compute='_compute_erasure')
    reason = fields.Char(help="Who asked for it, and when. It stays when the name is gone.")
    data = fields.Binary(readonly=True, attachment=False)

    @api.depends('partner_id')
    def _compute_erasure(self):
        for dialog in self:
            partner = dialog.partner_id
            partner._ensure_may_erase()
            dialog.hindrances = partner._get_erasure_hindrances()
            dialog.erased = partner._describe_erased()
            dialog.kept = partner._describe_kept()

    def action_export(self):
        """Download what is known of the person."""
        self.ensure_one()
        self.data = base64.b64encode(self.partner_id._export_personal_data())
        return {
            'type': 'ir.actions.act_url',
            'url': f'/web/content/{self._name}/{self.id}/data/personal-data-{self.partner_id.id}.zip'
                   '?download=true',
            'target': 'download',
        }

    def action_erase(self):
        """Erase what is known of the person, and show the record of it."""
        self.ensure_one()
        erasure = self.partner_id._erase_personal_data(self.reason)
        return {
            'type': 'ir.actions.act_window',
            'res_model': erasure._name,
            'res_id': erasure.id,
            'views': [(False, 'form')],
        }
