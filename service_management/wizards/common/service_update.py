from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class ServiceUpdate(models.TransientModel):
    """Shows what finding values of lines anew would change, and does it for those chosen."""
    _name = 'service.update'
    _description = "Update Prices or Taxes"

    topic = fields.Selection(
        selection=[('price', "Prices"), ('tax', "Taxes")], required=True, default='tax',
        readonly=True)
    res_model = fields.Char(readonly=True)
    res_ids = fields.Json(readonly=True)
    row_ids = fields.One2many(
        comodel_name='service.update.row', inverse_name='dialog_id', string="Changes",
        compute='_compute_row_ids', store=True, readonly=False)

    @api.depends('topic', 'res_model', 'res_ids')
    def _compute_row_ids(self):
        """Show the lines that would change."""
        for update in self:
            rows = update._prepare_rows() if update.res_ids else []
            update.row_ids = [Command.clear(), *map(Command.create, rows)]

    def _prepare_rows(self):
        """Return the values of a row for each line that would change."""
        lines = self._get_lines(self.res_ids)
        imagined = lines._imagine_anew(*lines._get_anew(self.topic))
        return [
            self._prepare_row(line, new)
            for line, new in imagined.items() if self._is_different(line, new)]

    def _get_lines(self, ids):
        """Return those of some lines that the user may see and that may be found anew."""
        lines = self.env[self.res_model].browse(ids).exists()
        return lines._filtered_access('read')._get_updatable()

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
            'document': line._get_taxed_document().display_name,
            'name': (line.name or '').split('\n')[0],
            'given_by': ', '.join(sorted(
                giver.name or self.env._("by hand") for giver in givers)),
            'currency_id': line.currency_id.id,
            **line._prepare_update(self.topic, new),
        }

    def action_apply(self):
        """Take over what is shown, for the lines that are chosen.

        :raise UserError: if no line is chosen
        """
        self.ensure_one()
        lines = self._get_lines(self.row_ids.filtered('is_chosen').mapped('line_id'))
        if not lines:
            raise UserError(self.env._("Choose the lines to update."))
        lines._update(self.topic)
        return {'type': 'ir.actions.act_window_close'}


class ServiceUpdateRow(models.TransientModel):
    _name = 'service.update.row'
    _description = "Line That Would Change"
    _order = 'id'

    dialog_id = fields.Many2one(
        comodel_name='service.update', required=True, ondelete='cascade')
    is_chosen = fields.Boolean(string="Update", default=True)
    line_id = fields.Integer(string="Line ID", required=True, readonly=True)
    document = fields.Char(readonly=True)
    name = fields.Char(string="Line", readonly=True)
    currency_id = fields.Many2one(comodel_name='res.currency', readonly=True)
    given_by = fields.Char(readonly=True)
    price_old = fields.Float(string="Price", digits='Product Price', readonly=True)
    price_new = fields.Float(string="New Price", digits='Product Price', readonly=True)
    discount_old = fields.Float(string="Disc. (%)", digits='Discount', readonly=True)
    discount_new = fields.Float(string="New Disc. (%)", digits='Discount', readonly=True)
    taxes_old = fields.Char(string="Taxes", readonly=True)
    taxes_new = fields.Char(string="New Taxes", readonly=True)
    amount_old = fields.Monetary(string="Amount", readonly=True)
    amount_new = fields.Monetary(string="New Amount", readonly=True)
