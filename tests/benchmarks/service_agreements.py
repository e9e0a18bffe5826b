"""Deadlines of service levels and orders from agreements, beside their floors in the same run.

Floors: ``plan_hours`` of ``resource.calendar`` for each deadline; of deadlines that have passed,
the to-dos, notes and mails that tell of them, created by Odoo all at once; and the very orders that
the run creates, created in one batch without any agreement. Both are created by the job's user for
other people, who follow them.
"""
import tracemalloc
from datetime import datetime, timedelta

import pytz
from _measure import Table, measure

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

BATCH = 500
#: Agreements that the job does at a time, and the orders that each of them needs
AT_A_TIME, NEEDED = 50, 2
#: Clocks that the job looks at at a time
WATCHED = 100
#: Who is responsible for agreements: nobody of them runs the job.
PEOPLE = 8


def measure_deadlines(env, size):
    """Compare deadlines of one calendar: all at once, and each by Odoo's own function."""
    calendar = env.ref('resource.resource_calendar_std').copy({'name': "Bench", 'tz': 'Europe/Riga'})
    env['resource.calendar.leaves'].create([{
        'name': "Holiday", 'calendar_id': calendar.id, 'resource_id': False,
        'date_from': datetime(2026, 3, 2) + timedelta(days=30 * number),
        'date_to': datetime(2026, 3, 3) + timedelta(days=30 * number)} for number in range(12)])
    starts = [datetime(2026, 3, 1) + timedelta(minutes=37 * number % 500_000)
              for number in range(size)]
    hours = [1 + number % 60 for number in range(size)]

    def ours():
        clock = calendar._get_open_hours(min(starts), max(starts), max(hours))
        return [clock.add(start, limit) for start, limit in zip(starts, hours, strict=True)]

    def floor():
        return [
            calendar.plan_hours(limit, pytz.utc.localize(start), compute_leaves=True)
            .astimezone(pytz.utc).replace(tzinfo=None)
            for start, limit in zip(starts, hours, strict=True)]

    table = Table("Deadlines on one calendar", floor="plan_hours for each")
    found, queries, cpu, _wall = measure(env, ours)
    table.add('all at once', size, [(queries, cpu)])
    expected, queries, cpu, _wall = measure(env, floor)
    table.add('plan_hours', size, [(queries, cpu)])
    table.ratio('all at once', 'plan_hours', size)
    ours_ms, floor_ms = (table.rows[name, size][1] for name in ('all at once', 'plan_hours'))
    print(f"  plan_hours takes {floor_ms / max(ours_ms, 1e-9):.0f} x as long")
    assert [moment.replace(microsecond=0) for moment in expected] == [
        moment.replace(microsecond=0) for moment in found], "the two disagree"


def make_people(env):
    """Return those who are responsible; none of them runs a job."""
    return env['res.users'].union(*(
        env['res.users'].search([('login', '=', f'bench_{n}')]) or new_test_user(
            env, login=f'bench_{n}', email=f'bench_{n}@example.com',
            groups='service_management.service_management_group_dispatcher')
        for n in range(PEOPLE)))


def make_deadlines(env, size):
    """Return clocks whose deadlines have passed."""
    people = make_people(env)
    team = env['service.team'].create({'name': "Bench", 'user_id': people[0].id})
    partners = env['res.partner'].create([{'name': f"Customer {n}"} for n in range(50)])
    sla = env['service.sla'].create({'name': "Bench", 'target_ids': [
        Command.create({'kind': 'completion', 'limit_hours': 4, 'warning_percent': 0})]})
    called = fields.Datetime.now() - timedelta(days=1)
    orders = env['service.order']
    for start in range(0, size, BATCH):
        orders |= orders.create([{
            'title': f"Call {number}", 'partner_id': partners[number % 50].id, 'team_id': team.id,
            'user_id': people[number % PEOPLE].id, 'sla_id': sla.id, 'date_order': called,
        } for number in range(start, min(start + BATCH, size))])
    return orders.sla_status_ids


def measure_watching(env, table, size):
    """Compare deadlines that have passed with Odoo's own creation of what tells of them."""
    ids = make_deadlines(env, size).ids
    env.flush_all()
    env = env(user=env.ref('service_management.ir_cron_watch_slas').user_id.id)
    Status, Activity, Mail = env['service.order.sla'], env['mail.activity'], env['mail.mail'].sudo()
    samples = {'watch': [0, 0.0], 'same to-dos, notes, mails': [0, 0.0]}
    for start in range(0, size, WATCHED):
        batch = Status.browse(ids[start:start + WATCHED])
        last = Mail.search([], order='id desc', limit=1).id
        _done, queries, cpu, _wall = measure(env, lambda batch=batch: Status._watch_batch(batch.ids))
        assert set(batch.mapped('state')) == {'missed'}, "some deadline was left out"
        samples['watch'][0] += queries
        samples['watch'][1] += cpu
        orders = batch.order_id
        todos = [todo._convert_to_write(todo.read([
            'activity_type_id', 'summary', 'automated', 'date_deadline', 'res_model_id', 'res_id',
            'user_id'], load=None)[0]) for todo in orders.activity_ids]
        mails = [{
            'subject': mail.subject, 'body_html': mail.body_html, 'model': mail.model,
            'res_id': mail.res_id, 'recipient_ids': mail.recipient_ids.ids, 'auto_delete': True,
            'email_from': mail.email_from, 'reply_to': mail.reply_to} for mail in Mail.search([('id', '>', last)])]
        bodies = {order.id: "Completion promised was missed." for order in orders}
        assert len(todos) == len(batch) and len(mails) > len(batch)

        def floor(batch=batch, orders=orders, todos=todos, mails=mails, bodies=bodies):
            batch.write({'used_percent': 101.0})
            Activity.with_context(mail_activity_quick_update=True).create(todos)
            orders._message_log_batch(bodies)
            Mail.create(mails)

        _found, queries, cpu, _wall = measure(env, floor)
        samples['same to-dos, notes, mails'][0] += queries
        samples['same to-dos, notes, mails'][1] += cpu
    for name, sample in samples.items():
        table.add(name, size, [sample])
    table.ratio('watch', 'same to-dos, notes, mails', size)


def make_agreements(env, size):
    """Return agreements with `size` lines due in the next days."""
    team = env['service.team'].create({'name': "Bench"})
    partners = env['res.partner'].create([
        {'name': f"Customer {n}", 'email': f"customer{n}@example.com"} for n in range(50)])
    technicians = env['hr.employee'].create([
        {'name': f"Technician {n}", 'service_team_id': team.id, 'hourly_cost': 30}
        for n in range(20)])
    people = make_people(env)
    group = env['service.agreement.group'].create({'name': "Bench", 'horizon_days': 30})
    tomorrow = fields.Date.today() + timedelta(days=1)
    agreements = env['service.agreement']
    for start in range(0, size // NEEDED, BATCH):
        agreements |= agreements.create([{
            'title': f"Agreement {number}",
            'partner_id': partners[number % 50].id,
            'group_id': group.id,
            'team_id': team.id,
            'user_id': people[number % PEOPLE].id,
            'preferred_employee_id': technicians[number % 20].id,
            'date_start': tomorrow,
            'line_ids': [
                Command.create({
                    'kind': 'hour', 'quantity': 1, 'name': "Inspection",
                    'date_start': tomorrow + timedelta(days=number % 14 * NEEDED + day)})
                for day in range(NEEDED)],
        } for number in range(start, min(start + BATCH, size // NEEDED))])
    agreements._activate()
    return agreements


def floor_vals(order):
    """Return the values of an order that is like another one, without its agreement."""
    return {
        'title': order.title,
        'partner_id': order.partner_id.id,
        'team_id': order.team_id.id,
        'user_id': order.user_id.id,
        'agreement_id': False,
        'channel': 'agreement',
        'date_order': order.date_order,
        'preferred_employee_id': order.preferred_employee_id.id,
        'line_ids': [Command.create({
            'kind': line.kind, 'name': line.name, 'quantity_planned': line.quantity_planned,
            'sequence': line.sequence}) for line in order.line_ids],
        'visit_ids': [Command.create({
            'date_start': visit.date_start, 'employee_id': visit.employee_id.id,
            'duration_hours': visit.duration_hours}) for visit in order.visit_ids],
    }


def measure_generation(env, table, size):
    agreements = make_agreements(env, size)
    env = env(user=env.ref('service_management.ir_cron_generate_orders').user_id.id)
    Order = env['service.order'].sudo().with_context(mail_auto_subscribe_no_notify=True)
    run = env['service.agreement']._generate_batch
    samples = {'generate': [0, 0.0], 'same orders created': [0, 0.0]}
    peaks, mails = [], env['mail.mail'].sudo().search_count([])
    for start in range(0, len(agreements), AT_A_TIME):  # ours and the floor take turns
        batch = agreements[start:start + AT_A_TIME]
        tracemalloc.start()
        _done, queries, _cpu, _wall = measure(env, lambda batch=batch: run(batch.ids))
        peaks.append(tracemalloc.get_traced_memory()[1] / 2**20)
        tracemalloc.stop()
        samples['generate'][0] += queries
        orders = batch.order_ids
        assert len(orders) == NEEDED * len(batch), "some work was left out"
        vals_list = [floor_vals(order) for order in orders]
        orders.visit_ids.unlink()  # the floor plans the same technicians at the same times
        _found, queries, cpu_floor, _wall = measure(
            env, lambda vals_list=vals_list: Order.create(vals_list))
        samples['same orders created'][0] += queries
        samples['same orders created'][1] += cpu_floor
        # Measuring memory slows Python down: the time is taken of a second, equal batch.
        orders.line_ids.occurrence_ids.sudo().unlink()
        _again, _queries, cpu, _wall = measure(env, lambda batch=batch: run(batch.ids))
        samples['generate'][1] += cpu
    for name, sample in samples.items():
        table.add(name, size, [sample])
    table.ratio('generate', 'same orders created', size)
    print(f"  peak of Python memory per batch: {min(peaks):.0f} to {max(peaks):.0f} MiB")
    env['service.order']._tell_assignments()
    print(f"  mails to those responsible: {env['mail.mail'].sudo().search_count([]) - mails}")


def main(env, sizes):
    company = env.company
    if not company.chart_template:
        company.country_id = env.ref('base.us')
        env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
    sizes = [int(size) for size in sizes.split(',')]
    for size in sizes:
        measure_deadlines(env, size)
    table = Table(
        "Deadlines that have passed", floor="what tells of them, created at once")
    for size in sizes:
        measure_watching(env, table, size)
    table = Table(
        "Orders from agreements, a line each", floor="the same orders created in one batch")
    for size in sizes:
        measure_generation(env, table, size)
    env.cr.rollback()
