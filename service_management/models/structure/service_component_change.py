from odoo import api, fields, models
from odoo.exceptions import AccessError

KINDS = [
    ('added', "Added"),
    ('changed', "Changed"),
    ('quantity', "Quantity Changed"),
    ('replaced', "Replaced"),
    ('part_replaced', "Partly Replaced"),
    ('removed', "Removed"),
    ('moved', "Moved Away"),
    ('restored', "Restored"),
]


class ServiceComponentChange(models.Model):
    """One change of the structure of an object: what, when, by whom, why. Nobody writes it by hand.

    Source: Dynamics 365 Finance & Operations, "Service BOM history".
    """
    _name = 'service.component.change'
    _description = "Change of a Structure"
    _inherit = ['service.searched.mixin', 'service.guarded.mixin']
    _order = 'object_id, id desc'

    object_id = fields.Many2one(
        comodel_name='service.object', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(
        related='object_id.company_id', store=True, index=True, precompute=True)
    object_group_id = fields.Many2one(related='object_id.group_id', string="Object Group")
    component_id = fields.Many2one(
        comodel_name='service.object.component', readonly=True, index='btree_not_null',
        ondelete='cascade')
    version_id = fields.Many2one(
        comodel_name='service.object.component', string="Was Before", readonly=True,
        index='btree_not_null', ondelete='cascade')
    kind = fields.Selection(selection=KINDS, string="Change", required=True, readonly=True)
    date = fields.Date(string="Day", required=True, readonly=True, index=True)
    name = fields.Char(string="Part", readonly=True)
    product_id = fields.Many2one(
        comodel_name='product.product', readonly=True, index='btree_not_null', ondelete='restrict')
    serial_number = fields.Char(readonly=True, index='trigram')
    quantity_before = fields.Float(digits='Product Unit', readonly=True, string="Before")
    quantity_after = fields.Float(digits='Product Unit', readonly=True, string="After")
    replaced_by_id = fields.Many2one(
        comodel_name='service.object.component', readonly=True, index='btree_not_null',
        ondelete='cascade')
    target_object_id = fields.Many2one(
        comodel_name='service.object', string="Moved To", readonly=True, index='btree_not_null',
        ondelete='set null')
    rolled_back_to = fields.Date(
        readonly=True, help="The day whose structure was restored.")

    # Why
    order_id = fields.Many2one(
        comodel_name='service.order', readonly=True, index='btree_not_null', ondelete='restrict')
    order_line_id = fields.Many2one(
        comodel_name='service.order.line', readonly=True, index='btree_not_null',
        ondelete='set null')
    employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Technician", readonly=True, index='btree_not_null',
        ondelete='restrict')
    user_id = fields.Many2one(
        comodel_name='res.users', string="Entered By", readonly=True, ondelete='restrict',
        default=lambda self: self.env.user, index=True)
    note = fields.Char(string="Reason", readonly=True)

    _by_object = models.Index('(object_id, date)')

    @api.depends('kind', 'name', 'date')
    @api.depends_context('lang')
    def _compute_display_name(self):
        kinds = dict(self._fields['kind']._description_selection(self.env))
        for change in self:
            change.display_name = f'{kinds.get(change.kind)}: {change.name}'

    @api.ondelete(at_uninstall=False)
    def _unlink_except_by_program(self):
        if not self.env.su:
            raise AccessError(self.env._("The history of a structure is not deleted."))
