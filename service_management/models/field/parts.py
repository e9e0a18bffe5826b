from odoo import api, fields, models
from odoo.exceptions import UserError

#: How many parts are offered before somebody searches
_OFFERED = 12
#: How far back it is looked for what is used often
_DAYS = 180


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    is_service_part = fields.Boolean(
        string="Service Part",
        help="Offered to technicians who enter parts. What was used once, or stands in a line set, is.")


class ServiceLineSetLine(models.Model):
    _inherit = 'service.line.set.line'

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.filtered(lambda line: line.kind == 'item').product_id._mark_service_parts()
        return lines


class ServiceOrderLine(models.Model):
    _inherit = 'service.order.line'

    @api.model_create_multi
    def create(self, vals_list):
        """Offer from now on what was used once."""
        lines = super().create(vals_list)
        lines.filtered(lambda line: line.kind == 'item').product_id._mark_service_parts()
        return lines


class ProductProduct(models.Model):
    _inherit = 'product.product'

    def _mark_service_parts(self):
        """Offer these products to technicians."""
        # Products belong to others; that they are used in service is known by using them.
        templates = self.sudo().product_tmpl_id
        templates.filtered(lambda product: not product.is_service_part).is_service_part = True


class ServiceOrder(models.Model):
    """Parts in a few taps: what was used on this unit before, on such units, in line sets, lately."""
    _inherit = 'service.order'

    def action_add_parts(self):
        """Ask which parts were used on one order, the usual ones first.

        :raise UserError: if its stage forbids editing
        """
        self.ensure_one()
        self.check_access('write')
        self._ensure_allowed('edit')
        return self._open_dialog(
            'service.order.add.parts', self.env._("Add Parts"), default_order_id=self.id)

    def _get_usual_parts(self):
        """Return [(product, how often it was used here)], the usual ones first."""
        self.ensure_one()
        # What other teams used on such a unit is no secret to who repairs it.
        Line = self.env['service.order.line'].sudo()
        objects = self.sudo().object_ids
        used = [
            ('kind', '=', 'item'), ('state', '!=', 'cancelled'), ('company_id', '=', self.company_id.id),
            ('product_id.active', '=', True), ('product_id.type', '!=', 'service')]
        alike = objects.product_id and self.env['service.object'].sudo().search([
            ('product_id', 'in', objects.product_id.ids), ('company_id', '=', self.company_id.id)],
            limit=200)
        since = fields.Date.subtract(self.company_id._get_service_today(), days=_DAYS)
        counts = {}
        for domain in (
            objects and [('object_id', 'in', objects.ids)],
            alike and [('object_id', 'in', alike.ids)],
            [('date', '>=', since)],
        ):
            if not domain or len(counts) >= _OFFERED:
                continue
            for product, count in Line._read_group(
                    [*used, *domain], ['product_id'], ['__count'],
                    order='__count desc, product_id', limit=_OFFERED):
                counts.setdefault(product, count)
        sets = self.env['service.line.set'].sudo().search(
            self.env['service.line.set']._check_company_domain(self.company_id), limit=50)
        for product in sets.line_ids.filtered(lambda line: line.kind == 'item').product_id:
            counts.setdefault(product, 0)
        return list(counts.items())[:_OFFERED]

    def _add_parts(self, quantities):
        """Book parts that were used without having been planned.

        :param quantities: list of (product, quantity)
        :return: the lines
        """
        self.ensure_one()
        if any(quantity <= 0 for _product, quantity in quantities):
            raise UserError(self.env._("Enter how many were used."))
        return self.env['service.order.line'].create([{
            'order_id': self.id, 'kind': 'item', 'product_id': product.id,
            'quantity_planned': 0.0, 'quantity': quantity,
        } for product, quantity in quantities])
