from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmLead(models.Model):
    _inherit = 'crm.lead'

    service_order_ids = fields.One2many(
        comodel_name='service.order', inverse_name='opportunity_id', string="Service Orders",
        copy=False, readonly=True,
        groups='service_management.service_management_group_technician,account.group_account_invoice,'
               'sales_team.group_sale_salesman')
    service_order_count = fields.Integer(
        compute='_compute_service_order_count', compute_sudo=True)

    @api.depends('service_order_ids')
    def _compute_service_order_count(self):
        for lead in self:
            lead.service_order_count = len(lead.service_order_ids)

    def action_create_service_order(self):
        """Make a request of an opportunity, for a dispatcher to confirm or to quote.

        :return: the request, for those who may see it
        :raise UserError: if nobody knows yet whose opportunity it is
        """
        self.ensure_one()
        self.check_access('write')
        if not self.partner_id:
            raise UserError(self.env._(
                "Choose the customer of “%s” first: a service order is somebody's.", self.name))
        # Salespeople ask for service without planning it.
        ServiceOrder = self.env['service.order'].sudo()
        order = ServiceOrder.create(ServiceOrder._prepare_request(self._prepare_service_order()))
        people = order.team_id.user_id | self.user_id
        order.user_id = people._filter_there(order.company_id)[:1]
        return self.action_view_service_orders()

    def _prepare_service_order(self):
        self.ensure_one()
        return {
            'title': self.name,
            'partner_id': self.partner_id.id,
            'company_id': (self.company_id or self.env.company).id,
            'channel': 'sale',
            'user_id': False,
            'opportunity_id': self.id,
            'note_internal': self.description or Markup(),
        }

    def action_view_service_orders(self):
        """Show the service orders that the opportunity led to."""
        self.ensure_one()
        return self.service_order_ids._show()
