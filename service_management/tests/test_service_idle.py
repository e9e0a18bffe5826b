import json
from datetime import datetime
from unittest.mock import patch

from odoo.fields import Command
from odoo.sql_db import Cursor
from odoo.tests import freeze_time
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from .common_subscription import SubscriptionCommon
from .test_service_growth import GROWING

#: What grows with the years, and what jobs alone look at
TABLES = {
    *GROWING, 'service_agreement', 'service_agreement_line', 'service_order_sla',
    'service_order_sla_interval', 'service_subscription', 'service_subscription_line',
    'service_subscription_accrual', 'account_move', 'account_move_line'}
#: The comparison of accounts is woken by what is posted on them: it is never idle.
NEVER_IDLE = {'ir_cron_compare_ledger'}


@freeze_time('2026-03-02 08:00:00')
class TestServiceIdleJobs(SubscriptionCommon):
    """A job that has nothing to do costs nothing, whatever was done before."""

    def setUp(self):
        super().setUp()
        self.company.service_clock_hours = 10
        self.sla = self.env['service.sla'].create({'name': "Gold", 'target_ids': [
            Command.create({'kind': 'completion', 'limit_hours': 40, 'warning_percent': 50})]})
        self._worked_order(sla_id=self.sla.id)
        self._create_order(sla_id=self.sla.id)
        self._plan(self._create_order()).sudo().write({'timer_start': datetime(2026, 3, 2, 7), 'timer_kind': 'work'})
        group = self.env['service.agreement.group'].create({'name': "Gold", 'horizon_days': 30})
        self.agreements = self.env['service.agreement'].create([{
            'title': "Yearly", 'partner_id': self.customer.id, 'group_id': group.id,
            'date_start': '2026-01-01', 'date_end': end, 'renewal': renewal, 'line_ids': [
                Command.create({'kind': 'hour', 'date_start': '2026-03-10', 'interval_count': 1,
                                'interval_unit': 'year'})],
        } for end in ('2026-04-20', '2027-04-20', False) for renewal in ('manual', 'automatic')])
        self.agreements._activate()
        for plan in (self.monthly, self._deferred()):
            subscription = self._subscribe(plan=plan)
            self._bill(subscription, '2026-03-02').action_post()

    def _get_jobs(self):
        found = self.env['ir.model.data'].search([
            ('model', '=', 'ir.cron'), ('module', '=like', 'service_management%')])
        self.assertGreater(len(found), 9)
        return {row.name: self.env['ir.cron'].browse(row.res_id) for row in found
                if row.name not in NEVER_IDLE}

    def _work_off(self, jobs):
        with self.enter_registry_test_mode():
            for job in jobs.values():
                job.method_direct_trigger()
        self.env.invalidate_all()

    def _listen(self, job):
        """Run a job, and return its queries."""
        asked, execute = [], Cursor.execute

        def listen(cursor, query, params=None, log_exceptions=True):
            asked.append(cursor.mogrify(query, params).decode())
            return execute(cursor, query, params, log_exceptions)

        model, code = self.env[job.model_id.model].with_user(job.user_id), job.code
        self.env.flush_all()
        self.env.invalidate_all()
        with patch.object(type(self.env['ir.cron']), '_commit_progress', lambda *args, **kwargs: 60), \
                patch.object(Cursor, 'execute', listen):
            safe_eval(code, {'model': model}, mode='exec')
            self.env.flush_all()
        return asked

    def _find_walks(self, query):
        """Return what a plan reads from one end to the other, though the tables are large."""
        if not query.lstrip().upper().startswith(('SELECT', 'WITH')):
            return []
        cr = self.env.cr
        cr.execute("SET LOCAL enable_seqscan = off")
        cr.execute(b'EXPLAIN (FORMAT JSON) ' + query.encode())
        nodes, walks = [cr.fetchone()[0][0]['Plan']], []
        while nodes:
            node = nodes.pop()
            nodes += node.get('Plans', ())
            if node.get('Relation Name') in TABLES and 'Index Cond' not in node and (
                    'Bitmap' not in node['Node Type'] and not self._is_partial(node.get('Index Name'))):
                walks.append(json.dumps(node))
        return walks

    def _is_partial(self, index):
        self.env.cr.execute(
            "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(%s) AND indpred IS NOT NULL", [index])
        return bool(self.env.cr.fetchone())

    def test_jobs_that_have_nothing_to_do_ask_little_and_read_what_is_due_only(self):
        jobs = self._get_jobs()
        self._work_off(jobs)
        self.assertTrue(self.agreements.order_ids)
        for name, job in jobs.items():
            with self.subTest(job=name):
                asked = self._listen(job)
                self.assertLessEqual(len(asked), 5, '\n'.join(asked))
                for query in asked:
                    self.assertFalse(self._find_walks(query), query)

    def test_a_job_that_reads_a_table_from_end_to_end_is_noticed(self):
        Visit = self.env['service.visit']
        index = Visit._table_objects[f'{Visit._table}_running']
        self.env.cr.execute(SQL("DROP INDEX %s", SQL.identifier(index.full_name(Visit))))
        asked = self._listen(self._get_jobs()['ir_cron_watch_clocks'])
        self.assertTrue(any(self._find_walks(query) for query in asked))
