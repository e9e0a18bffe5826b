"""The commands of ``./dev``."""
import argparse
import os
import signal
import subprocess
import sys

from . import addons, house, linting, packaging, serving, sheets, testing, translating
from .instance import Instance
from .settings import ROOT


def main():
    """Parse the command line and run a command; ends the process with its status."""
    os.umask(0o022)
    parser = argparse.ArgumentParser(prog='dev', description='Run, test and package the suite.')
    commands = parser.add_subparsers(dest='command', required=True)

    run = commands.add_parser('run', help='Odoo with the suite and demo data, in the browser')
    run.add_argument('--port', type=int, default=8069)
    run.add_argument('--db', default='service_management')
    run.add_argument('--no-demo', action='store_true')
    run.add_argument('--exit-when-ready', action='store_true')
    run.add_argument('odoo_args', nargs='*', help='passed on to Odoo, after --')
    run.set_defaults(function=serving.serve)

    test = commands.add_parser('test', help='all tests and linters, or a part of them')
    test.add_argument(
        'what', nargs='*', help='an addon, Odoo test tags (/addon:Class.method), a test file')
    test.add_argument('--keep-db', action='store_true', help='leave the test databases behind')
    test.add_argument('--no-lint', action='store_true')
    test.add_argument(
        '--odoo', action='store_true',
        help="instead: Odoo's own Python tests of what the suite extends, or those of some Odoo test"
             " tags; only what does not fail without the suite counts as failed")
    test.set_defaults(function=testing.test)

    lint = commands.add_parser('lint', help='ruff, pylint-odoo and the XML checks')
    lint.set_defaults(function=linting.lint)

    update = commands.add_parser('update', help='update addons in the database of `run`')
    update.add_argument('names', nargs='*')
    update.add_argument('--db', default='service_management')
    update.set_defaults(function=_update)

    shell = commands.add_parser('shell', help="Odoo's shell on the database of `run`")
    shell.add_argument('--db', default='service_management')
    shell.set_defaults(function=_shell)

    bench = commands.add_parser('bench', help='the benchmarks in tests/benchmarks')
    bench.add_argument('names', nargs='*', help='benchmark files without .py; all by default')
    bench.add_argument('--sizes', default='100,1000,10000', help='records, comma-separated')
    bench.set_defaults(function=testing.bench)

    pictures = commands.add_parser(
        'pictures', help='take the pictures of the user guide from the demo company')
    pictures.set_defaults(function=testing.pictures)

    translate = commands.add_parser(
        'translate', help='bring the translation files up to the code')
    translate.set_defaults(function=translating.translate)

    drawing = commands.add_parser('house', help='draw the packages of the addon for its developers')
    drawing.set_defaults(function=house.house)

    templates = commands.add_parser('sheets', help='write the import templates anew')
    templates.set_defaults(function=sheets.sheets)

    wheel = commands.add_parser('wheel', help='one wheel per addon, in dist/')
    wheel.set_defaults(function=packaging.wheels)

    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(options.function(options))


def _update(options):
    instance = Instance('run', durable=True)
    hashes = {addon: addons.tree_hash(ROOT / addon) for addon in addons.manifests()}
    serving.update(
        instance, options.db, instance.data / f'{options.db}.json', hashes, demo=False,
        names=options.names or list(hashes))
    return 0


def _shell(options):
    instance = Instance('run', durable=True)
    command = instance.command(options.db, '--no-http', subcommand=['shell'])
    return subprocess.call(command, env=instance.environ)
