from odoo import fields, models


class ServiceMeterReadingCorrect(models.TransientModel):
    """The right value of a reading, and why the one that was read is wrong."""
    _name = 'service.meter.reading.correct'
    _description = "Correct a Meter Reading"

    reading_id = fields.Many2one(
        comodel_name='service.meter.reading', required=True, readonly=True, ondelete='cascade')
    is_void = fields.Boolean(
        string="Cancel Only", help="There was no such reading: nothing takes its place.")
    value = fields.Float(string="Right Value", digits=(16, 2), at_least=0)
    reason = fields.Char(string="Why", required=True)

    def action_apply(self):
        """Cancel the reading, and put the right one in its place."""
        self.ensure_one()
        self.reading_id._correct(self.reason, None if self.is_void else self.value)
        return {'type': 'ir.actions.act_window_close'}
