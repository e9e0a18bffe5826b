"""``test``: plain tests, linters, Odoo's tests and browser tours, counted together."""
import functools
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import traceback
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import NamedTuple

from . import addons, linting
from .browser import browser_folder
from .console import LOGS, Step, parse_log_line
from .instance import Instance, free_port
from .python_env import bench_addons
from .settings import CACHE, ROOT, TEST_ADDONS

#: Test classes that drive a browser carry this tag; they run beside the others.
BROWSER_TAG = 'service_browser'
#: Into how many shares the tests of the core are dealt out when all are run.
PARTS = 4
#: What takes as long as such a share, and has one of its own that begins early.
LONGEST = 'test_service_screens.py'
#: Benchmarks that compare sizes of ours, not ours with something else.
WITHOUT_FLOOR = {'scale'}
#: How many of the slowest are told at the end.
SLOWEST = 20
#: Starts Odoo so that it logs the end of each test, too: between that and the next start lies
#: the set-up of a class, which Odoo's own log adds to the test before it.
_TIMED_ODOO = """
import logging
from odoo.tests.result import OdooTestResult
stop = OdooTestResult.stopTest
def stop_and_tell(self, test):
    stop(self, test)
    self.log(logging.INFO, 'Ended %s', self.getDescription(test), test=test)
OdooTestResult.stopTest = stop_and_tell
from odoo.cli.command import main
main()
"""
#: Odoo's own tests run on a database that is installed, where those for the moment of installation
#: meet columns of addons that are not loaded yet: they run with the others, at the end. Those that
#: need a browser are left out.
_NEIGHBOURS_TESTS = """
import unittest
from odoo.tests import common, loader
def leave_out(*args, **kwargs):
    raise unittest.SkipTest('needs a browser')
common.ChromeBrowser.__init__ = leave_out
make_suite = loader.make_suite
def at_the_end(names, position='at_install'):
    return make_suite(names if position == 'post_install' else (), 'standard')
loader.make_suite = at_the_end
"""
#: What of Odoo the suite extends; of its large accounting, what invoices and companies go through.
NEIGHBOURS = (
    *(f'/{name}' for name in (
        'account_payment', 'analytic', 'crm', 'hr', 'hr_expense', 'hr_skills', 'hr_timesheet',
        'portal', 'product', 'sale', 'sale_crm', 'sale_expense', 'sale_management', 'sale_project',
        'sale_timesheet')),
    *(f'/account/tests/test_{name}.py' for name in (
        'account_analytic', 'account_move_duplicate', 'account_move_out_invoice',
        'account_move_out_refund', 'account_move_send', 'account_partner', 'account_payment',
        'company_branch', 'fiscal_position', 'portal_invoice')),
)
#: How a warning names the line that uses something deprecated.
_OUR_DEPRECATION = re.compile(rf'{re.escape(str(ROOT))}/(?!\.)\S+:\d+: \w*DeprecationWarning: ')
_BROWSER_MISSING = re.compile('chrome|chromium|websocket', re.I)


class Tally:
    """What ran and how it ended."""

    def __init__(self):
        self.passed, self.skipped, self.failed = set(), {}, {}
        self.seconds, self.set_up_seconds = {}, {}
        self._lock = threading.Lock()

    def add(self, name, failure=None):
        """Count a test as passed, or as failed with a text."""
        with self._lock:
            if failure is None:
                self.passed.add(name)
            else:
                self.failed[name] = failure

    def merge(self, report):
        """Count what a report of Odoo's log has seen."""
        with self._lock:
            self.failed.update(
                (name, ''.join(lines)) for name, lines in report.failed.items())
            for name, reason in report.skipped.items():
                if _BROWSER_MISSING.search(reason):
                    self.failed[name] = f'could not run: {reason}'
                elif name not in self.failed:
                    self.skipped[name] = reason
            self.passed.update(
                name for name in report.started
                if name not in self.failed and name not in self.skipped)
            self.seconds.update(report.seconds)
            self.set_up_seconds.update(report.set_up_seconds)

    def slowest(self, limit=SLOWEST):
        """Return lines on what took longest: tests, and what classes prepare for theirs."""
        seconds = dict(self.seconds)
        seconds.update((f'set-up of {name}', took) for name, took in self.set_up_seconds.items())
        slowest = sorted(seconds.items(), key=lambda item: (-item[1], item[0]))[:limit]
        return [
            f'the slowest of {len(self.seconds)} tests ({sum(self.seconds.values()):.0f} s) and of'
            f' {len(self.set_up_seconds)} set-ups ({sum(self.set_up_seconds.values()):.0f} s):',
            *(f'{took:8.1f} s  {name}' for name, took in slowest),
        ] if slowest else []

    def closing_line(self):
        """Return the one line that counts all."""
        line = f'{len(self.passed)} passed, {len(self.failed)} failed'
        return line + f', {len(self.skipped)} skipped'


class Report:
    """Reads the log of an Odoo test run, line by line, at the moment it is written.

    Times are those of the `clock` of the reader: a class whose time is frozen logs frozen times.
    """

    def __init__(self, step=None, clock=time.monotonic):
        self.started, self.failed, self.skipped, self.errors = {}, {}, {}, []
        self.complaints = []  # warnings and errors before the first test
        self.deprecations = []  # what code of ours uses, and Odoo or Python is about to give up
        self.seconds, self.set_up_seconds = {}, {}
        self.step = step
        self._clock = clock
        self._current = None
        # The class whose tests run, and since when nothing runs but the set-up of the next one.
        self._class = self._idle_since = None

    def feed(self, line):
        """Take the next line of the log."""
        parsed = parse_log_line(line)
        if not parsed:
            if self._current is not None:
                self.failed[self._current].append(line)
            return
        self._current = None
        level, logger, message = parsed
        message = message.rstrip()  # Odoo leaves room there for what a request took
        module = logger.removeprefix('odoo.addons.')
        if level in ('WARNING', 'ERROR', 'CRITICAL') and not self.started:
            self.complaints.append(line)
        if _OUR_DEPRECATION.match(message):
            self.deprecations.append(line)
        if match := re.match(r'Starting (\S+) \.\.\.$', message):
            self._on_start(f'{module}:{match[1]}')
            if self.step:
                self.step.note(f'{len(self.started)} run, {len(self.failed)} failed: {match[1]}')
        elif match := re.match(r'Ended (\S+)$', message):
            self._on_end(f'{module}:{match[1]}')
        elif message == 'Starting post tests':
            self._idle_since = self._clock()
        elif match := re.match(r'skipped (?:Subtest )?(\S+).* : (.*)', message):
            self.skipped[f'{module}:{match[1]}'] = match[2]
        elif level == 'ERROR' and (
                match := re.match(r'(ERROR|FAIL): (?:Subtest )?(.*)$', message)):
            name = match[2] if match[2].startswith('setUpClass') else match[2].split(' ')[0]
            self._current = f'{module}:{name}'
            self.failed.setdefault(self._current, []).append(line)
        elif level in ('ERROR', 'CRITICAL'):
            self.errors.append(line)

    def get_failed_tags(self):
        """Return the tags of the classes in which something failed."""
        found = set()
        for name in self.failed:
            module, _colon, test = name.partition(':')
            broken = re.match(r'setUpClass \(odoo\.addons\.(\w+)\..*?(\w+)\)', test)
            found.add('/{}:{}'.format(*broken.groups()) if broken
                      else f"/{module.split('.')[0]}:{test.split('.')[0]}")
        return sorted(found)

    def _on_start(self, name):
        now = self.started[name] = self._clock()
        test_class = name.rpartition('.')[0]
        if test_class != self._class and self._idle_since is not None:
            self.set_up_seconds[test_class] = now - self._idle_since
        self._class = test_class

    def _on_end(self, name):
        self._idle_since = self._clock()
        if name in self.started:
            self.seconds[name] = self._idle_since - self.started[name]


def test(options):
    """Run what was asked for; print what failed and one closing line."""
    started = time.time()
    tally = Tally()
    if options.odoo:
        _neighbours_tests(options.what or NEIGHBOURS, tally, options.keep_db)
        return _close(tally, started)
    files, tags = _sort_out(options.what)
    if not options.what and not options.no_lint:
        for name, text in linting.run_linters().items():
            tally.add(f'lint:{name}', text or None)
    _run_beside(
        *([[lambda: _plain_tests(files or [ROOT / 'tests'], tally)]]
          if files or not options.what else []),
        *([_get_odoo_tests(tags, tally, options.keep_db)] if tags or not options.what else []),
        tally=tally)
    return _close(tally, started)


def _close(tally, started):
    for name, text in sorted(tally.failed.items()):
        print(f'\n--- {name}\n{text.rstrip()}')
    for name, reason in sorted(tally.skipped.items()):
        print(f'skipped {name}: {reason}')
    for line in tally.slowest():
        print(line)
    print(f'\nlogs in {LOGS} ({time.time() - started:.0f} s)')
    print(tally.closing_line())
    return 1 if tally.failed else 0


def _sort_out(names):
    """Tell plain test files from Odoo test tags.

    >>> _sort_out(['service_management', '/service_management:TestOrder'])
    ([], ['/service_management', '/service_management:TestOrder'])
    """
    files, tags = [], []
    known = {*addons.manifests(), *addons.manifests(TEST_ADDONS)}
    for name in names:
        path = Path(name).resolve()
        if name.strip('/').split(':')[0] in known:
            tags.append('/' + name.strip('/'))
        elif path.exists() and TEST_ADDONS in path.parents:
            tags.append(f'/{path.relative_to(TEST_ADDONS)}')
        elif path.exists() and ROOT / 'tests' in [path, *path.parents]:
            files.append(path)
        elif path.suffix == '.py' and path.exists():
            tags.append(f'/{path.relative_to(ROOT)}')
        else:
            tags.append(name)
    return files, tags


def _plain_tests(paths, tally):
    instance = Instance('test', durable=False)
    result = CACHE / 'pytest.xml'
    with Step('plain tests'):
        done = subprocess.run(
            [str(instance.python), '-m', 'pytest', '-q', '-p', 'no:cacheprovider',
             f'--junitxml={result}', *map(str, paths)],
            cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, 'PYTHONDONTWRITEBYTECODE': '1'})
    (LOGS / 'pytest.log').write_text(done.stdout)
    if not result.is_file() or done.returncode not in (0, 1):
        tally.add('pytest', done.stdout)
        return
    for case in ElementTree.parse(result).iter('testcase'):
        name = f"{case.get('classname')}:{case.get('name')}"
        tally.seconds[name] = float(case.get('time'))
        problem = next((case.find(tag) for tag in ('failure', 'error')
                        if case.find(tag) is not None), None)
        if problem is not None:
            tally.add(name, problem.text or problem.get('message'))
        elif case.find('skipped') is not None:
            tally.skipped[name] = case.find('skipped').get('message')
        else:
            tally.add(name)
    result.unlink()


class Share(NamedTuple):
    """A part of Odoo's tests, with a database of its own."""
    name: str
    tags: list
    addons: tuple = ()  # of those in TEST_ADDONS, to be installed first


def _get_shares(tags):
    """Return the shares that some tags ask for, all of them without tags: what takes long first."""
    suite, extra = addons.manifests(), tuple(addons.manifests(TEST_ADDONS))
    if not tags:
        core, *bridges = suite
        files = sorted(path.name for path in (ROOT / core / 'tests').glob('test_*.py'))
        files.remove(LONGEST)
        parts = [[LONGEST], *(files[start::PARTS] for start in range(PARTS))]
        parts = [[f'/{core}/tests/{name}' for name in part] for part in parts]
        parts[-1] += [f'/{name}' for name in bridges]
        return [
            Share('tours', [f'{BROWSER_TAG}/{name}' for name in suite]),
            *(Share(f'tests-{number}', [*part, f'-{BROWSER_TAG}'])
              for number, part in enumerate(parts, 1)),
            Share('hooks', [f'/{name}' for name in extra], extra),
        ]
    hooks = [tag for tag in tags if re.split('[/:]', tag.lstrip('/'))[0] in extra]
    shares = [
        Share('tests', [tag for tag in tags if tag not in hooks]), Share('hooks', hooks, extra)]
    return [share for share in shares if share.tags]


def _get_odoo_tests(tags, tally, keep_db):
    """Prepare the databases of Odoo's tests, and yield what runs a share of them, one by one."""
    instance = Instance('test', durable=False)
    _offer_browser(instance)
    template, complaints = instance.suite_template()
    tally.add('install:warnings', '\n'.join(complaints) or None)
    if not tags:
        _template, complaints = instance.suite_template(demo=True)
        tally.add('install:demo-warnings', '\n'.join(complaints) or None)
    shares = _get_shares(tags)
    shots = CACHE / 'screenshots'
    shutil.rmtree(shots, ignore_errors=True)
    for share in shares:
        yield functools.partial(
            _run_share, share, instance, template, shots, tally, keep_db, len(shares) == 1)


def _run_beside(*queues, tally):
    """Run what several queues hold, two at a time; whoever is through goes on with the others.

    :param queues: iterables of functions without arguments; one queue is asked by one at a time
    """
    queues = [(iter(queue), threading.Lock()) for queue in queues]

    def work(first):
        for queue, lock in queues[first:] + queues[:first]:
            while True:
                with lock:
                    run = next(queue, None)
                if run is None:
                    break
                run()

    def work_and_tell(first):
        try:
            work(first)
        except Exception:  # a thread that dies in silence would pass for one whose tests passed
            tally.add(f'run:{first + 1}', traceback.format_exc())

    threads = [threading.Thread(target=work_and_tell, args=(first,)) for first in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _offer_browser(instance):
    """Let Odoo find a browser first of all where it looks for programs."""
    if folder := browser_folder():
        instance.environ['PATH'] = f"{folder}{os.pathsep}{instance.environ['PATH']}"


def _run_share(share, instance, template, shots, tally, keep_db, alone):
    name, database = share.name, f'{share.name}_{os.getpid()}'
    instance.clone(template, database)
    arguments = [f'--screenshots={shots}']
    if share.addons:
        instance = instance.with_addons(TEST_ADDONS)
        arguments += ['-i', ','.join(share.addons)]
    try:
        with Step(f'running Odoo {name}') as step:
            report, status = _run_odoo(
                instance, database, name, share.tags, step if alone else None, *arguments)
        tally.merge(report)
        tally.add(f'{name}:deprecations', ''.join(report.deprecations) or None)
        if share.addons:
            tally.add(f'install:{name}-warnings', ''.join(report.complaints) or None)
        if not report.started:
            tally.add(f'{name}: no test ran', (LOGS / f'{name}.log').read_text()[-4000:])
        elif status and not report.failed:
            tally.add(f'{name}: ended with {status}', ''.join(report.errors[-20:]))
        instance.keep_assets(database, template)
    finally:
        if not keep_db:
            instance.drop(database)


def _run_odoo(instance, database, name, tags, step, *arguments, before=''):
    """Run Odoo's tests of some tags; return (report, exit status of the process)."""
    report = Report(step)
    with (LOGS / f'{name}.log').open('w') as stream:
        process = subprocess.Popen(
            instance.command(
                database, '--test-tags', ','.join(tags), *arguments, '--stop-after-init',
                '--max-cron-threads=0', f'--http-port={free_port()}',
                start=('-c', before + _TIMED_ODOO)),
            env=instance.environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for line in process.stdout:
            stream.write(line)
            report.feed(line)
        return report, process.wait()


def _neighbours_tests(tags, tally, keep_db):
    """Run Odoo's own tests beside the suite, and without it those that failed."""
    instance = Instance('test', durable=False)
    reports = []
    for name, template in (
            ('beside', instance.suite_template()[0]),
            ('without', instance.dependency_template(demo=False))):
        database = f'{name}_{os.getpid()}'
        instance.clone(template, database)
        try:
            with Step(f"running Odoo's own tests {name} the suite") as step:
                report, status = _run_odoo(
                    instance, database, name, tags, step, before=_NEIGHBOURS_TESTS)
            if status and not report.failed:
                tally.add(f'{name}: ended with {status}', ''.join(report.errors[-20:]))
        finally:
            if not keep_db:
                instance.drop(database)
        reports.append(report)
        tags = report.get_failed_tags()
        if not tags:
            break
    _compare(tally, *reports)


def _compare(tally, beside, without=None):
    """Count tests that ran beside the suite; what fails without it, too, is none of its failures."""
    for name in beside.skipped:
        beside.started.pop(name, None)
    beside.skipped.clear()
    if not beside.started:
        tally.add('beside: no test ran', ''.join(beside.errors[-20:]) or 'see the log')
    for name in list(beside.failed) if without else ():
        if name in without.failed:
            beside.started.pop(name, None)
            beside.skipped[name] = 'fails without the suite, too'
            del beside.failed[name]
    tally.merge(beside)


def pictures(_options=None):
    """Take the pictures of ``docs/`` in the demo company, by the tests tagged for it."""
    instance = Instance('run', durable=True)
    _offer_browser(instance)
    template, _complaints = instance.suite_template(demo=True)
    instance.environ['SM_PICTURES'] = str(ROOT / 'docs' / 'pictures')
    tally = Tally()
    _run_share(Share('pictures', ['service_pictures']), instance, template, CACHE / 'screenshots',
               tally, keep_db=False, alone=True)
    # The page in Apps shows some of them, too, and is in the addon.
    for path in (ROOT / 'service_management' / 'static' / 'description').glob('*.png'):
        if (taken := ROOT / 'docs' / 'pictures' / path.name).exists():
            shutil.copy(taken, path)
    for name, text in sorted({**tally.failed, **tally.skipped}.items()):
        print(f'\n--- {name}\n{text.rstrip()}')
    print(tally.closing_line())
    return 1 if tally.failed else 0


def bench(options):
    """Run the benchmarks, each in Odoo's shell on a fresh clone."""
    instance = Instance('test', durable=False)
    template, _complaints = instance.suite_template()
    instance = instance.with_addons(bench_addons(instance.python))
    folder = ROOT / 'tests' / 'benchmarks'
    names = options.names or sorted(
        path.stem for path in folder.glob('*.py') if not path.stem.startswith('_'))
    for name in names:
        database = f'bench_{os.getpid()}'
        instance.clone(template, database)
        try:
            if name not in WITHOUT_FLOOR:
                with Step('installing what the benchmarks compare with') as step:
                    instance.install(database, ['project', 'contract'], False, step)
            code = (f'import sys; sys.path.insert(0, {str(folder)!r})\n'
                    f'import {name}; {name}.main(env, {options.sizes!r})\n')
            subprocess.run(
                instance.command(database, '--no-http', '--log-level=error',
                                 subcommand=['shell']),
                env=instance.environ, input=code, text=True, check=True, stdout=sys.stdout)
        finally:
            instance.drop(database)
    return 0
