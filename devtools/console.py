"""Progress lines, errors that say what to do, logged commands and locks."""
import contextlib
import fcntl
import re
import shutil
import subprocess
import sys
import threading
import time

from .settings import CACHE, LOGS

TTY = sys.stderr.isatty()


class Fail(SystemExit):
    """End the command with a message for the user and exit status 2."""

    def __init__(self, message):
        print(f'error: {message}', file=sys.stderr)
        super().__init__(2)


class Step:
    """One timed line of progress: ``with Step('text') as step: step.note('12 of 40')``."""

    def __init__(self, text):
        self.text = text

    def __enter__(self):
        self.started = self.noted = time.time()
        if TTY:
            self.note('')
        else:
            print(f'-> {self.text} ...', file=sys.stderr, flush=True)
        return self

    def note(self, text):
        """Show how far the step is."""
        if TTY:
            line = f'-> {self.text} ... {text}'[:shutil.get_terminal_size().columns - 1]
            sys.stderr.write('\r\033[K' + line)
            sys.stderr.flush()
        elif text and time.time() - self.noted > 15:
            self.noted = time.time()
            print(f'   {self.text}: {text}', file=sys.stderr, flush=True)

    def __exit__(self, exc_type, exc, traceback):
        clear = '\r\033[K' if TTY else ''
        outcome = 'failed' if exc_type else 'done'
        took = time.time() - self.started
        print(f'{clear}   {self.text}: {outcome} ({took:.1f} s)', file=sys.stderr, flush=True)


def run(command, log='setup', **kwargs):
    """Run a command with its output in a log file; show the log's end when it fails."""
    path = LOGS / f'{log}.log'
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open('ab') as stream:
        stream.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        stream.flush()
        done = subprocess.run(
            [str(part) for part in command], stdout=stream, stderr=stream, **kwargs)
    if done.returncode:
        raise Fail(f'{command[0]} ended with {done.returncode}; see {path}\n{tail(path)}')


def output(command, **kwargs):
    """Return what a command prints."""
    return subprocess.run(
        [str(part) for part in command], check=True, text=True, stdout=subprocess.PIPE, **kwargs,
    ).stdout


def tail(path, lines=25):
    """Return the end of a log."""
    return '\n'.join(path.read_text(errors='replace').splitlines()[-lines:])


@contextlib.contextmanager
def lock(name):
    """Let one process at a time through; say so when another one holds the lock."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f'{name}.lock').open('w') as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f'-> waiting for another run ({name})', file=sys.stderr)
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def watch(report, every=0.3):
    """Call `report` regularly while the body runs."""
    stop = threading.Event()

    def loop():
        """Report, until the body has ended."""
        while not stop.wait(every):
            with contextlib.suppress(OSError):
                report()

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def megabytes(done, total):
    """Say how far a transfer is.

    >>> megabytes(5 << 20, 12 << 20)
    '5 of 12 MB'
    """
    return f'{min(done, total) >> 20} of {total >> 20} MB'


LOG_LINE = re.compile(r'^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (\w+) (\S+) (\S+): (.*)$')


def parse_log_line(line):
    """Split a line of Odoo's log into (level, logger, message), or return None.

    >>> parse_log_line('2026-01-31 10:00:00,123 42 INFO db odoo.addons.sale: Ready')
    ('INFO', 'odoo.addons.sale', 'Ready')
    >>> parse_log_line('Traceback (most recent call last):')
    """
    match = LOG_LINE.match(line.rstrip('\n'))
    return match and (match[1], match[3], match[4])
