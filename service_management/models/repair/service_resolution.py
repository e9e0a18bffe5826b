from odoo import api, fields, models

from ..common.records import offer_template


class ServiceResolution(models.Model):
    """What was done about a fault: repaired, replaced, adjusted, or nothing, and why."""
    _name = 'service.resolution'
    _inherit = ['service.offered.code.mixin']
    _description = "Resolution"

    is_warranty_excluded = fields.Boolean(
        string="Not Under Warranty",
        help="As cleaning: work and parts for it are charged, whatever the warranty says.")

    @api.model
    def get_import_templates(self):
        """Offer a spreadsheet with the headings that the import knows."""
        return [offer_template(self, self.env._("Import Template for Resolutions"), 'repair_resolutions')]
