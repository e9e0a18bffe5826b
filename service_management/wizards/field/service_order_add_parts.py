from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class ServiceOrderAddParts(models.TransientModel):
    """Parts that were used: the usual ones wait to be ticked, the others are searched."""
    _name = 'service.order.add.parts'
    _description = "Add Parts to a Service Order"

    order_id = fields.Many2one(
        comodel_name='service.order', required=True, readonly=True, ondelete='cascade')
    company_id = fields.Many2one(related='order_id.company_id')
    line_ids = fields.One2many(
        comodel_name='service.order.add.parts.line', inverse_name='wizard_id', string="Usual Parts",
        compute='_compute_line_ids', store=True, readonly=False)
    is_any_product = fields.Boolean(
        string="All Products", help="Search among all products, not among service parts only.")
    product_id = fields.Many2one(
        comodel_name='product.product', string="Other Part",
        domain="[('type', '!=', 'service'), ('sale_ok', '=', True),"
               " ('company_id', 'in', (False, company_id)),"
               " ('is_service_part', 'in', (True, not is_any_product))]")
    quantity = fields.Float(digits='Product Unit', default=1.0)

    @api.depends('order_id')
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [Command.clear()] + [
                Command.create({'product_id': product.id, 'used_count': count})
                for product, count in wizard.order_id._get_usual_parts()] if wizard.order_id else []

    def action_apply(self):
        """Book the parts that were ticked or found.

        :raise UserError: if there is none
        """
        self.ensure_one()
        self.order_id.check_access('write')
        quantities = [
            (line.product_id, line.quantity) for line in self.line_ids if line.is_used]
        if self.product_id:
            quantities.append((self.product_id, self.quantity))
        if not quantities:
            raise UserError(self.env._("Tick the parts that were used, or search for another one."))
        self.order_id._add_parts(quantities)
        return {'type': 'ir.actions.act_window_close'}


class ServiceOrderAddPartsLine(models.TransientModel):
    _name = 'service.order.add.parts.line'
    _description = "Part That May Have Been Used"

    wizard_id = fields.Many2one(
        comodel_name='service.order.add.parts', required=True, ondelete='cascade')
    product_id = fields.Many2one(comodel_name='product.product', required=True)
    used_count = fields.Integer(string="Times Used", readonly=True)
    is_used = fields.Boolean(string="Used")
    quantity = fields.Float(
        digits='Product Unit', compute='_compute_quantity', store=True, readonly=False)

    @api.depends('is_used')
    def _compute_quantity(self):
        for line in self:
            line.quantity = (line.quantity or 1.0) if line.is_used else 0.0
