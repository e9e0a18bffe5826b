from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Command

from ..common.records import compute_anew


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    qty_delivered_method = fields.Selection(
        selection_add=[('service_order', "Service Order")])
    service_order_line_ids = fields.One2many(
        comodel_name='service.order.line', inverse_name='sale_line_id', string="Service",
        copy=False, readonly=True,
        groups='service_management.service_management_group_technician,account.group_account_invoice,'
               'sales_team.group_sale_salesman')

    def _creates_service(self):
        """Tell whether one line is delivered by service orders."""
        self.ensure_one()
        return self.product_id.service_tracking in ('service_order', 'service_request')

    @api.depends('product_id')
    def _compute_qty_delivered_method(self):
        """Let service orders deliver what they were made for, and what will make some.

        A product that creates something else from now on leaves alone what was sold of it.
        """
        service_lines = self.filtered(lambda line: not line.is_expense and (
            line._creates_service() or line.sudo().service_order_line_ids))  # see _get_served_quantity
        service_lines.qty_delivered_method = 'service_order'
        super(SaleOrderLine, self - service_lines)._compute_qty_delivered_method()

    @api.depends('service_order_line_ids.state', 'service_order_line_ids.quantity',
                 'service_order_line_ids.product_uom_id')
    def _compute_qty_delivered(self):
        # What is stored is for everybody, whatever day somebody looks at.
        today = self.with_context(accrual_entry_date=None)
        super(SaleOrderLine, today)._compute_qty_delivered()

    def _prepare_qty_delivered(self):
        service_lines = self.filtered(lambda line: line.qty_delivered_method == 'service_order')
        delivered = super(SaleOrderLine, self - service_lines)._prepare_qty_delivered()
        delivered.update(service_lines._get_served_quantity())
        return delivered

    def _get_served_quantity(self):
        """Return {line: posted quantity in its unit}, up to the day of an accrual if one is made."""
        served = defaultdict(float)
        last_day = fields.Date.to_date(self.env.context.get('accrual_entry_date'))
        for line in self:
            # What was delivered is no secret to whoever sold it.
            for work in line.sudo().service_order_line_ids:
                if work.state == 'posted' and (not last_day or work.date_posted <= last_day):
                    served[line] += work.product_uom_id._compute_quantity(
                        work.quantity, line.product_uom_id)
            served.setdefault(line, 0.0)
        return served

    @api.model_create_multi
    def create(self, vals_list):
        """Deliver what is added to a confirmed order, too."""
        lines = super().create(vals_list)
        lines.filtered(lambda line: line.state == 'sale')._create_service()
        return lines

    def write(self, vals):
        """Let open work follow what is sold."""
        result = super().write(vals)
        if {'product_uom_qty', 'price_unit', 'discount'} & set(vals):
            self.filtered(lambda line: line.state == 'sale')._update_service()
        return result

    def _create_service(self):
        """Make what delivers these sold lines; extend for more. Again makes nothing twice."""
        self._create_service_orders()

    def _create_service_orders(self):
        """Make one order for the service lines of a sales order, and one request for the others.

        Lines that have live work already get no more: confirming again makes nothing twice.
        """
        # Salespeople plan no service.
        lines = self.sudo().filtered(lambda line: (
            not line.display_type and line._creates_service()
            and not line.service_order_line_ids.filtered(lambda work: work.state != 'cancelled')))
        for (sale_order, tracking), sold in lines.grouped(
                lambda line: (line.order_id, line.product_id.service_tracking)).items():
            # Salespeople plan no service.
            ServiceOrder = self.env['service.order'].sudo().with_company(sale_order.company_id)
            values = sale_order._prepare_service_order(sold)
            if tracking == 'service_request':
                values = ServiceOrder._prepare_request(values)
            service_order = ServiceOrder.create({
                **values,
                'line_ids': [
                    Command.create(line._prepare_service_order_line()) for line in sold],
            })
            compute_anew(sold, ['qty_delivered_method'])  # what the product creates may be new
            service_order.user_id = (
                service_order.team_id.user_id | sale_order.user_id)._filter_there(
                    service_order.company_id)[:1]
            for line in sold:
                line._insert_service_set(service_order)

    def _prepare_service_order_line(self):
        """Return the values of the line that delivers one sold line, at its price."""
        self.ensure_one()
        is_hours = self.product_uom_id._has_common_reference(self.env.ref('uom.product_uom_hour'))
        return {
            'kind': 'hour' if is_hours else 'fee',
            'product_id': self.product_id.id,
            'name': self.name,
            'product_uom_id': self.product_uom_id.id,
            'quantity_planned': self.product_uom_qty,
            'tax_ids': [Command.set(self.tax_ids.ids)],
            'analytic_distribution': self.analytic_distribution,
            'sale_line_id': self.id,
            'given_fields': False,
            **self._prepare_service_price(),
        }

    def _prepare_service_price(self):
        """Return the price of the line that delivers one sold line."""
        return {
            'price_unit': self.price_unit,
            'technical_price_unit': self.price_unit,
            'discount': self.discount,
            'technical_discount': self.discount,
        }

    def _insert_service_set(self, service_order):
        """Add what the sold job takes; its price is in the price of the job."""
        self.ensure_one()
        product = self.product_id
        sets = product.service_line_set_id or product.service_order_type_id.line_set_ids
        sets._insert(
            service_order, factor=self.product_uom_qty, values={
                'billing_override': 'not_chargeable',
                'billing_note': self.env._("Included in %s", self.order_id.name),
            })

    def _update_service(self):
        """Let open work follow the quantity and price sold; tell the others of the change."""
        for line in self.sudo():  # salespeople plan no service
            works = line.service_order_line_ids.filtered(lambda work: work.state == 'open')
            for work in works.filtered(lambda work: work.order_id.can_edit):
                price = line._prepare_service_price()
                work.write({**price, 'given_fields': work._get_marks_without(price)})
            planned = works.filtered(
                lambda work: work.quantity_planned and work.order_id.can_edit)
            if len(planned) == 1 and line.product_uom_id.compare(
                    planned.quantity_planned, line.product_uom_qty):
                planned.quantity_planned = line.product_uom_qty
            elif not planned:
                for service_order in line.service_order_line_ids.order_id:
                    service_order.message_post(body=self.env._(
                        "%(sale)s now sells %(quantity)s of %(product)s.",
                        sale=line.order_id.name, product=line.product_id.name,
                        quantity=line.product_uom_id._get_words(line.product_uom_qty)))

    def _get_newly_sold(self, tracking, made):
        """Return the lines of a kind that nothing was made for yet, in sudo.

        :param str made: field that says what was made
        """
        # Salespeople have no rights on what their sales prepare for others.
        return self.sudo().filtered(lambda line: (
            not line.display_type and line.product_uom_qty > 0 and not line[made]
            and line.product_id.service_tracking == tracking))
