from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date


class ServiceOrderLine(models.Model):
    """Hours are the word of who worked them; dispatchers correct them, and the order says so."""
    _inherit = 'service.order.line'

    can_edit_hours = fields.Boolean(compute='_compute_can_edit_hours')

    @api.depends('state', 'kind', 'employee_id', 'quantity')
    @api.depends_context('uid')
    def _compute_can_edit_hours(self):
        """Leave booked hours to who worked them; who enters new ones says whose they are."""
        others = self._origin._filter_colleagues()
        for line in self:
            line.can_edit_hours = line.state == 'open' and line._origin not in others

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

    def _filter_colleagues(self):
        """Return those of these lines that are hours of others, which the user does not correct."""
        if self.with_user(self.env.user)._has_role('dispatcher'):
            return self.browse()
        return self.filtered(lambda line: (
            line._is_worked()
            and line.sudo().employee_id.user_id != self.env.user))  # employees are HR's

    def _ensure_own_hours(self):
        """:raise AccessError: if these are hours of a colleague, and the user no dispatcher"""
        if self.env.su:
            return
        if line := self._filter_colleagues()[:1]:
            raise AccessError(self.env._(
                "“%(line)s” are hours of %(employee)s. Only dispatchers correct the hours of"
                " others: ask one of them.",
                line=line.display_name, employee=line.sudo().employee_id.name))
