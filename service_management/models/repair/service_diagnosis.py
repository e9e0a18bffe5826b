from odoo import api, fields, models

from ..common.records import offer_template


class ServiceDiagnosisArea(models.Model):
    _name = 'service.diagnosis.area'
    _inherit = ['service.repair.code.mixin']
    _description = "Diagnosis Area"

    diagnosis_ids = fields.One2many(
        comodel_name='service.diagnosis', inverse_name='area_id', string="Diagnoses")

    @api.model
    def get_import_templates(self):
        """Offer a spreadsheet with the headings that the import knows."""
        return [offer_template(self, self.env._("Import Template for Diagnoses"), 'repair_diagnoses')]


class ServiceDiagnosis(models.Model):
    """What a technician finds: the cause of a symptom."""
    _name = 'service.diagnosis'
    _inherit = ['service.fault.mixin']
    _description = "Diagnosis"
    _order = 'area_id, sequence, name, id'

    area_id = fields.Many2one(
        comodel_name='service.diagnosis.area', required=True, check_company=True, index=True,
        ondelete='restrict')
    is_warranty_excluded = fields.Boolean(
        string="Not Under Warranty",
        help="As wear or misuse: work and parts for it are charged, whatever the warranty says.")
