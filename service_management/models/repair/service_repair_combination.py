from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..common.records import offer_template


class ServiceRepairCombination(models.Model):
    """Which diagnosis may follow a symptom, and which resolution a diagnosis.

    What a row leaves empty stands for all. Where no row says what may follow, everything may: a list
    is filled step by step, and nobody is stopped before it is complete.
    Source: Business Central, "Fault/Resolution Code Relationships", which only propose.
    """
    _name = 'service.repair.combination'
    _inherit = ['service.setup.mixin']
    _description = "Combination of Repair Codes"
    _order = 'symptom_id, diagnosis_id, resolution_id, id'
    _check_company_auto = True

    company_id = fields.Many2one(
        comodel_name='res.company', ondelete='restrict', condition=True, index=True,
        default=lambda self: self.env.company, help="Leave empty to share it between companies.")
    object_group_id = fields.Many2one(
        comodel_name='service.object.group', check_company=True,
        index='btree_not_null', ondelete='restrict', condition=True, help="Empty: for all objects.")
    symptom_id = fields.Many2one(
        comodel_name='service.symptom', check_company=True, index='btree_not_null',
        ondelete='restrict', condition=True, help="Empty: whatever the symptom is.")
    diagnosis_id = fields.Many2one(
        comodel_name='service.diagnosis', check_company=True, index='btree_not_null',
        ondelete='restrict', condition=True, help="Empty: whatever the diagnosis is.")
    resolution_id = fields.Many2one(
        comodel_name='service.resolution', check_company=True, index='btree_not_null',
        ondelete='restrict', condition=True, help="Empty: whatever the resolution is.")

    _once = models.UniqueIndex(
        '(COALESCE(company_id, 0), COALESCE(object_group_id, 0), COALESCE(symptom_id, 0),'
        ' COALESCE(diagnosis_id, 0), COALESCE(resolution_id, 0))',
        "This combination is on the list already.")

    @api.depends('object_group_id', 'symptom_id', 'diagnosis_id', 'resolution_id')
    def _compute_display_name(self):
        for row in self:
            codes = (row.object_group_id, row.symptom_id, row.diagnosis_id, row.resolution_id)
            row.display_name = ' – '.join(code.name for code in codes if code)

    @api.constrains('symptom_id', 'diagnosis_id', 'resolution_id')
    def _check_combines(self):
        for row in self:
            if len(list(filter(None, (row.symptom_id, row.diagnosis_id, row.resolution_id)))) < 2:
                raise ValidationError(self.env._(
                    "A combination says what goes with what: choose at least two of symptom,"
                    " diagnosis and resolution."))

    @api.model
    def _get_allowed(self, name, company, obj, **codes):
        """Return the codes of a kind that may go with others, or None where all may.

        :param str name: 'diagnosis_id' or 'resolution_id'
        :param obj: the service.object that is repaired, may be empty
        :param codes: what is coded before it, as ``symptom_id=record``; empty: nothing yet
        """
        domain = Domain(self._check_company_domain(company)) & Domain(name, '!=', False)
        domain &= Domain('object_group_id', 'in', [False, *obj.group_id.ids])
        named = Domain.FALSE
        for field, code in codes.items():
            domain &= Domain(field, 'in', [False, *code.ids])
            named |= Domain(field, 'in', code.ids)
        # Whoever codes is limited, whatever he may read.
        rows = self.sudo().search(domain & named)
        return rows[name].sudo(False) if rows else None

    @api.model
    def get_import_templates(self):
        """Offer a spreadsheet with the headings that the import knows."""
        return [offer_template(self, self.env._("Import Template for Combinations"), 'repair_combinations')]
