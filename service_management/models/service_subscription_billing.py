from datetime import timedelta
from itertools import takewhile

from odoo import api, fields, models
from odoo.fields import Command, Domain

from ..tools.billing import common, free
from .service_subscription_fee import TIME_KINDS, share_of

FOREVER = fields.Date.to_date('9999-12-31')
_DAY = timedelta(days=1)


class ServiceSubscription(models.Model):
    """What falls due becomes fees, and fees become invoices."""
    _inherit = 'service.subscription'

    @api.model
    def _get_due_domain(self, until):
        """Return the domain of the subscriptions that have something to bill on a day."""
        due = Domain('date_next_bill', '<=', until) | Domain(
            'fee_ids', 'any', [('state', '=', 'open'), ('date_due', '<=', until)])
        return Domain('state', 'in', ('active', 'closed')) & due

    def _create_due_fees(self, until, fill_gaps=False, **values):
        """Make the fees of the periods that fall due, however many were missed.

        :param date until: last day on which what is made falls due
        :param bool fill_gaps: also make fees that were deleted or credited before; without it,
            only what comes after the last fee that was ever made is
        :param values: more values of the fees
        """
        live = self.filtered(lambda subscription: subscription.state in ('active', 'closed'))
        planned = live.line_ids._plan_fees(until, fill_gaps=fill_gaps)
        # The ledger is written by the engine only.
        return self.env['service.subscription.fee'].sudo().create(
            [{**vals, **values} for vals in planned])

    def _get_open_fees(self, until):
        return self.env['service.subscription.fee'].sudo().search(
            [('subscription_id', 'in', self.ids), ('state', '=', 'open'),
             ('date_due', '<=', until)], order='subscription_id, date_start, line_id, id')

    def _bill(self, until, invoice_date, fill_gaps=False, run=None):
        """Create due fees and the draft invoices of all open ones; the caller holds the locks.

        :return: the new invoices
        """
        run_id = run and run.id
        self._create_due_fees(until, fill_gaps=fill_gaps, run_id=run_id)
        fees = self._get_open_fees(until)
        fees.run_id = run_id
        return fees._create_invoices(invoice_date)


class ServiceSubscriptionLine(models.Model):
    _inherit = 'service.subscription.line'

    def _get_next_spans(self, count):
        """Return the next days of one line that have no fee yet, period by period."""
        self.ensure_one()
        start, end = self._get_life()
        if not (start and self.subscription_id.plan_id and self.quantity):
            return []
        first = max(start, self.date_billed_to + _DAY) if self.date_billed_to else start
        if self.subscription_id.date_start > first or (end and first > end):
            return []
        spans = []
        for whole in self.subscription_id.plan_id._get_periods(
                self.subscription_id.date_start, first):
            covered = common(whole, (first, end or FOREVER))
            if not covered or len(spans) == count:
                break
            spans.append(covered)
        return spans

    def _get_next_due(self):
        """Return the day on which one line is billed next, or False."""
        spans = self._get_next_spans(1)
        return self.subscription_id.plan_id._get_due(spans[0]) if spans else False

    def _get_taken(self):
        """Return {line: days that have a live fee} as lists of spans."""
        taken = {line: [] for line in self}
        for fee in self.env['service.subscription.fee'].sudo().search_fetch(
                [('line_id', 'in', self.ids), ('kind', 'in', TIME_KINDS),
                 ('state', '!=', 'credited')], ['line_id', 'date_start', 'date_end']):
            taken[self.browse(fee.line_id.id)].append((fee.date_start, fee.date_end))
        return taken

    def _plan_fees(self, until, since=None, last=None, fill_gaps=False):
        """Return the values of the fees that fall due, in the order of time.

        :param date until: last day on which what is planned falls due
        :param date since: first day that is wanted, by default the first of each line
        :param date last: last day that is wanted, by default the last of each line
        :param bool fill_gaps: as for `_create_due_fees`
        """
        taken = self._get_taken() if fill_gaps else {}
        planned = []
        for line in self.filtered('quantity'):
            start, end = line._get_life()
            first = max(start, since or start)
            if line.date_billed_to and not fill_gaps:
                first = max(first, line.date_billed_to + _DAY)
            wanted = (first, min(filter(None, (end, last)), default=FOREVER))
            planned += line._plan_line(
                until, (start, end or FOREVER), wanted, taken.get(line, ()))
        return sorted(planned, key=lambda vals: (vals['date_start'], vals['line_id']))

    def _plan_line(self, until, life, wanted, busy):
        """Return the values of the fees of one line for its wanted days that are not busy."""
        self.ensure_one()
        subscription = self.subscription_id
        plan = subscription.plan_id
        if wanted[0] > wanted[1]:
            return []
        planned = []
        for whole in takewhile(
                lambda span: span[0] <= min(until, wanted[1]),
                plan._get_periods(subscription.date_start, wanted[0])):
            covered = common(whole, life)
            due = plan._get_due(covered)
            if due > until:
                break
            part = common(covered, wanted)
            for span in free(part, busy) if part else ():
                planned.append(self._prepare_fee(whole, covered, span, due))
        return planned

    def _prepare_fee(self, whole, covered, span, due):
        """Return the values of the fee for some days of a period of one line.

        :param whole: the period
        :param covered: the days of it that the line serves
        :param span: the days to bill
        """
        self.ensure_one()
        basis = self._get_basis(whole, covered)
        return {
            'line_id': self.id,
            'kind': 'regular' if span == whole else 'partial',
            'date_start': span[0],
            'date_end': span[1],
            'basis_start': basis[0],
            'basis_end': basis[1],
            'date_due': due,
            'base_price': self.base_price,
            'index': self.index,
            'quantity': self.quantity,
            'price_unit': self.price_unit,
            'discount': self.discount,
            'amount': share_of(
                self.currency_id, self.amount_period, span, basis,
                self.subscription_id.plan_id.proration),
        }

    def _get_basis(self, whole, covered):
        """Return the days that one line's price pays for in a period: all, or those it covers.

        A period that is cut by a change of terms is never a first or a last one.
        """
        self.ensure_one()
        plan = self.subscription_id.plan_id
        is_first = plan.first_period == 'full' and not self.predecessor_id
        is_last = plan.last_period == 'full' and not self.successor_ids
        return (covered[0] if is_first else whole[0], covered[1] if is_last else whole[1])

    def _credit_beyond(self, day, due=FOREVER, is_end=False):
        """Take back what was made for the days after one: what is open goes, the rest is credited.

        :param date due: last day on which the credit falls due; it is due on the first day taken
            back, as the fee for new terms is
        :param bool is_end: nothing follows, so that a last period may have to be paid in full
        :return: the new reductions, to be billed with the next run
        """
        # The ledger is written by the engine only.
        fees = self.env['service.subscription.fee'].sudo().search(
            [('line_id', 'in', self.ids), ('date_end', '>', day), ('kind', 'in', TIME_KINDS),
             ('state', '!=', 'credited')], order='date_start')
        if is_end:
            fees = fees.filtered(lambda fee: not fee._is_kept(day))
        unbilled = fees.filtered(lambda fee: (
            fee.state == 'open' and set(fee.reduction_ids.mapped('state')) <= {'open'}))
        for fee in unbilled:
            # What is left of the period is billed anew, by its days.
            fee.line_id.sudo().date_billed_to = min(
                fee.line_id.date_billed_to, fee.date_start - _DAY)
        vals_list = []
        for fee in fees - unbilled:
            vals_list += [
                fee._prepare_reduction(span, min(due, span[0]))
                for span in fee._get_spans_beyond(day)]
        unbilled.reduction_ids.unlink()
        unbilled.unlink()
        return self.env['service.subscription.fee'].sudo().create(vals_list)


class ServiceSubscriptionFee(models.Model):
    _inherit = 'service.subscription.fee'

    def _is_kept(self, day):
        """Tell whether one fee stays as it is when its line ends on a day."""
        self.ensure_one()
        return self.plan_id.last_period == 'full' and self.date_start <= day

    def _get_spans_beyond(self, day):
        """Return the days of one fee that lie after a day and were not taken back yet."""
        self.ensure_one()
        first = max(day + _DAY, self.date_start)
        reduced = [(fee.date_start, fee.date_end) for fee in self.reduction_ids
                   if fee.state != 'credited']
        return free((first, self.date_end), reduced) if first <= self.date_end else []

    def _prepare_reduction(self, span, due, name=False):
        """Return the values of the fee that takes days of one fee back."""
        self.ensure_one()
        return {
            'line_id': self.line_id.id,
            'kind': 'reduction',
            'name': name,
            'date_start': span[0],
            'date_end': span[1],
            'basis_start': self.basis_start,
            'basis_end': self.basis_end,
            'date_due': due,
            'reduced_fee_id': self.id,
            'base_price': self.base_price,
            'index': self.index,
            'quantity': self.quantity,
            'price_unit': self.price_unit,
            'discount': self.discount,
            'amount': -self._share(span),
        }

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
        Move = self.env['account.move'].sudo()  # billing makes drafts without accounting rights
        moves = Move
        for company, fees in self.grouped('company_id').items():
            groups = fees.grouped(lambda fee: fee._get_invoice_grouping_key())
            vals_list = Move._complete_service_invoices(
                company, [group._prepare_invoice(invoice_date) for group in groups.values()])
            moves |= Move.with_company(company).with_context(tracking_disable=True).create(
                vals_list)
        return moves.with_env(self.env)

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
