from odoo import api, fields, models


class ServiceOrderLine(models.Model):
    """Which repair a line is for, and what its codes say of the warranty."""
    _inherit = 'service.order.line'

    repair_id = fields.Many2one(
        comodel_name='service.repair', compute='_compute_repair_id', store=True,
        readonly=False, precompute=True, index='btree_not_null', ondelete='set null', copy=False,
        domain="[('order_id', '=', order_id)]",
        help="The step of the repair that the work or part is for.")

    @api.depends('object_id', 'order_id.repair_ids.object_id')
    def _compute_repair_id(self):
        """Name the repair where there is only one to name; keep the one that is named."""
        for line in self.filtered(
            lambda line: line.state != 'cancelled' and not line.repair_id):
            repairs = line.order_id.repair_ids.filtered(
                lambda repair, line=line: not repair.object_id or repair.object_id == line.object_id)
            line.repair_id = repairs if len(repairs) == 1 and line._is_repair_work() else False

    def _is_repair_work(self):
        """Tell whether one line may be for a repair: neither the way nor a fee is."""
        self.ensure_one()
        return self.kind in ('hour', 'item') and not self.is_travel

    @api.model
    def _get_unlocked_fields(self):
        return super()._get_unlocked_fields() | {'repair_id'}

    @api.depends('repair_id', 'order_id.repair_ids.object_id', 'order_id.repair_ids.symptom_id',
                 'order_id.repair_ids.diagnosis_id.is_warranty_excluded',
                 'order_id.repair_ids.resolution_id.is_warranty_excluded')
    def _compute_billing(self):
        super()._compute_billing()

    def _has_warranty(self, warranty):
        """Leave out faults and resolutions that no warranty covers.

        A line without a repair is for all of its object: one that is covered is enough.
        """
        if not super()._has_warranty(warranty):
            return False
        repairs = self.repair_id or self.order_id.repair_ids.filtered(
            lambda repair: repair.object_id == self.object_id)
        return not repairs or any(not repair._get_excluding_code() for repair in repairs)
