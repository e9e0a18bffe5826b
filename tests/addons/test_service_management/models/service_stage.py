from odoo import fields, models


class ServiceStage(models.Model):
    """An action that stages allow or forbid, planning, by `_get_actions`."""
    _inherit = 'service.stage'

    can_plan = fields.Boolean(string="May Plan", default=True)

    def _get_actions(self):
        return {**super()._get_actions(), 'plan': (
            'can_plan', self.env._("%(order)s is not planned in stage “%(stage)s”."))}
