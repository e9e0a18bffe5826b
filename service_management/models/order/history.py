from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.records import offer_template


class ServiceOrder(models.Model):
    """Work that was done and billed before this program: known, and nothing follows from it."""
    _inherit = 'service.order'

    is_history = fields.Boolean(
        string="History", copy=False,
        help="The work was done and billed before you used this program. The order is filed as"
             " posted: nobody is sent, told or billed, and figures leave it out.")

    _kept = models.Index('(id) WHERE is_history IS TRUE')

    @api.model_create_multi
    def create(self, vals_list):
        """File history as posted at once; the rest begins as always."""
        history = [vals for vals in vals_list if self._is_filed(vals)]
        if not history:
            return super().create(vals_list)
        # Nobody is told of what is over.
        filed = super(ServiceOrder, self.with_context(
            tracking_disable=True, mail_auto_subscribe_no_notify=True)).create(history)
        begun = super().create([vals for vals in vals_list if not self._is_filed(vals)])
        filed, begun = list(filed.with_env(self.env)), list(begun)
        return self.union(*(
            (filed if self._is_filed(vals) else begun).pop(0) for vals in vals_list))

    @api.model
    def _is_filed(self, vals):
        """Tell whether values are those of an order of the past."""
        return bool(vals.get('is_history'))

    @api.model
    def _complete_new(self, vals_list):
        """Let history begin like others, until its lines are there: it is filed afterwards."""
        return super()._complete_new([
            {name: value for name, value in vals.items() if name != 'stage_id'}
            if self._is_filed(vals) else vals for vals in vals_list])

    def _enter_life(self):
        """Let those orders begin that are no history, and file the others."""
        history = self.filtered('is_history')
        super(ServiceOrder, self - history)._enter_life()
        for stage, orders in history._get_target_stages('posted').items() if history else ():
            for order in orders.sudo():  # only here do orders come to the end without the way there
                order._write_stage({'stage_id': stage.id})
        history.line_ids._file()

    def write(self, vals):
        """Keep history history, and the rest what it is."""
        if 'is_history' in vals and any(
                order.is_history != bool(vals['is_history']) for order in self):
            raise UserError(self.env._(
                "An order is history from the beginning, or never. Create it anew instead."))
        return super().write(vals)

    @api.model
    def get_import_templates(self):
        """Offer a spreadsheet with the headings that the import knows."""
        return [offer_template(
            self, self.env._("Import Template for Orders of the Past"), 'service_orders_of_the_past')]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_forbidden(self):
        """Let managers take imported history away again: an import can go wrong."""
        history = self.filtered('is_history')
        if history:
            history._ensure_role('manager', self.env._(
                "Only a service manager deletes orders of the past."))
        return super(ServiceOrder, self - history)._unlink_except_forbidden()
