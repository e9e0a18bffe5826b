from odoo import fields, models


class ServiceFiguresMixin(models.AbstractModel):
    _inherit = 'service.figures.mixin'

    service_next_visit = fields.Datetime(
        string="Next Visit", compute='_compute_service_figures', groups=TECHNICIAN)

    def _compute_service_figures(self):
        field, owners = self._figures_order_field, self._get_figures_owners()
        ids = [owner.id for owner in owners.values() if owner]
        next_by_owner = dict(self.env['service.order']._read_group(
            [(field, 'in', ids), ('date_planned', '!=', False),
             ('state', 'in', ('draft', 'open'))],
            [field], ['date_planned:min']))
        for record in self:
            record.service_next_visit = next_by_owner.get(owners[record], False)
