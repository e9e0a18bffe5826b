"""``wheel``: one wheel per addon, ``odoo-addon-<name>``, built by whool."""
import shutil
import tempfile
from pathlib import Path

from . import addons
from .console import Step, run
from .python_env import environment
from .settings import ROOT


def wheels(_options=None, target=ROOT / 'dist'):
    """Build the wheels into `target` and return their paths."""
    python = environment('lint')
    target.mkdir(exist_ok=True)
    for name in addons.manifests():
        with Step(f'building the wheel of {name}'), tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / name  # outside of git, whose state must not enter the version
            shutil.copytree(
                ROOT / name, copy, ignore=shutil.ignore_patterns('__pycache__', 'tests'))
            shutil.copy(ROOT / 'LICENSE', copy)
            run([python, '-m', 'build', '--wheel', '--no-isolation', '--outdir', target, copy])
    for path in sorted(target.glob('*.whl')):
        print(path)
    return 0
