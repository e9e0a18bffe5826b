from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class ServiceOrderUpdate(models.TransientModel):
    _name = 'service.order.update'
    _description = "Update Prices or Taxes of Service Orders"

    topic = fields.Selection(
        selection=[('price', "Prices"), ('tax', "Taxes")], required=True, default='price',
        readonly=True)
    line_ids = fields.Many2many(comodel_name='service.order.line', readonly=True)
    row_ids = fields.One2many(
        comodel_name='service.order.update.row', inverse_name='dialog_id', string="Changes",
        compute='_compute_row_ids', store=True, readonly=False)

    @api.depends('topic', 'line_ids')
    def _compute_row_ids(self):
        """Show the lines that would change."""
        for update in self:
            # A dialog keeps its lines as copies in memory.
            lines = update.line_ids._origin._get_updatable()
            imagined = lines._imagine_anew(*lines._get_anew(update.topic))
            update.row_ids = [Command.clear()] + [
                Command.create(update._prepare_row(line, new))
                for line, new in imagined.items() if update._is_different(line, new)]

    def _is_different(self, line, new):
        names, _sources = line._get_anew(self.topic)
        return any(
            line._is_given(name) or not line._is_same(
                name, line._get_own_value(name), new[name])
            for name in names)

    def _prepare_row(self, line, new):
        """Return the values of the row that shows what would change of one line."""
        names, _sources = line._get_anew(self.topic)
        givers = {line._get_giver(name) for name in names if line._is_given(name)}
        return {
            'line_id': line.id,
            'given_by': ', '.join(sorted(
                giver.name or self.env._("by hand") for giver in givers)),
            'price_old': line._get_own_value('price_unit'),
            'price_new': new.price_unit,
            'discount_old': line.discount,
            'discount_new': new.discount,
            'taxes_old': ', '.join(line.tax_ids.mapped('name')),
            'taxes_new': ', '.join(new.tax_ids.mapped('name')),
            'amount_old': line.price_subtotal if self.topic == 'price' else line.price_total,
            'amount_new': new.price_subtotal if self.topic == 'price' else new.price_total,
        }

    def action_apply(self):
        """Take over what is shown, for the lines that are chosen.

        :raise UserError: if no line is chosen
        """
        self.ensure_one()
        lines = self.row_ids.filtered('is_chosen').line_id
        if not lines:
            raise UserError(self.env._("Choose the lines to update."))
        lines._update(self.topic)
        return {'type': 'ir.actions.act_window_close'}


class ServiceOrderUpdateRow(models.TransientModel):
    _name = 'service.order.update.row'
    _description = "Line That Would Change"
    _order = 'id'

    dialog_id = fields.Many2one(
        comodel_name='service.order.update', required=True, ondelete='cascade')
    is_chosen = fields.Boolean(string="Update", default=True)
    line_id = fields.Many2one(
        comodel_name='service.order.line', required=True, ondelete='cascade')
    order_id = fields.Many2one(related='line_id.order_id')
    currency_id = fields.Many2one(related='line_id.currency_id')
    given_by = fields.Char(readonly=True)
    price_old = fields.Float(string="Price", digits='Product Price', readonly=True)
    price_new = fields.Float(string="New Price", digits='Product Price', readonly=True)
    discount_old = fields.Float(string="Disc. (%)", digits='Discount', readonly=True)
    discount_new = fields.Float(string="New Disc. (%)", digits='Discount', readonly=True)
    taxes_old = fields.Char(string="Taxes", readonly=True)
    taxes_new = fields.Char(string="New Taxes", readonly=True)
    amount_old = fields.Monetary(string="Amount", readonly=True)
    amount_new = fields.Monetary(string="New Amount", readonly=True)
