"""Nothing from outside decides: what callers may put into the context is a wish, each for a reason.

A context comes with every call, also of a customer who posts a message. Rights, states, prices and
evidence never hang on it: a program that needs such a switch passes an argument of a private method.
"""
import ast

from devtools import house
from devtools.settings import ROOT

#: {key that our code looks for in the context: why whoever sets it decides nothing}
WISHES = {
    'mail_activity_automation_skip': "Odoo's own wish: no to-dos, as where data are loaded",
    '.items()': "defaults, which are looked at like values that are given",
    'accrual_entry_date': "the day that is looked at; what is stored is computed without it",
    'default_line_id': "where a dialog begins",
    'default_order_id': "where a dialog begins",
    'default_version_id': "the draft that a step is added to, which is refused once it is in force",
    'default_team_id': "which columns the board shows",
    'default_…': "values that records begin with: looked at like those that are given",
    'install_mode': "counts while modules are loaded only, which no caller does",
    'move_reverse_cancel': "Odoo's own mark of a reversal, which needs the rights of accounting",
    'service_archive_confirmed': "leaves out a question, after which anybody may go on",
    'service_board_offset': "the day that the board shows",
    'service_board_week': "which days the board shows",
    'service_ledger_until': "the day that a report looks at",
    'service_revenue_asked': "what a report asks itself for; what callers say is not looked at",
    'service_quote_sent': "a mail carries a quote: whether its sender sends quotes is asked of him",
    'service_visit_id': "which visit of the order a mail is about",
}


def is_context(node):
    return isinstance(node, ast.Attribute) and node.attr in ('context', '_context')


def name_of(node):
    """Return the key that a node names; what stands for a variable part of it is an ellipsis."""
    if isinstance(node, ast.JoinedStr):
        return ''.join(
            part.value if isinstance(part, ast.Constant) else '…' for part in node.values)
    return node.value if isinstance(node, ast.Constant) else ast.unparse(node)


def looked_for(tree):
    """Yield (key, line) of all that a file looks for in the context."""
    known = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and (
                is_context(node.func.value)):
            known.add(node.func.value)
            if node.func.attr in ('get', 'pop', 'setdefault'):
                yield name_of(node.args[0]), node.lineno
            else:
                yield f'.{node.func.attr}()', node.lineno
        elif isinstance(node, ast.Subscript) and is_context(node.value):
            known.add(node.value)
            yield name_of(node.slice), node.lineno
        elif isinstance(node, ast.Compare) and any(map(is_context, node.comparators)):
            known.update(node.comparators)
            yield name_of(node.left), node.lineno
    for node in ast.walk(tree):
        if is_context(node) and node not in known:
            yield ast.unparse(node), node.lineno


def addons():
    return sorted(path.parent for path in ROOT.glob('service_management*/__manifest__.py'))


def files(addon):
    for path in addon.rglob('*.py'):
        if not {'tests', 'migrations'} & set(path.relative_to(addon).parts):
            yield path


def test_context_holds_wishes_only():
    unknown = [
        f'{path.relative_to(ROOT)}:{line}: {key}'
        for addon in addons() for path in files(addon)
        for key, line in looked_for(ast.parse(path.read_text())) if key not in WISHES]
    assert unknown == []


def test_every_wish_is_looked_for():
    found = {
        key for addon in addons() for path in files(addon)
        for key, _line in looked_for(ast.parse(path.read_text()))}
    assert set(WISHES) <= found


def test_layers_find_the_same_files():
    walked = {path for addon in addons() for path in files(addon)}
    assert {path for _package, path, _tree in house.sources()} <= walked
