"""A company of ten years: some thousand records made by the ORM, then multiplied in SQL."""
import random
import time
from datetime import datetime, timedelta

from odoo import fields
from odoo.fields import Command
from odoo.sql_db import db_connect
from odoo.tests import new_test_user
from odoo.tools import SQL

GROUP = 'service_management.service_management_group_'
#: Orders of the seed, and how many of them are open
ORDERS, OPEN = 520, 14
#: By how many days the past of a company lies before what the seed did
PAST_DAYS = 3650
#: Days after which what was done is billed
UNBILLED = 60
TEAMS, TECHNICIANS, PEOPLE, CUSTOMERS, OBJECTS = 12, 120, 12, 8, 100
AGREEMENTS, SUBSCRIPTIONS, MONTHS = 10, 25, 21
#: What grows with the years; what the company set up stays as it is.
GROWING = (
    'res.partner', 'service.object', 'service.agreement', 'service.agreement.line',
    'service.agreement.occurrence', 'service.subscription', 'service.subscription.line',
    'service.subscription.fee', 'service.subscription.accrual', 'account.move', 'account.move.line',
    'service.order', 'service.order.line', 'service.visit', 'service.order.task',
    'service.order.stage.log', 'service.order.sla', 'service.order.sla.interval', 'mail.message',
    'mail.followers')
#: When what grows took place: tables of real companies lie in this order.
TIMES = {
    'service.agreement.occurrence': 'date_due', 'service.subscription.fee': 'date_start',
    'service.subscription.accrual': 'date', 'service.order': 'date_order',
    'service.order.line': 'date', 'service.visit': 'date_start',
    'service.order.stage.log': 'create_date', 'service.order.sla': 'date_start',
    'mail.message': 'date'}
#: Columns that no two records share: each copy gets its own.
OWN_TEXTS = {
    'service.order': ('name', 'client_order_ref', 'caller_phone'), 'service.agreement': ('name',),
    'service.subscription': ('name',), 'account.move': ('name',),
    'service.object': ('serial_number', 'code'),
    'res.partner': ('name', 'complete_name', 'phone')}
SUBJECTS = (
    "Burner locks out", "No hot water", "Radiator stays cold", "Pump is loud", "Filter change",
    "Smell of gas", "Yearly service", "Display is dark", "Water in the cellar", "Error E7")


class Company:
    """The seed: who works there, and what they did."""

    def __init__(self, env, orders=ORDERS):
        self.env, self.orders = env, orders
        self.chance = random.Random(19)
        self._set_up()
        self.floors = {model: self._get_highest(model) for model in GROWING}
        for make in (self._make_customers, self._make_agreements, self._make_subscriptions,
                     self._make_history, self._make_open_work):
            start = time.monotonic()
            make()
            env.flush_all()
            print(f'{make.__name__}: {time.monotonic() - start:.0f} s', flush=True)
        self.copies = 0
        self.stride = 1 + max(self._get_highest(model) for model in GROWING)

    def _get_highest(self, model):
        self.env.cr.execute(SQL(
            "SELECT COALESCE(MAX(id), 0) FROM %s", SQL.identifier(self.env[model]._table)))
        return self.env.cr.fetchone()[0]

    # ------------------------------------------------------------ the seed

    def _set_up(self):
        env, company = self.env, self.env.company
        if not company.chart_template:
            company.country_id = env.ref('base.us')
            env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
        company.service_require_signature = False
        for feature in ('agreement', 'subscription', 'sla', 'price_rule', 'line_set', 'zone'):
            env.ref('base.group_user').implied_ids |= env.ref(GROUP + feature)
        self.teams = env['service.team'].create([{'name': f"Team {n}"} for n in range(TEAMS)])
        self.technicians = env['hr.employee'].create([
            {'name': f"Technician {n}", 'service_team_id': self.teams[n % TEAMS].id,
             'hourly_cost': 30} for n in range(TECHNICIANS)])
        self.people = env['res.users'].create([
            {'name': f"Office {n}", 'login': f'scale_office_{n}'} for n in range(PEOPLE)])
        #: Who does what takes turns from copy to copy.
        self.taking_turns = {
            'hr.employee': self.technicians, 'res.users': self.people, 'service.team': self.teams}
        self.users = {
            role: new_test_user(env, login=f'scale_{role}', groups=GROUP + role)
            for role in ('technician', 'customer_service', 'dispatcher', 'manager')}
        self.technicians[0].user_id = self.users['technician']
        self.sla = env['service.sla'].create({'name': "Scale", 'target_ids': [
            Command.create({'kind': kind, 'limit_hours': hours})
            for kind, hours in (('response', 4), ('arrival', 8), ('completion', 40))]})
        self.part = env['product.product'].create({
            'name': "Scale Part", 'type': 'consu', 'list_price': 100, 'standard_price': 60})
        self.plan = env['service.subscription.plan'].create({'name': "Scale Monthly"})
        env['service.stage'].search([('category', '=', 'open')]).can_sign_off = True

    def _make_customers(self):
        env = self.env
        self.customers = env['res.partner'].create([{
            'name': f"Customer {n}", 'is_company': True, 'phone': f"+371 26 11 {n:04d}",
            'street': f"Street {n}", 'city': f"Town {n % 20}", 'zip': f"LV-{1000 + n}",
            'email': f"customer{n}@example.com",
            'child_ids': [
                Command.create({'name': f"Site {n}", 'type': 'delivery', 'street': f"Lane {n}"}),
                Command.create({'name': f"Contact {n}", 'type': 'contact'})],
        } for n in range(CUSTOMERS)])
        self.objects = env['service.object'].create([{
            'name': f"Boiler {n}", 'partner_id': self.customers[n % CUSTOMERS].id,
            'serial_number': f"SN{n:05d}"} for n in range(OBJECTS)])

    def _make_agreements(self):
        env, today = self.env, fields.Date.today()
        self.agreements = env['service.agreement'].create([{
            'title': f"Agreement {n}", 'partner_id': self.customers[n % CUSTOMERS].id,
            'team_id': self.teams[n % TEAMS].id, 'date_start': today,
            'line_ids': [Command.create({
                'kind': 'hour', 'quantity': 1, 'name': SUBJECTS[m],
                'date_start': today + timedelta(days=100 + n)}) for m in range(3)],
        } for n in range(AGREEMENTS)])
        self.agreements._activate()
        # The ledger of what was due: who looks at it reads days and states.
        env.flush_all()
        env.cr.execute(SQL(
            "INSERT INTO service_agreement_occurrence (line_id, agreement_id, company_id, date_due,"
            " state, user_id, create_uid, create_date, write_uid, write_date)"
            " SELECT line.id, line.agreement_id, line.company_id, %s::date - 28 * month, 'deleted',"
            " %s, %s, now(), %s, now()"
            " FROM service_agreement_line line, generate_series(1, 25) month"
            " WHERE line.agreement_id IN %s",
            today, env.uid, env.uid, env.uid, tuple(self.agreements.ids)))

    def _make_subscriptions(self):
        env, today = self.env, fields.Date.today()
        products = env['product.product'].create([
            {'name': f"Scale Service {n}", 'type': 'service', 'list_price': 10 * n + 9.99}
            for n in range(3)])
        subscriptions = env['service.subscription'].create([{
            'title': f"Subscription {n}", 'partner_id': self.customers[n % CUSTOMERS].id,
            'plan_id': self.plan.id,
            'date_start': (today - timedelta(days=60 * MONTHS * n // SUBSCRIPTIONS)).replace(day=1),
            'line_ids': [Command.create({'product_id': product.id}) for product in products],
        } for n in range(SUBSCRIPTIONS)])
        subscriptions.action_activate()
        subscriptions._create_due_fees(today)
        env.flush_all()
        # What was due before this month is billed, some of it over time: the ledgers are what is read.
        env.cr.execute(
            "UPDATE service_subscription_fee SET state = 'posted', amount_billed = amount"
            " WHERE date_end < date_trunc('month', now())")
        env.cr.execute(SQL(
            "INSERT INTO service_subscription_accrual (fee_id, subscription_id, company_id, partner_id,"
            " plan_id, move_id, kind, state, date_start, date_end, date, amount)"
            " SELECT fee.id, subscription_id, company_id, partner_id, plan_id, %s, rows.kind, 'posted',"
            " fee.date_start, fee.date_end, fee.date_end, amount"
            " FROM service_subscription_fee fee, (VALUES ('deferral'), ('release')) AS rows (kind)"
            " WHERE fee.state = 'posted' AND fee.subscription_id IN %s",
            self._make_entry().id, tuple(subscriptions[::16].ids)))
        env.invalidate_all()

    def _make_entry(self):
        """Return the entry that stands for those of all months: nobody reads it."""
        return self.env['account.move'].create({'move_type': 'entry'})

    def _get_order_values(self, number):
        customer = self.customers[number % CUSTOMERS]
        return {
            'title': SUBJECTS[number % len(SUBJECTS)],
            'partner_id': customer.id,
            'site_id': customer.child_ids[:1].id if number % 2 else customer.id,
            'client_order_ref': f"REF-{number}",
            'caller_phone': f"+371 29 {number:06d}",
            'team_id': self.teams[number % TEAMS].id,
            'user_id': self.people[number % PEOPLE].id,
            'priority': '3' if number % 50 == 0 else str(number % 10 // 8),
            'sla_id': self.sla.id if number % 17 == 0 else False,
            'object_ids': [Command.set(self.objects.filtered(
                lambda obj: obj.partner_id == customer)[number % 7].ids)],
        }

    def _make_history(self):
        env, closed = self.env, self.orders - OPEN
        for start in range(0, closed, 100):
            numbers = range(start, min(start + 100, closed))
            orders = env['service.order'].create([{
                **self._get_order_values(number),
                'line_ids': [
                    Command.create({'kind': 'hour', 'quantity': 1.5,
                                    'employee_id': self.technicians[number % TECHNICIANS].id}),
                    Command.create({'kind': 'hour', 'is_travel': True, 'quantity': 0.5}),
                    Command.create({'kind': 'item', 'product_id': self.part.id, 'quantity': 1}),
                    *([Command.create({'kind': 'fee', 'name': "Call-out", 'price_unit': 30})]
                      if number % 2 else [])],
            } for number in numbers])
            for visit, number in zip(orders.visit_ids, numbers, strict=True):
                visit.write({
                    'employee_id': self.technicians[number % TECHNICIANS].id,
                    'date_start': datetime(2026, 3, 2, 6) + timedelta(hours=number)})
            env.flush_all()
            # Work that took place: tapping two thousand times takes longer than all the rest.
            env.cr.execute(
                "UPDATE service_visit SET state = 'done', work_start = date_start,"
                " work_end = date_end WHERE id IN %s", [tuple(orders.visit_ids.ids)])
            env.invalidate_all()
            orders.write({'stage_id': env['service.stage']._get_for('signed_off', env.company).id})
            orders._post_lines()
            billed = orders.filtered(lambda order: order.invoice_status == 'to_invoice')[::4]
            if billed:
                billed._create_invoices(grouped=False)
            env.flush_all()
            self._spread(orders)

    def _spread(self, orders):
        """Move what was done to some day of the last ten years."""
        env = self.env
        env.cr.execute("CREATE TEMP TABLE IF NOT EXISTS moved (id int PRIMARY KEY, days int)")
        env.cr.execute("DELETE FROM moved")
        env.cr.execute(SQL("INSERT INTO moved VALUES %s", SQL(', ').join(
            SQL("(%s, %s)", order.id, self.chance.randrange(10, 3650)) for order in orders)))
        begun = "now() - moved.days * interval '1 day'"
        env.cr.execute(f"""
            UPDATE service_order o SET date_order = {begun}, create_date = {begun},
                signed_on = {begun}, date_last_stage_update = {begun}, is_receipt_due = false
            FROM moved WHERE moved.id = o.id;
            UPDATE service_order_line l SET date = ({begun})::date, day = ({begun})::date
            FROM moved WHERE moved.id = l.order_id;
            UPDATE service_visit v SET date_start = {begun}, date_end = {begun} + interval '1 hour',
                work_start = {begun}, work_end = {begun} + interval '1 hour'
            FROM moved WHERE moved.id = v.order_id;
            UPDATE service_order_stage_log g SET create_date = {begun}, date = {begun}
            FROM moved WHERE moved.id = g.order_id;
            UPDATE service_order_sla s SET date_start = {begun}, state = 'reached',
                date_reached = {begun}, next_event_on = NULL
            FROM moved WHERE moved.id = s.order_id;
            UPDATE mail_message m SET date = {begun}
            FROM moved WHERE m.model = 'service.order' AND m.res_id = moved.id;
            UPDATE service_order o SET invoice_status = 'invoiced'
            FROM moved WHERE moved.id = o.id AND moved.days > {UNBILLED}
            AND o.invoice_status = 'to_invoice';
            UPDATE service_order_line l SET invoice_status = 'invoiced', qty_invoiced = quantity,
                qty_to_invoice = 0
            FROM moved WHERE moved.id = l.order_id AND moved.days > {UNBILLED}
            AND l.invoice_status = 'to_invoice';
        """)  # only what is written here is in it
        env.invalidate_all()

    def _make_open_work(self):
        env = self.env
        orders = env['service.order'].create([{
            **self._get_order_values(number),
            'line_ids': [Command.create({'kind': 'hour', 'quantity_planned': 1})],
        } for number in range(OPEN)])
        monday = fields.Datetime.now().replace(hour=7, minute=0, second=0, microsecond=0)
        monday -= timedelta(days=monday.weekday())
        for number, visit in enumerate(orders.visit_ids):
            if number % 2:  # the others wait to be planned
                day = monday + timedelta(days=number % 14, hours=number % 8)
                visit.write({
                    'employee_id': self.technicians[number % TECHNICIANS].id, 'date_start': day})
        mine = orders.visit_ids.filtered('date_start')[:3]
        for number, visit in enumerate(mine):
            visit.write({
                'employee_id': self.technicians[0].id,
                'date_start': fields.Datetime.now().replace(hour=8 + number)})
        mine.action_dispatch()

    # ------------------------------------------------------------ growing

    def grow(self, orders, only_past=False):
        """Multiply the seed until there are about so many orders; return how many there are.

        :param only_past: let what the company has to do stay as it is, and what it did grow
        """
        env, cr = self.env, self.env.cr
        self.days_ago = PAST_DAYS if only_past else 0
        first, last = self.copies + 1, max(round(orders / self.orders) - 1, self.copies)
        env.flush_all()
        if last >= first:
            cr.execute("SET LOCAL session_replication_role = replica")  # what is copied is right
            for model in GROWING:
                self._multiply(model, first, last)
            for table, columns in self._get_relations():
                self._multiply_relation(table, columns, first, last)
            cr.execute("SET LOCAL session_replication_role = origin")
            self.copies = last
            if only_past:
                self._end_copies()
        cr.commit()  # VACUUM sees no less; the database is dropped in the end
        env.invalidate_all()
        with db_connect(cr.dbname).cursor() as vacuum:
            vacuum._cnx.autocommit = True
            vacuum._obj.execute("VACUUM ANALYZE")
        return self.orders * (self.copies + 1)

    def _end_copies(self):
        """Let nothing of the copies be open: the same company, some years later."""
        self.env.cr.execute(SQL("""
            DELETE FROM service_order WHERE id > %(stride)s AND state IN ('draft', 'open');
            UPDATE service_agreement SET state = 'closed', date_next_run = NULL
             WHERE id > %(stride)s AND state = 'active';
            UPDATE service_subscription SET state = 'closed', date_next_bill = NULL,
                date_closed = CURRENT_DATE - %(days_ago)s
             WHERE id > %(stride)s AND state = 'active';
            UPDATE service_subscription_fee SET state = 'posted', amount_billed = amount
             WHERE id > %(stride)s AND state = 'open';
            UPDATE service_order SET invoice_status = 'invoiced'
             WHERE id > %(stride)s AND invoice_status = 'to_invoice';
            UPDATE service_order_line SET invoice_status = 'invoiced', qty_invoiced = quantity,
                qty_to_invoice = 0
             WHERE id > %(stride)s AND invoice_status = 'to_invoice';
        """, stride=self.stride, days_ago=self.days_ago))

    def _is_copied(self, model):
        return SQL("id > %s AND id < %s", self.floors[model], self.stride)

    def _multiply(self, model, first, last):
        env, Model = self.env, self.env[model]
        table, columns, values = SQL.identifier(Model._table), [], []
        env.cr.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'",
            [Model._table])
        for [name] in env.cr.fetchall():
            columns.append(SQL.identifier(name))
            values.append(self._copy_column(model, name))
        env.cr.execute(SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s, generate_series(%s, %s) k WHERE %s",
            table, SQL(', ').join(columns), SQL(', ').join(values), table, first, last,
            self._is_copied(model)))
        env.cr.execute(SQL(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), MAX(id)) FROM %s", Model._table, table))

    def _copy_column(self, model, name):
        column, field = SQL.identifier(name), self.env[model]._fields.get(name)
        if name == 'id':
            return SQL("id + k * %s", self.stride)
        if name in OWN_TEXTS.get(model, ()):
            return SQL("%s || '-' || k", column)
        if name == 'parent_path':  # nothing of the seed is part of something else
            return SQL("(id + k * %s) || '/'", self.stride)
        if field is not None and field.type in ('date', 'datetime') and self.days_ago:
            return SQL("%s - %s * interval '1 day'", column, self.days_ago)
        if field is not None and field.type == 'many2one' and field.comodel_name in self.floors:
            return self._copy_reference(column, field.comodel_name)
        if field is not None and field.type == 'many2one' and field.comodel_name in self.taking_turns:
            people = self.taking_turns[field.comodel_name]
            first, count = people[0].id, len(people)
            return SQL(
                "CASE WHEN %(column)s BETWEEN %(first)s AND %(last)s"
                " THEN %(first)s + (%(column)s - %(first)s + k) %% %(count)s ELSE %(column)s END",
                column=column, first=first, last=first + count - 1, count=count)
        if field is not None and (name == 'res_id' or field.type == 'many2one_reference'):
            model_column = SQL.identifier('res_model' if 'res_model' in self.env[model]._fields else 'model')
            cases = SQL(' ').join(
                SQL("WHEN %s THEN %s", other, self._copy_reference(column, other))
                for other in GROWING)
            return SQL("CASE %s %s ELSE %s END", model_column, cases, column)
        return column

    def _copy_reference(self, column, model):
        return SQL(
            "CASE WHEN %s > %s THEN %s + k * %s ELSE %s END",
            column, self.floors[model], column, self.stride, column)

    def _get_relations(self):
        """Return (table, {column: model that grows}) of the relations between what grows and others."""
        found, models = {}, {Model._table for Model in self.env.values()}
        for model in GROWING:
            for field in self.env[model]._fields.values():
                if field.type == 'many2many' and field.store and field.relation not in models:
                    found[field.relation] = {
                        field.column1: field.model_name, field.column2: field.comodel_name}
        return found.items()

    def _multiply_relation(self, table, columns, first, last):
        grows = {column: model for column, model in columns.items() if model in self.floors}
        any_copied = SQL(' OR ').join(
            SQL("(%s > %s AND %s < %s)", SQL.identifier(column), self.floors[model],
                SQL.identifier(column), self.stride) for column, model in grows.items())
        none_later = SQL(' AND ').join(
            SQL("%s < %s", SQL.identifier(column), self.stride) for column in grows)
        values = SQL(', ').join(
            self._copy_reference(SQL.identifier(column), columns[column])
            if column in grows else SQL.identifier(column) for column in columns)
        self.env.cr.execute(SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s, generate_series(%s, %s) k"
            " WHERE (%s) AND %s ON CONFLICT DO NOTHING",
            SQL.identifier(table), SQL(', ').join(map(SQL.identifier, columns)), values,
            SQL.identifier(table), first, last, any_copied, none_later))
