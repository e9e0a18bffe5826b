from odoo import api, fields, models
from odoo.fields import Command

from ...tools.clock import local_day


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    service_order_ids = fields.One2many(
        comodel_name='service.order', inverse_name='sale_order_id', string="Service Orders",
        copy=False, readonly=True,
        groups='service_management.service_management_group_technician,account.group_account_invoice,'
               'sales_team.group_sale_salesman')
    source_service_order_id = fields.Many2one(
        comodel_name='service.order', string="Found On", copy=False, readonly=True,
        index='btree_not_null', check_company=True, ondelete='restrict',
        help="The service order on which the technician found the need for this.")
    service_order_count = fields.Integer(
        compute='_compute_service_order_count', compute_sudo=True)

    service_waiting = fields.Char(
        string="Not Active Yet", compute='_compute_service_waiting', compute_sudo=True,
        help="Agreements and subscriptions of this sale that somebody has to check and activate.")

    @api.depends(lambda self: [f'{name}.state' for name in self._get_prepared_fields()])
    def _compute_service_waiting(self):
        for order in self:
            waiting = [
                document.name for name in self._get_prepared_fields()
                for document in order[name] if document.state == 'draft']
            order.service_waiting = ', '.join(waiting)

    @api.model
    def _get_prepared_fields(self):
        """Return the fields of what a sale prepares, for somebody to activate; extend for more."""
        return []

    @api.depends('service_order_ids', 'source_service_order_id')
    def _compute_service_order_count(self):
        for order in self:
            order.service_order_count = len(
                order.service_order_ids | order.source_service_order_id)

    def action_view_service_orders(self):
        """Show the service orders that this one sells, and the one that it was found on."""
        self.ensure_one()
        return (self.service_order_ids | self.source_service_order_id)._show()

    def _get_responsible_users(self):
        return super()._get_responsible_users() | self.user_id

    def _action_confirm(self):
        result = super()._action_confirm()
        self.order_line._create_service()
        return result

    def _get_service_start(self):
        """Return the day on which what one order sells begins: of delivery, else today."""
        self.ensure_one()
        return local_day(
            self.commitment_date or fields.Datetime.now(), self.company_id._get_service_timezone())

    def _ask_to_activate(self, documents):
        """Ask the responsible to check and activate what one order has prepared."""
        documents._schedule_todo('mail.mail_activity_data_todo', self.env._(
            "Sold by %s: check and activate", self.name))

    def _ask_to_end(self, documents):
        """Ask the responsible whether what was sold ends, now that it is not sold any more."""
        for document in documents:
            if document.state in ('draft', 'active'):
                document._schedule_todo('mail.mail_activity_data_warning', self.env._(
                    "%s was cancelled: end this, too?", document.sale_order_id.name))

    def _prepare_service_order(self, lines):
        """Return the values of the service order that delivers some lines of one sales order."""
        self.ensure_one()
        customer = self.partner_id.commercial_partner_id
        site = self.partner_shipping_id
        values = {
            'title': ', '.join(dict.fromkeys(lines.product_id.mapped('name'))),
            'company_id': self.company_id.id,
            'partner_id': self.partner_id.id,
            'partner_invoice_id': self.partner_invoice_id.id,
            'client_order_ref': self.client_order_ref,
            'channel': 'sale',
            'user_id': False,
            'sale_order_id': self.id,
            'pricelist_id': self.pricelist_id.id,
            'fiscal_position_id': self.fiscal_position_id.id,
            'payment_term_id': self.payment_term_id.id,
            'date_preferred': self.commitment_date,
        }
        # Of several, the type of what stands first.
        if order_type := lines.product_id.service_order_type_id[:1]:
            tasks, _lines = order_type._prepare_content(self.company_id)
            values.update(
                type_id=order_type.id, task_ids=[Command.create(task) for task in tasks])
        if site.commercial_partner_id == customer:
            values['site_id'] = site.id
        if not self.partner_id.is_company and self.partner_id.parent_id:
            values['contact_id'] = self.partner_id.id
        return values

    def _action_cancel(self):
        """Tell those who plan the work that it is not sold any more."""
        result = super()._action_cancel()
        # Salespeople cancel their orders without rights on the service behind them.
        self.sudo()._tell_of_cancelled_sale()
        return result

    def _tell_of_cancelled_sale(self):
        """Ask those who plan the work whether it is cancelled, too; extend; runs in sudo."""
        for service_order in self.service_order_ids.filtered(
                lambda order: order.state in ('draft', 'open')):
            service_order._schedule_todo('mail.mail_activity_data_warning', self.env._(
                "%s was cancelled: cancel the service, too?", service_order.sale_order_id.name))
