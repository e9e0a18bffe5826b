from odoo import api, fields, models


class ServiceOrderTask(models.Model):
    _name = 'service.order.task'
    _inherit = ['service.guarded.mixin']
    _description = "Task of a Service Order"
    _order = 'order_id, sequence, id'
    _rec_name = 'task_id'
    _check_company_auto = True

    order_id = fields.Many2one(
        comodel_name='service.order', required=True, ondelete='cascade', index=True)
    company_id = fields.Many2one(related='order_id.company_id')
    sequence = fields.Integer(default=10)
    task_id = fields.Many2one(
        comodel_name='service.task', required=True, check_company=True, ondelete='restrict',
        index=True)
    note_internal = fields.Html(
        string="Instructions", compute='_compute_notes', store=True, readonly=False,
        precompute=True)
    note_external = fields.Html(
        string="Customer Description", compute='_compute_notes', store=True, readonly=False,
        precompute=True)
    is_done = fields.Boolean(string="Done", copy=False)

    @api.depends('task_id')
    def _compute_notes(self):
        for line in self:
            line.note_internal = line.task_id.note_internal
            line.note_external = line.task_id.note_external

    def _is_untouched(self):
        """Tell whether one task is as it was brought; extend for what else is done with it."""
        self.ensure_one()
        return not self.is_done and all(
            self[name] == self.task_id[name] for name in ('note_internal', 'note_external'))

    @api.model_create_multi
    def create(self, vals_list):
        """Guard orders whose stage forbids editing."""
        self.env['service.order'].browse(
            {vals['order_id'] for vals in vals_list if vals.get('order_id')},
        )._ensure_allowed('edit')
        return super().create(vals_list)

    def write(self, vals):
        """Guard orders whose stage forbids editing."""
        self.order_id._ensure_allowed('edit')
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self.order_id._ensure_allowed('edit')
