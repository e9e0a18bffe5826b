from odoo import api, models


class ServiceSearchedMixin(models.AbstractModel):
    _inherit = 'service.searched.mixin'

    @api.model
    def _get_people(self):
        return {*super()._get_people(), 'service.team'}
