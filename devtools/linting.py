"""``lint``: ruff, pylint-odoo, the OCA checks of XML, CSV and PO files."""
import subprocess

from . import addons
from .console import Step
from .python_env import environment
from .settings import ROOT, TEST_ADDONS

#: pylint-odoo's checks that do not fit here: wizards are in ``wizards/`` as in Odoo itself,
#: computes and hooks return nothing whether they call super or not, and a large model has a file
#: per feature.
_PYLINT_OFF = 'no-wizard-in-models,missing-return,consider-merging-classes-inherited'


def run_linters():
    """Run every linter; return {name: what it found, '' when nothing}."""
    python = environment('lint')
    scripts = python.parent
    folders = [*addons.manifests(), *(TEST_ADDONS / name for name in addons.manifests(TEST_ADDONS))]
    commands = {
        'ruff': [scripts / 'ruff', 'check', '--no-cache', '.'],
        'pylint-odoo': [
            scripts / 'pylint', '--rcfile=.pylintrc', '--disable=all', '--enable=odoolint',
            f'--disable={_PYLINT_OFF}', *folders],
        'oca-checks': [scripts / 'oca-checks-odoo-module', '--config=.oca_hooks.cfg', *folders],
    }
    found = {}
    for name, command in commands.items():
        with Step(name):
            done = subprocess.run(
                [str(part) for part in command], cwd=ROOT, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        found[name] = (done.stdout.strip() or f'exit status {done.returncode}') \
            if done.returncode else ''
    return found


def lint(_options=None):
    """Run all linters and print what they found."""
    found = run_linters()
    for text in filter(None, found.values()):
        print(text)
    return 1 if any(found.values()) else 0
