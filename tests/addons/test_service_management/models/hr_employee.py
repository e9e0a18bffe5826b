from odoo import models


class HrEmployee(models.Model):
    """A rule of slots: nobody is planned over lunch. By `_get_slot_checks`."""
    _inherit = 'hr.employee'

    def _get_slot_checks(self):
        return [*super()._get_slot_checks(), self._find_lunches]

    def _find_lunches(self, slots):
        for number, slot in enumerate(slots):
            if slot.start.hour <= 12 < slot.end.hour:
                yield number, 'lunch', {'hour': 12}
