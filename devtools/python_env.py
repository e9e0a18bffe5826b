"""Virtual environments with locked packages."""
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .console import Fail, Step, output, run
from .settings import CACHE, PYTHON_MAX, PYTHON_MIN, PYTHON_PREFERRED, REQUIREMENTS, UV


def find_python():
    """Return the interpreter to build environments with: ``SM_PYTHON``, this one, or another."""
    if os.environ.get('SM_PYTHON'):
        return os.environ['SM_PYTHON']
    if PYTHON_MIN <= sys.version_info[:2] <= PYTHON_MAX and _has_venv(sys.executable):
        return sys.executable
    for major, minor in PYTHON_PREFERRED:
        candidates = [shutil.which(f'python{major}.{minor}')]
        candidates += sorted(
            Path.home().glob(f'.pyenv/versions/{major}.{minor}.*/bin/python'))
        for candidate in filter(None, candidates):
            if _has_venv(candidate):
                return str(candidate)
    raise Fail('no Python 3.10 to 3.13 with the venv module found; set SM_PYTHON to one')


def _has_venv(python):
    probe = [str(python), '-c', 'import ensurepip, venv']
    return not subprocess.run(probe, stderr=subprocess.DEVNULL).returncode


def environment(name):
    """Return the interpreter of the environment made from ``requirements/<name>.txt``.

    That of the tests, which Odoo runs in, too, has the addons of others that bridges need.
    """
    requirements = REQUIREMENTS / f'{name}.txt'
    others = REQUIREMENTS / 'addons.txt' if name == 'test' else None
    base = find_python()
    key = hashlib.sha256(
        requirements.read_bytes() + (others.read_bytes() if others else b'')
        + output([base, '-V']).encode() + UV.encode()).hexdigest()
    folder = CACHE / f'venv-{name}'
    python, stamp = folder / 'bin' / 'python', folder / '.complete'
    if not (stamp.is_file() and stamp.read_text() == key):
        with Step(f'installing Python packages ({name})'):
            shutil.rmtree(folder, ignore_errors=True)
            run([base, '-m', 'venv', folder])
            run([python, '-m', 'pip', 'install', '-q', '--disable-pip-version-check', UV])
            install(python, '--require-hashes', '-r', requirements)
            if others:
                install(python, '--require-hashes', '--no-deps', '-r', others)
            stamp.write_text(key)
    return python


def install(python, *arguments):
    """Install packages into the environment of `python`."""
    run([python, '-m', 'uv', 'pip', 'install', '-q', '-p', python, *arguments])


def bench_addons(python):
    """Return the folder of the addons that only benchmarks compare with."""
    requirements = REQUIREMENTS / 'bench.txt'
    folder = CACHE / f'bench-{hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]}'
    if not folder.is_dir():
        with Step('getting what the benchmarks compare with'):
            install(python, '--require-hashes', '--no-deps', '--target', folder, '-r', requirements)
    return folder / 'odoo' / 'addons'


def site_packages(python):
    """Return the folder an environment's packages are in."""
    return next((python.parent.parent / 'lib').glob('python3.*/site-packages'))
