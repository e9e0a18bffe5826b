from collections import defaultdict
from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.service_management.tests.common import SIGNATURE, ServiceCommon

from .lives import Life, LivesCase

#: Which of what is there: the index counts round.
which = st.integers(0, 4)
staff = st.sampled_from(['manager', 'dispatcher', 'technician'])
office = st.sampled_from(['manager', 'manager', 'dispatcher', 'technician'])
#: What people enter by hand: {field: values}
BY_HAND = {
    'price_unit': st.sampled_from([0.0, 10.0, 99.95, 120.0, 250.0]),
    'discount': st.sampled_from([0.0, 5.0, 15.0, 45.0, 100.0]),
    'quantity_planned': st.sampled_from([0.0, 1.0, 2.5, 3.0]),
    'name': st.sampled_from(["As agreed by phone", "Gasket set"]),
    'tax_ids': st.booleans(),
    'employee_id': which,
}
#: How far apart the same amounts of money and quantities may be: half of what is counted.
MONEY, QUANTITY = 0.0051, 0.0051


def same(one, other, within):
    return abs(one - other) <= within


class OrderLife(Life):
    """Orders from the call to the credit note, by people in their roles.

    What is noted in plain Python: what a person gave, what a customer accepted, hours that the
    clock counted, and lines as they were posted.
    """
    watched = ('service.order', 'service.order.line', 'service.visit', 'account.move.line')

    def begin(self):
        self.users = {
            'technician': self.case.user_technician, 'dispatcher': self.case.user_dispatcher,
            'manager': self.case.user_manager}
        self.given = defaultdict(dict)  # {line id: {field: value}}
        self.accepted = {}  # {order id: {line id: (price, discount, taxes)}}
        self.agreed_totals = {}  # {order id: (kind, amount)} of quotes that were accepted
        self.booked = defaultdict(float)  # {order id: hours}
        self.posted = {}  # {line id: what was posted}
        self.credited = set()  # ids of lines of which a credit note was made

    def _as(self, who, records):
        return records.with_user(self.users[who])

    def _pick(self, records, index):
        return records[index % len(records)] if records else records

    @property
    def orders(self):
        return self._all('service.order')

    def _find_order(self, index, *states):
        """Return an order, of these states if there is one."""
        if not isinstance(index, int):
            return index
        orders = self.orders
        return self._pick(orders.filtered(lambda order: order.state in states) or orders, index)

    def _all(self, model, *domain):
        return self.env[model].with_context(active_test=False).search(
            [('company_id', '=', self.case.company.id), *domain], order='id')

    #=== WHAT PEOPLE DO: THE OFFICE ===#

    @initialize(customer=which, equipment=which, kind=st.sampled_from(['hour', 'item']),
                is_quote=st.booleans(), steps=st.integers(0, 4))
    def first_call(self, customer, equipment, kind, is_quote, steps):
        """Each life has an order with a line to begin with, some one that is billed."""
        self.call('dispatcher', customer, equipment, '0', is_quote)
        self.add_line(self.orders, 'dispatcher', kind, False, 2.0, None, None, 0)
        if steps:
            self.work(self.orders, steps)

    @precondition(lambda self: len(self.orders) < 3)
    @rule(who=staff, customer=which, equipment=which, priority=st.sampled_from(['0', '2']),
          is_quote=st.booleans())
    def call(self, who, customer, equipment, priority, is_quote):
        """Somebody calls; every second call asks for a price first."""
        partner = self._pick(self.case.customers, customer)
        objects = self.env['service.object'].search(
            [('commercial_partner_id', '=', partner.id)], order='id')
        self.attempt(self._as(who, self.env['service.order']).create, {
            'title': "Does not start", 'partner_id': partner.id, 'team_id': self.case.team.id,
            'priority': priority, 'user_id': self.case.user_dispatcher.id,
            'object_ids': [Command.set(self._pick(objects, equipment).ids)],
            **({'stage_id': self.case.stage_request.id} if is_quote else {}),
        })

    @rule(order=which, who=staff, kind=st.sampled_from(['hour', 'item', 'expense']),
          travel=st.booleans(), quantity=BY_HAND['quantity_planned'],
          price=st.none() | BY_HAND['price_unit'], discount=st.none() | BY_HAND['discount'],
          equipment=which)
    def add_line(self, order, who, kind, travel, quantity, price, discount, equipment):
        """Somebody adds a line, perhaps with a price or a discount of the customer's own."""
        order = self._find_order(order, 'draft', 'open')
        if not order:
            return
        given = {'quantity_planned': quantity}
        if price is not None:
            given['price_unit'] = price
        if discount is not None:
            given['discount'] = discount
        line = self.attempt(self._as(who, self.env['service.order.line']).create, {
            'order_id': order.id, 'kind': kind, 'is_travel': kind == 'hour' and travel,
            'object_id': self._pick(order.object_ids, equipment).id,
            **({} if kind == 'hour' else {'product_id': {
                'item': self.case.part, 'expense': self.case.travel}[kind].id}),
            **given})
        if line:
            for field, value in given.items():
                self._note(line, field, value)

    @rule(order=which, index=which, who=staff, data=st.data(),
          field=st.sampled_from(list(BY_HAND)))
    def enter(self, order, index, who, data, field):
        """Somebody enters another value on a line."""
        order = self._find_order(order, 'draft', 'open')
        line = self._pick(order.line_ids, index)
        value = data.draw(BY_HAND[field])
        if not line:
            return
        if field == 'tax_ids':
            value = self.case.tax.ids if value else []
        elif field == 'employee_id':
            value = self._pick(self.case.technician | self.case.colleague, value).id
        written = [Command.set(value)] if field == 'tax_ids' else value
        if self.attempt(self._as(who, line).write, {field: written}):
            self._note(line, field, value)
            for accepted in self.accepted.values():
                if field in ('price_unit', 'discount', 'tax_ids'):
                    accepted.pop(line.id, None)

    @rule(order=which, who=staff, data=st.data(),
          field=st.sampled_from(['priority', 'object_ids', 'zone_id', 'partner_id', 'pricelist_id']))
    def change_order(self, order, who, data, field):
        """Somebody changes what prices depend on."""
        order = self._find_order(order, 'draft', 'open')
        if not order:
            return
        value = data.draw(st.sampled_from({
            'priority': ['0', '1', '3'],
            'object_ids': [[Command.set(ids)] for ids in (
                [], self.case.object.ids, self.case.chiller.ids,
                (self.case.object | self.case.chiller).ids)],
            'zone_id': [False, self.case.zone.id],
            'partner_id': self.case.customers.ids,
            'pricelist_id': [False, *self.case.pricelists.ids],
        }[field]))
        self.attempt(self._as(who, order).write, {field: value})

    @rule(what=st.sampled_from(['price_rule', 'customer', 'group', 'warranty', 'owner']),
          index=st.integers(0, 7), who=staff, on=st.booleans())
    def set_up(self, what, index, who, on):
        """Somebody switches pricing rules and customers on or off, or changes an object."""
        case = self.case
        records, values = {
            'price_rule': (case.price_rules, {'active': on}),
            'customer': (case.customers.with_user(self.env.user), {'active': on}),
            'group': (case.objects, {'group_id': on and case.group.id}),
            'warranty': (case.objects, {'warranty_parts_end': on and date(2026, 12, 31)}),
            'owner': (case.objects, {'partner_id': case.customers[not on].id}),
        }[what]
        record = self._pick(records, index)
        self.attempt((record if what == 'customer' else self._as(who, record)).write, values)

    @rule(order=which, index=which, who=staff,
          deed=st.sampled_from(['action_cancel', 'action_revoke', 'unlink']))
    def end_line(self, order, index, who, deed):
        """Somebody cancels, revokes or deletes a line."""
        order = self._find_order(order, 'draft', 'open')
        line = self._pick(order.line_ids, index)
        hours = line.quantity if line.date_start and line.kind == 'hour' else 0.0
        order_id, line_id = order.id, line.id
        if line and self.attempt(getattr(self._as(who, line), deed)) and deed == 'unlink':
            self.booked[order_id] -= hours
            self._forget(line_id)

    def _note(self, line, field, value):
        """Note what a person gave; what is proposed anyway is nobody's."""
        line = line.with_user(self.env.user)
        proposed = {
            'price_unit': line.technical_price_unit, 'discount': line.technical_discount,
            'tax_ids': self.case.tax.ids}
        if proposed.get(field) == value:
            self.given[line.id].pop(field, None)
        else:
            self.given[line.id][field] = value

    def _forget(self, line_id):
        self.given.pop(line_id, None)
        for accepted in self.accepted.values():
            accepted.pop(line_id, None)

    #=== QUOTES ===#

    @precondition(lambda self: 'draft' in self.orders.mapped('state'))
    @rule(order=which, who=office)
    def send_quote(self, order, who):
        order = self._find_order(order, 'draft')
        if order:
            self.attempt(self._as(who, order).action_mark_quote_sent)

    @precondition(lambda self: 'draft' in self.orders.mapped('state'))
    @rule(order=which)
    def accept(self, order):
        """The customer accepts what the page shows, as the route does."""
        order = self._find_order(order, 'draft')
        if not order:
            return
        shown, lines = order.amount_total, order._get_document_lines()
        terms = {line.id: (line.price_unit, line.discount, line.tax_ids.ids) for line in lines}
        visitor = order.with_user(self.case.user_portal).sudo()
        if self.attempt(visitor._accept_quote, "Guest", SIGNATURE) and order.state == 'open':
            assert order.amount_total == shown, (
                f"accepted at {shown}, and it became {order.amount_total}")
            self.accepted[order.id] = terms
            self.agreed_totals[order.id] = (order.limit_kind, order.limit_amount)

    @precondition(lambda self: 'draft' in self.orders.mapped('state'))
    @rule(order=which)
    def agree(self, order):
        """A dispatcher sends the quote, the customer accepts it."""
        self.send_quote(order, 'dispatcher')
        self.accept(order)

    @precondition(lambda self: any(self.orders.mapped('quote_sent_on')))
    @rule(order=which)
    def decline(self, order):
        order = self._find_order(order, 'draft')
        if order:
            visitor = order.with_user(self.case.user_portal).sudo()
            self.attempt(visitor._decline_quote, self.env['service.reason'], "Too late")

    #=== VISITS ===#

    @rule(order=which, who=staff, index=which, day=st.integers(0, 3), hours=st.integers(1, 3))
    def plan(self, order, who, index, day, hours):
        order = self._find_order(order, 'open')
        if not order:
            return
        visit = order.visit_ids.filtered('is_unassigned')[:1]
        values = {
            'employee_id': self._pick(self.case.technician | self.case.colleague, index).id,
            'date_start': fields.Datetime.now() + timedelta(days=day, hours=1),
            'duration_hours': hours}
        if visit:
            self.attempt(self._as(who, visit).write, values)
        else:
            self.attempt(
                self._as(who, self.env['service.visit']).create, {'order_id': order.id, **values})

    @rule(order=which, index=which, who=staff, deed=st.sampled_from(
        ['action_dispatch', 'action_travel', 'action_start', 'action_stop', 'action_done', 'cancel']))
    def move_visit(self, order, index, who, deed):
        """Somebody starts, stops, ends or cancels a visit."""
        order = self._find_order(order, 'open')
        visit = self._pick(order.visit_ids, index)
        if not visit:
            return
        if deed == 'cancel':
            wizard = self._as(who, self.env['service.visit.cancel'])
            self.attempt(lambda: wizard.create({
                'visit_ids': [Command.set(visit.ids)], 'reason_id': self.case.visit_reason.id,
            }).action_apply())
            return
        start, now = visit.timer_start, fields.Datetime.now()
        is_done = self.attempt(getattr(self._as(who, visit), deed))
        if is_done and start and visit.timer_start != start:
            self.booked[order.id] += (now - start).total_seconds() / 3600

    @rule(hours=st.sampled_from([0.25, 1, 3, 24]))
    def rest(self, hours):
        self.wait(hours)

    @rule(order=which, steps=st.integers(1, 4))
    def work(self, order, steps):
        """Anna comes and works, the customer signs, the manager posts and bills: as far as it goes."""
        order = self._find_order(order, 'open')
        if not order or order.state != 'open':
            return
        if not order.visit_ids.filtered('timer_start'):
            self.plan(order, 'dispatcher', 0, 0, 1)
            visits = list(order.visit_ids)
            index = next((visits.index(visit) for visit in visits if visit._is_open()), 0)
            self.move_visit(order, index, 'technician', 'action_start')
            self.wait(1.25)
            self.move_visit(order, index, 'technician', 'action_stop')
        for deed in (
            lambda: self.move(order, 'technician', 'signed_off'),
            lambda: self.post(order, 'manager'), lambda: self.bill(order, 'manager'),
        )[:steps - 1]:
            deed()

    #=== STAGES ===#

    @rule(order=which, who=staff, state=st.sampled_from(['open', 'signed_off', 'cancelled']))
    def move(self, order, who, state):
        """Somebody opens, signs off, cancels or reopens an order, by the dialog."""
        order = self._find_order(order)
        if not order:
            return
        stage = self.env['service.stage']._get_for(state, self.case.company, order.team_id)
        wizard = self._as(who, self.env['service.order.change.stage'])
        self.attempt(lambda: wizard.create({
            'order_ids': [Command.set(order.ids)], 'stage_id': stage.id,
            'reason_id': self.case.cancel_reason.id, 'signed_by': "Guest", 'signature': SIGNATURE,
        }).action_apply())

    @precondition(lambda self: len(self.orders) > 1)
    @rule(order=which, who=staff)
    def delete(self, order, who):
        """Somebody deletes an order: one on which hours were booked stays."""
        order = self._find_order(order, 'draft', 'open', 'cancelled')
        if order and self.attempt(self._as(who, order).unlink):
            assert same(self.booked.pop(order.id, 0.0), 0.0, QUANTITY)
            self.accepted.pop(order.id, None)
            self.agreed_totals.pop(order.id, None)

    @rule(order=which, who=office)
    def post(self, order, who):
        order = self._find_order(order, 'signed_off')
        if order and self.attempt(self._post, self._as(who, order)):
            for line in order.line_ids.filtered(lambda line: line.state == 'posted'):
                self.posted.setdefault(line.id, self._read_posted(line))

    def _post(self, order):
        """Post an order, also where something is shown before."""
        action = order.action_post()
        if isinstance(action, dict) and action['res_model'] == 'service.order.post':
            order.env['service.order.post'].with_context(**action['context']).create({}).action_apply()

    def _read_posted(self, line):
        return (line.quantity, line.price_unit, line.discount, line.tax_ids.ids, line.billing,
                line.price_subtotal)

    @precondition(lambda self: 'posted' in self.orders.mapped('state'))
    @rule(order=which, index=which, who=office)
    def reverse(self, order, index, who):
        order = self._find_order(order, 'posted')
        line = self._pick(order.line_ids, index)
        if line:
            self.attempt(self._as(who, line).action_reverse)

    #=== MONEY ===#

    @precondition(lambda self: 'posted' in self.orders.mapped('state'))
    @rule(order=which, who=office)
    def bill(self, order, who):
        """Somebody bills an order: each invoice line charges what the line says."""
        order = self._find_order(order, 'posted')
        if not order:
            return
        due = order.line_ids.filtered(lambda line: line.invoice_status == 'to_invoice')
        quantity_by_line = {line: line.qty_to_invoice for line in due}
        wizard = self._as(who, self.env['service.order.bill'])
        if not self.attempt(lambda: wizard.create(
                {'order_ids': [Command.set(order.ids)]}).action_apply()):
            return
        for line, quantity in quantity_by_line.items():
            billed = max(line.invoice_line_ids, key=lambda item: item.id)
            sign = -1 if billed.move_id.move_type == 'out_refund' else 1
            assert same(billed.quantity * sign, quantity, QUANTITY), line
            if same(quantity, line.quantity, QUANTITY):
                assert same(billed.price_subtotal * sign, line.price_subtotal, 2 * MONEY), (
                    f"{line.price_subtotal} are billed as {billed.price_subtotal}")

    def _get_invoices(self):
        return self._all('account.move', ('move_type', 'in', ('out_invoice', 'out_refund')))

    @precondition(lambda self: self._get_invoices())
    @rule(index=which, deed=st.sampled_from(['action_post', 'button_cancel', 'button_draft', 'unlink']))
    def move_invoice(self, index, deed):
        """The accountant posts, cancels, reopens or deletes an invoice."""
        self.attempt(getattr(self._pick(self._get_invoices(), index), deed))

    @precondition(lambda self: self._get_invoices())
    @rule(index=which, item=which, field=st.sampled_from(['price_unit', 'quantity', 'discount']),
          value=st.sampled_from([0.0, 1.0, 80.0]))
    def edit_invoice(self, index, item, field, value):
        """The accountant changes a draft."""
        invoice = self._pick(self._get_invoices(), index)
        line = self._pick(invoice.invoice_line_ids, item)
        if line and invoice.state == 'draft':
            self.attempt(invoice.write, {
                'invoice_line_ids': [Command.update(line.id, {field: value})]})

    @precondition(lambda self: self._get_invoices())
    @rule(index=which, part=st.sampled_from([None, 0.5, 1.0]))
    def credit(self, index, part):
        """The accountant credits an invoice in full, or a part of its first line."""
        invoice = self._pick(self._get_invoices(), index)
        if invoice.state != 'posted' or invoice.move_type != 'out_invoice':
            return
        lines = invoice.invoice_line_ids.service_order_line_id
        wizard = self.env['account.move.reversal'].with_context(
            active_model='account.move', active_ids=invoice.ids)

        def make():
            action = wizard.create({'journal_id': invoice.journal_id.id}).refund_moves()
            refund = self.env['account.move'].browse(action['res_id'])
            if part is not None:
                first = refund.invoice_line_ids.filtered('service_order_line_id')[:1]
                refund.write({'invoice_line_ids': [
                    Command.update(first.id, {'quantity': part * first.quantity}),
                    *(Command.delete(line.id) for line in refund.invoice_line_ids - first)]})
            refund.action_post()
        if self.attempt(make):
            self.credited |= set(lines.ids)

    #=== WHAT IS ALWAYS TRUE ===#

    @property
    def lines(self):
        return self._all('service.order.line')

    @invariant()
    def what_a_person_gave_stays(self):
        for line in self.env['service.order.line'].browse(self.given).exists():
            for field, value in self.given[line.id].items():
                found = line[field]
                if field == 'price_unit' and line.is_price_adjusted:
                    found = line.price_before_adjustment
                if field == 'tax_ids':
                    found = found.ids
                elif field == 'employee_id':
                    found = found.id
                assert found == value, f"{field} {value} became {found}"

    @invariant()
    def what_was_accepted_stays(self):
        orders = self.env['service.order'].browse(self.accepted).exists()
        for order in orders:
            limit = (order.limit_kind, order.limit_amount)
            assert limit == self.agreed_totals[order.id], (
                f"agreed on {self.agreed_totals[order.id]}, now {limit}")
            if order.limit_kind:
                continue
            for line_id, terms in self.accepted[order.id].items():
                line = self.env['service.order.line'].browse(line_id)
                found = (line.price_unit, line.discount, line.tax_ids.ids)
                assert found == terms, f"accepted {terms}, now {found}"

    @invariant()
    def booked_hours_stay(self):
        found = defaultdict(float)
        for line in self.lines:
            if line.kind == 'hour' and line.date_start and not line.reversed_line_id:
                found[line.order_id.id] += line.quantity
        for order_id, hours in self.booked.items():
            assert same(found[order_id], hours, 0.011), (
                f"{hours} hours were booked, {found[order_id]} are there")

    @invariant()
    def what_is_posted_stays(self):
        for line in self.env['service.order.line'].browse(self.posted).exists():
            assert self._read_posted(line) == self.posted[line.id]
        assert set(self.posted) <= set(self.lines.ids)

    @invariant()
    def open_orders_have_a_visit_to_come(self):
        for order in self._all('service.order', ('state', '=', 'open')):
            assert order.visit_ids.filtered(lambda visit: visit._is_open()), (
                f"nobody comes for {order.name}")

    @invariant()
    def amounts_are_those_of_the_lines(self):
        for line in self.lines:
            amount = 0.0
            if line.billing == 'chargeable':
                amount = line._get_priced_quantity() * line.price_unit * (1 - line.discount / 100)
            assert same(line.price_subtotal, amount, MONEY), (
                f"{line.price_subtotal} instead of {amount}")
            assert line.price_explanation or not amount
        for order in self._all('service.order'):
            counted = order.line_ids.filtered(lambda line: line.state != 'cancelled')
            # Taxes are rounded once for all lines, which may move a cent of each.
            assert same(order.amount_untaxed, sum(counted.mapped('price_subtotal')),
                        MONEY * max(1, len(counted))), order.amount_untaxed

    @invariant()
    def billed_and_to_bill_is_what_was_done(self):
        for line in self.lines.filtered(lambda line: not line.reversed_line_id):
            billed = sum(
                item.quantity * (-1 if item.move_id.move_type == 'out_refund' else 1)
                for item in line.invoice_line_ids if item.parent_state != 'cancel')
            done = 0.0
            if line.state == 'posted' and line.billing == 'chargeable':
                done = line.quantity + sum(line.reversal_ids.mapped('quantity'))
            due = line.qty_to_invoice
            if line.id in self.credited:
                # It is billed again only if somebody says so; credits by price count, too.
                rest = done - line.qty_invoiced
                assert same(due, rest, QUANTITY) or 0 <= due < rest, (
                    f"{rest} are not billed, {due} are to be billed")
                continue
            assert same(billed + due, done, QUANTITY), (
                f"{done} were done, {billed} are billed and {due} are to be billed")


@tagged('post_install', '-at_install')
class TestOrderLives(LivesCase, ServiceCommon):
    """Whatever people do to orders, in any order: what was promised holds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.customer | cls.other_customer
        cls.user_portal = cls._create_portal_user('guest', cls.customer)
        cls.group = cls.env['service.object.group'].create({'name': "Heavy"})
        cls.chiller = cls.env['service.object'].create({
            'name': "Chiller", 'partner_id': cls.customer.id, 'group_id': cls.group.id})
        cls.objects = cls.object | cls.chiller | cls.other_object
        cls.zone = cls.env['service.zone'].create({'name': "Harbour", 'company_id': cls.company.id})
        cls.fee = cls._create_service_product("Fee", 0)
        cls.price_rules = cls.env['service.price.rule'].create([
            {'active': False, 'company_id': cls.company.id, **values} for values in (
                {'name': "Parts", 'kind': 'warranty', 'percent': 40},
                {'name': "All of Bakery", 'kind': 'fixed', 'amount': 500,
                 'partner_ids': [Command.set(cls.other_customer.ids)]},
                {'name': "Heavy at most", 'kind': 'maximum', 'amount': 300,
                 'object_group_ids': [Command.set(cls.group.ids)]},
                {'name': "Urgent", 'kind': 'fixed', 'amount': 900, 'min_priority': '1'},
                {'name': "Harbour Travel", 'kind': 'travel', 'amount': 35,
                 'zone_ids': [Command.set(cls.zone.ids)]},
                {'name': "Call-Out", 'kind': 'call_out', 'amount': 45, 'product_id': cls.fee.id},
                {'name': "Evenings", 'kind': 'overtime', 'percent': 50},
                {'name': "At Least", 'kind': 'minimum', 'amount': 150, 'product_id': cls.fee.id},
            )])
        cls.pricelists = cls.env['product.pricelist'].create([
            {'name': "Friends", 'item_ids': [Command.create({
                'applied_on': '3_global', 'compute_price': 'percentage', 'percent_price': 25})]},
            {'name': "Formula", 'item_ids': [Command.create({
                'applied_on': '3_global', 'compute_price': 'formula', 'price_discount': 10})]},
        ])
        cls.agreement = cls.env['service.agreement'].create({
            'title': "Care", 'partner_id': cls.customer.id, 'date_start': '2026-01-01',
            'coverage_parts': 50, 'discount': 10})
        cls.agreement._activate()

    def test_orders_keep_their_promises(self):
        self.live(OrderLife)
