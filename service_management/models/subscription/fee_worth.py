from odoo import models

from ...tools.proration import portion
from ...tools.spans import common_days, free_days
from .service_subscription_fee import share_of


class ServiceSubscriptionFee(models.Model):
    """What the customer pays for days: what live invoice lines say, not what was planned."""
    _inherit = 'service.subscription.fee'

    def _get_billed(self):
        """Return {fee: what the customer pays for it}, in the terms of its price.

        What its invoice line says, less what was credited by hand, also by credit notes of its
        invoice that name no fee. Reductions are fees of their own, and negative. What is on no
        invoice yet counts as planned.
        """
        # What was billed counts, whoever looks at the subscription.
        ledger = self.sudo()
        billed = {fee: fee._get_named() for fee in ledger}
        unnamed = {}
        for move in ledger.move_id.filtered('reversal_move_ids'):
            unnamed.update(move._spread_unnamed_credits())
        return {
            fee: fee.currency_id.round(billed[fee.sudo()] - unnamed.get(fee.sudo(), 0.0))
            for fee in self}

    def _get_named(self):
        """Return what the lines that name one fee come to, in its currency."""
        self.ensure_one()
        live = self.invoice_line_id
        if not live:
            return 0.0 if self.is_settled else self.amount
        total = sum(line._get_fee_amount(live) for line in live | self._get_posted_others())
        return live.currency_id._convert(
            total, self.currency_id, self.company_id, live.move_id.invoice_date or self.date_due)

    def _get_posted_others(self):
        """Return the posted lines that name one fee, besides the one that bills it."""
        return (self.invoice_line_ids - self.invoice_line_id).filtered(
            lambda line: line.parent_state == 'posted')

    def _get_credits(self):
        """Return the posted lines that may take back what one fee billed."""
        self.ensure_one()
        return self._get_posted_others() | self.move_id._get_unnamed_credits()

    def _get_live_reductions(self):
        """Return the fees that take back days or money of these, and were not taken back."""
        return self.reduction_ids.filtered(lambda fee: fee.state != 'credited')

    def _get_reduced(self, without=()):
        """Return [(span, amount)] of what was taken back of one fee."""
        self.ensure_one()
        return [
            ((fee.date_start, fee.date_end), -amount)
            for fee, amount in self._get_live_reductions()._get_billed().items()
            if fee not in without]

    def _get_shares(self, spans, without=()):
        """Return what the customer has paid for each of some spans of days of one fee, in order.

        What was not taken back yet is for the days that were not: they all cost the same.

        :param without: reductions that do not count
        """
        self.ensure_one()
        reduced = self._get_reduced(without)
        taken = [span for span, _amount in reduced]
        rest = self._get_billed()[self] - sum(amount for _span, amount in reduced)
        shares = []
        for span in spans:
            left = free_days((self.date_start, self.date_end), taken)
            amount = self._get_portion(rest, span, left) if left else rest
            taken.append(span)
            rest -= amount
            shares.append(amount)
        return shares

    def _get_portion(self, amount, span, spans):
        """Return what a span costs of an amount for some spans; as `portion` of the tools."""
        currency = self.currency_id
        steps = portion(
            round(amount / currency.rounding), span, spans, self.plan_id.proration)
        return currency.round(steps * currency.rounding)

    def _get_left_over(self):
        """Return {fee: what is paid for it, although reductions have taken all its days back}.

        Reductions that are billed yet take back what was paid by then, and leave nothing.
        """
        left_over = {}
        for fee in self:
            reductions = fee._get_live_reductions()
            days = [(reduction.date_start, reduction.date_end) for reduction in reductions]
            if 'open' not in reductions.mapped('state') and not free_days(
                    (fee.date_start, fee.date_end), days):
                left_over[fee] = abs(sum((fee | reductions)._get_billed().values()))
        return left_over

    def _prepare_reductions(self, spans, due, name=False):
        """Return the values of the fees that take days of one fee back, where they cost anything.

        :param date due: last day on which they fall due
        """
        self.ensure_one()
        return [{
            **self._prepare_correction(span, min(due, span[0]), name), 'amount': -amount,
        } for span, amount in zip(spans, self._get_shares(spans), strict=True)
            if not self.currency_id.is_zero(amount)]

    def _prepare_correction(self, span, due, name=False):
        """Return the values of a fee that takes something of one fee back, without its amount."""
        self.ensure_one()
        is_change = self.kind == 'price_change'
        return {
            'line_id': self.line_id.id,
            'kind': 'price_change' if is_change else 'reduction',
            'percent': -self.percent,
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
        }

    def _prepare_again(self, due):
        """Return the values of the fees that bill one credited fee again.

        :return: for the days of it that are served and have no fee; of a reduction, for its days
            that were not taken back since
        """
        self.ensure_one()
        own = (self.date_start, self.date_end)
        if self.reduced_fee_id:
            fee = self.reduced_fee_id
            spans = [] if fee.state == 'credited' else free_days(
                own, [span for span, _amount in fee._get_reduced()])
            return fee._prepare_reductions(spans, due, self.name)
        start, end = self.line_id._get_life()
        served = common_days(own, (start, max(end, start) if end else own[1]))
        if not served or (end and end < start):
            return []
        busy = [(fee.date_start, fee.date_end) for fee in self.line_id._get_taken()[self.line_id]]
        vals_list, taken = [], []
        for span in free_days(served, busy):
            amount = share_of(
                self.currency_id, self._get_price(), span, own, self.plan_id.proration, taken)
            taken.append((span, amount))
            vals_list.append({
                **{name: self[name] for name in (
                    'name', 'basis_start', 'basis_end', 'base_price', 'index', 'quantity',
                    'price_unit', 'discount')},
                'line_id': self.line_id.id, 'date_start': span[0], 'date_end': span[1],
                'kind': self.kind if span == own else 'partial', 'amount': amount,
                'date_due': due})
        return vals_list

    def _get_price(self):
        """Return what the invoice line of one credited fee said before it was credited."""
        live = self.invoice_line_id
        return live._get_fee_amount(live) if live else self.amount

    def _get_reduced_now(self):
        """Return {reduction: what it comes to if it is billed now}, nothing where nothing is left."""
        now = {}
        for fee in self.filtered('reduced_fee_id'):
            reduced = fee.reduced_fee_id
            [amount] = reduced._get_shares([(fee.date_start, fee.date_end)], without=fee)
            now[fee] = 0.0 if reduced.state == 'credited' else -amount
        return now

    def _refresh_reductions(self):
        """Let reductions that are billed now take back what was paid; return what is to bill."""
        gone = self.browse()
        for reduction in self:
            for fee, amount in reduction._get_reduced_now().items():
                if fee.currency_id.is_zero(amount):
                    gone |= fee
                elif fee.currency_id.compare_amounts(fee.amount, amount):
                    fee.amount = amount
        rest = self - gone
        gone.unlink()
        return rest

    def _imagine_refreshed(self):
        """Return these fees as `_refresh_reductions` would leave them, in memory."""
        refreshed = self.browse()
        now = self._get_reduced_now()
        for fee in self:
            if fee not in now or not fee.currency_id.compare_amounts(fee.amount, now[fee]):
                refreshed |= fee
            elif not fee.currency_id.is_zero(now[fee]):
                refreshed |= self.new({'amount': now[fee]}, origin=fee)
        return refreshed
