from odoo import models


class ServiceOrder(models.Model):
    """What a rule adds is made anew on the order that the work goes to."""
    _inherit = 'service.order'

    def _get_merged_lines(self):
        return super()._get_merged_lines().filtered(lambda line: not line.is_rule_line)
