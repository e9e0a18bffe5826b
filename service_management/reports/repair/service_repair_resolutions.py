from odoo import api, models
from odoo.fields import Domain


class ReportServiceRepairResolutions(models.AbstractModel):
    """What was done about each symptom and each diagnosis of chosen repairs, the most frequent first."""
    _name = 'report.service_management.report_service_repair_resolutions'
    _description = "Resolutions by Symptom and Diagnosis"

    @api.model
    def _get_report_values(self, docids, data=None):
        repairs = self.env['service.repair'].browse(docids).exists()
        repairs.check_access('read')
        return {
            'docs': repairs,
            'by_symptom': self._count_resolutions(repairs, 'symptom_id'),
            'by_diagnosis': self._count_resolutions(repairs, 'diagnosis_id'),
        }

    @api.model
    def _count_resolutions(self, repairs, name):
        """Return what was done about each code of a kind, where both are said.

        :param str name: 'symptom_id' or 'diagnosis_id'
        :return: [{'code': record, 'count', 'resolutions': [(record, count, percent)]}]
        """
        counted = {}
        for code, resolution, count in repairs._read_group(
                Domain('id', 'in', repairs.ids) & Domain(name, '!=', False)
                & Domain('resolution_id', '!=', False),
                [name, 'resolution_id'], ['__count'], order=f'__count desc, {name}, resolution_id'):
            counted.setdefault(code, []).append((resolution, count))
        rows = [{
            'code': code, 'count': total,
            'resolutions': [(resolution, count, 100 * count / total) for resolution, count in found],
        } for code, found in counted.items() for total in [sum(count for _code, count in found)]]
        return sorted(rows, key=lambda row: -row['count'])
