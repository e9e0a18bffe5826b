from odoo import api, fields, models
from odoo.exceptions import UserError


class ProductTemplate(models.Model):
    """Extended warranties as products."""
    _inherit = 'product.template'

    extends_labor_months = fields.Integer(
        string="Extends Labor By", at_most=1200,
        help="Selling the product for an object extends its labor warranty by these months.")
    extends_parts_months = fields.Integer(
        string="Extends Parts By", at_most=1200,
        help="Selling the product for an object extends its parts warranty by these months.")

    _extends_months = models.Constraint(
        'CHECK (extends_labor_months >= 0 AND extends_parts_months >= 0)',
        "A warranty cannot be extended by less than no time.")

    def _get_extension_months(self):
        """Return {kind of warranty: months that selling one of the product extends it by}."""
        months = {'labor': self.extends_labor_months, 'parts': self.extends_parts_months}
        return {kind: number for kind, number in months.items() if number}


class ServiceWarrantyExtension(models.Model):
    _inherit = 'service.warranty.extension'

    sale_line_id = fields.Many2one(
        comodel_name='sale.order.line', string="Sold In", copy=False, readonly=True,
        index='btree_not_null', ondelete='restrict')


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    def _action_cancel(self):
        """Take back the extended warranties that are not sold any more."""
        result = super()._action_cancel()
        self.order_line._get_extensions()._take_back()
        return result

    def _confirmation_error_message(self):
        return super()._confirmation_error_message() or self.order_line._get_extension_error()


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    service_object_id = fields.Many2one(
        comodel_name='service.object', check_company=True, index='btree_not_null', ondelete='restrict',
        groups='service_management.service_management_group_technician,account.group_account_invoice,'
               'sales_team.group_sale_salesman',
        help="The object that the product is sold for: an extended warranty extends its warranty.")
    extends_warranty = fields.Boolean(compute='_compute_extends_warranty')

    @api.depends('product_id.extends_labor_months', 'product_id.extends_parts_months')
    def _compute_extends_warranty(self):
        for line in self:
            line.extends_warranty = bool(line.product_id.product_tmpl_id._get_extension_months())

    def _get_extensions(self):
        """Return the extensions of warranties that these lines sold, in sudo."""
        # Salespeople and accountants write no warranties: these follow what they sell and credit.
        return self.env['service.warranty.extension'].sudo().search(
            [('sale_line_id', 'in', self.ids)]) if self.filtered('extends_warranty') else (
                self.env['service.warranty.extension'].sudo())

    def _get_extension_error(self):
        """Return why extended warranties of these lines cannot be sold, or nothing."""
        for line in self.filtered('extends_warranty'):
            # Whoever sells it need not see the object.
            obj = line.sudo().service_object_id
            if not obj:
                return self.env._(
                    "“%s” extends a warranty: choose the service object that it is sold for.",
                    line.product_id.display_name)
            if obj.commercial_partner_id and (
                    obj.commercial_partner_id != line.order_id.partner_id.commercial_partner_id):
                return self.env._(
                    "%(object)s belongs to %(owner)s, not to the customer of the order. Choose an"
                    " object of the customer.", object=obj.display_name,
                    owner=obj.commercial_partner_id.display_name)
        return None

    def _create_service(self):
        super()._create_service()
        self._extend_warranties()

    def _extend_warranties(self):
        """Extend the warranties of the objects that these lines are sold for; again changes nothing.

        :raise UserError: if a line does not say for which object
        """
        lines = self.filtered(lambda line: line.extends_warranty and line.product_uom_qty > 0)
        lines -= lines._get_extensions().filtered(
            lambda row: not row.date_taken_back).sale_line_id.sudo(False)
        if error := lines._get_extension_error():
            raise UserError(error)
        # Salespeople write no warranties: these follow what they sell.
        self.env['service.warranty.extension'].sudo().create([
            values for line in lines for values in line._prepare_extensions()])

    def _prepare_extensions(self):
        """Return the values of the extensions that one line sells."""
        self.ensure_one()
        return [{
            'object_id': self.service_object_id.id,
            'kind': kind,
            'months': round(months * self.product_uom_qty),
            'date_sold': self.order_id.company_id._get_service_today(),
            'sale_line_id': self.id,
        } for kind, months in self.product_id.product_tmpl_id._get_extension_months().items()]

    def _take_back_credited_warranty(self):
        """Take back the extended warranties of those of these lines that are credited in full."""
        for row in self._get_extensions().filtered(lambda row: not row.date_taken_back):
            line = row.sale_line_id
            if line._is_credited():
                row._take_back()

    def _is_credited(self):
        """Tell whether all that was billed of one line is credited, by posted documents."""
        self.ensure_one()
        billed = sum(
            bill.product_uom_id._compute_quantity(bill.quantity, self.product_uom_id)
            * (-1 if bill.move_type == 'out_refund' else 1)
            for bill in self.invoice_lines
            if bill.parent_state == 'posted' and bill.move_type in ('out_invoice', 'out_refund'))
        return self.product_uom_id.compare(billed, 0.0) <= 0
