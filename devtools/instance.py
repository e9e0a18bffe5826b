"""Odoo on a PostgreSQL: commands, databases, templates."""
import contextlib
import copy
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess

from . import addons
from .console import LOGS, Fail, Step, lock, output, parse_log_line, run, tail
from .odoo_source import odoo_home, odoo_version
from .postgres import Postgres
from .python_env import environment, site_packages
from .settings import CACHE, REQUIREMENTS, ROOT

#: Compiled once in the template, so that no test and no first visitor waits for them.
_COMPILE_ASSETS = """
qweb = env['ir.qweb']
for bundle in {bundles!r}:
    assets = qweb._get_asset_bundle(bundle, css=True, js=True)
    assets.css()
    if not bundle.endswith('print'):
        assets.js()
env.cr.commit()
"""
_BUNDLES = [
    'web.assets_web', 'web.assets_web_print', 'web.assets_frontend', 'portal.assets_chatter',
    'portal.assets_chatter_style']

#: Runs in the environment's Python, which has psycopg2; prints the rows as JSON.
_SQL = """
import json, sys, psycopg2
host, port, user, database, query = sys.argv[1:]
connection = psycopg2.connect(host=host, port=port, user=user, dbname=database)
connection.autocommit = True
cursor = connection.cursor()
cursor.execute(query)
print(json.dumps(cursor.fetchall() if cursor.description else []))
"""

_COPY_ASSETS = """
import io, os, sys, psycopg2
host, port, user, source, target, filestore = sys.argv[1:]
connect = lambda name: psycopg2.connect(host=host, port=port, user=user, dbname=name)
a, b = connect(source), connect(target)
ac, bc = a.cursor(), b.cursor()
ac.execute("select string_agg(quote_ident(column_name), ',') from information_schema.columns"
           " where table_name = 'ir_attachment' and column_name <> 'id'")
columns = ac.fetchone()[0]
buffer = io.StringIO()
ac.copy_expert(f"copy (select {columns} from ir_attachment where url like '/web/assets/%')"
               " to stdout", buffer)
buffer.seek(0)
bc.execute("create temp table t (like ir_attachment) on commit drop")
bc.execute("alter table t alter column id drop not null")
bc.copy_expert(f"copy t ({columns}) from stdin", buffer)
bc.execute(f"insert into ir_attachment ({columns}) select {columns} from t where not exists"
           " (select 1 from ir_attachment x where x.url = t.url) returning store_fname")
for (name,) in bc.fetchall():
    path = name and os.path.join(filestore, target, name)
    if path and not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.link(os.path.join(filestore, source, name), path)
b.commit()
"""


class Instance:
    """Odoo with its packages and server; `kind` ('run' or 'test') names its cluster and files."""

    def __init__(self, kind, durable):
        with lock('setup'):
            self.home = odoo_home()
            self.python = environment('test')
            # Copies of the project share the packages, and one of them may go.
            (site_packages(self.python) / '_odoo_home.pth').write_text(f'{self.home.resolve()}\n')
            self.postgres = Postgres(kind, self.python, durable).start()
        self.addons_path = [ROOT]
        self.data = CACHE / f'data-{kind}'
        self.data.mkdir(parents=True, exist_ok=True)
        self.environ = {
            name: value for name, value in os.environ.items()
            if not name.startswith(('PG', 'ODOO_RC')) or name in ('PGPASSWORD', 'PGSSLMODE')}
        self._find_wkhtmltopdf()
        if self.postgres.binaries:
            self.environ['PATH'] = f"{self.postgres.binaries}{os.pathsep}{self.environ['PATH']}"

    def _find_wkhtmltopdf(self):
        """Let Odoo print with the packaged wkhtmltopdf where the machine has none."""
        packaged = self.python.parent / 'wkhtmltopdf-pack'
        if shutil.which('wkhtmltopdf') or not packaged.is_file():
            return
        folder = CACHE / 'bin'
        folder.mkdir(exist_ok=True)
        link = folder / 'wkhtmltopdf'
        link.unlink(missing_ok=True)
        link.symlink_to(packaged)
        self.environ['PATH'] = f"{folder}{os.pathsep}{self.environ['PATH']}"

    def with_addons(self, folder):
        """Return the same instance that finds the addons of another folder, too."""
        other = copy.copy(self)
        other.addons_path = [*self.addons_path, folder]
        return other

    # ------------------------------------------------------------------ commands
    def command(self, database, *arguments, subcommand=(), start=('-m', 'odoo')):
        """Return the command that runs Odoo; `start` is how Python comes to it."""
        return [str(part) for part in (
            self.python, *start, *subcommand, '-c', os.devnull, '-d', database,
            f"--addons-path={','.join(map(str, self.addons_path))}",
            *self.postgres.odoo_options(), f'--data-dir={self.data}',
            '--http-interface=127.0.0.1', *arguments)]

    def shell(self, database, code, log='shell'):
        """Run Python code in Odoo's shell."""
        command = self.command(
            database, '--no-http', '--log-level=warn', subcommand=['shell'])
        run(command, env=self.environ, log=log, input=code.encode())

    def install(self, database, names, demo, step, update=False):
        """Install or update addons; return the warnings and errors logged meanwhile."""
        arguments = ['-u' if update else '-i', ','.join(names), '--stop-after-init', '--no-http']
        if demo:
            arguments.append('--with-demo')
        path = LOGS / f'install-{database}.log'
        path.parent.mkdir(parents=True, exist_ok=True)
        complaints = []
        with path.open('w') as stream:
            process = subprocess.Popen(
                self.command(database, *arguments), env=self.environ, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            for line in process.stdout:
                stream.write(line)
                if match := re.search(r'Loading module (\S+) \((\d+/\d+)\)', line):
                    step.note(f'{match[2]} {match[1]}')
                parsed = parse_log_line(line)
                if parsed and parsed[0] in ('WARNING', 'ERROR', 'CRITICAL'):
                    complaints.append(line.rstrip())
        if process.wait():
            raise Fail(f"installing {', '.join(names)} failed; see {path}\n{tail(path, 40)}")
        return complaints

    # ------------------------------------------------------------------ databases
    def _python(self, code, *arguments):
        return output([self.python, '-c', code, self.postgres.host, self.postgres.port,
                       self.postgres.user, *arguments], env=self.environ)

    def sql(self, query, database='postgres'):
        """Return the rows of a query as lists."""
        return json.loads(self._python(_SQL, database, query))

    def exists(self, database):
        """Tell whether there is a database of this name."""
        return bool(self.sql(f"select 1 from pg_database where datname = '{database}'"))

    def drop(self, database):
        """Delete a database and its filestore, if there is one."""
        self.sql(f'drop database if exists "{database}" with (force)')
        shutil.rmtree(self._filestore(database), ignore_errors=True)

    def rename(self, old, new):
        """Rename a database with its filestore."""
        self.sql(f'alter database "{old}" rename to "{new}"')
        if self._filestore(old).is_dir():
            shutil.rmtree(self._filestore(new), ignore_errors=True)
            self._filestore(old).rename(self._filestore(new))

    def clone(self, source, target):
        """Make a database anew as the copy of another one, with its filestore."""
        self.drop(target)
        strategy = ' strategy file_copy' if not self.postgres.external else ''
        self.sql(f'create database "{target}" template "{source}"{strategy}')
        if self._filestore(source).is_dir():
            shutil.copytree(
                self._filestore(source), self._filestore(target), copy_function=os.link)

    def keep_assets(self, source, target):
        """Carry compiled web assets over; they are keyed by what they hold."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self._python(_COPY_ASSETS, source, target, self.data / 'filestore')

    def _filestore(self, database):
        return self.data / 'filestore' / database

    # ------------------------------------------------------------------ templates
    def _template_name(self, prefix, *parts):
        digest = hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
        return f'sm_{prefix}_{digest}'

    def _replace_template(self, prefix, name):
        """Drop the older templates of a kind and return a name to build the new one under."""
        for (old,) in self.sql(
                f"select datname from pg_database where datname like 'sm\\_{prefix}\\_%'"):
            self.drop(old)
        building = f'building_{name}'
        self.drop(building)
        return building

    def dependency_template(self, demo):
        """Return a database holding all that the suite needs, with its assets compiled."""
        needed = addons.outside_dependencies()
        prefix = 'depsdemo' if demo else 'deps'
        name = self._template_name(
            prefix, odoo_version(self.home), needed, (REQUIREMENTS / 'odoo.txt').read_text(),
            _BUNDLES)
        with lock(f'template-{prefix}'):
            if self.exists(name):
                return name
            building = self._replace_template(prefix, name)
            text = f'installing Odoo and {len(needed)} addons the suite needs'
            with Step(text + (' with demo data' if demo else '')) as step:
                self.install(building, needed, demo, step)
            with Step('compiling web assets'):
                self.shell(building, _COMPILE_ASSETS.format(bundles=_BUNDLES), log='template')
            self.rename(building, name)
        return name

    def suite_template(self, demo=False):
        """Return (database with the suite installed, what its installation complained of)."""
        base = self.dependency_template(demo)
        hashes = {addon: addons.tree_hash(ROOT / addon) for addon in addons.manifests()}
        prefix = 'suitedemo' if demo else 'suite'
        name = self._template_name(prefix, base, hashes)
        said = self.data / f'{name}.complaints.json'
        with lock(f'template-{prefix}'):
            if not self.exists(name) or not said.is_file():
                building = self._replace_template(prefix, name)
                self.clone(base, building)
                with Step('installing the suite' + (' with demo data' if demo else '')) as step:
                    complaints = self.install(building, list(hashes), demo, step)
                self.rename(building, name)
                for old in self.data.glob(f'sm_{prefix}_*.complaints.json'):
                    old.unlink()
                said.write_text(json.dumps(complaints))
        return name, json.loads(said.read_text())


def free_port(first=0):
    """Return a port nobody listens on, from `first` upwards."""
    for port in range(first, first + 50) if first else [0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(('127.0.0.1', port))
                return probe.getsockname()[1]
            except OSError:
                continue
    raise Fail(f'no free port from {first}; give another one with --port')
