from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceOrder(models.Model):
    _inherit = 'service.order'
    _rights = {'dispatcher': 'project_id'}

    project_id = fields.Many2one(
        comodel_name='project.project', check_company=True, index='btree_not_null',
        ondelete='restrict', tracking=True,
        domain="[('allow_timesheets', '=', True), ('company_id', 'in', (False, company_id))]",
        help="Hours of the order become timesheets of this project when they are posted.")

    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | {'project_id'}

    def _ensure_postable(self):
        """Refuse to post hours that their project cannot take, before anything is booked."""
        super()._ensure_postable()
        for order in self:
            # Whoever posts service has no need of access to the project.
            project = order.project_id.sudo()
            if project and not project.allow_timesheets:
                raise UserError(self.env._(
                    "%(project)s takes no timesheets: allow them on the project, or take it off"
                    " %(order)s.",
                    project=project.name, order=order.name))
