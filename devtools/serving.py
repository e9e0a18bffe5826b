"""``run``: the suite in a database with demo data, in the browser."""
import atexit
import json
import subprocess
import time
import urllib.request

from . import addons
from .console import LOGS, Fail, Step, tail
from .instance import Instance, free_port
from .settings import ROOT

#: Who can be tried in the demo database; the password is the login.
LOGINS = (
    ('admin', 'everything'),
    ('customer_service', 'takes calls and requests, quotes'),
    ('dispatcher', 'plans the board, moves stages'),
    ('technician', 'sees the own day on the phone'),
    ('manager', 'sets up, posts, bills'),
    ('accountant', 'posts the invoices'),
    ('salesperson', 'sells jobs, sees what becomes of them'),
    ('customer', 'asks, accepts, signs and rates in the portal'),
)


def serve(options):
    """Start Odoo; create, complete or update its database first when that is due."""
    started = time.time()
    instance = Instance('run', durable=True)
    hashes = {addon: addons.tree_hash(ROOT / addon) for addon in addons.manifests()}
    state_file = instance.data / f'{options.db}.json'
    if not instance.exists(options.db):
        building = f'{options.db}_building'
        instance.clone(instance.dependency_template(demo=not options.no_demo), building)
        with Step('installing the suite') as step:
            instance.install(building, list(hashes), not options.no_demo, step)
        instance.rename(building, options.db)
        state_file.write_text(json.dumps(hashes))
    update(instance, options.db, state_file, hashes, demo=not options.no_demo)
    port = free_port(options.port)
    process, log = start(instance, options.db, port, *options.odoo_args)
    print(f'\n   http://localhost:{port}/odoo\n')
    for login, purpose in LOGINS[:1] if options.no_demo else LOGINS:
        print(f'   {login:<16} password {login:<16} {purpose}')
    print(f'\n   log {log}; Ctrl-C stops it ({time.time() - started:.0f} s)\n', flush=True)
    if options.exit_when_ready:
        with urllib.request.urlopen(f'http://127.0.0.1:{port}/web/login', timeout=120) as page:
            print('login page', page.status)
        return 0
    try:
        return process.wait()
    except KeyboardInterrupt:
        return 0


def update(instance, database, state_file, hashes, demo, names=None):
    """Bring the database up to the code: install what is new, update what changed."""
    known = json.loads(state_file.read_text()) if state_file.is_file() else {}
    new = [name for name in hashes if name not in known]
    changed = names or [
        name for name in hashes if name in known and known[name] != hashes[name]]
    complaints = []
    for due, is_update in ((new, False), (changed, True)):
        if due:
            with Step(f"{'updating' if is_update else 'installing'} {', '.join(due)}") as step:
                complaints += instance.install(database, due, demo, step, update=is_update)
    state_file.write_text(json.dumps(hashes))
    for line in complaints:
        print(line)


def start(instance, database, port, *arguments, **options):
    """Start a server and wait until it answers; return (process, its log's path).

    :param options: as of `Instance.command`
    """
    log = LOGS / 'server.log'
    with log.open('w') as stream:
        process = subprocess.Popen(
            instance.command(
                database, f'--http-port={port}', f'--db-filter=^{database}$',
                '--max-cron-threads=1', *arguments, **options),
            env=instance.environ, stdout=stream, stderr=stream)
    atexit.register(process.wait)
    atexit.register(process.terminate)
    with Step('starting Odoo'):
        while True:
            if process.poll() is not None:
                raise Fail(f'Odoo stopped; see {log}\n{tail(log)}')
            try:
                with urllib.request.urlopen(f'http://127.0.0.1:{port}/web/health', timeout=2):
                    return process, log
            except OSError:
                time.sleep(0.2)
