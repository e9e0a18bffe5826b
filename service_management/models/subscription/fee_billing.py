from datetime import timedelta

from odoo import models
from odoo.fields import Command

from ...tools.spans import free_days
from .service_subscription_fee import TIME_KINDS

_DAY = timedelta(days=1)


class ServiceSubscriptionFee(models.Model):
    """Fees become invoice lines, and are taken back."""
    _inherit = 'service.subscription.fee'

    def _is_kept(self, day):
        """Tell whether one fee stays as it is when its line ends on a day."""
        self.ensure_one()
        return self.plan_id.last_period == 'full' and self.date_start <= day

    def _goes_with_end(self, day):
        """Tell whether one fee is on no invoice yet, so that it goes when its line ends on a day.

        A price change for days that are served stays.
        """
        self.ensure_one()
        return (
            self.state == 'open' and set(self.reduction_ids.mapped('state')) <= {'open'}
            and (self.kind in TIME_KINDS or self.date_start > day))

    def _get_spans_beyond(self, day):
        """Return the days of one fee that lie after a day and were not taken back yet."""
        self.ensure_one()
        first = max(day + _DAY, self.date_start)
        reduced = [(fee.date_start, fee.date_end) for fee in self._get_live_reductions()]
        return free_days((first, self.date_end), reduced) if first <= self.date_end else []

    def _get_invoice_grouping_key(self):
        """Return what fees share to be billed on one invoice; extend to split further."""
        self.ensure_one()
        subscription = self.subscription_id
        plan = self.plan_id
        return (
            self.company_id, subscription.partner_invoice_id or subscription.partner_id,
            self.currency_id, subscription.fiscal_position_id, subscription.payment_term_id,
            plan.invoicing, None if plan.grouping == 'customer' else subscription)

    def _create_invoices(self, invoice_date):
        """Create the draft invoices of open fees, or credit notes where more is credited.

        :param date invoice_date: date of the invoices
        :return: account.move recordset
        """
        groups = self._group_to_bill()
        self.browse().union(*(group for group in groups if group._is_free())).is_settled = True
        return self.env['account.move']._create_service_invoices(self._prepare_invoices(invoice_date))

    def _group_to_bill(self):
        """Return lists of fees that share an invoice."""
        return list(self.grouped(lambda fee: fee._get_invoice_grouping_key()).values())

    def _prepare_invoices(self, invoice_date):
        """Return the values of the drafts of these fees; what costs nothing needs none.

        :param date invoice_date: date of the invoices
        """
        return [
            group._prepare_invoice(invoice_date) for group in self._group_to_bill()
            if not group._is_free()]

    def _is_free(self):
        """Tell whether none of these fees costs anything, so that they need no invoice."""
        return all(fee.currency_id.is_zero(fee.amount) for fee in self)

    def _prepare_invoice(self, invoice_date):
        """Return the values of the draft invoice of these fees, which share a grouping key."""
        subscriptions = self.subscription_id
        first, plan = subscriptions[0], subscriptions[0].plan_id
        sign = -1 if sum(self.mapped('amount')) < 0 else 1
        references = list(dict.fromkeys(
            filter(None, subscriptions.mapped('client_order_ref'))))
        return {
            'move_type': 'out_invoice' if sign > 0 else 'out_refund',
            'company_id': first.company_id.id,
            'partner_id': (first.partner_invoice_id or first.partner_id).id,
            'currency_id': first.currency_id.id,
            'fiscal_position_id': first.fiscal_position_id.id,
            'invoice_payment_term_id': first.payment_term_id.id if sign > 0 else False,
            'invoice_user_id': first.user_id.id,
            'invoice_date': invoice_date,
            # Without a payment term it is due at once, not on the day it is written.
            **({} if first.payment_term_id else {'invoice_date_due': invoice_date}),
            'invoice_origin': ', '.join(subscriptions.mapped('name')),
            'ref': ', '.join(references),
            'service_invoicing': plan.invoicing,
            'auto_post': 'no' if plan.invoicing == 'draft' else 'at_date',
            'invoice_line_ids': [
                Command.create(fee._prepare_invoice_line(sign, sequence))
                for sequence, fee in enumerate(self)],
        }
