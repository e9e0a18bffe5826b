from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import format_date


class ServiceOrderLine(models.Model):
    """Hours are the word of who worked them; dispatchers correct them, and the order says so."""
    _inherit = 'service.order.line'

    @api.model_create_multi
    def create(self, vals_list):
        """Let nobody book hours for a colleague."""
        lines = super().create(vals_list)
        lines._ensure_own_hours()
        return lines

    def write(self, vals):
        """Let nobody change a colleague's hours; keep what dispatchers correct."""
        if self.env.su or not self._get_hour_fields() & set(vals):
            return super().write(vals)
        self._ensure_own_hours()
        worked = self.filtered(lambda line: line._is_worked())
        before = {line: line._describe_hours() for line in worked}
        result = super().write(vals)
        self._ensure_own_hours()
        for line, former in before.items():
            now = line._describe_hours()
            if now != former:
                line.order_id._message_log(body=self.env._(
                    "Hours corrected: %(former)s is now %(now)s.", former=former, now=now))
        return result

    def action_cancel(self):
        """Let nobody cancel a colleague's hours."""
        self._ensure_own_hours()
        return super().action_cancel()

    @api.model
    def _get_hour_fields(self):
        """Return the fields that say who worked how long and when."""
        return {'kind', 'is_travel', 'employee_id', 'quantity', 'date', 'date_start', 'date_end'}

    def _is_worked(self):
        """Tell whether one line is hours that somebody has worked."""
        self.ensure_one()
        return self.kind == 'hour' and bool(self.employee_id) and self._has_work()

    def _describe_hours(self):
        """Return who worked how long on one line, as text."""
        self.ensure_one()
        # Who came is no secret to whom may see the order; employees are HR's.
        parts = (self.sudo().employee_id.name, f'{self.quantity:g} h', format_date(self.env, self.date))
        return ', '.join(filter(None, parts))

    def _ensure_own_hours(self):
        """:raise AccessError: if these are hours of a colleague, and the user no dispatcher"""
        if self._has_role('dispatcher'):
            return
        for line in self.sudo():  # employees are HR's
            if line._is_worked() and line.employee_id.user_id != self.env.user:
                raise AccessError(self.env._(
                    "“%(line)s” are hours of %(employee)s. Only dispatchers correct the hours of"
                    " others: ask one of them.",
                    line=line.display_name, employee=line.employee_id.name))
