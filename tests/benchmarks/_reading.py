"""How many rows of what grows the database looks at, whatever the time that takes."""
import contextlib
from unittest.mock import patch

from odoo.sql_db import Cursor


class Reading:
    """Counts what an action reads: its queries, and the rows that they look at."""

    def __init__(self, env, models):
        """Let the planner think as for tables that are large: a row costs as much as a page."""
        self.env = env
        env.cr.execute("""
            SET enable_seqscan = off; SET random_page_cost = 1; SET cpu_tuple_cost = 1;
            SET cpu_index_tuple_cost = 0.5""")
        env.cr.commit()  # what is rolled back after an action is not this
        self.tables = {env[model]._table for model in models}

    @contextlib.contextmanager
    def _recorded(self):
        queries, execute = [], Cursor.execute

        def record(cr, query, params=None, log_exceptions=True):
            result = execute(cr, query, params, log_exceptions)
            queries.append(cr._obj.query)
            return result

        with patch.object(Cursor, 'execute', record):
            yield queries

    def read(self, action):
        """Return (queries, rows looked at, the query that looked at most of them) of an action."""
        env = self.env
        action()  # what is cached once is not asked each time
        env.flush_all()
        env.invalidate_all()
        with self._recorded() as queries:
            action()
        env.invalidate_all()
        rows, most = 0, (0, '')
        for query in queries:
            if query.lstrip()[:6].upper() != b'SELECT' or b'FOR UPDATE' in query:
                continue
            env.cr.execute(b'EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF, FORMAT JSON) ' + query)
            [[plan]] = env.cr.fetchall()
            looked = self._count(plan[0]['Plan'])
            rows, most = rows + looked, max(most, (looked, query.decode()))
        return len(queries), rows, most[1]

    def _count(self, node):
        looked = 0
        if node.get('Relation Name') in self.tables or ('Index Name' in node and (
                node['Node Type'] == 'Bitmap Index Scan')):
            looked = node['Actual Loops'] * (
                node['Actual Rows'] + node.get('Rows Removed by Filter', 0)
                + node.get('Rows Removed by Index Recheck', 0))
        return looked + sum(map(self._count, node.get('Plans', ())))
