from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import format_date

from ...tools.pricing import net_amount


class ServiceOrder(models.Model):
    """What is posted and chargeable becomes draft invoices of Odoo's own."""
    _inherit = 'service.order'

    invoice_status = fields.Selection(
        selection=[
            ('no', "Nothing to Bill"), ('to_invoice', "To Bill"), ('invoiced', "Fully Billed")],
        compute='_compute_invoice_status', store=True, index=True)
    invoice_ids = fields.Many2many(
        comodel_name='account.move', string="Invoices", compute='_compute_invoice_ids',
        search='_search_invoice_ids',
        groups='account.group_account_invoice,service_management.service_management_group_manager')
    invoice_count = fields.Integer(compute='_compute_invoice_count', compute_sudo=True)
    is_waived = fields.Boolean(compute='_compute_is_waived')
    amount_to_bill = fields.Monetary(
        string="Left to Bill", compute='_compute_amount_to_bill',
        help="What the next invoice of the order comes to, before taxes.")

    @api.depends('line_ids.invoice_status')
    def _compute_invoice_status(self):
        for order in self:
            statuses = set(order.line_ids.mapped('invoice_status'))
            if 'to_invoice' in statuses:
                order.invoice_status = 'to_invoice'
            else:
                order.invoice_status = 'invoiced' if 'invoiced' in statuses else 'no'

    @api.depends('line_ids.invoice_line_ids')
    def _compute_invoice_ids(self):
        for order in self:
            order.invoice_ids = order.line_ids.invoice_line_ids.move_id

    @api.depends('line_ids.invoice_line_ids')
    def _compute_invoice_count(self):
        for order in self:
            order.invoice_count = len(order.line_ids.invoice_line_ids.move_id)

    @api.depends('line_ids.qty_waived', 'line_ids.qty_to_invoice', 'line_ids.qty_invoiced')
    def _compute_is_waived(self):
        """Something was credited and is not billed again, unless a manager decides so."""
        for order in self:
            order.is_waived = any(line._is_waived() for line in order.line_ids)

    def _search_invoice_ids(self, operator, value):
        if operator not in ('in', 'any'):
            return NotImplemented
        return Domain('line_ids.invoice_line_ids.move_id', operator, value)

    def action_view_invoices(self):
        """Show the invoices and credit notes of these orders."""
        return self.invoice_ids._show_service_invoices()

    @api.depends('line_ids.invoice_status', 'line_ids.qty_to_invoice', 'line_ids.price_subtotal')
    def _compute_amount_to_bill(self):
        for order in self:
            order.amount_to_bill = order.currency_id.round(
                sum(line._get_amount_to_bill() for line in order._get_billable_lines()))

    def action_bill(self):
        """Ask how to bill orders, then make the drafts."""
        return self._open_dialog(
            'service.order.bill', self.env._("Create Invoices"), default_order_ids=self.ids)

    def action_bill_again(self):
        """Let the next bill have what was credited of these orders and given away.

        :raise AccessError: if the user is no service manager
        :raise UserError: if nothing was
        """
        self._ensure_role('manager', self.env._("Only a service manager bills service orders."))
        # Who may bill decides what is billed, whatever invoices he may edit.
        waived = self.sudo().line_ids.filtered(lambda line: line._is_waived())
        if not waived:
            raise UserError(self.env._(
                "Nothing that was credited is left to bill again. Lines are billed again after a"
                " credit note of their invoice, unless they were reversed."))
        waived._get_live_invoice_lines().filtered(
            lambda line: line._waives_service()).service_bill_again = True
        return True

    def _get_invoice_grouping_key(self):
        """Return what orders share to be billed on one invoice; extend to split further."""
        self.ensure_one()
        return (self.company_id, self.partner_invoice_id, self.currency_id,
                self.fiscal_position_id, self.payment_term_id)

    def _create_invoices(self, grouped=True):
        """Create draft invoices, or credit notes where more is to be credited than billed.

        :param bool grouped: one draft for all orders that share a grouping key, else one each
        :return: account.move recordset, company by company, in the order of the customers
        :raise AccessError: if the user is no service manager
        :raise UserError: if nothing is left to bill
        """
        self._ensure_role('manager', self.env._("Only a service manager bills service orders."))
        vals_list = self._prepare_invoices(grouped)
        if not vals_list:
            raise UserError(self.env._(
                "There is nothing to bill. Lines are billed once they are posted and chargeable;"
                " billed lines are billed again only after a credit note, with “Bill Again”."))
        return self.env['account.move']._create_service_invoices(vals_list)

    def _get_billable_lines(self):
        """Return the lines of these orders that have something to bill or to credit."""
        return self.line_ids.filtered(lambda line: line.invoice_status == 'to_invoice')

    def _prepare_invoices(self, grouped=True):
        """Return the values of the drafts that bill what these orders have to bill.

        :param bool grouped: as for `_create_invoices`
        """
        lines_by_order = self._get_billable_lines().grouped('order_id')
        groups = self.browse().union(*lines_by_order).grouped(
            lambda order: (order._get_invoice_grouping_key(), False if grouped else order))
        return [
            orders._prepare_invoice({order: lines_by_order[order] for order in orders})
            for orders in groups.values()]

    def _prepare_invoice(self, lines_by_order):
        """Return the values of one draft for several orders of a customer.

        :param lines_by_order: {order: its lines to bill}
        """
        first = self[0]
        amount = sum(
            net_amount(quantity=line.qty_to_invoice, **line._prepare_invoice_price())
            for lines in lines_by_order.values() for line in lines)
        sign = -1 if amount < 0 else 1
        references = list(dict.fromkeys(filter(None, self.mapped('client_order_ref'))))
        commands = []
        for order, lines in lines_by_order.items():
            commands += [Command.create(vals) for vals in order._prepare_invoice_head(lines)]
            commands += [Command.create(line._prepare_invoice_line(sign)) for line in lines]
        for sequence, command in enumerate(commands):
            command[2]['sequence'] = sequence
        return {
            'move_type': 'out_invoice' if sign > 0 else 'out_refund',
            'company_id': first.company_id.id,
            'partner_id': first.partner_invoice_id.id,
            'partner_shipping_id': first.site_id.id,
            'currency_id': first.currency_id.id,
            'fiscal_position_id': first.fiscal_position_id.id,
            'invoice_payment_term_id': first.payment_term_id.id,
            'invoice_user_id': first.user_id.id,
            'invoice_origin': ', '.join(self.mapped('name')),
            'ref': ', '.join(references),
            'invoice_line_ids': commands,
        }

    def _prepare_invoice_head(self, lines):
        """Return the values of the rows above those of one order: which it is, and what was done.

        :param lines: the lines that are billed
        """
        self.ensure_one()
        rows = [{'display_type': 'line_section', 'name': self.display_name}]
        if texts := self._get_invoice_texts(lines):
            rows.append({'display_type': 'line_note', 'name': '\n'.join(texts)})
        return rows

    def _get_invoice_texts(self, lines):
        """Return what customers read above the lines of one order, each text a row of its own.

        In their language: where the work was, on what, when and by whom. Extend to say more.

        :param lines: the lines that are billed
        """
        self.ensure_one()
        order = self.with_context(lang=self.partner_id.lang)
        days, technicians = order._get_billed_work(lines)
        texts = []
        if site := order._get_site_text():
            texts.append(order.env._("Site: %s", site))
        if objects := self.object_ids | lines.object_id:
            texts.append(order.env._("Equipment: %s", '; '.join(
                obj._get_document_name() for obj in objects.with_env(order.env))))
        if days:
            texts.append(order.env._("Date of work: %s", ', '.join(
                format_date(order.env, day) for day in sorted(days))))
        if technicians:
            # Who came is no secret to the customer; employees are HR's.
            names = technicians.sudo().mapped('name')
            texts.append(order.env._("Technician: %s", ', '.join(names)))
        return texts

    def _get_site_text(self):
        """Return the name and the address of one order's site, in a line."""
        self.ensure_one()
        name = self.site_id.name if self.site_id != self.partner_id else False
        return ', '.join(filter(None, [name, self.site_address]))

    def _get_billed_work(self, lines):
        """Return the days and the technicians of what is billed; extend for who plans the work.

        Only lines with a technician say it: others may carry the day on which they were posted.

        :return: (set of dates, hr.employee recordset)
        """
        self.ensure_one()
        worked = lines.filtered('employee_id')
        return set(filter(None, worked.mapped('date'))), worked.employee_id
