from datetime import timedelta

from odoo import api, fields, models

from ...tools.clock import utc_of


class ServiceAgreementOccurrence(models.Model):
    """What was due by meter."""
    _inherit = 'service.agreement.occurrence'

    is_by_meter = fields.Boolean(
        string="By Meter", readonly=True, help="Usage had come so far before the next date.")

    @api.model_create_multi
    def create(self, vals_list):
        """Keep what was due by meter and not by date."""
        ids = [vals['line_id'] for vals in vals_list if vals.get('line_id')]
        lines = self.env['service.agreement.line'].sudo().browse(ids)  # whoever orders or skips it
        for vals in vals_list:
            line = lines.browse(vals.get('line_id') or ()).with_prefetch(ids)
            if line.meter_id:
                vals['is_by_meter'] = line._is_due_by_meter(fields.Date.to_date(vals['date_due']))
        return super().create(vals_list)

    def write(self, vals):
        """Let the nightly run look again where meters count on from what is not done."""
        result = super().write(vals)
        if {'order_line_id', 'is_skipped'} & set(vals):
            self.line_id.filtered('meter_id').agreement_id._look_again()
        return result

    def _is_waived(self):
        """Tell whether nobody comes for one row: it is skipped, or its order cancelled or deleted."""
        self.ensure_one()
        line = self.order_line_id
        return self.is_skipped or not line or 'cancelled' in (line.state, line.order_id.state)

    def _get_service_moment(self, read):
        """Return before which moment the meter had come to what it showed at the service of one row.

        :param dict read: {(order, meter): moment of its last reading on the order}
        :return: naive UTC datetime; False while the order is open
        """
        self.ensure_one()
        if self._is_waived():
            return utc_of(self.date_due, 24, self.company_id._get_service_timezone())
        order = self.order_id
        if order.state in ('draft', 'open'):
            return False
        moment = read.get((order, self.line_id.meter_id)) or order.signed_on or order.date_order
        return moment + timedelta(seconds=1)
