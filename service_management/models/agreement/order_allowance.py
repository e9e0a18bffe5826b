from odoo import fields, models

from ...tools.clock import hours_between


class ServiceOrder(models.Model):
    """Work that is drawn from a prepaid allowance."""
    _inherit = 'service.order'

    def _apply_price_rules(self):
        self._apply_allowance()
        return super()._apply_price_rules()

    def _apply_allowance(self):
        """Draw the work that was done from the prepaid allowance of its agreement.

        Safe to run again: what these orders have drawn is given back first. Work that goes beyond
        the balance is split, and the rest is charged.
        """
        # Booking and signing draw, whoever does it.
        unposted = self.sudo().filtered(lambda order: (
            order.state in ('open', 'signed_off') and order.agreement_id.allowance_kind))
        for agreement, orders in unposted.grouped('agreement_id').items():
            lines = orders.line_ids.filtered(lambda line: line.state == 'open')
            drawn = lines.filtered('is_prepaid')
            work = lines._get_allowance_work(agreement)
            if not work and not drawn:
                continue
            # A write makes two transactions that draw at once collide: the later one starts anew.
            agreement.allowance_drawn_on = fields.Datetime.now()
            drawn.write({'is_prepaid': False, 'prepaid_hours': 0.0, 'date_prepaid': False})
            work.sorted(lambda line: (line._get_draw_day(), line.id))._draw(agreement)


class ServiceOrderLine(models.Model):
    _inherit = 'service.order.line'

    is_prepaid = fields.Boolean(
        string="Prepaid", copy=False, readonly=True,
        help="Drawn from the prepaid allowance of the agreement.")
    prepaid_hours = fields.Float(
        copy=False, readonly=True, digits='Product Unit')
    date_prepaid = fields.Date(copy=False, readonly=True)

    _prepaid = models.Index('(agreement_id, date_prepaid) WHERE is_prepaid IS TRUE')

    def _get_draw_day(self):
        self.ensure_one()
        return self.date or self.order_id._get_order_day()

    def _get_allowance_work(self, agreement):
        """Return those of these lines that an allowance may pay: work that was done.

        An allowance of visits pays the way to them, too.
        """
        work = self.filtered(lambda line: (
            line.kind == 'hour' and line.quantity > 0 and not line.billing_override
            and not line.reversed_line_id and line._is_coverable()
            and (line.is_prepaid or line.billing == 'chargeable')
            and agreement._is_in_force(line._get_draw_day())))
        if agreement.allowance_kind == 'visits':
            return work.filtered(lambda line: line.visit_id.work_start)
        return work.filtered(lambda line: not line.is_travel)

    def _draw(self, agreement):
        """Draw these lines from an allowance, in their order, as far as it goes."""
        for line in self:
            day = line._get_draw_day()
            left = agreement.allowance_quantity - agreement._get_allowance_used(day)
            if agreement.allowance_kind == 'visits':
                if left >= 1 or line.visit_id in self.filtered('is_prepaid').visit_id:
                    line._set_prepaid(day, 0.0)
                continue
            if line.product_uom_id.compare(left, 0) <= 0:
                continue
            hours = line._get_hours()
            if hours > left:
                line._split(left / hours)
                hours = left
            line._set_prepaid(day, hours)

    def _set_prepaid(self, day, hours):
        self.ensure_one()
        self.write({'is_prepaid': True, 'prepaid_hours': hours, 'date_prepaid': day})
        self.flush_recordset()  # the next line counts what this one has drawn

    def _split(self, part):
        """Leave a part of one worked line, and make another line of the rest.

        :param float part: between 0 and 1
        :return: the new line
        """
        self.ensure_one()
        vals = {
            **self._copy_given(),
            **self._copy_found_price(),
            'visit_id': self.visit_id.id,
            'date': self.date,
            'quantity_planned': 0.0,
            'agreement_line_id': self.agreement_line_id.id,
            'has_agreement_price': self.has_agreement_price,
            'agreement_price_unit': self.agreement_price_unit,
            'is_prepaid': False,  # also on orders that are signed off and locked
        }
        vals.pop('quantity', None)
        if self.date_start and self.date_end and not self._is_given('quantity'):
            length = hours_between(self.date_start, self.date_end)
            middle = fields.Datetime.add(self.date_start, seconds=round(length * part * 3600))
            rest = self.create({**vals, 'date_start': middle, 'date_end': self.date_end})
            self.write({'date_end': middle, 'is_prepaid': False})
        else:
            kept = self.product_uom_id.round(self.quantity * part)
            rest = self.create({**vals, 'quantity': self.quantity - kept})
            self.write({'quantity': kept, 'is_prepaid': False})
        return rest
