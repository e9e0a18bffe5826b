from odoo import api, fields, models


class ServiceOrderInsertSet(models.TransientModel):
    _name = 'service.order.insert.set'
    _description = "Insert Line Sets into a Service Order"

    order_id = fields.Many2one(comodel_name='service.order', required=True)
    company_id = fields.Many2one(related='order_id.company_id')
    order_object_ids = fields.Many2many(related='order_id.object_ids')
    object_id = fields.Many2one(
        comodel_name='service.object', compute='_compute_object_id', store=True, readonly=False,
        domain="[('id', 'in', order_object_ids)]",
        help="The lines are for this object; empty means for the order as a whole.")
    is_every_set = fields.Boolean(
        string="Show All Sets", help="Also those for other tasks, object groups and products.")
    fitting_set_ids = fields.Many2many(
        comodel_name='service.line.set', compute='_compute_fitting_set_ids')
    set_ids = fields.Many2many(
        comodel_name='service.line.set', relation='service_order_insert_set_rel',
        string="Line Sets", required=True, domain="[('id', 'in', fitting_set_ids)]")

    @api.depends('order_id')
    def _compute_object_id(self):
        for wizard in self:
            objects = wizard.order_id.object_ids
            wizard.object_id = objects if len(objects) == 1 else False

    @api.depends('order_id', 'object_id', 'is_every_set')
    def _compute_fitting_set_ids(self):
        Set = self.env['service.line.set']
        for wizard in self:
            sets = Set.search(Set._check_company_domain(wizard.company_id))
            wizard.fitting_set_ids = sets if wizard.is_every_set else sets.filtered(
                lambda item, wizard=wizard: item._fits(wizard.order_id, wizard.object_id))

    def action_apply(self):
        """Add the lines and tasks of the sets chosen to the order."""
        self.ensure_one()
        self.set_ids._insert(self.order_id, self.object_id)
        return {'type': 'ir.actions.act_window_close'}
