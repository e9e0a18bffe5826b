from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..common.records import search_yes_or_no


class ServiceAgreementOccurrence(models.Model):
    """The ledger of what was due: once a line and day, ordered, or skipped by a person."""
    _name = 'service.agreement.occurrence'
    _description = "Visit Due by an Agreement"
    _date_years = 100
    _inherit = ['service.document.mixin']
    _window_action = 'service_management.service_agreement_occurrence_action'
    _order = 'date_due desc, id desc'
    _rec_name = 'date_due'

    line_id = fields.Many2one(
        comodel_name='service.agreement.line', required=True, ondelete='restrict', index=True)
    agreement_id = fields.Many2one(
        related='line_id.agreement_id', store=True, index=True)
    company_id = fields.Many2one(
        related='line_id.company_id', store=True, index=True)
    partner_id = fields.Many2one(related='agreement_id.partner_id', string="Customer")
    date_due = fields.Date(string="Due", required=True)
    is_ahead = fields.Boolean(string="From Today", store=False, search='_search_is_ahead')
    site_id = fields.Many2one(
        comodel_name='res.partner', ondelete='restrict', index='btree_not_null',
        help="Where the line's work is due at each of several sites.")
    date_planned = fields.Date(
        string="Planned For", help="The day that the order was created for, within the window.")
    is_closed_day = fields.Boolean(
        string="Closed Day", help="The order was created for a day without open hours.")
    order_line_id = fields.Many2one(
        comodel_name='service.order.line', ondelete='set null', index='btree_not_null')
    order_id = fields.Many2one(
        related='order_line_id.order_id', store=True, index='btree_not_null')
    order_state = fields.Selection(related='order_id.state', string="Order State")
    state = fields.Selection(
        selection=[('ordered', "Ordered"), ('skipped', "Skipped"), ('deleted', "Order Deleted")],
        compute='_compute_state', store=True, index=True)
    is_skipped = fields.Boolean(string="Skipped")
    reason_id = fields.Many2one(comodel_name='service.reason', ondelete='restrict')
    note = fields.Char()
    user_id = fields.Many2one(
        comodel_name='res.users', string="By", ondelete='restrict',
        default=lambda self: self.env.user)

    _once = models.UniqueIndex(
        '(line_id, date_due, COALESCE(site_id, 0))',
        "This visit was created or skipped already.")
    _one_line = models.UniqueIndex(
        '(order_line_id) WHERE order_line_id IS NOT NULL',
        "An order line fulfils one visit only.")
    _skipped_for_a_reason = models.Constraint(
        'CHECK (NOT is_skipped OR (reason_id IS NOT NULL AND order_line_id IS NULL))',
        "Say why the visit is skipped.")
    _closed_day = models.Index('(date_due DESC, id DESC) WHERE is_closed_day IS TRUE')
    _latest = models.Index('(date_due DESC, id DESC)')
    _by_agreement = models.Index('(agreement_id, date_due)')

    def _search_is_ahead(self, operator, value):
        return search_yes_or_no(
            operator, value, self.env['res.company']._get_today_domain('date_due', '>='))

    @api.depends('order_line_id', 'is_skipped')
    def _compute_state(self):
        for occurrence in self:
            if occurrence.is_skipped:
                occurrence.state = 'skipped'
            else:
                occurrence.state = 'ordered' if occurrence.order_line_id else 'deleted'

    @api.ondelete(at_uninstall=False)
    def _unlink_with_agreement_only(self):
        if not self.env.su:
            raise UserError(self.env._(
                "What was due is kept, so that nothing is created twice. Skip the visit instead."))

    def action_open_order(self):
        """Open the order that was made for the visit due."""
        self.ensure_one()
        return self.order_id._show()

    @api.model
    def _skip(self, line, due, reason, note=False):
        """Note that a person skips one visit: it is never created again.

        :raise AccessError: if the user is no dispatcher
        :raise UserError: if the line is not due on this day, or an order was created for it
        """
        line.agreement_id._ensure_may_generate()
        if due not in line._get_dues(due, due):
            raise UserError(self.env._(
                "“%(line)s” is not due on %(day)s. Choose one of its days: %(days)s",
                line=line.display_name, day=format_date(self.env, due),
                days=', '.join(format_date(self.env, day) for day in line._get_dues(
                    line.company_id._get_service_today(), count=4)) or '–'))
        values = {
            'is_skipped': True, 'reason_id': reason.id, 'note': note, 'user_id': self.env.uid}
        # The ledger is written by actions only, after the checks.
        known = self.sudo().search([('line_id', '=', line.id), ('date_due', '=', due)])
        if order := known.order_id[:1]:
            raise UserError(self.env._(
                "%s was created for this day already. Cancel or delete the order instead.",
                order.name))
        known.write(values)
        noted = {occurrence.site_id.id for occurrence in known}
        # As above: the ledger is written after the checks.
        return known | self.sudo().create([
            {'line_id': line.id, 'date_due': due, 'site_id': site.id, **values}
            for site in line._get_due_sites() if site.id not in noted])

    def action_unskip(self):
        """Take a skip back: the next run creates the visit."""
        self.agreement_id._ensure_may_generate()
        skipped = self.filtered('is_skipped')
        # As in _skip: the ledger is written by actions only, after the checks.
        skipped.sudo().unlink()
        return True
