from datetime import timedelta
from itertools import takewhile

from odoo import models

from ...tools.spans import FOREVER, common_days, free_days
from .service_subscription_fee import TIME_KINDS, share_of

_DAY = timedelta(days=1)


class ServiceSubscriptionLine(models.Model):
    """The fees that a line needs."""
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
            covered = common_days(whole, (first, end or FOREVER))
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
        # Days that have a fee count, whoever may see it.
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
            covered = common_days(whole, life)
            due = plan._get_due(covered)
            if due > until:
                break
            part = common_days(covered, wanted)
            for span in free_days(part, busy) if part else ():
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
            fee.line_id.date_billed_to = min(
                fee.line_id.date_billed_to, fee.date_start - _DAY)
        vals_list = []
        for fee in fees - unbilled:
            vals_list += [
                fee._prepare_reduction(span, min(due, span[0]))
                for span in fee._get_spans_beyond(day)]
        unbilled.reduction_ids.unlink()
        unbilled.unlink()
        # As above: the ledger is written by the engine only.
        return self.env['service.subscription.fee'].sudo().create(vals_list)
