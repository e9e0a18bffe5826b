"""What the board with the time axis reads, beside the kanban of as many tasks in the same run.

A day of 30 technicians with 150 visits, and a week of 100 technicians with 2 000. The kanban has
ten columns, as many as the client opens at once, and as many cards as there are visits.
"""
import os
from datetime import datetime, timedelta

from _measure import Table, measure
from service_orders import batches, board_fields, read_board

from odoo.tests import new_test_user

MONDAY = datetime(2026, 3, 2)
#: Columns that a kanban opens at once
COLUMNS = 10
TURNS = 5
#: (technicians, days, visits)
WINDOWS = ((30, 1, 150), (100, 7, 2000))


class Board:
    """A company whose people drive from site to site, and that grows from window to window."""

    def __init__(self, env):
        self.env = env
        self.teams = env['service.team'].create([{'name': f"Bench {n}"} for n in range(5)])
        self.sites = env['res.partner'].create([{
            'name': f"Customer {n}", 'city': f"Town {n % 7}",
            'partner_latitude': 56.9 + n % 10 / 50, 'partner_longitude': 24 + n // 10 / 50,
        } for n in range(50)])
        self.dispatcher = new_test_user(
            env, login='bench_dispatcher', tz='UTC',
            groups='service_management.service_management_group_dispatcher,project.group_project_user')
        self.technicians = env['hr.employee']
        self.visits = env['service.visit']

    def grow(self, technicians, days, count):
        """Let there be so many technicians, and so many visits in a window."""
        env, known = self.env, len(self.technicians)
        self.technicians |= env['hr.employee'].create([
            {'name': f"Technician {n}", 'service_team_id': self.teams[n % 5].id, 'tz': 'UTC'}
            for n in range(known, technicians)])
        per_day = -(-count // (technicians * days))
        for numbers in batches(count - len(self.visits)):
            orders = env['service.order'].create([{
                'title': f"Call {n}", 'partner_id': self.sites[n % 50].id,
                'team_id': self.teams[n % 5].id} for n in numbers])
            self.visits |= orders.visit_ids
        for number, visit in enumerate(self.visits):
            row, rank = number % technicians, number // technicians
            visit.write({
                'employee_id': self.technicians[row].id,
                'date_start': MONDAY + timedelta(days=rank // per_day, hours=8 + 2 * (rank % per_day))})
        # As many visits without anybody as a dispatcher finds in the morning
        env['service.order'].create([{
            'title': f"Waits {n}", 'partner_id': self.sites[n % 50].id, 'team_id': self.teams[n % 5].id,
        } for n in range(50)])
        project = env['project.project'].create({'name': f"Bench {count}"})
        stages = env['project.task.type'].create([
            {'name': f"Stage {n}", 'project_ids': project.ids} for n in range(COLUMNS)])
        env['project.task'].create([
            {'name': f"Task {n}", 'project_id': project.id, 'stage_id': stages[n % len(stages)].id,
             'partner_id': self.sites[n % 50].id} for n in range(count)])
        env.flush_all()
        env.cr.execute("ANALYZE")
        return project


def measure_window(board, table, technicians, days, count):
    project = board.grow(technicians, days, count)
    env = board.env(user=board.dispatcher, context={'lang': 'en_US', 'tz': 'UTC'})
    Visit = env['service.visit']
    start = int((MONDAY - datetime(1970, 1, 1)).total_seconds())
    ids = board.visits.ids
    names = board_fields(env, 'project.task', 'project.view_task_kanban')
    parts = {
        'get_schedule': lambda: Visit.get_schedule(start, start + days * 86400),
        'get_schedule_details': lambda: Visit.get_schedule_details(ids),
        'get_schedule_waiting': Visit.get_schedule_waiting,
        'kanban of project.task': lambda: read_board(
            env, 'project.task', 'stage_id', names, [('project_id', '=', project.id)],
            -(-count // COLUMNS)),
    }
    samples = {name: [] for name in parts}
    for turn in range(TURNS + 1):
        for name, part in parts.items():
            result, queries, cpu, _wall = measure(env, part)
            if turn:  # what is cached once is not asked each time
                samples[name].append((queries, cpu))
            elif name == 'get_schedule':
                assert (len(result['rows']), len(result['bars'])) == (technicians, count)
            elif name.startswith('kanban'):
                cards = sum(len(group.get('__records', ())) for group in result['groups'])
                print(f'{cards} cards in {len(result["groups"])} columns')
    for name, taken in samples.items():
        table.add(name, count, taken)
    for name in list(parts)[:3]:
        table.ratio(name, 'kanban of project.task', count)


def main(env, _sizes):
    board = Board(env)
    table = Table("Board with a time axis", floor="kanban of project.task")
    for window in WINDOWS:
        measure_window(board, table, *window)
    print(f'load {os.getloadavg()[0]:.1f}')
    env.cr.rollback()
