"""Random lives of documents, on a real database.

A life is a Hypothesis state machine: its rules are what people do, its invariants what must always
be true. A test runs many lives of one machine, each in a company that is as it was when the test
began::

    class TestOrderLives(LivesCase, ServiceCommon):
        def test_orders_keep_their_promises(self):
            self.live(OrderLife)

The same lives run each time. By hand, more and others, or a failure once more:

``SM_LIVES=1000 SM_STEPS=50 SM_SEED=7 ./dev test --no-lint /test_service_management:TestOrderLives``
``SM_BLOB=AABB… ./dev test --no-lint /test_service_management:TestOrderLives``
"""
import os
import tempfile
from datetime import datetime, timedelta
from functools import partial
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, configuration, reproduce_failure, seed, settings, version
from hypothesis.internal.conjecture import providers
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from psycopg2 import IntegrityError

from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import freeze_time
from odoo.tools import SQL, mute_logger

#: The moment at which each life begins: a Monday morning (naive UTC).
BEGINNING = datetime(2026, 3, 2, 6)
#: How many lives a test runs, of how many steps each.
LIVES, STEPS = 60, 30


class Life(RuleBasedStateMachine):
    """One life: what people do to the documents of the company of a test, one step after another.

    Rules call `attempt`, which tells whether a deed was done or refused; what a rule notes in plain
    Python of a deed that was done is what invariants compare the database with.
    """

    #: Models whose rows a refused deed must leave as they were.
    watched = ()

    def __init__(self, case):
        """Begin a life.

        :param case: the test whose company, people and products the life uses
        """
        super().__init__()
        self.case = case
        self.env = case.env
        self.refusal = None  # what the last deed that was refused was told
        self._clock = freeze_time(BEGINNING)
        self.clock = self._clock.start()
        self._savepoint = self.env.cr.savepoint()
        self.begin()
        self._rows, self._checked = self._look(), None

    def begin(self):
        """Extend for what each life begins with."""

    def teardown(self):
        """Undo the life: rows, caches, what waits for the end of the transaction, the clock."""
        cr, registry = self.env.cr, self.env.registry
        self._savepoint.close(rollback=True)
        cr.postcommit.clear()
        if registry.cache_invalidated:
            with mute_logger('odoo.registry'):
                registry.clear_cache(*registry.cache_invalidated)
            registry.cache_invalidated.clear()
        self._clock.stop()

    def check_invariants(self, *args):
        """Look whether what must be true is, after each step that changed something."""
        if self._rows != self._checked:
            super().check_invariants(*args)
            self._checked = self._rows

    def attempt(self, deed, *args, **kwargs):
        """Let somebody do something, as a request does: all of it and written, or nothing.

        Refusals are what people read: errors made for them, and constraints with a sentence.
        Anything else that is raised is a fault, and ends the life.

        :return: what the deed returned, True where that was nothing; False if it was refused
        """
        self.refusal = None
        try:
            with self.env.cr.savepoint():
                result = deed(*args, **kwargs)
        except (UserError, RedirectWarning) as error:
            self.refusal = str(error)
        except IntegrityError as error:
            self.refusal = self._read_constraint(error)
            if not self.refusal:
                raise
        rows = self._look()
        if self.refusal:
            assert rows == self._rows, f"refused, yet written: {self.refusal}"
            return False
        self._rows = rows
        return True if result is None else result

    def _read_constraint(self, error):
        """Return the sentence of the constraint that an error is about, or None."""
        table, name = error.diag.table_name, error.diag.constraint_name
        for model in self.env.values():
            if model._table == table and name in model._table_objects:
                return model._sql_error_to_message(error)
        return None

    def _look(self):
        """Return what tells apart two states of the models watched."""
        self.env.flush_all()
        return sorted(self.env.execute_query(SQL(" UNION ALL ").join(
            SQL("SELECT %s, count(*), md5(string_agg(row::text, '' ORDER BY id)) FROM %s row",
                model, SQL.identifier(self.env[model]._table))
            for model in self.watched)))

    def wait(self, hours):
        """Let time pass."""
        self.clock.tick(timedelta(hours=hours))


class LivesCase:
    """A test case, of any company, that runs lives."""

    def live(self, machine, count=LIVES):
        """Run lives of a machine; the shortest life that fails is told, with how to repeat it.

        :param int count: how many lives, unless somebody says so by hand
        """
        count, steps, start = (
            int(os.environ.get(name, usual))
            for name, usual in (('SM_LIVES', count), ('SM_STEPS', STEPS), ('SM_SEED', 0)))
        factory = seed(start)(partial(machine, self))
        if blob := os.environ.get('SM_BLOB'):
            factory = reproduce_failure(version.__version__, blob.encode())(factory)
        lives = settings(
            max_examples=count, stateful_step_count=steps, database=None, deadline=None,
            print_blob=True, report_multiple_bugs=False,
            phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck))
        # Values come from strategies: nobody needs the constants of all of Odoo's sources.
        with tempfile.TemporaryDirectory() as folder, patch.object(
                providers, '_get_local_constants', lambda: providers._local_constants), \
                mute_logger('odoo.sql_db', 'odoo.models', 'odoo.addons.base.models'):
            configuration.set_hypothesis_home_dir(folder)
            try:
                run_state_machine_as_test(factory, settings=lives)
            except Exception as error:
                error.add_note(
                    f"Found in {count} lives of up to {steps} steps with SM_SEED={start}; for this"
                    " one alone set SM_BLOB to the text in @reproduce_failure.")
                raise
