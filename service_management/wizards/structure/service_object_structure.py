from odoo import api, fields, models
from odoo.fields import Command


class ServiceObjectStructure(models.TransientModel):
    """What an object was made of on a day, and what became of it since, or until another day."""
    _name = 'service.object.structure'
    _description = "Structure of an Object on a Day"
    _inherit = ['service.dated.mixin']
    _date_years = 100

    object_id = fields.Many2one(
        comodel_name='service.object', required=True, readonly=True, ondelete='cascade')
    date = fields.Date(
        string="On", required=True, default=lambda self: self.env.company._get_service_today())
    is_compared = fields.Boolean(string="Compare")
    other_date = fields.Date(
        string="With", required=True, default=lambda self: self.env.company._get_service_today())
    line_ids = fields.One2many(
        comodel_name='service.object.structure.line', inverse_name='wizard_id', string="Parts",
        compute='_compute_line_ids', store=True, readonly=False)
    is_past = fields.Boolean(compute='_compute_is_past')
    note = fields.Char(string="Reason")

    @api.depends('object_id', 'date', 'other_date', 'is_compared')
    def _compute_line_ids(self):
        for wizard in self:
            obj = wizard.object_id._origin
            rows = obj._compare_structures(
                wizard.date, wizard.other_date if wizard.is_compared else wizard.date,
            ) if obj and wizard.date and wizard.other_date else []
            wizard.line_ids = [Command.clear()] + [
                Command.create(wizard._prepare_line(*row)) for row in rows]

    @api.depends('object_id', 'date')
    def _compute_is_past(self):
        for wizard in self:
            wizard.is_past = bool(
                wizard.date and wizard.date < wizard.object_id.company_id._get_service_today())

    @api.model
    def _prepare_line(self, level, state, before, after):
        """Return the values of a row, as `_compare_structures` gives it."""
        row = after or before
        return {
            'name': '\u2003' * level + row.name, 'state': state, 'product_id': row.product_id.id,
            'serial_number': row.serial_number, 'position': row.position,
            'date_from': row.date_from, 'warranty_end': row.warranty_end,
            'quantity_before': before.quantity if before else 0,
            'quantity': after.quantity if after else 0,
            'product_uom_id': row.product_uom_id.id,
            'was': state == 'changed' and before.display_name != after.display_name and (
                before.display_name),
        }

    def action_print(self):
        """Print the structure of the day."""
        self.ensure_one()
        self.object_id.check_access('read')
        return self.env.ref('service_management.service_object_structure_report').report_action(
            self, config=False)

    def action_roll_back(self):
        """Make the structure what it was on the day.

        :raise AccessError: if the user is no service manager
        :raise UserError: if nothing has changed since
        """
        self.ensure_one()
        self.object_id._roll_back_structure(self.date, {'note': self.note})
        return {'type': 'ir.actions.client', 'tag': 'soft_reload'}


class ServiceObjectStructureLine(models.TransientModel):
    _name = 'service.object.structure.line'
    _description = "Part of an Object on a Day"

    wizard_id = fields.Many2one(
        comodel_name='service.object.structure', required=True, ondelete='cascade')
    name = fields.Char(string="Part", readonly=True)
    state = fields.Selection(
        selection=[
            ('same', "As It Was"), ('added', "Added"), ('removed', "Removed"),
            ('changed', "Changed")],
        readonly=True)
    product_id = fields.Many2one(comodel_name='product.product', readonly=True)
    serial_number = fields.Char(readonly=True)
    position = fields.Char(readonly=True)
    date_from = fields.Date(string="Fitted On", readonly=True)
    warranty_end = fields.Date(string="Warranty Until", readonly=True)
    quantity_before = fields.Float(string="Before", digits='Product Unit', readonly=True)
    quantity = fields.Float(digits='Product Unit', readonly=True)
    product_uom_id = fields.Many2one(comodel_name='uom.uom', string="Unit", readonly=True)
    was = fields.Char(readonly=True, help="What the part was before.")
