import sys
from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from odoo import fields

from odoo.addons.service_management.tests.common_subscription import SubscriptionCommon

from .lives import Life, LivesCase

DAY = timedelta(days=1)
#: The first day of each life.
BEGIN = date(2026, 3, 2)
#: A cent of the company's currency, and a little.
CENT = 0.0101
TIME = ('regular', 'partial')
prices = st.sampled_from([100.0, 33.33, 0.07, 1234.5])
offsets = st.integers(-40, 40)
#: Which of what is there: the index counts round.
which = st.integers(0, 4)
ends = st.sampled_from([None, date(2026, 4, 30), date(2026, 5, 14)])


class Days:
    """What a customer pays: days and prices, and what a person changed of them, nothing else."""

    def __init__(self, last):
        self.last = last or date.max  # of all lines
        self.prices = {}  # line: [(first day, price of a month)]
        self.ends = {}  # line: its own last day
        self.factors = {}  # (line, day): part of the price that a person left of it

    def begin(self, line, day, price, end=None):
        self.prices[line] = [(day, price)]
        self.ends[line] = end or date.max

    def change(self, line, day, price):
        kept = [term for term in self.prices[line] if term[0] < day]
        self.prices[line] = [*kept, (day, price)]
        self.factors = {key: factor for key, factor in self.factors.items()
                        if key[0] != line or key[1] < day}

    def price(self, line, day):
        if not self.prices[line][0][0] <= day <= min(self.last, self.ends[line]):
            return Fraction(0)
        price = [price for first, price in self.prices[line] if first <= day][-1]
        return Fraction(str(price)) / monthrange(day.year, day.month)[1]

    def cost(self, line, days):
        return sum(self.price(line, day) * self.factors.get((line, day), 1) for day in days)

    def left(self, line, days):
        return {day: self.factors.get((line, day), 1) for day in days}

    def leave(self, line, factors):
        self.factors.update({(line, day): factor for day, factor in factors.items()})

    def scale(self, line, days, factor):
        self.leave(line, {day: left * factor for day, left in self.left(line, days).items()})

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

    @initialize(currency=st.sampled_from(['USD', 'EUR', 'JPY']), price=prices, end=ends,
                included=st.booleans(), deferred=st.booleans(), billed=st.booleans())
    def subscribe(self, currency, price, end, included, deferred, billed):
        case = self.case
        case.tax.price_include_override = 'tax_included' if included else 'tax_excluded'
        self.paid = 'price_total' if included else 'price_subtotal'
        self.scale = 100 if currency == 'JPY' else 1
        self.plan = case.deferred_plan if deferred else case.monthly
        self.subscription = case._subscribe(
            BEGIN, self.plan, self.get_price(price), date_end=end,
            pricelist_id=case.pricelists[currency].id).with_context(tracking_disable=True)
        self.env = self.subscription.env
        line = self.subscription.line_ids
        self.days, self.roots = Days(end), {line.id: line.id}
        self.days.begin(line.id, BEGIN, line.amount_period)
        self.edits = {}  # fee: part of its price that a person left in its draft
        self.deferred = {}  # fee: whether its revenue was deferred when it was posted
        self.freed = set()  # fees that were credited
        self.shared = {}  # fee that a person changed when days of it were credited: these credits
        self.credits = {}  # credit note: [(fee, part left of its days before and after)]
        self._rows = self._look()
        if billed:
            self.bill()
            self.post_all()

    #=== WHAT WAS DONE ===#

    def get_price(self, price):
        return round(price * 100) if self.scale == 100 else price

    def today(self):
        return fields.Date.today()

    def pick(self, records, index):
        return records[index % len(records)] if records else records

    def fees(self, *states):
        return self.subscription.fee_ids.filtered(
            lambda fee: fee.kind in TIME and fee.state in states).sorted('id')

    def tails(self):
        return self.subscription.line_ids.filtered(
            lambda line: not line.successor_ids).sorted('id')

    def moves(self, state):
        """Return what bills and what closing credited, without credit notes by hand."""
        return self.subscription.fee_ids.invoice_line_ids.move_id.filtered(
            lambda move: move.state == state and not move.reversed_entry_id).sorted('id')

    def own(self, fee):
        """Return (line of the model, days of a fee that its line serves)."""
        start, end = fee.line_id._get_life()
        return self.roots[fee.line_id.id], [
            day for day in days_between(fee.date_start, fee.date_end)
            if start <= day and (not end or day <= end)]

    def credited(self, fee):
        """Return the fees on invoices that credit days of a fee."""
        return fee._get_live_reductions().filtered(lambda reduction: reduction.state != 'open')

    def rest(self, fee):
        """Return what is paid for the days of a fee that no invoice credits."""
        return Fraction(str(sum((fee | self.credited(fee))._get_billed().values())))

    def note(self, fee, before):
        """Note what a person left of a fee's days; return what was left before and by now."""
        line, days = self.own(fee)
        was = self.days.left(line, days)
        if before:
            self.days.scale(line, days, self.rest(fee) / before)
        self.shared[fee.id] = self.credited(fee)
        return fee.id, was, self.days.left(line, days)

    def follow(self):
        """Days are free that were credited in full; where credits come and go, a fee is shared anew."""
        for fee in self.fees('draft', 'posted', 'credited'):
            line, days = self.own(fee)
            if fee.state == 'credited':
                if fee.id not in self.freed:
                    self.days.leave(line, dict.fromkeys(days, 1))
            elif fee.id in self.shared and self.shared[fee.id] - self.credited(fee):
                gone = {day for span in self.credited(fee) for day in days_between(
                    span.date_start, span.date_end)}
                left = set(days_between(fee.date_start, fee.date_end)) - gone
                first = [price for day, price in self.days.prices[line] if day <= fee.date_start]
                price = Fraction(str(first[-1])) / monthrange(
                    fee.date_start.year, fee.date_start.month)[1]
                factor = self.rest(fee) / price / len(left)
                self.days.leave(line, dict.fromkeys(left & set(days), factor))
                self.shared[fee.id] = self.credited(fee)
        self.freed = set(self.fees('credited').ids)

    def forget(self, fees):
        """What a person changed of fees is gone with their invoice."""
        for fee in fees:
            line, days = self.own(fee)
            self.days.leave(line, dict.fromkeys(days, 1))
            self.edits.pop(fee.id, None)
            self.shared.pop(fee.id, None)

    #=== WHAT PEOPLE DO ===#

    def does(self, *deeds):
        """Attempt some deeds in one go; tell whether they were done."""
        def do_all():
            for deed in deeds:
                deed()

        return self.attempt(do_all)

    @rule(days=st.integers(1, 45))
    def rest_a_while(self, days):
        self.wait(24 * days)

    @rule()
    def bill(self):
        self.attempt(self.subscription._bill, self.today(), self.today())

    @rule()
    def fill_gaps(self):
        self.attempt(self.subscription._bill, self.today(), self.today(), fill_gaps=True)

    @rule(index=which)
    @precondition(lambda self: self.moves('draft'))
    def post(self, index):
        self.post_all(self.pick(self.moves('draft'), index))

    def post_all(self, moves=None):
        moves = moves or self.moves('draft')
        if moves and self.does(moves.action_post):
            self.note_posted(moves)
            self.follow()

    def note_posted(self, moves):
        """Note whether the plan defers; what credits days follows the fee that billed them."""
        fees = moves.line_ids.filtered(lambda line: not line.is_service_credit).service_fee_id
        for fee in fees.sorted(lambda fee: fee.reduced_fee_id.id):
            of_fee = fee.reduced_fee_id
            self.deferred[fee.id] = self.deferred[of_fee.id] if (
                of_fee.state in ('posted', 'credited')) else self.plan.is_deferred

    @rule()
    def live_a_month(self):
        self.wait(24 * 30)
        self.bill()
        self.post_all()

    @rule(index=which)
    @precondition(lambda self: self.moves('posted'))
    def post_again(self, index):
        """Somebody resets an invoice to draft, and posts it as it is."""
        move = self.pick(self.moves('posted'), index)
        if self.does(move.button_draft, move.action_post):
            self.note_posted(move)

    @rule(price=prices, offset=offsets, length=st.none() | st.integers(0, 60))
    def add(self, price, offset, length):
        day = max(self.today() + DAY * offset, BEGIN)
        end = None if length is None else day + DAY * length
        line = self.attempt(self.env['service.subscription.line'].create, {
            'subscription_id': self.subscription.id, 'product_id': self.case.monitoring.id,
            'base_price': self.get_price(price), 'date_start': day, 'date_end': end})
        if line:
            self.roots[line.id] = line.id
            self.days.begin(line.id, day, line.amount_period, end)

    def note_change(self, line, day, new):
        root = self.roots[new.id] = self.roots[line.id]
        self.days.change(root, day, new.amount_period)

    @rule(index=which, price=prices, offset=offsets, percent=st.sampled_from([100, 103.5, 0]))
    @precondition(lambda self: self.subscription.state == 'active')
    def change(self, index, price, offset, percent):
        line, day = self.pick(self.tails(), index), self.today() + DAY * offset
        if new := self.attempt(
                line._change_terms, day, index=percent, base_price=self.get_price(price)):
            self.note_change(line, day, new)

    @rule(index=which, offset=offsets)
    @precondition(lambda self: self.subscription.state == 'active')
    def end(self, index, offset):
        line, day = self.pick(self.tails(), index), self.today() + DAY * offset
        if new := self.attempt(line._change_terms, day, quantity=0):
            self.note_change(line, day, new)

    @rule(offset=offsets, mode=st.sampled_from(['index_percent', 'price_percent']),
          change=st.sampled_from([-10.0, 2.75]))
    def index(self, offset, mode, change):
        run = self.env['service.subscription.indexation'].create({
            'subscription_ids': self.subscription.ids, 'date': self.today() + DAY * offset,
            'currency_id': self.subscription.currency_id.id, 'mode': mode, 'change': change})
        if self.attempt(run.action_apply):
            for row in run.line_ids:
                self.note_change(
                    row.line_id, max(run.date, self.days.prices[self.roots[row.line_id.id]][-1][0]),
                    row.new_line_id)

    @rule(months=st.sampled_from([0, 1, 3]), percent=st.sampled_from([0.0, 3.3]))
    @precondition(lambda self: self.subscription.date_end)
    def renew(self, months, percent):
        tails, following = self.tails(), self.subscription.date_end + DAY
        wizard = self.env['service.subscription.renew'].create({
            'subscription_ids': self.subscription.ids, 'months': months, 'percent': percent})
        if self.attempt(wizard.action_apply):
            self.days.last = self.subscription.date_end or date.max
            for line in tails.filtered('successor_ids'):
                self.note_change(line, following, line.successor_ids)

    @rule(offset=offsets)
    @precondition(lambda self: self.subscription.state == 'active')
    def close(self, offset):
        day = self.today() + DAY * offset
        if self.attempt(self.subscription._close, day, self.case.close_reason):
            self.days.last = min(self.days.last, day)

    @rule(index=which, factor=st.sampled_from(['0', '0.5', '0.8', '1.25']),
          name=st.sampled_from(['price_unit', 'quantity', 'discount']))
    @precondition(lambda self: self.fees('draft'))
    def edit(self, index, factor, name):
        fee = self.pick(self.fees('draft'), index)
        line, factor = fee.invoice_line_id, Fraction(factor)
        if not line.price_unit or not line.quantity or line.discount:
            return
        value = {'price_unit': round(line.price_unit * float(factor), 2),
                 'quantity': line.quantity * float(factor),
                 'discount': max(0.0, 100 * (1 - float(factor)))}[name]
        before, price = self.rest(fee), Fraction(str(line._get_fee_amount(line)))
        if before > 0 and (factor >= 1 or not self.credited(fee)) and self.attempt(
                line.write, {name: value}):
            self.note(fee, before)
            self.edits[fee.id] = self.edits.get(fee.id, 1) * Fraction(
                str(line._get_fee_amount(line))) / price

    @rule(index=which, whole=st.booleans())
    @precondition(lambda self: self.moves('draft'))
    def delete_draft(self, index, whole):
        move = self.pick(self.moves('draft'), index)
        lines = move.invoice_line_ids if whole else move.invoice_line_ids[:1]
        fees = lines.service_fee_id.filtered(lambda fee: fee.kind in TIME)
        if self.attempt((move if whole else lines).unlink):
            self.forget(fees)
            self.follow()

    @rule()
    def delete_fees(self):
        self.attempt(self.subscription.fee_ids.filtered(lambda fee: fee.state == 'open').unlink)

    def _credit(self, move, deed):
        """Let somebody credit an invoice; note what is left of its fees' days."""
        fees = move.line_ids.service_fee_id.filtered(
            lambda fee: fee.kind in TIME and fee.state == 'posted')
        before = {fee: self.rest(fee) for fee in fees}
        if credit := self.attempt(deed):
            self.credits[credit.id] = [self.note(fee, rest) for fee, rest in before.items()]
            self.follow()

    def _reverse(self, move):
        return move._reverse_moves([{'invoice_date': self.today(), 'date': self.today()}])

    @rule(index=which)
    @precondition(lambda self: self.moves('posted'))
    def credit_in_full(self, index):
        move = self.pick(self.moves('posted'), index)

        def credit():
            credit = self._reverse(move)
            credit.action_post()
            return credit

        self._credit(move, credit)

    @rule(index=which, part=st.sampled_from(['0.25', '0.5', '0.9']), named=st.booleans())
    @precondition(lambda self: self.fees('posted'))
    def credit_a_part(self, index, part, named):
        fee = self.pick(self.fees('posted').filtered('move_id'), index)
        amount = fee.currency_id.round(float(self.rest(fee) * Fraction(part))) if fee else 0
        if amount <= 0:
            return

        def credit():
            credit = self._reverse(fee.move_id)
            line = credit.invoice_line_ids.filtered(lambda line: line.service_fee_id == fee)
            (credit.invoice_line_ids - line).unlink()
            sign = -1 if line.price_unit < 0 else 1
            line.write({'quantity': 1, 'discount': 0, 'price_unit': sign * amount})
            if not named and len(fee.move_id.invoice_line_ids) == 1:
                line.service_fee_id = False
            credit.action_post()
            return credit

        self._credit(fee.move_id, credit)

    @rule(index=which)
    @precondition(lambda self: self.credits)
    def post_credit_again(self, index):
        credit = self.pick(self.env['account.move'].browse(self.credits), index)
        self.does(credit.button_draft, credit.action_post)

    @rule(index=which, reverse=st.booleans())
    @precondition(lambda self: self.credits)
    def take_credit_back(self, index, reverse):
        """Somebody resets a credit note to draft, or reverses it."""
        credit = self.pick(self.env['account.move'].browse(self.credits), index)
        notes = [(self.subscription.fee_ids.browse(fee), *of_fee)
                 for fee, *of_fee in self.credits[credit.id]]
        for fee, _before, after in notes:
            line, days = self.own(fee)
            if not set(days) <= set(after) or self.days.left(line, days) != {
                    day: after[day] for day in days} or (
                    fee.state != 'credited' and self.shared.get(fee.id) != self.credited(fee)):
                return  # something else was done to these days since

        if self.does(
                lambda: self._reverse(credit).action_post() if reverse else credit.button_draft()):
            del self.credits[credit.id]
            for fee, before, _after in notes:
                line, days = self.own(fee)
                self.days.leave(line, {day: before[day] for day in days})
            self.freed -= {fee.id for fee, *_note in notes}

    @rule(index=which)
    @precondition(lambda self: self.fees('credited'))
    def bill_again(self, index):
        fee = self.pick(self.fees('credited'), index)
        if action := self.attempt(fee.action_bill_again):
            edit = self.edits.get(fee.id, 1)
            for again in self.env['service.subscription.fee'].search(action['domain']):
                line, days = self.own(again)
                self.days.leave(line, dict.fromkeys(days, edit))
                self.edits[again.id] = edit

    @rule()
    @precondition(lambda self: self.case.tax.active)
    def archive_taxes(self):
        self.attempt(self.case.tax.action_archive)

    @rule()
    @precondition(lambda self: self.plan == self.case.deferred_plan)
    def switch_deferral(self):
        self.attempt(self.plan.write, {'is_deferred': not self.plan.is_deferred})

    @rule()
    def recognise(self):
        """The nightly job posts what is due, in sudo."""
        self.attempt(self._post_accruals, self.today())

    #=== WHAT IS TRUE ===#

    @invariant()
    def deferred_account_is_what_the_schedule_says(self):
        for account, difference in self.env['service.subscription.ledger']._read_group(
                [], ['account_id'], ['amount_difference:sum']):
            assert abs(difference) < CENT, f"{account.name} differs by {difference}"

    @rule()
    def customer_pays_each_served_day_once(self):
        """What is billed and credited by now, with the gaps filled, is what the model says."""
        with self.env.cr.savepoint() as savepoint:
            self.subscription._bill(self.today(), self.today(), fill_gaps=True)
            self._compare()
            self._compare_ledger()
            self.env.flush_all()
            savepoint.rollback()
        self.env.invalidate_all()

    def _get_lines(self):
        """Return {fee: lines of invoices and credit notes that count}, also those that name none."""
        found = defaultdict(self.env['account.move.line'].browse)
        for move in self.subscription.fee_ids.invoice_line_ids.move_id:
            while move.reversed_entry_id:
                move = move.reversed_entry_id
            moves = move
            while more := moves.reversal_move_ids - moves:
                moves |= more
            for line in moves.invoice_line_ids.filtered(lambda line: (
                    line.display_type == 'product' and line.parent_state != 'cancel')):
                fee = line.service_fee_id or move.line_ids.service_fee_id
                if line.parent_state == 'posted' or fee.invoice_line_id == line:
                    found[fee] |= line
        return found

    def _compare(self):
        totals, counts = defaultdict(float), defaultdict(int)
        for fee, lines in self._get_lines().items():
            root = self.roots[fee.line_id.id]
            counts[root] += len(lines)
            totals[root] -= sum(line.move_id.direction_sign * line[self.paid] for line in lines)
        # What is credited later follows what is paid by then.
        for fee in self.subscription.fee_ids.filtered(
                lambda fee: fee.state == 'open').sudo()._refresh_reductions():
            totals[self.roots[fee.line_id.id]] += fee.amount
            counts[self.roots[fee.line_id.id]] += 1
        step = self.subscription.currency_id.rounding
        for root in self.days.prices:
            expected = float(self.days.cost(root, self.days.due(root, self.today())))
            assert abs(totals[root] - expected) <= step * (counts[root] + 0.5), (
                f"line {root}: {totals[root]} is billed, {expected} is right")

    def _compare_ledger(self):
        """What is deferred is billed for days to come; in the end all that was billed is revenue."""
        lines = self._get_lines()
        self._post_accruals(self.today())
        expected = count = 0
        for fee, of_fee in lines.items():
            source = (fee.reduced_fee_id or fee).invoice_line_id
            source = source if source.parent_state == 'posted' else fee.invoice_line_id
            posted = of_fee.filtered(lambda line: line.parent_state == 'posted')
            if fee.invoice_line_id.parent_state == 'posted' and source.amount_currency and (
                    self.deferred[fee.id] and fee.date_end > self.today()):
                count += len(posted)
                expected += sum(
                    posted.mapped('amount_currency')) * source.balance / source.amount_currency
        deferred = self._get_balance(self.case.deferred_account)
        assert abs(deferred - expected) <= CENT * (count + 1), (
            f"{-deferred} is deferred, {-expected} is right")
        self._post_accruals(date.max)
        billed = sum(line.balance for of_fee in lines.values() for line in of_fee
                     if line.parent_state == 'posted')
        assert abs(self._get_balance(self.case.deferred_account)) < CENT, "something stays deferred"
        revenue = self._get_balance(self.case.monitoring._get_product_accounts()['income'])
        assert abs(revenue - billed) < CENT, f"{-revenue} is revenue, {-billed} was billed"

    def _post_accruals(self, until):
        # The nightly job posts in sudo.
        rows = self.env['service.subscription.accrual'].sudo().search([
            ('subscription_id', '=', self.subscription.id), ('state', '=', 'planned'),
            ('date', '<=', until)])
        rows._get_ready()._post()

    def _get_balance(self, account):
        return sum(self.env['account.move.line'].search([
            ('account_id', '=', account.id), ('parent_state', '=', 'posted'),
            ('tax_line_id', '=', False)]).mapped('balance'))

    def teardown(self):
        try:
            if hasattr(self, 'subscription') and not sys.exc_info()[0]:
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
        self.live(SubscriptionLife, count=40)
