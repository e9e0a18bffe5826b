from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...tools.spans import FOREVER, common_days
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

    @api.depends('subscription_id.fiscal_position_id', 'subscription_id.date_next_bill',
                 'fee_ids.state')
    def _compute_has_other_taxes(self):
        super()._compute_has_other_taxes()

    def _get_updatable(self):
        """Leave out lines that nothing more is billed of."""
        return super()._get_updatable().filtered(
            lambda line: line._get_next_spans(1) or 'open' in line.fee_ids.mapped('state'))

    def _ensure_may_update(self):
        self.subscription_id._ensure_may_manage()

    def _get_next_due(self):
        """Return the day on which one line is billed next, or False."""
        spans = self._get_next_spans(1)
        return self.subscription_id.plan_id._get_due(spans[0]) if spans else False

    def _get_taken(self):
        """Return {line: live fees of its days}, in sudo."""
        # Days that have a fee count, whoever may see it.
        fees = self.env['service.subscription.fee'].sudo().search_fetch(
            [('line_id', 'in', self.ids), ('kind', 'in', TIME_KINDS), ('state', '!=', 'credited')],
            ['line_id', 'date_start', 'date_end', 'basis_start', 'basis_end', 'price_unit',
             'quantity', 'discount', 'amount'])
        taken = dict.fromkeys(self, fees.browse())
        for line, of_line in fees.grouped('line_id').items():
            taken[self.browse(line.id)] = of_line
        return taken

    def _is_cut(self):
        """Tell whether the next days of one line share their period with days that have a fee."""
        self.ensure_one()
        if not self.date_billed_to:
            return False
        subscription = self.subscription_id
        return subscription.plan_id._cuts(subscription.date_start, self.date_billed_to + _DAY)

    def _plan_fees(self, until, since=None, last=None, fill_gaps=False, without=()):
        """Return the values of the fees that fall due, in the order of time.

        :param date until: last day on which what is planned falls due
        :param date since: first day that is wanted, by default the first of each line
        :param date last: last day that is wanted, by default the last of each line
        :param bool fill_gaps: as for `_create_due_fees`
        :param without: live fees that go, so that their days are free
        """
        lines = self.filtered('quantity')
        cut = lines if fill_gaps else lines.filtered(lambda line: line._is_cut())
        taken = cut._get_taken() if cut else {}
        planned = []
        for line in lines:
            start, end = line._get_life()
            first = max(start, since or start)
            if line.date_billed_to and not fill_gaps:
                first = max(first, line.date_billed_to + _DAY)
            wanted = (first, min(filter(None, (end, last)), default=FOREVER))
            fees = [fee for fee in taken.get(line, ()) if fee not in without]
            planned += line._plan_line(until, (start, end or FOREVER), wanted, fees)
        return sorted(planned, key=lambda vals: (vals['date_start'], vals['line_id']))

    def _plan_line(self, until, life, wanted, fees):
        """Return the values of the fees of one line for its wanted days.

        :param fees: live fees, whose days are left alone
        """
        self.ensure_one()
        subscription = self.subscription_id
        planned, parts = [], {}
        busy = [(fee.date_start, fee.date_end) for fee in fees]
        for whole, covered, span, due in subscription.plan_id._plan_spans(
                subscription.date_start, until, life, wanted, busy):
            if whole not in parts:
                parts[whole] = self._get_parts(self._get_basis(whole, covered), self, fees)
            vals = self._prepare_fee(whole, covered, span, due, parts[whole])
            parts[whole].append((span, vals['amount']))
            planned.append(vals)
        return planned

    def _get_alike(self):
        """Return [(subscription, currency, plan, lines, amount of a period, *terms)], records as ids.

        Terms are what decides, together with the plan, on which days fees are for: the first day of
        the subscription, the first and the last day of the line, the day up to which it has fees,
        and whether it follows another one, and is followed. Lines of a subscription that are alike
        are one.
        """
        if not self:
            return []
        self.flush_model()
        self.env['service.subscription'].flush_model()
        return self.env.execute_query(SQL(
            """SELECT line.subscription_id, line.currency_id, subscription.plan_id, ARRAY_AGG(line.id),
                      line.amount_period, subscription.date_start,
                      GREATEST(line.date_start, subscription.date_start),
                      LEAST(line.date_end, subscription.date_end, subscription.date_closed),
                      line.date_billed_to, line.predecessor_id IS NOT NULL, EXISTS (
                          SELECT FROM service_subscription_line successor
                           WHERE successor.predecessor_id = line.id)
                 FROM service_subscription_line line
                 JOIN service_subscription subscription ON subscription.id = line.subscription_id
                WHERE line.id IN %s AND line.quantity <> 0 AND line.is_replaced IS NOT TRUE
             GROUP BY line.subscription_id, line.currency_id, subscription.plan_id,
                      line.amount_period, 6, 7, 8, 9, 10, 11""", tuple(self.ids)))

    def _plan_amounts(self, until):
        """Yield (id of a subscription, id of its currency, day it falls due, amount) until a day.

        It comes to what `_plan_fees` plans. Days are planned once for all lines that are alike, and
        no fees are prepared.
        """
        schedules, cut = {}, []
        for subscription_id, currency_id, plan_id, ids, price, *terms in self._get_alike():
            plan = self.env['service.subscription.plan'].browse(plan_id)
            key = (plan_id, *terms)
            if key not in schedules:
                schedules[key] = self._plan_alike(plan, until, *terms)
            if schedules[key] is None:
                cut += ids
                continue
            for due, span, basis in schedules[key]:
                amount = price if span == basis else share_of(
                    self.env['res.currency'].browse(currency_id), price, span, basis,
                    plan.proration)
                yield subscription_id, currency_id, due, amount * len(ids)
        for vals in self.browse(cut)._plan_fees(until):
            line = self.browse(vals['line_id'])
            yield line.subscription_id.id, line.currency_id.id, vals['date_due'], vals['amount']

    @api.model
    def _plan_alike(self, plan, until, begin, start, end, billed_to, follows, is_followed):
        """Return [(day it falls due, days, days that the price is for)] of the terms of lines.

        :return: None where days have fees that decide on the rest of their period
        """
        if billed_to and plan._cuts(begin, billed_to + _DAY):
            return None
        first = max(start, billed_to + _DAY) if billed_to else start
        end = end or FOREVER
        return [
            (due, span, plan._get_basis(whole, covered, follows, is_followed))
            for whole, covered, span, due in plan._plan_spans(
                begin, until, (start, end), (first, end))]

    @api.model
    def _get_parts(self, basis, price, fees):
        """Return [(span, amount)] of those fees that bill parts of a period at the same price.

        :param price: what has price_unit, quantity and discount; as fees, a record or values
        """
        return [
            ((fee['date_start'], fee['date_end']), fee['amount']) for fee in fees
            if (fee['basis_start'], fee['basis_end']) == basis and all(
                fee[name] == price[name] for name in ('price_unit', 'quantity', 'discount'))]

    def _prepare_fee(self, whole, covered, span, due, taken=()):
        """Return the values of the fee for some days of a period of one line.

        :param whole: the period
        :param covered: the days of it that the line serves
        :param span: the days to bill
        :param taken: (span, amount) of the fees for other days of the period
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
                self.subscription_id.plan_id.proration, taken),
        }

    def _get_basis(self, whole, covered):
        """Return the days that one line's price pays for in a period: all, or those it covers."""
        self.ensure_one()
        return self.subscription_id.plan_id._get_basis(
            whole, covered, bool(self.predecessor_id), bool(self.successor_ids))

    def _get_ends(self):
        """Return {line: its last day} of those that end, by their own dates or the subscription's."""
        ends = {line: line._get_life()[1] for line in self}
        return {line: end for line, end in ends.items() if end}

    @api.model
    def _plan_credits(self, ends, due=FOREVER):
        """Return what takes back that days after the ends of lines have fees.

        What the customer has paid for them is what the ledger says.

        :param dict ends: {line: its last day}
        :param date due: last day on which the credit falls due; it is due on the first day taken
            back, as the fee for new terms is
        :return: (open fees that go: what is left of them is billed anew, values of reductions)
        """
        # The ledger is written by the engine only.
        fees = self.env['service.subscription.fee'].sudo().search(
            [('line_id', 'in', [line.id for line in ends]), ('reduced_fee_id', '=', False),
             ('date_end', '>', min(ends.values(), default=FOREVER)), ('state', '!=', 'credited')],
            order='date_start, id')
        ends = {line.id: (line, end) for line, end in ends.items()}
        gone, vals_list = fees.browse(), []
        for fee in fees:
            line, end = ends[fee.line_id.id]
            if fee.date_end <= end or (not line.successor_ids and fee._is_kept(end)):
                continue
            if fee._goes_with_end(end):
                gone |= fee
            else:
                vals_list += fee._prepare_reductions(fee._get_spans_beyond(end), due)
        return gone, vals_list

    @api.model
    def _credit_beyond(self, ends, due=FOREVER):
        """Take back what was made for days after the ends of lines; as `_plan_credits`.

        :return: the new reductions, to be billed with the next run
        """
        gone, vals_list = self._plan_credits(ends, due)
        for fee in gone.filtered(lambda fee: fee.kind in TIME_KINDS):
            fee.line_id.date_billed_to = min(
                fee.line_id.date_billed_to, fee.date_start - _DAY)
        gone.reduction_ids.unlink()
        gone.unlink()
        # As above: the ledger is written by the engine only.
        return self.env['service.subscription.fee'].sudo().create(vals_list)
