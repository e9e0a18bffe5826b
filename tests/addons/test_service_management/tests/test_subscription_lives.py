from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from odoo import fields

from odoo.addons.service_management.tests.common_subscription import SubscriptionCommon

from .lives import Life, LivesCase

DAY = timedelta(days=1)
#: The first day of each life.
BEGIN = date(2026, 3, 2)
prices = st.sampled_from([100.0, 33.33, 0.07, 1234.5])
offsets = st.integers(-40, 40)


class Days:
    """What a customer pays: days and prices, and what a person changed of them, nothing else."""

    def __init__(self):
        self.prices = {}  # line: [(first day, price of a month)]
        self.ends = {}  # line: last day
        self.factors = {}  # (line, day): part of the price that a person left of it

    def begin(self, line, day, price):
        self.prices[line] = [(day, price)]

    def change(self, line, day, price):
        kept = [term for term in self.prices[line] if term[0] < day]
        self.prices[line] = [*kept, (day, price)]
        self.factors = {key: factor for key, factor in self.factors.items()
                        if key[0] != line or key[1] < day}

    def end(self, day):
        self.ends = dict.fromkeys(self.prices, day)

    def first(self, line):
        return self.prices[line][0][0]

    def price(self, line, day):
        if day < self.first(line) or day > self.ends.get(line, day):
            return Fraction(0)
        price = [price for first, price in self.prices[line] if first <= day][-1]
        return Fraction(str(price)) / monthrange(day.year, day.month)[1]

    def cost(self, line, days):
        return sum(self.price(line, day) * self.factors.get((line, day), 1) for day in days)

    def scale(self, line, days, factor):
        for day in days:
            self.factors[line, day] = self.factors.get((line, day), 1) * factor

    def forget(self, line, days):
        for day in days:
            self.factors.pop((line, day), None)

    def due(self, line, until):
        """Return the days billed in advance until a day: of each price, those of begun months."""
        firsts = [first for first, _price in self.prices[line]]
        found = []
        for first, following in zip(firsts, [*firsts[1:], date.max], strict=True):
            if first <= until:
                last = date(until.year, until.month, monthrange(until.year, until.month)[1])
                found += days_between(first, min(last, following - DAY))
        return found


def days_between(first, last):
    return [first + DAY * number for number in range((last - first).days + 1)]


class SubscriptionLife(Life):
    """Everything that is done to a subscription, its fees and its invoices."""
    watched = (
        'service.subscription', 'service.subscription.line', 'service.subscription.fee',
        'service.subscription.accrual', 'account.move', 'account.move.line')

    @initialize(currency=st.sampled_from(['USD', 'EUR', 'JPY']), price=prices,
                included=st.booleans(), deferred=st.booleans())
    def subscribe(self, currency, price, included, deferred):
        case = self.case
        case.tax.price_include_override = 'tax_included' if included else 'tax_excluded'
        self.days, self.edits = Days(), {}
        self.subscription = case._subscribe(
            BEGIN, case.deferred_plan if deferred else case.monthly,
            round(price * 100) if currency == 'JPY' else price,
            pricelist_id=case.pricelists[currency].id)
        self.scale = 100 if currency == 'JPY' else 1
        line = self.subscription.line_ids
        self.roots = {line.id: line.id}
        self.days.begin(line.id, BEGIN, line.price_unit)
        self._rows = self._look()

    #=== WHAT WAS DONE ===#

    def today(self):
        return fields.Date.today()

    def fees(self, *states):
        return self.subscription.fee_ids.filtered(lambda fee: fee.state in states).sorted('id')

    def time_fees(self, *states):
        return self.fees(*states).filtered(lambda fee: fee.kind in ('regular', 'partial'))

    def moves(self, state):
        return self.subscription.fee_ids.invoice_line_ids.move_id.filtered(
            lambda move: move.state == state and not move.reversed_entry_id).sorted('id')

    def own(self, fee):
        """Return (line of the model, days of a fee that its line serves)."""
        start, end = fee.line_id._get_life()
        return self.roots[fee.line_id.id], [
            day for day in days_between(fee.date_start, fee.date_end)
            if start <= day and (not end or day <= end)]

    def is_whole(self, fee):
        return not fee._get_live_reductions()

    #=== WHAT PEOPLE DO ===#

    @rule(days=st.integers(1, 45))
    def rest(self, days):
        self.wait(24 * days)

    @rule()
    def bill(self):
        self.attempt(self.subscription._bill, self.today(), self.today())

    @rule()
    def fill_gaps(self):
        self.attempt(self.subscription._bill, self.today(), self.today(), fill_gaps=True)

    @rule()
    def post(self):
        drafts = self.moves('draft')
        self.attempt(drafts.action_post)

    @rule(price=prices, offset=offsets)
    def add(self, price, offset):
        day = max(self.today() + DAY * offset, BEGIN)
        line = self.attempt(self.env['service.subscription.line'].create, {
            'subscription_id': self.subscription.id, 'product_id': self.case.monitoring.id,
            'base_price': round(price * self.scale, 2) if self.scale == 1 else round(price * 100),
            'date_start': day})
        if line:
            self.roots[line.id] = line.id
            self.days.begin(line.id, day, line.price_unit)

    @rule(data=st.data(), price=prices, offset=offsets, index=st.sampled_from([100, 103.5, 0]))
    def change(self, data, price, offset, index):
        tails = self.subscription.line_ids.filtered(lambda line: not line.successor_ids)
        line = data.draw(st.sampled_from(tails.sorted('id').ids).map(tails.browse))
        day = self.today() + DAY * offset
        if self.subscription.state != 'active':
            return
        new = self.attempt(
            line._change_terms, day, index=index,
            base_price=price if self.scale == 1 else round(price * 100))
        if new:
            root = self.roots[new.id] = self.roots[line.id]
            self.days.change(root, day, new.price_unit)

    @rule(offset=offsets)
    @precondition(lambda self: self.subscription.state == 'active')
    def close(self, offset):
        day = self.today() + DAY * offset
        if self.attempt(self.subscription._close, day, self.case.close_reason):
            self.days.end(day)

    @rule(data=st.data(), factor=st.sampled_from(['0', '0.5', '0.8', '1.25']),
          name=st.sampled_from(['price_unit', 'quantity', 'discount']))
    def edit(self, data, factor, name):
        fees = self.time_fees('draft').filtered(self.is_whole)
        if not fees:
            return
        fee = data.draw(st.sampled_from(fees.ids).map(fees.browse))
        line, factor = fee.invoice_line_id, Fraction(factor)
        if not line.price_unit or not line.quantity or line.discount:
            return
        value = {'price_unit': round(line.price_unit * float(factor), 2),
                 'quantity': line.quantity * float(factor),
                 'discount': max(0.0, 100 * (1 - float(factor)))}[name]
        before = line._get_fee_amount(line)
        if self.attempt(line.write, {name: value}):
            changed = Fraction(str(line._get_fee_amount(line))) / Fraction(str(before))
            self.days.scale(*self.own(fee), changed)
            self.edits[fee.id] = self.edits.get(fee.id, 1) * changed

    @rule(data=st.data(), whole=st.booleans())
    def delete_draft(self, data, whole):
        drafts = self.moves('draft')
        if not drafts:
            return
        move = data.draw(st.sampled_from(drafts.ids).map(drafts.browse))
        lines = move.invoice_line_ids
        lines = lines if whole else lines[:1]
        fees = lines.service_fee_id.filtered(lambda fee: fee.kind in ('regular', 'partial'))
        if self.attempt((move if whole else lines).unlink):
            for fee in fees:
                self.days.forget(*self.own(fee))
                self.edits.pop(fee.id, None)

    @rule()
    def delete_fees(self):
        self.attempt(self.fees('open').unlink)

    @rule(data=st.data())
    def credit_in_full(self, data):
        moves = self.moves('posted')
        if not moves:
            return
        move = data.draw(st.sampled_from(moves.ids).map(moves.browse))
        fees = move.line_ids.service_fee_id.filtered(
            lambda fee: fee.kind in ('regular', 'partial') and fee.state == 'posted')
        credit = self.attempt(self._reverse, move)
        if credit:
            for fee in fees.filtered(lambda fee: fee.state == 'credited'):
                self.days.forget(*self.own(fee))

    def _reverse(self, move):
        credit = move._reverse_moves([{'invoice_date': self.today(), 'date': self.today()}])
        credit.action_post()
        return credit

    @rule(data=st.data(), part=st.sampled_from(['0.25', '0.5', '0.9']), named=st.booleans())
    def credit_a_part(self, data, part, named):
        fees = self.time_fees('posted').filtered(lambda fee: fee.move_id and self.is_whole(fee))
        if not fees:
            return
        fee = data.draw(st.sampled_from(fees.ids).map(fees.browse))
        paid = fee._get_billed()[fee]
        amount = fee.currency_id.round(paid * float(Fraction(part)))
        if not amount:
            return
        named = named or len(fee.move_id.invoice_line_ids) > 1
        if self.attempt(self._credit, fee, amount, named):
            self.days.scale(*self.own(fee), 1 - Fraction(str(amount)) / Fraction(str(paid)))

    def _credit(self, fee, amount, named):
        credit = fee.move_id._reverse_moves(
            [{'invoice_date': self.today(), 'date': self.today()}])
        line = credit.invoice_line_ids.filtered(lambda line: line.service_fee_id == fee)
        (credit.invoice_line_ids - line).unlink()
        line.write({'quantity': 1, 'discount': 0, 'price_unit': amount})
        if not named:
            line.service_fee_id = False
        credit.action_post()

    @rule(data=st.data())
    def bill_again(self, data):
        fees = self.time_fees('credited')
        if not fees:
            return
        fee = data.draw(st.sampled_from(fees.ids).map(fees.browse))
        if action := self.attempt(fee.action_bill_again):
            for again in self.env['service.subscription.fee'].search(action['domain']):
                line, days = self.own(again)
                self.days.forget(line, days)
                self.days.scale(line, days, self.edits.get(fee.id, 1))
                self.edits[again.id] = self.edits.get(fee.id, 1)

    #=== WHAT IS TRUE ===#

    @rule()
    def customer_pays_each_served_day_once(self):
        """What is billed and credited by now, with the gaps filled, is what the model says."""
        with self.env.cr.savepoint() as savepoint:
            self.subscription._bill(self.today(), self.today(), fill_gaps=True)
            self._compare()
            if self.subscription.plan_id.is_deferred:
                self._compare_ledger()
            self.env.flush_all()
            savepoint.rollback()
        self.env.invalidate_all()

    def _compare(self):
        totals, counts = {}, {}
        for fee, amount in self.subscription.fee_ids._get_billed().items():
            root = self.roots[fee.line_id.id]
            totals[root] = totals.get(root, 0.0) + amount
            counts[root] = counts.get(root, 0) + max(len(fee.invoice_line_ids), 1)
        step = self.subscription.currency_id.rounding
        for root in self.days.prices:
            expected = float(self.days.cost(root, self.days.due(root, self.today())))
            total = totals.get(root, 0.0)
            assert abs(total - expected) <= step * (counts.get(root, 0) + 0.5), (
                f"line {root}: {total} is billed, {expected} is right")

    def _compare_ledger(self):
        """The deferred account is the schedule, and in the end nothing is deferred."""
        # The nightly job posts in sudo.
        rows = self.env['service.subscription.accrual'].sudo().search([
            ('subscription_id', '=', self.subscription.id)])
        rows.filtered(lambda row: row.state == 'planned')._post()
        lines = self.env['account.move.line'].search([
            ('account_id', '=', self.case.deferred_account.id), ('parent_state', '=', 'posted')])
        assert abs(sum(lines.mapped('balance'))) < 0.005, "something stays deferred"

    def teardown(self):
        try:
            if hasattr(self, 'subscription'):
                self.customer_pays_each_served_day_once()
        finally:
            super().teardown()


class TestSubscriptionLives(LivesCase, SubscriptionCommon):
    """Whatever is done to a subscription, the customer pays each served day once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deferred_plan = cls._deferred()
        currencies = {
            name: cls.env['res.currency'].with_context(active_test=False).search(
                [('name', '=', name)]) for name in ('USD', 'EUR', 'JPY')}
        cls.pricelists = {}
        for number, (name, currency) in enumerate(currencies.items()):
            currency.active = True
            cls.pricelists[name] = cls.env['product.pricelist'].create({
                'name': name, 'currency_id': currency.id})
            if currency != cls.company.currency_id:
                currency.rate_ids.unlink()
                cls.env['res.currency.rate'].create([{
                    'name': fields.Date.add(BEGIN, months=months), 'currency_id': currency.id,
                    'company_id': cls.company.id, 'rate': (1 + number * 70) * (0.9 + months / 50),
                } for months in range(-3, 24)])

    def test_customers_pay_each_served_day_once(self):
        self.live(SubscriptionLife)
