from odoo import fields, models


class ServicePriceRule(models.Model):
    """Rules that are for some faults only."""
    _inherit = 'service.price.rule'

    symptom_ids = fields.Many2many(
        comodel_name='service.symptom', string="Symptoms", check_company=True,
        ondelete='restrict', condition=True, context={'active_test': False})
    diagnosis_ids = fields.Many2many(
        comodel_name='service.diagnosis', string="Diagnoses", check_company=True,
        ondelete='restrict', condition=True, context={'active_test': False})
    resolution_ids = fields.Many2many(
        comodel_name='service.resolution', string="Resolutions", check_company=True,
        ondelete='restrict', condition=True, context={'active_test': False})

    def _fits(self, order, moment=None):
        """Ask for codes that are on one of the repairs of an order, too."""
        if not super()._fits(order, moment):
            return False
        names = [name for name in ('symptom_ids', 'diagnosis_ids', 'resolution_ids') if self[name]]
        return not names or any(
            all(repair[name[:-1]] in self[name] for name in names) for repair in order.repair_ids)
