from odoo import fields, models


class ServiceFiguresMixin(models.AbstractModel):
    """When somebody comes next."""
    _inherit = 'service.figures.mixin'

    service_next_visit = fields.Datetime(
        string="Next Visit", compute='_compute_service_next_visit',
        groups='service_management.service_management_group_technician')

    def _compute_service_next_visit(self):
        field, owners = self._figures_order_field, self._get_figure_owners()
        next_by_owner = dict(self.env['service.order']._read_group(
            [(field, 'in', [owner.id for owner in owners.values() if owner]),
             ('date_planned', '!=', False), ('state', 'in', ('draft', 'open'))],
            [field], ['date_planned:min']))
        for record in self:
            record.service_next_visit = next_by_owner.get(owners[record], False)
