from odoo import models


class ServiceOrder(models.Model):
    _inherit = 'service.order'

    def _move_work_to(self, kept):
        """Keep with which work meters were read."""
        super()._move_work_to(kept)
        readings = self.env['service.meter.reading'].search([('order_id', 'in', self.ids)])
        readings.sudo().order_id = kept  # evidence, which goes where the work goes
