from odoo import api, fields, models


class ServiceRepair(models.Model):
    """What was repaired, as it is printed."""
    _inherit = 'service.repair'

    def _get_used(self):
        """Return what each of these repairs took: {repair: {'hours': of work, 'parts': in words}}.

        Lines that the user may not read, and what was cancelled or taken back, are left out.
        """
        lines = self.line_ids.filtered(lambda line: line.state != 'cancelled')
        hours = lines.filtered(
            lambda line: line.kind == 'hour' and not line.is_travel)._get_hours_of_each()
        of_repair = lines.grouped('repair_id')
        return {repair: {
            'hours': sum(hours.get(line, 0) for line in taken),
            'parts': taken.filtered(lambda line: line.kind == 'item')._describe_parts(),
        } for repair in self for taken in [of_repair.get(repair, lines.browse())]}


class ServiceOrder(models.Model):
    _inherit = 'service.order'

    repair_codes = fields.Char(
        string="Repaired", compute='_compute_repair_codes', compute_sudo=True,
        help="What was seen, found and done, of each of its repairs.")

    @api.depends('repair_ids.symptom_id', 'repair_ids.diagnosis_id', 'repair_ids.resolution_id')
    @api.depends_context('lang')
    def _compute_repair_codes(self):
        for order in self:
            order.repair_codes = '; '.join(filter(None, (
                repair._describe_codes() for repair in order.repair_ids)))


class ServiceOrderLine(models.Model):
    _inherit = 'service.order.line'

    def _describe_parts(self):
        """Return which parts these lines come to, each with its quantity in words."""
        parts = []
        for (product, unit), lines in self.grouped(
                lambda line: (line.product_id, line.product_uom_id)).items():
            if (quantity := sum(lines.mapped('quantity'))) > 0:
                parts.append(f'{unit._get_words(quantity)} {product.name or lines[0].name}')
        return parts
