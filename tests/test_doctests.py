"""The examples in the docstrings of plain Python: tools of the addons, and the tooling."""
import doctest
import importlib

import pytest

from devtools.settings import ROOT

TOOLS = [f'tools.{path.stem}' for path in (ROOT / 'service_management' / 'tools').glob('[!_]*.py')]
MODULES = [f'devtools.{path.stem}' for path in (ROOT / 'devtools').glob('[!_]*.py')]


@pytest.mark.parametrize('name', sorted(TOOLS + MODULES))
def test_examples_of_docstrings_hold(name):
    result = doctest.testmod(importlib.import_module(name))
    assert not result.failed
    assert result.attempted or name.startswith('devtools.')
