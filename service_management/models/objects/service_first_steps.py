from odoo import api, models
from odoo.fields import Domain


class ServiceFirstSteps(models.AbstractModel):
    _inherit = 'service.first.steps'

    @api.model
    def _get_steps(self, company, place=None):
        """Ask for what is serviced, and whose it is."""
        steps = super()._get_steps(company, place)
        if not place:
            steps.append(self._make_step(
                'objects', 60, self.env._("Customers and objects"), self.env._(
                    "Import them: each list has a template under Actions, Import records. Sites are"
                    " delivery addresses of a customer."),
                self.env['service.object'].search_count(
                    Domain('company_id', '=', company.id), limit=1),
                self.env['ir.actions.act_window']._for_xml_id(
                    'service_management.service_object_action')))
        return steps
