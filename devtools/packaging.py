"""``wheel``: one wheel per addon, ``odoo-addon-<name>``, built by ``setup.py``."""
import os

from . import addons
from .console import Step, run
from .python_env import environment
from .settings import ROOT


def wheels(_options=None, target=ROOT / 'dist'):
    """Build the wheels into `target`."""
    python = environment('lint')
    target.mkdir(exist_ok=True)
    for name in addons.manifests():
        with Step(f'building the wheel of {name}'):
            run([python, 'setup.py', '-q', 'bdist_wheel', '--dist-dir', target], cwd=ROOT,
                env={**os.environ, 'SM_ADDON': name})
    for path in sorted(target.glob('*.whl')):
        print(path)
    return 0
