from odoo import api, fields, models


class ServiceFaultMixin(models.AbstractModel):
    """A symptom or a diagnosis: whatever is found wrong brings what its repair needs."""
    _name = 'service.fault.mixin'
    _inherit = ['service.offered.code.mixin']
    _description = "Fault"

    skill_ids = fields.Many2many(
        comodel_name='hr.skill', string="Skills", ondelete='restrict',
        help="Who comes for it needs them, at any level, beside what tasks and order type require.")
    usage_state = fields.Selection(
        selection='_get_usage_states', string="Use of the Object",
        help="What is proposed to whoever codes it. Empty: nothing is said.")

    @api.model
    def _get_usage_states(self):
        return self.env['service.object']._fields['usage_state']._description_selection(self.env)
