from collections import defaultdict
from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.service_management.tests.common import SIGNATURE, ServiceCommon

from .lives import BEGINNING, Life, LivesCase

#: Which of what is there: the index counts round.
which = st.integers(0, 4)
staff = st.sampled_from(['manager', 'dispatcher', 'technician'])
office = st.sampled_from([*['manager'] * 4, 'dispatcher', 'technician'])
#: What people enter by hand: {field: values}
BY_HAND = {
    'price_unit': st.sampled_from([0.0, 10.0, 99.95, 120.0, 250.0]),
    'discount': st.sampled_from([0.0, 5.0, 15.0, 45.0, 100.0]),
    'quantity_planned': st.sampled_from([0.0, 1.0, 2.5, 3.0]),
    'name': st.sampled_from(["As agreed by phone", "Gasket set"]),
    'tax_ids': which,
    'employee_id': which,
}
#: How far apart the same amounts of money and quantities may be: half of what is counted.
MONEY, QUANTITY = 0.0051, 0.0051


def same(one, other, within):
    return abs(one - other) <= within


def where(*states):
    """Decorate a rule that is for orders of some states."""
    return precondition(
        lambda life: any(order.state in states for order in life.orders))


class OrderLife(Life):
    """Orders from the call to the credit note, by people in their roles.

    What is noted in plain Python: what a person gave, what a customer accepted, hours that the
    clock counted, and lines as they were posted.
    """
    watched = ('service.order', 'service.order.line', 'service.visit', 'account.move.line')

    def begin(self):
        self.users = {
            'technician': self.case.user_technician, 'dispatcher': self.case.user_dispatcher,
            'manager': self.case.user_manager, 'accountant': self.case.user_accountant}
        self.found, self.found_in = {}, None
        self.given = defaultdict(dict)  # {line id: {field: value}}
        self.givers = {}  # {(line id, field): name}
        self.pages = {}  # {order id: (fingerprint, what the page said)}
        self.accepted = {}  # {order id: {line id: (price, discount, taxes, who pays)}}
        self.agreed_totals = {}  # {order id: (kind, amount)} of quotes that were accepted
        self.booked = defaultdict(float)  # {order id: hours}
        self.posted = {  # {line id: what was posted}
            line.id: self._read_posted(line) for line in self.case.billed.line_ids}
        self.asked = set()  # ids of lines of credit notes that somebody wants billed again
        self.edited = set()  # ids of lines of which accounting has changed a draft

    def _as(self, who, records):
        return records.with_user(self.users[who])

    def _pick(self, records, index):
        return records[index % len(records)] if records else records

    @property
    def orders(self):
        return self._all('service.order')

    def _find_order(self, index, *states):
        """Return an order, of these states unless it is the last choice."""
        if not isinstance(index, int):
            return index
        orders = self.orders
        if states and index < 4:
            orders = orders.filtered(lambda order: order.state in states)
        return self._pick(orders, index)

    def _find_quote(self, index):
        """Return a request, one that was sent if there is one, else one that offers something."""
        if not isinstance(index, int):
            return index
        requests = self.orders.filtered(lambda order: order.state == 'draft')
        return self._pick(
            requests.filtered('quote_sent_on') or requests.filtered('line_ids') or requests, index)

    def _all(self, model, *domain):
        """Return records of the company; they are looked for once until a deed is done."""
        if self.found_in is not self._rows:
            self.found, self.found_in = {}, self._rows
        key = (model, domain)
        if key not in self.found:
            self.found[key] = self.env[model].with_context(active_test=False).search(
                [('company_id', '=', self.case.company.id), *domain], order='id')
        return self.found[key]

    #=== WHAT PEOPLE DO: THE OFFICE ===#

    @initialize(customer=which, equipment=which, kind=st.sampled_from(['hour', 'item']),
                is_quote=st.booleans(), steps=st.integers(0, 4))
    def first_call(self, customer, equipment, kind, is_quote, steps):
        """Each life has an order with a line to begin with, some one that is billed."""
        self.call('dispatcher', customer, equipment, '0', is_quote)
        order = self.orders[-1]
        self.add_line(order, 'dispatcher', kind, False, 2.0, None, None, 0)
        if steps:
            self.work(order, steps)

    @precondition(lambda self: len(self.orders) < 5)
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

    @where('draft', 'open')
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
                self._note(line, who, field, value)

    @where('draft', 'open', 'signed_off')
    @rule(order=which, index=which, who=staff, data=st.data(),
          field=st.sampled_from(list(BY_HAND)))
    def enter(self, order, index, who, data, field):
        """Somebody enters another value on a line."""
        order = self._find_order(order, 'draft', 'open', 'signed_off')
        line = self._pick(order.line_ids, index)
        value = data.draw(BY_HAND[field])
        if not line:
            return
        if field == 'tax_ids':
            value = self.case.taxes[:value % 3].ids[-1:]
        elif field == 'employee_id':
            value = self._pick(self.case.technician | self.case.colleague, value).id
        written = [Command.set(value)] if field == 'tax_ids' else value
        if self.attempt(self._as(who, line).write, {field: written}):
            self._note(line, who, field, value)
            if field in ('price_unit', 'discount', 'tax_ids'):
                self.accepted.get(order.id, {}).pop(line.id, None)

    @where('draft', 'open', 'signed_off')
    @rule(order=which, index=which, who=office, billing=st.sampled_from(
        ['chargeable', 'warranty', 'agreement', 'not_chargeable', False]))
    def bill_as(self, order, index, who, billing):
        """Somebody decides who pays a line, and says why."""
        order = self._find_order(order, 'draft', 'open', 'signed_off')
        line = self._pick(order.line_ids, index)
        if line and self.attempt(self._as(who, line).write, {
                'billing_override': billing, 'billing_note': billing and "Goodwill"}):
            assert who == 'manager'
            self.given[line.id].pop('billing', None)
            if billing:
                self.given[line.id]['billing'] = billing
            self.accepted.get(order.id, {}).pop(line.id, None)

    @precondition(lambda self: any(self.given.values()))
    @rule(order=which, who=staff, deed=st.sampled_from(
        ['action_update_prices', 'action_update_taxes']))
    def update(self, order, who, deed):
        """Somebody has the lines of an order follow today's prices or taxes."""
        order = self._find_order(order, 'draft', 'open')
        lines = order.line_ids._get_updatable()

        def take_over():
            action = getattr(self._as(who, order), deed)()
            dialog = self._as(who, self.env[action['res_model']])
            return dialog.with_context(**action['context']).create({}).action_apply()
        if order and self.attempt(take_over):
            for line in lines:
                is_price = deed == 'action_update_prices'
                for field in ('price_unit', 'discount') if is_price else ('tax_ids',):
                    self.given[line.id].pop(field, None)

    @where('draft', 'open')
    @rule(order=which, who=staff, data=st.data(),
          field=st.sampled_from([
              'priority', 'object_ids', 'zone_id', 'partner_id', 'pricelist_id', 'agreement_id']))
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
            'agreement_id': [False, self.case.agreement.id],
        }[field]))
        self.attempt(self._as(who, order).write, {field: value})

    @rule(what=st.sampled_from(
        ['price_rule', 'customer', 'zone', 'tax', 'group', 'warranty', 'owner', 'agreement']),
          index=st.integers(0, 7), who=staff, on=st.booleans())
    def set_up(self, what, index, who, on):
        """Somebody switches pricing rules and customers on or off, or changes an object."""
        case = self.case
        records, values = {
            'price_rule': (case.price_rules, {'active': on}),
            'customer': (case.customers, {'active': on}),
            'zone': (case.zone, {'active': on}),
            'tax': (case.taxes, {'active': on}),
            'group': (case.objects, {'group_id': on and case.group.id}),
            'warranty': (case.objects, {'warranty_parts_end': on and date(2026, 12, 31)}),
            'owner': (case.objects, {'partner_id': case.customers[not on].id}),
            'agreement': (case.agreement, {'discount': on and 20, 'coverage_labor': on and 60}),
        }[what]
        record = self._pick(records, index)
        # Contacts and taxes are other people's.
        by = record if what in ('customer', 'tax') else self._as(who, record)
        self.attempt(by.write, values)

    @where('draft', 'open')
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

    def _note(self, line, who, field, value):
        """Note what a person gave; what is proposed anyway is nobody's."""
        line = line.with_user(self.env.user)
        proposed = {
            'price_unit': line.technical_price_unit,
            'discount': line._get_proposals('discount').get(line),
            'tax_ids': line._get_proposals('tax_ids').get(line, line.tax_ids).ids}
        if proposed.get(field) == value:
            self.given[line.id].pop(field, None)
        else:
            if self.given[line.id].get(field) != value:
                self.givers[line.id, field] = self.users[who].name
            self.given[line.id][field] = value

    def _forget(self, line_id):
        self.given.pop(line_id, None)
        for accepted in self.accepted.values():
            accepted.pop(line_id, None)

    #=== QUOTES ===#

    @where('draft')
    @rule(order=which, who=office)
    def send_quote(self, order, who):
        order = self._find_quote(order)
        if order:
            self.attempt(self._as(who, order).action_mark_quote_sent)

    @where('draft')
    @rule(order=which)
    def open_page(self, order):
        """The customer opens the page of a quote, to think about it."""
        order = self._find_quote(order)
        self.pages[order.id] = self._read_page(order)

    def _read_page(self, order):
        return order._get_quote_fingerprint(), (
            order.amount_total, order.partner_id.id, order.limit_kind, order.limit_amount,
            *((line.id, line.name, line._get_priced_quantity(), line.price_unit, line.discount,
               line.billing, line.price_total) for line in order._get_document_lines()))

    @precondition(lambda self: any(
        order.quote_sent_on and order.state == 'draft' for order in self.orders))
    @rule(order=which, is_old=st.booleans())
    def accept(self, order, is_old):
        """The customer accepts what the page showed when it was opened, as the route does."""
        order = self._find_quote(order)
        if not order:
            return
        now = self._read_page(order)
        fingerprint, shown = self.pages.get(order.id, now) if is_old else now
        lines = order._get_document_lines()
        terms = {line.id: self._read_terms(line) for line in lines}
        visitor = order.with_user(self.case.user_portal).sudo()
        if self.attempt(visitor._accept_quote, "Guest", SIGNATURE, fingerprint) and (
                order.state == 'open'):
            assert shown == now[1], f"{shown} was read, {now[1]} was accepted"
            assert order.amount_total == shown[0], (
                f"accepted at {shown[0]}, and it became {order.amount_total}")
            self.accepted[order.id] = terms
            self.agreed_totals[order.id] = (order.limit_kind, order.limit_amount)

    def _read_terms(self, line):
        return line.price_unit, line.discount, line.tax_ids.ids, line.billing

    @where('draft')
    @rule(order=which)
    def agree(self, order):
        """A dispatcher sends the quote, the customer accepts it."""
        order = self._find_quote(order)
        self.send_quote(order, 'dispatcher')
        self.accept(order, False)

    @where('draft')
    @rule(order=which, index=which, data=st.data(),
          field=st.sampled_from(['price_unit', 'discount', 'quantity_planned', 'name']))
    def change_read_quote(self, order, index, data, field):
        """A quote is changed while its customer reads it, who accepts what he has read."""
        order = self._find_quote(order)
        self.send_quote(order, 'dispatcher')
        self.open_page(order)
        self.enter(order, index, 'dispatcher', data, field)
        self.accept(order, True)

    @precondition(lambda self: any(self.orders.mapped('quote_sent_on')))
    @rule(order=which)
    def decline(self, order):
        order = self._find_quote(order)
        if order:
            visitor = order.with_user(self.case.user_portal).sudo()
            self.attempt(visitor._decline_quote, self.env['service.reason'], "Too late")

    #=== VISITS ===#

    @where('open')
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

    @where('open')
    @rule(order=which, index=which, who=staff, deed=st.sampled_from(
        ['action_dispatch', 'action_travel', 'action_start', 'action_stop', 'action_done', 'cancel']))
    def move_visit(self, order, index, who, deed):
        """Somebody starts, stops, ends or cancels a visit."""
        order = self._find_order(order, 'open')
        visits = order.visit_ids
        if index < 4:
            visits = visits.filtered(lambda visit: visit._is_open()) or visits
        visit = self._pick(visits, index)
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

    @where('open')
    @rule(order=which, steps=st.integers(1, 4))
    def work(self, order, steps):
        """Anna comes and works, the customer signs, the manager posts and bills: as far as it goes."""
        order = self._find_order(order, 'open')
        if not order or order.state != 'open':
            return
        if not order.visit_ids.filtered('timer_start'):
            self.plan(order, 'dispatcher', 0, 0, 1)
            self.move_visit(order, 0, 'technician', 'action_start')
            self.wait(1.25)
            self.move_visit(order, 0, 'technician', 'action_stop')
        for deed in (
            lambda: self.move(order, 'technician', 'signed_off'),
            lambda: self.post(order, 'manager'), lambda: self.bill(order, 'manager'),
        )[:steps - 1]:
            deed()

    #=== STAGES ===#

    @rule(order=which, who=staff, state=st.sampled_from(['open', 'signed_off', 'cancelled']))
    def move(self, order, who, state):
        """Somebody opens, signs off, cancels or reopens an order, by the dialog."""
        order = self._find_order(order, 'draft', 'open', 'signed_off', 'cancelled')
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

    @where('signed_off')
    @rule(order=which, who=office)
    def post(self, order, who):
        order = self._find_order(order, 'signed_off')
        if order and self.attempt(self._post, self._as(who, order)):
            assert who == 'manager'
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

    @where('posted')
    @rule(order=which, index=which, who=office)
    def reverse(self, order, index, who):
        order = self._find_order(order, 'posted')
        line = self._pick(order.line_ids, index)
        if line and self.attempt(self._as(who, line).action_reverse):
            assert who == 'manager'

    #=== MONEY ===#

    @precondition(lambda self: 'to_invoice' in self.orders.mapped('invoice_status'))
    @rule(order=which, who=office)
    def bill(self, order, who):
        """Somebody bills an order: each invoice line charges what the line says."""
        if isinstance(order, int):
            posted = self.orders.filtered(lambda order: order.state == 'posted')
            due = posted.filtered(lambda order: order.invoice_status == 'to_invoice')
            order = self._pick(due if order < 4 else posted, order)
        if not order:
            return
        due = order.line_ids.filtered(lambda line: line.invoice_status == 'to_invoice')
        quantity_by_line = {line: line.qty_to_invoice for line in due}
        is_first = not order.line_ids.invoice_line_ids
        before = {line: self._get_billed_amount(line) for line in due}
        wizard = self._as(who, self.env['service.order.bill'])
        if not self.attempt(lambda: wizard.create(
                {'order_ids': [Command.set(order.ids)]}).action_apply()):
            return
        assert who == 'manager'
        for line, quantity in quantity_by_line.items():
            billed = max(line.invoice_line_ids, key=lambda item: item.id)
            sign = -1 if billed.move_id.move_type == 'out_refund' else 1
            assert same(billed.quantity * sign, quantity, QUANTITY), line
            if same(quantity, line.quantity, QUANTITY) and not before[line]:
                assert same(billed.price_subtotal * sign, line.price_subtotal, 2 * MONEY), (
                    f"{line.price_subtotal} are billed as {billed.price_subtotal}")
            now = self._get_billed_amount(line)
            assert now > -MONEY or now >= before[line] - MONEY, (
                f"of {before[line]} that were billed, {before[line] - now} are credited")
        if is_first and not order.line_ids.reversal_ids:
            total = sum(due.invoice_line_ids.move_id.mapped('amount_total_signed'))
            assert same(total, order.amount_total / order.currency_rate, 2 * MONEY), (
                f"{order.amount_total} are billed as {total}")

    @precondition(lambda self: any(self.orders.mapped('is_waived')))
    @rule(order=which, who=office)
    def bill_again(self, order, who):
        """Somebody lets an order bill again what was credited of it."""
        order = self._pick(self.orders.filtered('is_waived'), order)
        items = self.env['account.move.line']
        for line in order.line_ids:
            quantity, waived = self._get_billed(line)
            if self._get_done(line) - quantity > QUANTITY and waived > QUANTITY:
                items |= line.invoice_line_ids.filtered(self._is_goodwill)
        if self.attempt(self._as(who, order).action_bill_again):
            assert who == 'manager'
            self.asked |= set(items.ids)

    def _get_moves(self):
        return self._all('account.move', ('move_type', 'in', ('out_invoice', 'out_refund')))

    @rule(index=which, deed=st.integers(0, 3))
    def move_invoice(self, index, deed):
        """The accountant posts, cancels, reopens or deletes an invoice."""
        move = self._pick(self._get_moves(), -1 - index)
        deeds = {'draft': ['action_post', 'action_post', 'button_cancel', 'unlink']}.get(
            move.state, ['button_draft'])
        self.attempt(getattr(self._as('accountant', move), deeds[deed % len(deeds)]))

    @rule(index=which, item=which, field=st.sampled_from(
        ['price_unit', 'quantity', 'discount', 'delete']), value=st.sampled_from([0.0, 1.0, 80.0]))
    def edit_invoice(self, index, item, field, value):
        """The accountant changes a draft."""
        drafts = self._get_moves().filtered(lambda move: move.state == 'draft')
        move = self._pick(drafts, index)
        line = self._pick(move.invoice_line_ids.filtered('service_order_line_id'), item)
        order_line, change = line.service_order_line_id, Command.update(line.id, {field: value})
        if field == 'delete':
            change = Command.delete(line.id)
        if line and self.attempt(
                self._as('accountant', move).write, {'invoice_line_ids': [change]}):
            self.edited.add(order_line.id)

    @rule(index=which, item=which, part=st.sampled_from([0.25, 0.33, 0.5]),
          by=st.sampled_from(['all', 'all', 'quantity', 'price_unit', 'discount']),
          deed=st.sampled_from(['keep', 'keep', 'again', 'replace']), is_posted=st.booleans())
    def credit(self, index, item, part, by, deed, is_posted):
        """The accountant reverses an invoice or a credit note, all of it or a part of a line."""
        move = self._pick(
            self._get_moves().filtered(lambda move: move.state == 'posted'), index)
        if not move or (deed != 'keep' and move.move_type == 'out_refund'):
            return
        dialog = self._as('accountant', self.env['account.move.reversal']).with_context(
            active_model='account.move', active_ids=move.ids)

        def make():
            before = move.reversal_move_ids
            dialog.create({
                'journal_id': move.journal_id.id, 'service_bill_again': deed == 'again',
            }).reverse_moves(is_modify=deed == 'replace')
            made = self._as('accountant', move.reversal_move_ids - before)
            lines = made.invoice_line_ids.filtered('service_order_line_id')
            if by != 'all' and made.state == 'draft' and lines:
                line = self._pick(lines, item)
                value = part * line[by]
                if by == 'discount':
                    value = 100 - part * (100 - line.discount)
                made.write({'invoice_line_ids': [
                    Command.update(line.id, {by: value}),
                    *(Command.delete(other.id) for other in made.invoice_line_ids - line)]})
            if is_posted and made.state == 'draft':
                made.action_post()
            return made
        for line in (self.attempt(make) or move.browse()).invoice_line_ids:
            if deed != 'keep' or (
                    move.move_type == 'out_refund' and self._get_reversed(line) <= self.asked):
                self.asked.add(line.id)

    @rule(index=which, item=which, part=st.sampled_from([0.25, 0.33, 0.5]),
          by=st.sampled_from(['all', 'quantity', 'price_unit', 'discount']), order=which)
    def credit_and_bill_again(self, index, item, part, by, order):
        """What was credited is billed again by the manager, as he has changed his mind."""
        self.credit(index, item, part, by, 'keep', True)
        self.bill_again(order, 'manager')
        self.bill(order, 'manager')

    def _get_reversed(self, item):
        """Return the ids of the lines that a line of an invoice reverses."""
        return set(item.move_id.reversed_entry_id.invoice_line_ids.filtered(
            lambda line: line.service_order_line_id == item.service_order_line_id).ids)

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
                found = self._read_terms(line)
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
            else:
                assert line.billing_reason, f"free without a word why: {line.name}"
            rates = sum(tax.amount for tax in line.tax_ids if tax.price_include)
            amount /= 1 + rates / 100
            assert same(line.price_subtotal, amount, MONEY), (
                f"{line.price_subtotal} instead of {amount}")
        for order in self._all('service.order'):
            counted = order.line_ids.filtered(lambda line: line.state != 'cancelled')
            # Taxes are rounded once for all lines, which may move a cent of each.
            for name, source in (('amount_untaxed', 'price_subtotal'), ('amount_total', 'price_total')):
                assert same(order[name], sum(counted.mapped(source)),
                            MONEY * max(1, len(counted))), f"{name} {order[name]}"
            assert same(order.amount_total, order.amount_untaxed + order.amount_tax, 0.001)

    @invariant()
    def the_explanation_names_what_won(self):
        for line in self.lines.filtered(lambda line: line.state == 'open'):
            text, (named, other) = line.price_explanation, self._expect_explanation(line)
            for phrase in named:
                assert phrase in text, f"{phrase!r} is missing in {text!r}"
            for phrase in other:
                assert phrase not in text, f"{phrase!r} is no reason: {text!r}"

    def _expect_explanation(self, line):
        """Return (phrases that explain what a line costs, phrases that do not)."""
        given, rule = self.given[line.id], line.price_rule_id
        agreed, by_hand, list_name = "Agreed in the quote", "Entered by hand", "Pricelist: "
        if line.is_price_agreed:
            return [agreed], [by_hand, list_name]
        if line.is_rule_line and rule.kind not in ('call_out', 'minimum'):
            return ["Makes the agreed total exact"], [agreed, by_hand, list_name]
        named, other = [], [agreed]
        for field in {'price_unit', 'discount'} & set(given):
            named.append(f"by {self.givers[line.id, field]}")
        if not {'price_unit', 'discount'} & set(given):
            other.append(by_hand)
        if 'discount' in given:
            named.append(f"discount of {given['discount']:g} %: Entered by hand")
        if line.is_price_adjusted:
            named.append("adjusted from")
        if 'price_unit' in given or rule or not line.product_id:
            other.append(list_name)
            if rule and 'price_unit' not in given:
                named.append(rule.name)
            return named, other
        if 'discount' in given:
            return named, other
        return self._expect_cheapest(line, named, other)

    def _expect_cheapest(self, line, named, other):
        """Of what a pricelist and those who cover a line take off, the better one is named."""
        order = line.order_id
        conditions = {
            'quantity': line.quantity_planned or 1.0, 'uom': line.product_uom_id,
            'date': order.date_order, 'currency': order.currency_id}
        price = order.pricelist_id._get_product_price(line.product_id, **conditions)
        full = order.currency_id.round(self.env.company.currency_id._convert(
            line.product_id.list_price, order.currency_id, order.company_id, order.date_order))
        covered = line.covered_percent
        if 0 < covered < 100 and price > full * (1 - covered / 100) + MONEY:
            named.append(f": {covered:g} % off")
            if price < full - MONEY:
                other.append("Pricelist: ")
        elif order.pricelist_id:
            named.append(f"Pricelist: {order.pricelist_id.name}")
            other.append(" % off")
        return named, other

    #=== WHAT WAS BILLED ===#

    def _get_live(self, line):
        return line.invoice_line_ids.filtered(lambda item: item.parent_state != 'cancel')

    def _get_item_quantity(self, item):
        """Return what a line of an invoice bills, by the ledger, where it reverses another one."""
        origins = item.browse(self._get_reversed(item))
        whole = sum(origins.mapped('amount_currency'))
        if whole:
            return -sum(map(self._get_item_quantity, origins)) * abs(item.amount_currency / whole)
        return -item.quantity if item.move_id.move_type == 'out_refund' else item.quantity

    def _is_goodwill(self, item):
        """Tell whether a line credits what nobody wants billed again, or undoes that."""
        move = item.move_id
        return item.id not in self.asked and move.state != 'cancel' and (
            move.reversed_entry_id and (
                move.move_type == 'out_refund' or bool(move.reversed_entry_id.reversed_entry_id)))

    def _get_billed(self, line):
        """Return (quantity billed, quantity credited as goodwill) of a line."""
        live = self._get_live(line)
        return (sum(map(self._get_item_quantity, live)),
                -sum(map(self._get_item_quantity, live.filtered(self._is_goodwill))))

    def _get_billed_amount(self, line):
        """Return what the ledger has of a line, without taxes."""
        return -sum(self._get_live(line).mapped('amount_currency'))

    def _get_done(self, line):
        """Return how much of a line there is to be billed, or was."""
        if line.state != 'posted' or line.billing != 'chargeable' or line.reversed_line_id:
            return 0.0
        return line.quantity + sum(line.reversal_ids.mapped('quantity'))

    @invariant()
    def what_was_done_is_billed_waived_or_to_be_billed(self):
        for line in self.lines.filtered(lambda line: not line.reversed_line_id):
            done, due, (billed, waived) = (
                self._get_done(line), line.qty_to_invoice, self._get_billed(line))
            rest = done - billed
            if rest > 0:
                rest = max(rest - max(waived, 0.0), 0.0)
            within = QUANTITY * (1 + len(line.invoice_line_ids))
            assert same(due, rest, within), (
                f"{done} were done, {billed} are billed, {waived} waived, {due} to be billed")

    @invariant()
    def money_is_billed_on_the_cent(self):
        """What is not to be billed any more was billed or waived, as long as nobody edited it."""
        for line in self.lines.filtered(lambda line: line.state == 'posted'):
            live = self._get_live(line)
            if not live or line.id in self.edited or line.qty_to_invoice:
                continue
            if any(abs(self._get_item_quantity(item)) < QUANTITY for item in live):
                continue  # of what is less than a unit can say, nothing is billed again
            done = line.price_subtotal + sum(line.reversal_ids.mapped('price_subtotal'))
            billed = self._get_billed_amount(line)
            waived = sum(live.filtered(self._is_goodwill).mapped('amount_currency'))
            rest = done - billed
            if rest > 0:
                rest = max(rest - max(waived, 0.0), 0.0)
            assert same(rest, 0.0, MONEY * (1 + len(live))), (
                f"{done} were done, {billed} are billed, {waived} waived")


@tagged('post_install', '-at_install')
class TestOrderLives(LivesCase, ServiceCommon):
    """Whatever people do to orders, in any order: what was promised holds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.customer | cls.other_customer
        cls.user_portal = cls._create_portal_user('guest', cls.customer)
        cls.user_accountant = cls._create_accountant()
        cls.included = cls.tax.copy({
            'name': "VAT Included", 'price_include_override': 'tax_included'})
        cls.taxes = cls.tax | cls.included
        cls.gasket = cls._create_service_product(
            "Gasket", 33.33, kind='consu', taxes_id=[Command.set(cls.included.ids)])
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
            {'name': "Abroad", 'currency_id': cls.setup_other_currency(
                'EUR', rates=[('2026-01-01', 0.9)]).id},
        ])
        cls.agreement = cls.env['service.agreement'].create({
            'title': "Care", 'partner_id': cls.customer.id, 'date_start': '2026-01-01',
            'coverage_parts': 50, 'discount': 10})
        cls.agreement._activate()
        with freeze_time(BEGINNING):
            cls.billed = cls._create_billed(partner_id=cls.customer.id) | cls._create_billed(
                partner_id=cls.other_customer.id, pricelist_id=cls.pricelists[2].id)

    @classmethod
    def _create_billed(cls, **values):
        """Return an order of hours, a pump and gaskets, whose invoice is posted."""
        order = cls._create_order(**values)
        cls._plan(order)
        cls._create_line(order, employee_id=cls.technician.id, quantity=1.33)
        cls._create_line(order, 'item', quantity_planned=1)
        cls._create_line(order, 'item', product_id=cls.gasket.id, quantity_planned=3)
        cls._sign(order)
        order._post_lines()
        order._create_invoices().action_post()
        return order

    def test_orders_keep_their_promises(self):
        self.live(OrderLife, 20)
