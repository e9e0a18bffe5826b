from odoo import fields, models


class ServiceVisit(models.Model):
    """A state of visits with a verb of its own, by `_transitions`, `selection_add` and `_set_state`;
    and what people read of a rule of slots, by `_get_finding_texts`."""
    _inherit = 'service.visit'

    _transitions = {
        'refused': {'dispatched'},
        'planned': {'refused'},
    }

    state = fields.Selection(
        selection_add=[('refused', "Refused")], ondelete={'refused': 'cascade'})

    def _refuse(self):
        """Note that technicians refuse visits, and return those."""
        return self._set_state('refused')

    def _get_finding_texts(self):
        return {
            **super()._get_finding_texts(),
            'lunch': self.env._("%(technician)s has lunch at %(hour)d:00.")}
