"""``test``: plain tests, linters, Odoo's tests and browser tours, counted together."""
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from . import addons, linting
from .browser import browser_folder
from .console import LOGS, Step, parse_log_line
from .instance import Instance, free_port
from .python_env import bench_addons
from .settings import CACHE, ROOT

#: Test classes that drive a browser carry this tag; they run beside the others.
BROWSER_TAG = 'service_browser'
_BROWSER_MISSING = re.compile('chrome|chromium|websocket', re.I)


class Tally:
    """What ran and how it ended."""

    def __init__(self):
        self.passed, self.skipped, self.failed = set(), {}, {}
        self._lock = threading.Lock()

    def add(self, name, failure=None):
        with self._lock:
            if failure is None:
                self.passed.add(name)
            else:
                self.failed[name] = failure

    def merge(self, report):
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

    def closing_line(self):
        line = f'{len(self.passed)} passed, {len(self.failed)} failed'
        return line + f', {len(self.skipped)} skipped'


class Report:
    """Reads the log of an Odoo test run, line by line."""

    def __init__(self, step=None):
        self.started, self.failed, self.skipped, self.errors = {}, {}, {}, []
        self.step = step
        self._current = None

    def feed(self, line):
        parsed = parse_log_line(line)
        if not parsed:
            if self._current is not None:
                self.failed[self._current].append(line)
            return
        self._current = None
        level, logger, message = parsed
        module = logger.removeprefix('odoo.addons.')
        if match := re.match(r'Starting (\S+) \.\.\. ?$', message):
            self.started[f'{module}:{match[1]}'] = time.time()
            if self.step:
                self.step.note(f'{len(self.started)} run, {len(self.failed)} failed: {match[1]}')
        elif match := re.match(r'skipped (?:Subtest )?(\S+).* : (.*)', message):
            self.skipped[f'{module}:{match[1]}'] = match[2]
        elif level == 'ERROR' and (
                match := re.match(r'(ERROR|FAIL): (?:Subtest )?(.*)$', message)):
            name = match[2] if match[2].startswith('setUpClass') else match[2].split(' ')[0]
            self._current = f'{module}:{name}'
            self.failed.setdefault(self._current, []).append(line)
        elif level in ('ERROR', 'CRITICAL'):
            self.errors.append(line)


def test(options):
    """Run what was asked for; print what failed and one closing line."""
    started = time.time()
    files, tags = _sort_out(options.what)
    tally = Tally()
    if not options.what and not options.no_lint:
        for name, text in linting.run_linters().items():
            tally.add(f'lint:{name}', text or None)
    if files or not options.what:
        _plain_tests(files or [ROOT / 'tests'], tally)
    if tags or not options.what:
        _odoo_tests(tags, tally, options.keep_db)
    for name, text in sorted(tally.failed.items()):
        print(f'\n--- {name}\n{text.rstrip()}')
    for name, reason in sorted(tally.skipped.items()):
        print(f'skipped {name}: {reason}')
    print(f'\nlogs in {LOGS} ({time.time() - started:.0f} s)')
    print(tally.closing_line())
    return 1 if tally.failed else 0


def _sort_out(names):
    """Tell plain test files from Odoo test tags.

    >>> _sort_out(['service_management', '/service_management:TestOrder'])
    ([], ['/service_management', '/service_management:TestOrder'])
    """
    files, tags = [], []
    for name in names:
        path = Path(name)
        if path.exists() and ROOT / 'tests' in [path.resolve(), *path.resolve().parents]:
            files.append(path.resolve())
        elif path.suffix == '.py' and path.exists():
            tags.append('/' + str(path.resolve().relative_to(ROOT)))
        elif path.name in addons.manifests() or Path(name.strip('/')).name in addons.manifests():
            tags.append('/' + name.strip('/'))
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
        problem = next((case.find(tag) for tag in ('failure', 'error')
                        if case.find(tag) is not None), None)
        if problem is not None:
            tally.add(name, problem.text or problem.get('message'))
        elif case.find('skipped') is not None:
            tally.skipped[name] = case.find('skipped').get('message')
        else:
            tally.add(name)
    result.unlink()


def _odoo_tests(tags, tally, keep_db):
    """Run Odoo's tests on clones of an installed database, browser tests beside the others."""
    instance = Instance('test', durable=False)
    folder = browser_folder()
    if folder:
        instance.environ['PATH'] = f"{folder}{os.pathsep}{instance.environ['PATH']}"
    template, complaints = instance.suite_template()
    tally.add('install:warnings', '\n'.join(complaints) or None)
    if not tags:
        _template, complaints = instance.suite_template(demo=True)
        tally.add('install:demo-warnings', '\n'.join(complaints) or None)
    wanted = ','.join(tags or (f'/{name}' for name in addons.manifests()))
    if tags:
        shares = {'tests': wanted}
    else:
        shares = {
            'tests': f'{wanted},-{BROWSER_TAG}',
            'tours': ','.join(f'{BROWSER_TAG}/{name}' for name in addons.manifests()),
        }
    shots = CACHE / 'screenshots'
    shutil.rmtree(shots, ignore_errors=True)
    threads = [
        threading.Thread(target=_run_share, args=(
            instance, template, name, share, shots, tally, keep_db, len(shares) == 1))
        for name, share in shares.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _run_share(instance, template, name, tags, shots, tally, keep_db, alone):
    database = f'{name}_{os.getpid()}'
    instance.clone(template, database)
    log = LOGS / f'{name}.log'
    try:
        with Step(f'running Odoo {name}') as step, log.open('w') as stream:
            report = Report(step if alone else None)
            process = subprocess.Popen(
                instance.command(
                    database, '--test-tags', tags, '--stop-after-init', '--max-cron-threads=0',
                    f'--http-port={free_port()}', f'--screenshots={shots}'),
                env=instance.environ, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            for line in process.stdout:
                stream.write(line)
                report.feed(line)
            status = process.wait()
        tally.merge(report)
        if not report.started:
            tally.add(f'{name}: no test ran', log.read_text()[-4000:])
        elif status and not report.failed:
            tally.add(f'{name}: ended with {status}', ''.join(report.errors[-20:]))
        instance.keep_assets(database, template)
    finally:
        if not keep_db:
            instance.drop(database)


def pictures(_options=None):
    """Take the pictures of ``docs/`` in the demo company, by the tests tagged for it."""
    instance = Instance('run', durable=True)
    template, _complaints = instance.suite_template(demo=True)
    instance.environ['SM_PICTURES'] = str(ROOT / 'docs' / 'pictures')
    tally = Tally()
    _run_share(instance, template, 'pictures', 'service_pictures', CACHE / 'screenshots', tally,
               keep_db=False, alone=True)
    print(tally.closing_line())
    return 1 if tally.failed else 0


def bench(options):
    """Run the benchmarks, each in Odoo's shell on a fresh clone."""
    instance = Instance('test', durable=False)
    template, _complaints = instance.suite_template()
    instance.addons_path.append(bench_addons(instance.python))
    folder = ROOT / 'tests' / 'benchmarks'
    names = options.names or sorted(
        path.stem for path in folder.glob('*.py') if not path.stem.startswith('_'))
    for name in names:
        database = f'bench_{os.getpid()}'
        instance.clone(template, database)
        try:
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
