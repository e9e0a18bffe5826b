from odoo import api, fields, models


class ServiceOrderMerge(models.TransientModel):
    _name = 'service.order.merge'
    _description = "Merge Service Orders"

    order_ids = fields.Many2many(
        comodel_name='service.order', string="Orders", required=True,
        domain="[('commercial_partner_id', '=', commercial_partner_id),"
               " ('state', 'in', ('draft', 'open'))]")
    commercial_partner_id = fields.Many2one(related='kept_id.commercial_partner_id')
    kept_id = fields.Many2one(
        comodel_name='service.order', string="Keep", compute='_compute_kept_id', store=True,
        readonly=False, domain="[('id', 'in', order_ids)]",
        help="The others are cancelled and lead to this one.")
    refusal = fields.Char(compute='_compute_refusal')

    @api.depends('order_ids')
    def _compute_kept_id(self):
        """Propose the order that is furthest."""
        for wizard in self:
            if wizard.kept_id not in wizard.order_ids:
                wizard.kept_id = wizard.order_ids.sorted(
                    lambda order: order._get_merge_distance())[:1]

    @api.depends('order_ids', 'kept_id')
    def _compute_refusal(self):
        Order = self.env['service.order']
        for wizard in self:
            kept, orders = wizard.kept_id._origin, wizard.order_ids._origin
            wizard.refusal = Order._get_merge_refusal(kept, orders - kept)

    def action_apply(self):
        """Merge the orders.

        :return: action showing the one that is kept
        :raise UserError: saying what speaks against it
        """
        self.ensure_one()
        self.order_ids._merge(self.kept_id)
        return self.kept_id._show_form()
