"""What holds today is decided by the day where its company is, not by the user's or the server's.

Read as syntax trees and XML, without Odoo: whoever needs the user's own day stands here with a reason.
"""
import ast

from lxml import etree

from devtools import addons
from devtools.settings import ROOT

#: {file: why it asks for the user's own day}
OF_THE_USER = {
    'service_management/models/common/responsible.py':
        "to-dos are due on the day that Odoo's own are due on",
    'service_management/models/field/card.py':
        "cards of a technician's visits leave the day out where it is his own",
    'service_management/models/planning/service_visit.py':
        "cards leave the day out where it is the one of whoever looks",
    'service_management/reports/common/service_dashboard.py':
        "the visits of a dispatcher's own day, from his midnight to the next",
}
#: {name of a filter or id of an action: why it means the day of whoever looks}
FILTERS_OF_THE_USER = {
    'board_today': "moments between the user's midnights, as the board shows them",
    'board_tomorrow': "as above",
    'mine_today': "the technician's own day, as his list shows it",
    'mine_tomorrow': "as above",
    'mine_week': "as above",
    'today': "as above",
    'last_year': "a year of figures to look at; nothing falls due by it",
}
#: Ways to ask for a day without saying whose.
_ASKS = {('Date', 'context_today'), ('Date', 'today'), ('Datetime', 'today'), ('date', 'today')}


def _paths(pattern):
    """Yield the files of the addons that run for customers."""
    for addon in addons.manifests():
        for path in sorted((ROOT / addon).rglob(pattern)):
            if not {'tests', 'migrations', 'demo'} & set(path.relative_to(ROOT).parts):
                yield path


def _asking():
    """Yield (path from the root, line) where the day of the user or of the server is asked for."""
    for path in _paths('*.py'):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and (
                    getattr(node.value, 'attr', getattr(node.value, 'id', None)),
                    node.attr) in _ASKS:
                yield str(path.relative_to(ROOT)), node.lineno


def _filtering():
    """Yield (path, line, name) of the domains in XML that ask for today."""
    for path in _paths('*.xml'):
        for element in etree.parse(path).iter():
            domain = element.get('domain') or (
                element.text if element.get('name') == 'domain' else None)
            if domain and ("'today" in domain or 'context_today' in domain):
                yield str(path.relative_to(ROOT)), element.sourceline, (
                    element.get('name') if element.get('domain') else element.getparent().get('id'))


def test_rules_go_by_the_day_of_their_company():
    assert not [f'{path}:{line}: use _get_service_today of the company of the record'
                for path, line in _asking() if path not in OF_THE_USER]


def test_filters_go_by_the_day_of_their_company():
    assert not [f'{path}:{line}: search by a field that asks _get_today_domain ({name})'
                for path, line, name in _filtering() if name not in FILTERS_OF_THE_USER]


def test_exceptions_are_needed():
    assert set(OF_THE_USER) == {path for path, _line in _asking()}
    assert set(FILTERS_OF_THE_USER) == {name for _path, _line, name in _filtering()}
