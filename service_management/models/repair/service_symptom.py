from odoo import api, fields, models

from ..common.records import offer_template
from ..order.service_order import PRIORITIES


class ServiceSymptomArea(models.Model):
    _name = 'service.symptom.area'
    _inherit = ['service.repair.code.mixin']
    _description = "Symptom Area"

    symptom_ids = fields.One2many(
        comodel_name='service.symptom', inverse_name='area_id', string="Symptoms")

    @api.model
    def get_import_templates(self):
        """Offer a spreadsheet with the headings that the import knows."""
        return [offer_template(self, self.env._("Import Template for Symptoms"), 'repair_symptoms')]


class ServiceSymptom(models.Model):
    """What a customer sees: before anybody knows why."""
    _name = 'service.symptom'
    _inherit = ['service.fault.mixin']
    _description = "Symptom"
    _order = 'area_id, sequence, name, id'

    company_id = fields.Many2one(default=lambda self: self.env.company)
    area_id = fields.Many2one(
        comodel_name='service.symptom.area', required=True, check_company=True, index=True,
        ondelete='restrict')
    priority = fields.Selection(
        selection=PRIORITIES, help="Orders with it are at least as urgent. Empty: as they are.")
    sla_id = fields.Many2one(
        comodel_name='service.sla', string="SLA", check_company=True, ondelete='restrict',
        help="For orders with it that have none by agreement. Empty: as the order type promises.")
