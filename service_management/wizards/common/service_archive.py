from odoo import api, fields, models


class ServiceArchive(models.TransientModel):
    """Asks before records are archived that are a condition of others, or that open work names."""
    _name = 'service.archive'
    _description = "Archive What Others Name"

    res_model = fields.Char(required=True, readonly=True)
    res_ids = fields.Json(readonly=True)
    named_by = fields.Text(compute='_compute_named_by')
    open_work = fields.Text(compute='_compute_named_by')

    @api.depends('res_model', 'res_ids')
    def _compute_named_by(self):
        for wizard in self:
            records = wizard._get_records()
            wizard.named_by = records._get_named_by(only_live=True)
            wizard.open_work = records._get_open_work()

    def _get_records(self):
        records = self.env[self.res_model].browse(self.res_ids or ())
        records.check_access('write')  # who may not archive them is told nothing of them
        return records

    def action_archive_all(self):
        """Archive what was asked for; rights are those of whoever archives."""
        self.ensure_one()
        records = self._get_records().with_context(service_archive_confirmed=True)
        return records.action_archive() or {'type': 'ir.actions.act_window_close'}
