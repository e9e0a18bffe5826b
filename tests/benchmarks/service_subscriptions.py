"""Bill subscriptions of three lines, beside the very same invoices created directly.

Floors: one ``account.move.create`` with the same customers, lines, prices and taxes, the same with
posting, and OCA's ``contract`` with the same lines. All take turns, batch by batch.
"""
import tracemalloc
from datetime import date

from _measure import Table, measure

from odoo.fields import Command

BATCH = 100
FIRST, SECOND = date(2027, 1, 1), date(2027, 2, 1)


def setup(env):
    """Return products, customers and a plan that all subscriptions share."""
    company = env.company
    if not company.chart_template:
        company.country_id = env.ref('base.us')
        env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
    tax = env['account.tax'].create({
        'name': "Bench 21", 'amount': 21, 'amount_type': 'percent', 'type_tax_use': 'sale'})
    products = env['product.product'].create([
        {'name': f"Service {n}", 'type': 'service', 'list_price': 10 * n + 9.99,
         'taxes_id': [Command.set(tax.ids)]} for n in range(3)])
    return {
        'products': products, 'tax': tax,
        'partners': env['res.partner'].create([{'name': f"Customer {n}"} for n in range(1000)]),
        'plan': env['service.subscription.plan'].create({'name': "Bench"}),
    }


def make_subscriptions(env, data, size):
    subscriptions = env['service.subscription']
    for start in range(0, size, 500):
        subscriptions |= subscriptions.create([{
            'title': f"Subscription {n}", 'partner_id': data['partners'][n % 1000].id,
            'plan_id': data['plan'].id, 'date_start': FIRST,
            'line_ids': [Command.create({'product_id': product.id})
                         for product in data['products']],
        } for n in range(start, min(start + 500, size))])
    subscriptions.action_activate()
    return subscriptions


def floor_vals(subscription, day):
    """Return the values of the invoice that a subscription becomes, as a script would write it."""
    return {
        'move_type': 'out_invoice',
        'partner_id': subscription.partner_id.id,
        'invoice_date': day,
        'invoice_line_ids': [Command.create({
            'product_id': line.product_id.id, 'name': line.name, 'quantity': line.quantity,
            'price_unit': line.price_unit, 'tax_ids': [Command.set(line.tax_ids.ids)],
        }) for line in subscription.line_ids],
    }


def make_contracts(env, data, size):
    """Return contracts of OCA's addon that bill what the subscriptions do."""
    contracts = env['contract.contract']
    for start in range(0, size, 500):
        contracts |= contracts.create([{
            'name': f"Contract {n}", 'partner_id': data['partners'][n % 1000].id,
            'line_recurrence': True,
            'contract_line_ids': [Command.create({
                'product_id': product.id, 'name': product.name, 'quantity': 1,
                'price_unit': product.list_price, 'uom_id': product.uom_id.id,
                'date_start': FIRST, 'recurring_next_date': FIRST,
                'recurring_rule_type': 'monthly', 'recurring_interval': 1,
            }) for product in data['products']],
        } for n in range(start, min(start + 500, size))])
    return contracts


def measure_size(env, data, tables, size):
    creating, posting = tables
    subscriptions = make_subscriptions(env, data, size)
    contracts = make_contracts(env, data, size)
    samples = {}
    peaks = []

    def take(name, function):
        result, queries, cpu, _wall = measure(env, function)
        samples.setdefault(name, []).append((queries, cpu))
        return result

    for start in range(0, size, BATCH):
        batch = subscriptions[start:start + BATCH]
        vals_list = [floor_vals(subscription, FIRST) for subscription in batch]
        moves = take('bill', lambda batch=batch: batch._bill(FIRST, FIRST))
        floor = take('invoices created directly',
                     lambda vals=vals_list: env['account.move'].create(vals))
        assert moves.mapped('amount_total') == floor.mapped('amount_total'), "the two disagree"
        theirs = take('contract', lambda start=start: contracts[
            start:start + BATCH]._recurring_create_invoice(FIRST))
        assert theirs.mapped('amount_total') == floor.mapped('amount_total'), "the two disagree"
        take('post', moves.action_post)
        take('post directly', floor.action_post)
        if start in (0, size - BATCH):  # measuring memory is slow: the first batch and the last
            tracemalloc.start()
            batch._bill(SECOND, SECOND)
            env.flush_all()
            peaks.append(tracemalloc.get_traced_memory()[1] / 2**20)
            tracemalloc.stop()
    total = {name: (sum(q for q, _c in rows), sum(c for _q, c in rows))
             for name, rows in samples.items()}
    for name in ('bill', 'invoices created directly', 'contract'):
        creating.add(name, size, [total[name]])
    creating.ratio('bill', 'invoices created directly', size)
    creating.ratio('bill', 'contract', size)
    for name, parts in (('bill and post', ('bill', 'post')),
                        ('create and post', ('invoices created directly', 'post directly'))):
        posting.add(name, size, [tuple(sum(total[part][i] for part in parts) for i in (0, 1))])
    posting.ratio('bill and post', 'create and post', size)
    print(f"  peak of Python memory, first batch and last: {peaks[0]:.0f} and {peaks[-1]:.0f} MiB")


def main(env, sizes):
    data = setup(env)
    tables = (Table("Invoices of 3 lines", floor="one batched create"),
              Table("Posted invoices of 3 lines", floor="one batched create and post"))
    for size in map(int, sizes.split(',')):
        measure_size(env, data, tables, size)
    env.cr.rollback()
