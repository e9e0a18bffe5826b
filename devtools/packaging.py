"""``wheel``: one wheel per addon, ``odoo-addon-<name>``, built by ``setup.py``."""
import os

from . import addons
from .console import Step, run
from .python_env import environment
from .settings import ROOT


def wheels(_options=None, target=ROOT / 'dist'):
    """Build the wheels into `target`, where they take the place of earlier ones."""
    python = environment('lint')
    target.mkdir(exist_ok=True)
    for name in addons.manifests():
        # pip refuses to install two versions at once, which `dist/*.whl` would ask for.
        for earlier in target.glob(f'odoo_addon_{name}-*.whl'):
            earlier.unlink()
        with Step(f'building the wheel of {name}'):
            run([python, 'setup.py', '-q', 'bdist_wheel', '--dist-dir', target], cwd=ROOT,
                env={**os.environ, 'SM_ADDON': name})
    for path in sorted(target.glob('*.whl')):
        print(path)
    return 0
