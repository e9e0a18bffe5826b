"""Thirty people who click at the same time, over HTTP; what each of them was told is kept.

Technicians work through their visits, dispatchers move and dispatch the same visits, customer service
takes calls and writes on the same orders, customers read and ask in the portal.
"""
import json
import random
import re
import threading
import time
from collections import defaultdict
from datetime import datetime, timedelta

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

#: How many of each are at work
PEOPLE = {'technician': 12, 'dispatcher': 8, 'customer_service': 5, 'portal': 5}
#: What everybody does, however slow the machine is
AT_LEAST = 3
#: Orders that several write on
HOT = 12
VISITS_EACH, AGREEMENTS, SUBSCRIPTIONS = 4, 30, 20

#: Makes the company, and sessions for its people; what they need to know goes to a file.
SETUP = """
import json
from datetime import date, datetime, timedelta
from odoo import http
from odoo.fields import Command
from odoo.service import security
from odoo.tests import new_test_user

company, now, today = env.company, datetime.now().replace(microsecond=0), date.today()
company.service_require_signature = False
if not company.chart_template:
    company.country_id = env.ref('base.us')
    env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
group = 'service_management.service_management_group_'
users = {role: [
    new_test_user(env, login=f'click_{role}_{number}', email=f'{role}{number}@example.com',
                  tz='Europe/Riga', groups='base.group_portal' if role == 'portal' else group + role)
    for number in range(count)] for role, count in %(people)r.items()}
sla = env['service.sla'].create({'name': "Soon", 'target_ids': [
    Command.create({'kind': 'completion', 'limit_hours': 1, 'warning_percent': 50})]})
team = env['service.team'].create({'name': "Clicks", 'user_id': users['dispatcher'][0].id})
technicians = env['hr.employee'].create([{
    'name': user.login, 'user_id': user.id, 'service_team_id': team.id, 'hourly_cost': 30,
} for user in users['technician']])
customers = env['res.partner'].create([
    {'name': f"Clicks {number}", 'is_company': True} for number in range(20)])
for number, user in enumerate(users['portal']):
    user.partner_id.parent_id = customers[number]
orders = env['service.order'].create([{
    'title': f"Job {number}", 'partner_id': customers[number % 20].id, 'team_id': team.id,
    'agreement_id': False, 'sla_id': sla.id, 'user_id': users['customer_service'][number % 5].id,
    'date_order': now - timedelta(minutes=number),
    'visit_ids': [Command.create({
        'employee_id': technicians[number % len(technicians)].id, 'duration_hours': 1,
        'date_start': now + timedelta(hours=number // len(technicians))})],
} for number in range(%(visits)d * len(technicians))])
agreements_group = env['service.agreement.group'].create({'name': "Clicks", 'horizon_days': 40})
env['service.agreement'].create([{
    'title': f"Clicked {number}", 'partner_id': customers[number % 20].id,
    'group_id': agreements_group.id, 'date_start': today, 'team_id': team.id,
    'user_id': users['dispatcher'][number % 8].id,
    'preferred_employee_id': technicians[number % len(technicians)].id,
    'line_ids': [Command.create({'kind': 'hour', 'interval_count': 1, 'interval_unit': 'week'})],
} for number in range(%(agreements)d)])._activate()
plan = env['service.subscription.plan'].create({'name': "Clicks", 'invoicing': 'post'})
product = env['product.product'].create({'name': "Monitoring", 'type': 'service'})
env['service.subscription'].create([{
    'title': f"Clicked {number}", 'partner_id': customers[number % 20].id, 'plan_id': plan.id,
    'date_start': today.replace(day=1), 'line_ids': [
        Command.create({'product_id': product.id, 'base_price': 10}) for _turn in range(3)],
} for number in range(%(subscriptions)d)]).action_activate()
env.cr.commit()

people = []
for role, members in users.items():
    for number, user in enumerate(members):
        session = http.root.session_store.new()
        session.update(http.get_default_session(), db=env.cr.dbname)
        session.uid, session.login = user.id, user.login
        session.context = dict(user.with_user(user).context_get())
        session.session_token = security.compute_session_token(session, env(user=user.id))
        http.root.session_store.save(session)
        mine = orders[number::len(members)]
        people.append({
            'role': role, 'name': user.login, 'uid': user.id, 'session': session.sid,
            'orders': mine.ids, 'visits': mine.visit_ids.ids, 'partner': customers[number].id,
            'team': team.id, 'stage': env['service.stage']._get_for('signed_off', company).id})
env.cr.commit()
with open(%(file)r, 'w') as stream:
    json.dump({'people': people, 'orders': orders.ids}, stream)
""".replace('%(people)r', repr(PEOPLE)).replace('%(visits)d', str(VISITS_EACH)).replace(
    '%(agreements)d', str(AGREEMENTS)).replace('%(subscriptions)d', str(SUBSCRIPTIONS))

#: The scheduled actions beside them, in batches small enough to meet people
JOBS = """
import time
until = time.monotonic() + %(seconds)d
while time.monotonic() < until:
    for model, job, size in [('service.agreement', '_cron_generate', 3),
                             ('service.subscription.run', '_cron_bill', 2),
                             ('service.order.sla', '_cron_watch', 5)]:
        getattr(env[model], job)(batch_size=size)
        env.cr.commit()
    time.sleep(1)
"""

#: What people were told has happened, nothing else, and each job once
CHECK = """
import json
from datetime import date, timedelta
with open(%(file)r) as stream:
    done = json.load(stream)
Order, Visit = env['service.order'], env['service.visit']
for kind in ('created', 'asked'):
    found = Order.search([('title', 'in', done['tried'][kind])]).mapped('title')
    assert sorted(found) == sorted(done[kind]), (kind, set(found) ^ set(done[kind]))
for body in done['tried']['posted']:
    count = env['mail.message'].search_count([('body', 'like', body)])
    assert count == (body in done['posted']), (body, count)
for order in Order.browse({order_id for order_id, _note in done['noted']}):
    notes = [note for order_id, note in done['noted'] if order_id == order.id]
    assert any(note in order.note_internal for note in notes), (order.note_internal, notes)
for order_id in done['signed']:
    assert Order.browse(order_id).state == 'signed_off', order_id
    assert Order.browse(order_id).visit_ids.filtered('work_end'), order_id
for visit_id, moment in done['moved'].items():
    visit = Visit.browse(int(visit_id))
    if visit.state in ('planned', 'dispatched'):
        assert str(visit.date_start) == moment, (visit_id, visit.date_start, moment)
for visit_id in done['dispatched']:
    assert Visit.browse(visit_id).state != 'planned', visit_id
agreements = env['service.agreement'].search([('title', 'like', 'Clicked ')])
today = date.today()
for agreement in agreements:
    due = agreement.line_ids._get_dues(today, today + timedelta(days=40))
    have = sorted(agreement.occurrence_ids.mapped('date_due'))
    assert set(due) <= set(have) and len(have) == len(set(have)), (due, have)
    assert len(agreement.order_ids) == len(have), agreement.order_ids
assert not any(agreements.mapped('generation_error')), agreements.mapped('generation_error')
lines = env['service.subscription'].search([('title', 'like', 'Clicked ')]).line_ids
for line in lines:
    days = line.fee_ids.mapped('date_start')
    assert days and len(days) == len(set(days)), (line, days)
assert all(fee.invoice_line_id for fee in lines.fee_ids)
assert len(lines.fee_ids.invoice_line_id) == len(lines.fee_ids)
assert not any(Order.browse(%(orders)r).sla_status_ids.filtered(
    lambda status: status.state == 'running' and status.next_event_on < status.write_date))
"""


class Person(threading.Thread):
    """Somebody who clicks until the time is over; how long each click took is kept.

    Nobody begins before the server's workers are awake, and everybody does something.
    """

    def __init__(self, url, about, everything, seed, seconds, pause, ready):
        super().__init__(daemon=True)
        self.url, self.about, self.seconds, self.pause = url, about, seconds, pause
        self.ready = ready
        self.orders = everything['orders']
        self.chance = random.Random(f"{seed} {about['name']}")
        self.browser = requests.Session()
        # Who finds no free line dials again: nothing was said yet.
        self.browser.mount('http://', HTTPAdapter(max_retries=Retry(connect=5, read=0, status=0)))
        self.browser.cookies.set('session_id', about['session'])
        self.times, self.refused, self.broken = defaultdict(list), [], []
        self.done = {
            'created': [], 'asked': [], 'posted': [], 'signed': [], 'dispatched': [],
            'noted': [], 'moved': {}}
        self.tried = defaultdict(list)
        self.count = 0
        self.left = list(about['visits'])

    def run(self):
        try:
            act = getattr(self, self.about['role'])
            self.browser.get(f'{self.url}/my/service_orders', timeout=120)
            self.ready.wait()
            until, acts = time.monotonic() + self.seconds, 0
            while time.monotonic() < until or acts < AT_LEAST:
                time.sleep(self.chance.uniform(0, 2 * self.pause))
                act()
                acts += 1
        except Exception as error:
            self.broken.append(repr(error))

    def call(self, name, model, method, *args, **kwargs):
        """Call a method as the web client does; return (whether it went well, the result)."""
        start = time.monotonic()
        answer = self.browser.post(f'{self.url}/web/dataset/call_kw/{model}/{method}', json={
            'jsonrpc': '2.0', 'method': 'call', 'params': {
                'model': model, 'method': method, 'args': args, 'kwargs': kwargs}}, timeout=120)
        self.times[name].append(time.monotonic() - start)
        error = answer.json().get('error')
        if not error:
            return True, answer.json()['result']
        (self.refused if is_refusal(error) else self.broken).append(
            f"{name}: {error['data']['name']}: {error['data']['message']}")
        return False, None

    def say(self):
        """Return words that nobody has said before."""
        self.count += 1
        return f"{self.about['name']} says {self.count}."

    def technician(self):
        self.call('my visits', 'service.visit', 'web_search_read', specification={
            'display_name': {}, 'state': {}, 'date_start': {}, 'order_id': {'fields': {'title': {}}}},
            domain=[('employee_id.user_id', '=', self.about['uid']),
                    ('state', 'in', ('planned', 'dispatched', 'under_way'))], limit=40)
        if not self.left:
            return
        visit, order = self.left.pop(0), self.about['orders'][len(self.about['visits']) - len(self.left) - 1]
        if not self.call('start', 'service.visit', 'action_start', [visit])[0]:
            return
        time.sleep(self.chance.uniform(0, self.pause))
        if not self.call('stop', 'service.visit', 'action_stop', [visit])[0]:
            return
        made, dialogs = self.call('sign off', 'service.order.change.stage', 'web_save', [], {
            'order_ids': [[6, 0, [order]]], 'stage_id': self.about['stage']}, specification={})
        if made and self.call('sign off', 'service.order.change.stage', 'action_apply',
                              [dialogs[0]['id']])[0]:
            self.done['signed'].append(order)

    def dispatcher(self):
        self.call('board', 'service.visit', 'web_search_read', specification={
            'display_name': {}, 'state': {}, 'date_start': {}, 'planning_warning': {}},
            domain=[('state', 'in', ('planned', 'dispatched', 'under_way'))], limit=80)
        visit = self.chance.choice(self.about['visits'])
        act = self.chance.choice(('move', 'move', 'dispatch', 'create'))
        if act == 'move':
            moment = str(datetime.now().replace(microsecond=0) + timedelta(
                minutes=self.chance.randrange(3000)))
            if self.call('drop', 'service.visit', 'write', [visit], {'date_start': moment})[0]:
                self.done['moved'][visit] = moment
        elif act == 'dispatch':
            if self.call('dispatch', 'service.visit', 'action_dispatch', [visit])[0]:
                self.done['dispatched'].append(visit)
        else:
            self.create()

    def create(self):
        title = self.say()
        self.tried['created'].append(title)
        if self.call('create', 'service.order', 'web_save', [], {
                'title': title, 'partner_id': self.about['partner'], 'team_id': self.about['team'],
                }, specification={'name': {}})[0]:
            self.done['created'].append(title)

    def customer_service(self):
        act = self.chance.choice(('create', 'post', 'note'))
        if act == 'create':
            self.create()
        elif act == 'post':
            body = self.say()
            self.tried['posted'].append(body)
            if self.call('post', 'service.order', 'message_post',
                         [self.chance.choice(self.orders[:HOT])], body=body)[0]:
                self.done['posted'].append(body)
        else:
            # On what technicians begin with, at the same moment
            order, note = self.chance.choice(self.orders[:HOT]), self.say()
            if self.call('note', 'service.order', 'write', [order], {'note_internal': note})[0]:
                self.done['noted'].append([order, note])

    def portal(self):
        start = time.monotonic()
        page = self.browser.get(f'{self.url}/my/service_orders', timeout=120)
        self.times['portal list'].append(time.monotonic() - start)
        title = self.say()
        form = self.browser.get(f'{self.url}/my/service_request', timeout=120)
        token = re.search(r'name="csrf_token" value="([^"]+)"', form.text)
        if page.status_code != 200 or not token:
            self.broken.append(f"portal: {page.status_code}, {form.status_code}")
            return
        self.tried['asked'].append(title)
        start = time.monotonic()
        answer = self.browser.post(f'{self.url}/my/service_request', data={
            'title': title, 'description': "It drips.", 'csrf_token': token[1]}, timeout=120)
        self.times['ask'].append(time.monotonic() - start)
        if answer.status_code == 200 and 'message=requested' in answer.url:
            self.done['asked'].append(title)
        else:
            self.broken.append(f"ask: {answer.status_code} {answer.url}")


def is_refusal(error):
    """Tell whether people were told why, in words: no error of the database, no bug."""
    name, message = error['data']['name'], error['data']['message']
    return name in ('odoo.exceptions.UserError', 'odoo.exceptions.ValidationError') and (
        'cannot be completed' not in message)


def click(url, file, seconds, beside=None, seed=19, pause=0.5):
    """Let all people click for some seconds, and write down what they have done.

    :param str file: written by SETUP; what was done is added for CHECK
    :param beside: function that is called when they begin
    :return: the people
    """
    with open(file) as stream:
        everything = json.load(stream)
    ready = threading.Barrier(len(everything['people']) + 1)
    people = [
        Person(url, about, everything, seed, seconds, pause, ready)
        for about in everything['people']]
    for person in people:
        person.start()
    ready.wait()
    if beside:
        beside()
    for person in people:
        person.join()
    done = {'tried': {kind: [] for kind in ('created', 'asked', 'posted')}}
    for person in people:
        for kind, values in person.done.items():
            if isinstance(values, dict):
                done.setdefault(kind, {}).update(values)
            else:
                done.setdefault(kind, []).extend(values)
        for kind, values in person.tried.items():
            done['tried'][kind] += values
    with open(file, 'w') as stream:
        json.dump({**everything, **done}, stream)
    return people


def print_times(people):
    """Print how long clicks took, by what was clicked."""
    times = defaultdict(list)
    for person in people:
        for name, durations in person.times.items():
            times[name] += durations
            times['all'] += durations
    print(f"\n{'':14} {'clicks':>7} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8}")
    for name, durations in sorted(times.items()):
        durations.sort()
        print(f"{name:14} {len(durations):7} {durations[len(durations) // 2] * 1000:8.0f}"
              f" {durations[len(durations) * 95 // 100] * 1000:8.0f} {durations[-1] * 1000:8.0f}")
