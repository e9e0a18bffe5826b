"""The tooling's own rules, without a network and without Odoo."""
import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest

from devtools import addons, console, instance, odoo_source, postgres, serving, settings, testing

LOG = '2026-01-31 10:00:00,123 42 {} db odoo.addons.service_management.tests.test_x: {}\n'


def feed(*lines):
    report = testing.Report()
    for line in lines:
        report.feed(line)
    return report


def count(report):
    tally = testing.Tally()
    tally.merge(report)
    return tally


def test_passed_test_is_counted():
    tally = count(feed(LOG.format('INFO', 'Starting TestX.test_a ... ')))
    assert tally.closing_line() == '1 passed, 0 failed, 0 skipped'


def test_failed_test_is_counted_with_its_traceback():
    tally = count(feed(
        LOG.format('INFO', 'Starting TestX.test_a ... '),
        LOG.format('ERROR', 'FAIL: TestX.test_a'), 'Traceback\n', 'AssertionError: 1 != 2\n'))
    assert tally.closing_line() == '0 passed, 1 failed, 0 skipped'
    assert 'AssertionError: 1 != 2' in next(iter(tally.failed.values()))


def test_failing_subtest_fails_its_test():
    tally = count(feed(
        LOG.format('INFO', 'Starting TestX.test_a ... '),
        LOG.format('ERROR', "FAIL: Subtest TestX.test_a (kind='fee')")))
    assert tally.closing_line() == '0 passed, 1 failed, 0 skipped'


def test_broken_class_is_a_failure():
    tally = count(feed(LOG.format('ERROR', 'ERROR: setUpClass (odoo.addons.x.TestX)')))
    assert tally.closing_line() == '0 passed, 1 failed, 0 skipped'


def test_skipped_test_is_counted_as_skipped():
    tally = count(feed(
        LOG.format('INFO', 'Starting TestX.test_a ... '),
        LOG.format('INFO', 'skipped TestX.test_a : no sequence here')))
    assert tally.closing_line() == '0 passed, 0 failed, 1 skipped'


@pytest.mark.parametrize('reason', ['Chrome executable not found', 'websocket-client is missing'])
def test_browser_test_that_could_not_run_is_a_failure(reason):
    tally = count(feed(
        LOG.format('INFO', 'Starting TestX.test_a ... '),
        LOG.format('INFO', f'skipped TestX.test_a : {reason}')))
    assert tally.closing_line() == '0 passed, 1 failed, 0 skipped'


def test_names_of_addons_tags_and_files_are_told_apart():
    files, tags = testing._sort_out([
        'service_management', '/service_management:TestX.test_a', 'tests/test_devtools.py',
        'service_management/tests/common.py'])
    assert files == [settings.ROOT / 'tests' / 'test_devtools.py']
    assert tags == ['/service_management', '/service_management:TestX.test_a',
                    '/service_management/tests/common.py']


def test_tests_do_not_make_an_update_due(tmp_path):
    (tmp_path / 'models').mkdir()
    (tmp_path / 'tests').mkdir()
    (tmp_path / 'models' / 'a.py').write_text('x = 1')
    before = addons.tree_hash(tmp_path)
    (tmp_path / 'tests' / 'test_a.py').write_text('x = 2')
    assert addons.tree_hash(tmp_path) == before
    (tmp_path / 'models' / 'a.py').write_text('x = 2')
    assert addons.tree_hash(tmp_path) != before


def test_dependencies_are_those_the_suite_does_not_hold(tmp_path):
    for name, depends in (('a', ['base', 'b']), ('b', ['sale'])):
        (tmp_path / name).mkdir()
        (tmp_path / name / '__manifest__.py').write_text(repr({'depends': depends}))
    (tmp_path / 'c').mkdir()
    (tmp_path / 'c' / '__manifest__.py').write_text(
        repr({'depends': ['stock'], 'installable': False}))
    assert addons.outside_dependencies(tmp_path) == ['base', 'sale']


def test_foreign_odoo_series_is_refused_with_what_to_do(tmp_path, monkeypatch, capsys):
    (tmp_path / 'odoo').mkdir()
    (tmp_path / 'odoo' / 'release.py').write_text("version_info = (18, 0, 0, FINAL, 0, '')")
    monkeypatch.setenv('ODOO_HOME', str(tmp_path))
    with pytest.raises(SystemExit):
        odoo_source.odoo_home()
    assert 'is not Odoo 19.0' in capsys.readouterr().err


def test_odoo_home_is_used_as_it_is(tmp_path, monkeypatch):
    (tmp_path / 'odoo').mkdir()
    (tmp_path / 'odoo' / 'release.py').write_text("version_info = (19, 0, 0, FINAL, 0, '')")
    monkeypatch.setenv('ODOO_HOME', str(tmp_path))
    assert odoo_source.odoo_home() == tmp_path


def test_users_server_is_used_as_it_is(monkeypatch):
    monkeypatch.setenv('PGHOST', 'db.example.com')
    monkeypatch.setenv('PGPORT', '6543')
    monkeypatch.setenv('PGUSER', 'me')
    server = postgres.Postgres('test', None, durable=False)
    assert server.start().odoo_options() == [
        '--db_host=db.example.com', '--db_port=6543', '--db_user=me']


def test_busy_port_is_stepped_over():
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert instance.free_port(port) > port


def test_failed_step_names_the_log_and_its_end(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(console, 'LOGS', tmp_path)
    with pytest.raises(SystemExit):
        console.run([sys.executable, '-c', 'import sys; print("no disk"); sys.exit(3)'])
    said = capsys.readouterr().err
    assert 'ended with 3' in said
    assert str(tmp_path) in said
    assert 'no disk' in said


def test_every_command_explains_itself():
    commands = ['run', 'test', 'lint', 'update', 'shell', 'bench', 'wheel', 'pictures']
    for command in commands:
        done = subprocess.run(
            [sys.executable, settings.ROOT / 'dev', command, '--help'], check=True,
            capture_output=True, text=True)
        assert 'usage' in done.stdout


def test_no_registry_host_is_written_down():
    names = ('deb.debian' + '.org', 'pypi.org/' + 'simple', 'registry.' + 'npmjs')
    for path in settings.ROOT.rglob('*'):
        relative = path.relative_to(settings.ROOT)
        if path.is_file() and relative.parts[0] not in ('.git', '.cache', 'dist') \
                and path.suffix in ('.py', '.txt', '.in', '.md', '.toml', '.cfg', '.xml', ''):
            text = path.read_text(errors='ignore')
            assert not [name for name in names if name in text], relative


def test_update_runs_once_when_nothing_changed(tmp_path):
    calls = []
    fake = SimpleNamespace(install=lambda *args, **kwargs: calls.append(args) or [])
    state = tmp_path / 'state.json'
    serving.update(fake, 'db', state, {'a': '1'}, demo=False)
    serving.update(fake, 'db', state, {'a': '1'}, demo=False)
    assert len(calls) == 1
    serving.update(fake, 'db', state, {'a': '2'}, demo=False)
    assert len(calls) == 2
