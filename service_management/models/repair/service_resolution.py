from odoo import api, fields, models

from ..common.records import offer_template


class ServiceResolution(models.Model):
    """What was done about a fault: repaired, replaced, adjusted, or nothing, and why."""
    _name = 'service.resolution'
    _inherit = ['service.repair.code.mixin']
    _description = "Resolution"
    _check_company_auto = True

    object_group_ids = fields.Many2many(
        comodel_name='service.object.group', string="Object Groups", check_company=True,
        ondelete='restrict', condition=True, context={'active_test': False},
        help="Offered for objects of these groups. Empty: for all objects.")
    line_set_ids = fields.Many2many(
        comodel_name='service.line.set', string="Line Sets", check_company=True,
        ondelete='restrict', help="Proposed to whoever codes it: hours and parts that it usually takes.")
    is_warranty_excluded = fields.Boolean(
        string="Not Under Warranty",
        help="As cleaning: work and parts for it are charged, whatever the warranty says.")

    @api.model
    def get_import_templates(self):
        """Offer a spreadsheet with the headings that the import knows."""
        return [offer_template(self, self.env._("Import Template for Resolutions"), 'repair_resolutions')]
