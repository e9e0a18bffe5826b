"""Create, post, bill and open boards of service orders, beside Odoo's own floor in the same run.

Floors: an ``account.move`` with the same lines made directly, and the kanban of ``project.task``.
"""
from datetime import datetime, timedelta

from _measure import Table, measure

from odoo.fields import Command

BATCH = 500  # larger work is done in batches, as a job would


def setup(env):
    """Install what the floors need and return the records that all orders share."""
    company = env.company
    if not company.chart_template:
        company.country_id = env.ref('base.us')
        env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
    company.service_require_signature = False
    team = env['service.team'].create({'name': "Bench"})
    technicians = env['hr.employee'].create([
        {'name': f"Technician {n}", 'service_team_id': team.id, 'hourly_cost': 30}
        for n in range(20)])
    partners = env['res.partner'].create([{'name': f"Customer {n}"} for n in range(50)])
    part = env['product.product'].create({
        'name': "Part", 'type': 'consu', 'list_price': 100, 'standard_price': 60})
    account = env['account.analytic.account'].create({
        'name': "Bench", 'plan_id': env['account.analytic.plan'].create({'name': "B"}).id})
    return {'team': team, 'technicians': technicians, 'partners': partners, 'part': part,
            'account': account, 'rules': make_rules(env)}


def make_rules(env):
    """Return rules of every kind that fit all orders, switched off."""
    fee = env.ref('service_management.product_service_fee')
    return env['service.price.rule'].create([
        {'name': kind, 'kind': kind, 'amount': amount, 'percent': 50, 'product_id': fee.id,
         'company_id': env.company.id, 'active': False}
        for kind, amount in (
            ('call_out', 45), ('minimum', 5000), ('travel', 60), ('overtime', 0), ('warranty', 0),
            ('fixed', 999))])


def order_vals(data, number):
    return {
        'title': f"Call {number}",
        'partner_id': data['partners'][number % 50].id,
        'team_id': data['team'].id,
        'analytic_distribution': {str(data['account'].id): 100},
        'line_ids': [
            Command.create({'kind': 'hour', 'quantity': 1.5,
                            'employee_id': data['technicians'][number % 20].id}),
            Command.create({'kind': 'hour', 'is_travel': True, 'quantity': 0.5}),
            Command.create({'kind': 'item', 'product_id': data['part'].id}),
            Command.create({'kind': 'fee', 'name': "Call-out", 'price_unit': 30}),
        ],
    }


def invoice_vals(env, data, number):
    """Return the floor: the invoice that the order becomes, made directly."""
    company = env.company
    hour, travel = company.service_hour_product_id, company.service_travel_product_id
    lines = [(hour, 1.5), (travel, 0.5), (data['part'], 1)]
    return {
        'move_type': 'out_invoice',
        'partner_id': data['partners'][number % 50].id,
        'invoice_line_ids': [
            Command.create({'product_id': product.id, 'quantity': quantity})
            for product, quantity in lines
        ] + [Command.create({'name': "Call-out", 'price_unit': 30, 'quantity': 1})],
    }


def batches(size):
    return [range(start, min(start + BATCH, size)) for start in range(0, size, BATCH)]


def read_board(env, model, groupby, names, domain, limit=80):
    """Read what a board reads when it opens: the groups, and so many cards in each open column."""
    Model = env[model]
    specification = {
        name: {'fields': {'display_name': {}}} if Model._fields[name].relational else {}
        for name in names}
    return Model.with_context(read_group_expand=True).web_read_group(
        domain, [groupby], ['__count'], auto_unfold=True,
        unfold_read_specification=specification, unfold_read_default_limit=limit)


def board_fields(env, model, xml_id):
    view = env.ref(xml_id)
    return [name for name in env[model].get_view(view.id, 'kanban')['models'][model]
            if name in env[model]._fields and name != 'id']


def make_open_work(env, data, size):
    """Fill the boards: open orders with planned visits, and as many tasks in three stages."""
    for numbers in batches(size):
        orders = env['service.order'].create([order_vals(data, number) for number in numbers])
        for index, visit in enumerate(orders.visit_ids):
            visit.write({'employee_id': data['technicians'][index % 20].id,
                         'date_start': datetime(2026, 4, 1, 6) + timedelta(hours=index)})
    project = env['project.project'].create({'name': f"Bench {size}"})
    stages = env['project.task.type'].create([
        {'name': name, 'project_ids': project.ids} for name in ("New", "Doing", "Done")])
    env['project.task'].create([
        {'name': f"Task {n}", 'project_id': project.id, 'stage_id': stages[n % 3].id,
         'partner_id': data['partners'][n % 50].id} for n in range(size)])
    env.cr.execute("ANALYZE")


def main(env, sizes):
    data = setup(env)
    work = Table("Service orders of 4 lines", floor="account.move of the same 4 lines")
    boards = Table("Boards, 80 cards a column", floor="kanban of project.task")
    for size in map(int, sizes.split(',')):
        samples = {}

        def take(name, function, samples=samples):
            result, queries, cpu, _wall = measure(env, function)
            total = samples.setdefault(name, [0, 0.0])
            total[0] += queries
            total[1] += cpu
            return result

        orders = env['service.order']
        moves = env['account.move']
        for numbers in batches(size):  # ours and the floor take turns
            vals = [order_vals(data, number) for number in numbers]
            new = take('create orders', lambda vals=vals: env['service.order'].create(vals))
            orders |= new
            data['rules'].active = True
            take('create orders, six pricing rules',
                 lambda vals=vals: env['service.order'].create(vals))
            data['rules'].active = False
            for index, visit in enumerate(new.visit_ids):
                start = datetime(2026, 3, 2, 6) + timedelta(hours=index)
                visit.write({'employee_id': data['technicians'][index % 20].id,
                             'date_start': start})
            new.stage_id.can_sign_off = True
            new.write({'stage_id': env['service.stage']._get_for('signed_off', env.company).id})
            take('post orders', lambda new=new: new._post_lines())
            take('bill orders', lambda new=new: new._create_invoices(grouped=False))
            floor = [invoice_vals(env, data, number) for number in numbers]
            moves |= take('invoices made directly',
                          lambda floor=floor: env['account.move'].create(floor))
            env.cr.execute("ANALYZE")
        for name, total in samples.items():
            work.add(name, size, [total])
        for ours in ('create orders', 'create orders, six pricing rules', 'post orders',
                     'bill orders'):
            work.ratio(ours, 'invoices made directly', size)

        make_open_work(env, data, size)
        views = [
            ('orders by stage', 'service.order', 'stage_id',
             'service_management.service_order_view_kanban'),
            ('dispatch board', 'service.visit', 'employee_id',
             'service_management.service_visit_view_kanban_dispatch'),
            ('project.task by stage', 'project.task', 'stage_id', 'project.view_task_kanban'),
        ]
        for name, model, groupby, xml_id in views:
            names = board_fields(env, model, xml_id)
            runs = [measure(env, lambda model=model, groupby=groupby, names=names: read_board(
                env, model, groupby, names, []))[1:3] for _turn in range(5)]
            boards.add(name, size, runs)
        boards.ratio('orders by stage', 'project.task by stage', size)
        boards.ratio('dispatch board', 'project.task by stage', size)
    env.cr.rollback()
