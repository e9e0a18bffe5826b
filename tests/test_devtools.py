"""The tooling's own rules, without a network and without Odoo."""
import socket
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest

from devtools import (
    addons,
    console,
    distribution,
    instance,
    odoo_source,
    postgres,
    serving,
    settings,
    sheets,
    testing,
)

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


def feed_timed(*timed_lines):
    """Feed (second of the wall clock, message) with logged times that stand still."""
    seconds = iter([second for second, _message in timed_lines])
    report = testing.Report(clock=lambda: next(seconds))
    for _second, message in timed_lines:
        report.feed(LOG.format('INFO', message + ' '))
    return report


def test_times_are_those_of_the_reader_not_of_a_frozen_log():
    report = feed_timed(
        (5, 'Starting post tests'),
        (7, 'Starting TestX.test_a ...'), (10, 'Ended TestX.test_a'),
        (10, 'Starting TestX.test_b ...'), (10.5, 'Ended TestX.test_b'))
    name = 'service_management.tests.test_x:TestX.test_{}'
    assert report.seconds == {name.format('a'): 3, name.format('b'): 0.5}


def test_set_up_of_a_class_is_told_apart_from_the_test_before_it():
    report = feed_timed(
        (5, 'Starting post tests'),
        (7, 'Starting TestX.test_a ...'), (8, 'Ended TestX.test_a'),
        (8, 'Starting TestX.test_b ...'), (9, 'Ended TestX.test_b'),
        (13, 'Starting TestY.test_a ...'), (14, 'Ended TestY.test_a'))
    assert set(report.seconds.values()) == {1}
    name = 'service_management.tests.test_x:Test{}'
    assert report.set_up_seconds == {name.format('X'): 2, name.format('Y'): 4}


def test_slowest_are_told_with_set_ups_of_classes():
    tally = testing.Tally()
    tally.merge(feed_timed(
        (0, 'Starting post tests'),
        (4, 'Starting TestX.test_a ...'), (5, 'Ended TestX.test_a'),
        (5, 'Starting TestX.test_b ...'), (7, 'Ended TestX.test_b')))
    tally.seconds['tests.test_plain:test_c'] = 3.0
    assert tally.slowest(limit=3) == [
        'the slowest of 3 tests (6 s) and of 1 set-ups (4 s):',
        '     4.0 s  set-up of service_management.tests.test_x:TestX',
        '     3.0 s  tests.test_plain:test_c',
        '     2.0 s  service_management.tests.test_x:TestX.test_b']


def test_deprecations_are_those_of_our_code():
    line = '{}:12: DeprecationWarning: Use that instead.'
    ours = line.format(settings.ROOT / 'service_management' / 'models' / 'a.py')
    report = feed(
        LOG.format('WARNING', line.format('/usr/lib/odoo/a.py')), LOG.format('WARNING', ours),
        LOG.format('WARNING', line.format(settings.ROOT / '.cache' / 'odoo' / 'a.py')))
    assert [ours in found for found in report.deprecations] == [True]


def feed_sale(*failed, ran=('a', 'b')):
    """Feed a run of Odoo's own tests of sales, some of which failed."""
    log = LOG.replace('service_management', 'sale')
    return feed(*(log.format(*line) for name in ran for line in (
        ('INFO', f'Starting TestX.test_{name} ... '),
        *[('ERROR', f'FAIL: TestX.test_{name}')] * (name in failed))))


def test_what_fails_beside_us_only_is_a_failure():
    tally = testing.Tally()
    beside = feed_sale('a', 'b', ran='abc')
    assert beside.get_failed_tags() == ['/sale:TestX']
    testing._compare(tally, beside, feed_sale('b', ran='abc'))
    assert tally.closing_line() == '1 passed, 1 failed, 1 skipped'
    assert list(tally.failed) == ['sale.tests.test_x:TestX.test_a']
    assert list(tally.skipped) == ['sale.tests.test_x:TestX.test_b']


def test_broken_class_beside_us_is_run_without_us():
    report = feed(LOG.format('ERROR', 'ERROR: setUpClass (odoo.addons.sale.tests.test_x.TestX)'))
    assert report.get_failed_tags() == ['/sale:TestX']


def test_no_test_beside_us_is_a_failure():
    tally = testing.Tally()
    testing._compare(tally, feed())
    assert tally.closing_line() == '0 passed, 1 failed, 0 skipped'


def test_last_line_counts(monkeypatch, capsys):
    monkeypatch.setattr(testing, '_get_odoo_tests', lambda tags, tally, keep_db: [
        lambda: tally.merge(
            feed_timed((0, 'Starting TestX.test_a ...'), (5, 'Ended TestX.test_a')))])
    assert testing.test(SimpleNamespace(
        what=['service_management'], no_lint=True, keep_db=False, odoo=False)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert '     5.0 s  service_management.tests.test_x:TestX.test_a' in lines
    assert lines[-1] == '1 passed, 0 failed, 0 skipped'


def test_names_of_addons_tags_and_files_are_told_apart():
    files, tags = testing._sort_out([
        'service_management', '/service_management:TestX.test_a', 'tests/test_devtools.py',
        'service_management/tests/common.py', 'test_service_management:TestX',
        'tests/addons/test_service_management/tests/test_hooks.py', 'service_browser'])
    assert files == [settings.ROOT / 'tests' / 'test_devtools.py']
    assert tags == ['/service_management', '/service_management:TestX.test_a',
                    '/service_management/tests/common.py', '/test_service_management:TestX',
                    '/test_service_management/tests/test_hooks.py', 'service_browser']


def test_addons_of_tests_are_installed_where_their_tests_run_only():
    extra = addons.manifests(settings.TEST_ADDONS)
    assert 'test_service_management' in extra
    for tags in ([], ['/service_management', '/test_service_management:TestX']):
        shares = {share.name: share for share in testing._get_shares(tags)}
        assert [name for name, share in shares.items() if share.addons] == ['hooks']
        assert all('test_service_management' in tag for tag in shares['hooks'].tags)
    [share] = testing._get_shares(['service_browser'])
    assert (share.name, share.tags, share.addons) == ('tests', ['service_browser'], ())


def test_each_file_of_tests_is_in_one_share():
    tags = [tag for share in testing._get_shares([]) for tag in share.tags]
    for addon in addons.manifests():
        files = [f'/{addon}/tests/{path.name}' for path in
                 (settings.ROOT / addon / 'tests').glob('test_*.py')]
        assert files
        assert tags.count(f'/{addon}') == 1 or [tags.count(name) for name in files] == [1] * len(files)


def test_two_work_beside_each_other_until_all_is_done():
    met, tally, ran = threading.Barrier(2, timeout=60), testing.Tally(), []

    def meet():
        met.wait()
        ran.append('met')

    def prepare():
        yield meet
        yield lambda: ran.append('more')

    testing._run_beside([meet], prepare(), tally=tally)
    assert (sorted(ran), tally.failed) == (['met', 'met', 'more'], {})


def test_run_that_breaks_off_is_a_failure():
    tally, ran = testing.Tally(), []
    testing._run_beside([lambda: 1 / 0], [lambda: ran.append('other')], tally=tally)
    assert ran == ['other']
    assert 'ZeroDivisionError' in ''.join(tally.failed.values())


def test_addons_of_tests_are_in_no_wheel():
    assert not set(addons.manifests(settings.TEST_ADDONS)) & set(addons.manifests())
    assert not [path for name in addons.manifests() for path in distribution.files_of(name)
                if 'test_service_management' in path.parts]


def test_more_addons_are_found_by_those_who_ask_only():
    one = object.__new__(instance.Instance)
    one.addons_path = [settings.ROOT]
    assert one.with_addons(settings.TEST_ADDONS).addons_path == [settings.ROOT, settings.TEST_ADDONS]
    assert one.addons_path == [settings.ROOT]


def test_complaints_of_an_installation_are_those_before_the_first_test():
    report = feed(
        LOG.format('WARNING', 'a label is used twice'),
        LOG.format('INFO', 'Starting TestX.test_a ... '), LOG.format('WARNING', 'late'))
    assert [line.rstrip().endswith('a label is used twice') for line in report.complaints] == [True]


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


def test_readme_says_which_odoo_was_tested():
    assert settings.ODOO_DEB_VERSION in (settings.ROOT / 'README.md').read_text()


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


def test_languages_are_those_of_the_translation_files():
    for name in addons.manifests():
        files = {path.stem for path in (settings.ROOT / name / 'i18n').glob('*.po')}
        assert files == set(settings.LANGUAGES.values())


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


def test_import_templates_are_those_of_the_table():
    files = {path.stem: path.read_bytes() for path in sheets.FOLDER.glob('*.xlsx')}
    made = {name: sheets.make_sheet(rows) for name, rows in sheets.SHEETS.items()}
    assert files == made, "./dev sheets writes them anew"
