from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceComponentWork(models.TransientModel):
    """What is done with one component, when, on which order, and whether it is billed."""
    _name = 'service.component.work'
    _description = "Work on a Component"
    _inherit = ['service.dated.mixin']

    component_id = fields.Many2one(
        comodel_name='service.object.component', required=True, readonly=True, ondelete='cascade')
    object_id = fields.Many2one(related='component_id.object_id')
    company_id = fields.Many2one(related='component_id.company_id')
    there = fields.Float(
        related='component_id.quantity', string="There Now", digits='Product Unit')
    operation = fields.Selection(
        selection=[
            ('replace', "Replace"), ('quantity', "Change the Quantity"), ('remove', "Remove"),
            ('move', "Move to Another Object")],
        required=True, default='replace')
    date = fields.Date(
        string="Day", required=True, default=lambda self: self.env.company._get_service_today())
    possible_order_ids = fields.Many2many(
        comodel_name='service.order', compute='_compute_possible_order_ids')
    order_id = fields.Many2one(
        comodel_name='service.order', compute='_compute_order_id', store=True, readonly=False,
        domain="[('id', 'in', possible_order_ids)]", help="On which it is done, if there is one.")
    employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Technician", domain="[('service_team_id', '!=', False)]",
        default=lambda self: self.env.user.employee_id.filtered('service_team_id'))
    note = fields.Char(string="Reason")

    # Replace
    quantity = fields.Float(
        digits='Product Unit', compute='_compute_quantity', store=True, readonly=False)
    product_id = fields.Many2one(
        comodel_name='product.product', string="New Part", compute='_compute_product_id', store=True,
        readonly=False, domain="[('company_id', 'in', (False, company_id))]")
    serial_number = fields.Char(string="New Serial Number")
    warranty_end = fields.Date(string="Warranty Until")
    has_below = fields.Boolean(compute='_compute_has_below')
    keeps_below = fields.Boolean(
        string="Its Parts Stay", help="What is in it is in the new part then; else it leaves with it.")
    is_billed = fields.Boolean(
        string="Add It to the Order", compute='_compute_is_billed', store=True, readonly=False,
        help="As an item line, which is billed, or covered by warranty or agreement.")

    # Move
    target_object_id = fields.Many2one(
        comodel_name='service.object', string="To",
        domain="[('company_id', '=', company_id), ('id', '!=', object_id)]")

    @api.depends('object_id')
    def _compute_possible_order_ids(self):
        for wizard in self:
            wizard.possible_order_ids = self.env['service.order'].search([
                ('object_ids', 'in', wizard.object_id.ids), ('state', 'in', ('draft', 'open'))],
                limit=80)

    @api.depends('possible_order_ids')
    def _compute_order_id(self):
        """Name the order where there is only one to name."""
        for wizard in self:
            orders = wizard.possible_order_ids
            wizard.order_id = orders if len(orders) == 1 else False

    @api.depends('component_id', 'operation')
    def _compute_quantity(self):
        for wizard in self:
            wizard.quantity = wizard.component_id.quantity

    @api.depends('component_id')
    def _compute_product_id(self):
        for wizard in self:
            wizard.product_id = wizard.component_id.product_id

    @api.depends('component_id')
    def _compute_has_below(self):
        for wizard in self:
            wizard.has_below = bool(wizard.component_id._get_below())

    @api.depends('order_id', 'product_id', 'operation')
    def _compute_is_billed(self):
        for wizard in self:
            wizard.is_billed = bool(
                wizard.order_id.can_edit and wizard.product_id and wizard.operation == 'replace')

    def action_apply(self):
        """Do it, and add what was fitted to the order where that is wanted.

        :raise UserError: if something is missing, or the component is not there
        """
        self.ensure_one()
        component = self.component_id
        component.check_access('write')
        if self.order_id - self.possible_order_ids:
            raise UserError(self.env._(
                "%s is not open for this object. Choose another order.", self.order_id.name))
        line = self._make_line()
        reasons = {
            'order_id': self.order_id.id, 'order_line_id': line.id,
            'employee_id': self.employee_id.id, 'note': self.note}
        match self.operation:
            case 'replace':
                component._exchange(
                    self._prepare_part(), self.date, reasons, self.quantity, self.keeps_below)
            case 'quantity':
                component._set_quantity(self.quantity, self.date, reasons)
            case 'remove':
                component._remove(self.date, reasons)
            case 'move':
                if not self.target_object_id:
                    raise UserError(self.env._("Choose the object that it is moved to."))
                self.target_object_id.check_access('write')
                component._move_to_object(self.target_object_id, self.date, reasons)
        return {'type': 'ir.actions.client', 'tag': 'soft_reload'}

    def _prepare_part(self):
        """Return what the new part is."""
        values = {'serial_number': self.serial_number, 'warranty_end': self.warranty_end}
        if self.product_id and self.product_id != self.component_id.product_id:
            values.update(
                product_id=self.product_id.id, name=self.product_id.display_name, partner_id=False)
            if not self.component_id.product_uom_id._has_common_reference(self.product_id.uom_id):
                values['product_uom_id'] = self.product_id.uom_id.id
        return values

    def _make_line(self):
        """Return the item line that bills what is fitted, or none."""
        Line = self.env['service.order.line']
        if not (self.operation == 'replace' and self.is_billed and self.order_id and self.product_id):
            return Line
        return Line.create({
            'order_id': self.order_id.id, 'kind': 'item', 'product_id': self.product_id.id,
            'object_id': self.object_id.id, 'quantity_planned': 0.0, 'quantity': self.quantity})
