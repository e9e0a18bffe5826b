from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...models.common.records import tell_done
from ...tools.clock import utc_of


class ServiceOrderProcess(models.TransientModel):
    _name = 'service.order.process'
    _description = "Process Service Orders in Bulk"
    _date_years = 100
    _inherit = ['service.dated.mixin', 'service.kind.choice.mixin', 'service.preview.mixin']

    operation = fields.Selection(
        selection=[
            ('post', "Post"), ('cancel', "Cancel"), ('revoke', "Revoke Cancellation"),
            ('delete', "Delete"),
        ],
        required=True, default='post')
    order_ids = fields.Many2many(comodel_name='service.order', string="Selected Orders")
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company)

    # Which orders, when none was selected
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="To")
    partner_id = fields.Many2one(comodel_name='res.partner', string="Customer")
    team_id = fields.Many2one(comodel_name='service.team', check_company=True)
    stage_id = fields.Many2one(comodel_name='service.stage')

    # Cancel: why
    reason_id = fields.Many2one(
        comodel_name='service.reason', domain="[('usage', '=', 'cancel')]")
    note = fields.Char()

    is_repriced = fields.Boolean(
        readonly=True, help="Rules changed prices since the figures were shown.")
    has_criteria = fields.Boolean(compute='_compute_found_ids')
    found_ids = fields.Many2many(
        comodel_name='service.order', string="Orders", compute='_compute_found_ids')
    found_count = fields.Integer(string="Orders Found", compute='_compute_found_ids')

    @api.depends('operation', 'order_ids', 'company_id', 'date_from', 'date_to', 'partner_id',
                 'team_id', 'stage_id')
    def _compute_found_ids(self):
        for wizard in self:
            wizard.has_criteria = wizard._has_criteria()
            wizard.found_ids = wizard._find_orders()
            wizard.found_count = len(wizard.found_ids)

    @api.depends('operation', 'order_ids', 'company_id', 'date_from', 'date_to', 'partner_id',
                 'team_id', 'stage_id', 'is_hour', 'is_item', 'is_expense', 'is_fee')
    def _compute_preview(self):
        super()._compute_preview()

    def _get_preview(self):
        """Show what posting does; the other operations book nothing."""
        orders = self._find_orders()._origin
        if self.operation != 'post' or not orders:
            return super()._get_preview()
        lines = self._find_lines(orders)
        return orders._preview_posting(lines), orders._get_posting_warnings(lines)

    def _has_criteria(self):
        self.ensure_one()
        return bool(self.order_ids or self.date_from or self.date_to or self.partner_id
                    or self.team_id or self.stage_id)

    def _find_orders(self):
        """Return the orders meant; none at all while nothing was selected or entered."""
        self.ensure_one()
        Order = self.env['service.order']
        if not self._has_criteria():
            return Order
        domain = Domain('state', 'in', self._get_states()) & Domain(
            'company_id', '=', self.company_id.id)
        if self.order_ids:
            return self.order_ids.filtered_domain(domain)
        if self.partner_id:
            domain &= Domain('commercial_partner_id', '=', self.partner_id.commercial_partner_id.id)
        if self.team_id:
            domain &= Domain('team_id', '=', self.team_id.id)
        if self.stage_id:
            domain &= Domain('stage_id', '=', self.stage_id.id)
        return Order.search(domain & self._get_date_domain())

    def _find_lines(self, orders):
        """Return the open lines of orders that are meant when they are posted."""
        self.ensure_one()
        lines = self._filter_kinds(orders._get_open_lines())
        if self.order_ids:
            return lines
        return lines.filtered(lambda line: (
            (not self.date_from or (line.date and line.date >= self.date_from))
            and (not self.date_to or (line.date and line.date <= self.date_to))))

    def _get_states(self):
        return {
            'post': ['signed_off'],
            'cancel': ['draft', 'open'],
            'revoke': ['cancelled'],
            'delete': [state for state, _label in self.env['service.stage'].CATEGORIES],
        }[self.operation]

    def _get_date_domain(self):
        """Return the domain of the days, taken in the user's time zone: work when posting, else
        the call."""
        self.ensure_one()
        if self.operation == 'post':
            domain = Domain.TRUE
            if self.date_from:
                domain &= Domain('line_ids.date', '>=', self.date_from)
            if self.date_to:
                domain &= Domain('line_ids.date', '<=', self.date_to)
            return domain
        domain = Domain.TRUE
        if self.date_from:
            domain &= Domain('date_order', '>=', self._to_utc(self.date_from))
        if self.date_to:
            domain &= Domain('date_order', '<', self._to_utc(self.date_to + timedelta(days=1)))
        return domain

    def _to_utc(self, day):
        return utc_of(day, 0, self.env.tz.zone)

    def action_apply(self):
        """Process the orders found, and report how many.

        :return: the dialog again, if rules changed what it shows
        :raise UserError: if no order was selected and no filter filled, or nothing was found
        """
        self.ensure_one()
        if not self._has_criteria():
            raise UserError(self.env._(
                "Select orders, or fill at least one filter: an empty filter never means all"
                " orders."))
        orders = self._find_orders()
        if not orders:
            raise UserError(self.env._(
                "No order fits. Change the filters, or choose another operation."))
        again = {'post': self._post, 'cancel': self._cancel, 'revoke': self._revoke,
                 'delete': self._delete}[self.operation](orders)
        return again or tell_done(self.env._("Orders processed: %s", len(orders)))

    def action_post(self):
        """Post the orders found: the same, by a button that needs no question after the preview."""
        return self.action_apply()

    def action_delete(self):
        """Delete the orders found: the same, by a button that warns."""
        return self.action_apply()

    def _post(self, orders):
        """Post what is shown; where rules change it first, show it again.

        :return: the dialog, if it has to be looked at again
        """
        shown = self._explain_figures(self._get_preview()[0])
        orders._prepare_to_post()
        if self._explain_figures(self._get_preview()[0]) != shown:
            self.is_repriced = True
            return self._show_again()
        orders._post_prepared(self._find_lines(orders))
        return None

    def _show_again(self):
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Process Orders"),
            'res_model': self._name,
            'res_id': self.id,
            'views': [(False, 'form')],
            'target': 'new',
        }

    def _cancel(self, orders):
        orders._move_to('cancelled', self.reason_id, self.note)

    def _revoke(self, orders):
        orders.action_revoke()

    def _delete(self, orders):
        orders.unlink()
