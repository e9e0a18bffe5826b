"""``house``: draw the packages of the addon, what each defines and what it extends.

Reads the syntax trees of the addon, without Odoo; the test of layers reads them by the same functions.
"""
import ast
import textwrap
from functools import cache
from typing import NamedTuple
from xml.sax.saxutils import escape

from .settings import ROOT

ADDON = ROOT / 'service_management'
#: Where the classes of a package stand: in folders of these with its name.
FOLDERS = ('models', 'reports', 'wizards', 'controllers')
PICTURE = ROOT / 'docs' / 'pictures' / 'house.svg'

_WIDTH, _LEFT, _LINE, _PAD = 1180, 250, 17, 14
_CHARS = 112


class Definition(NamedTuple):
    """A model, field or method that a class of a package defines, or a model that it extends."""
    kind: str
    name: str
    line: int


@cache
def packages(addon=ADDON):
    """Return {package: why it stands where it stands}, the top one first."""
    source = (addon / 'models' / '__init__.py').read_text()
    reasons = {}
    for line in source.splitlines():
        if line.startswith('from . import '):
            name, _hash, reason = line.removeprefix('from . import ').partition('#')
            reasons[name.strip()] = reason.strip()
    return reasons


@cache
def sources(addon=ADDON):
    """Return [(package, path, syntax tree)] of all files that belong to a package."""
    return [
        (package, path, ast.parse(path.read_text()))
        for package in packages(addon) for folder in FOLDERS
        for path in sorted((addon / folder / package).glob('*.py'))
        if path.name != '__init__.py']


def classes(tree):
    """Yield the classes of a syntax tree."""
    return (node for node in tree.body if isinstance(node, ast.ClassDef))


def definitions(tree):
    """Yield the Definition of all that the classes of a file define or extend."""
    for node in classes(tree):
        names = _literals(node)
        name, parents = names.get('_name'), names.get('_inherit', ())
        if name and name not in parents:
            yield Definition('model', name, node.lineno)
        elif name or isinstance(parents, str):
            yield Definition('extension', name or parents, node.lineno)
        for item in node.body:
            if isinstance(item, ast.FunctionDef):
                yield Definition('method', item.name, item.lineno)
            elif isinstance(item, ast.Assign) and _is_field(item.value):
                yield Definition('field', item.targets[0].id, item.lineno)


def _literals(node):
    """Return {name: value} of the class attributes that are plain values."""
    found = {}
    for item in node.body:
        if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name):
            try:
                found[item.targets[0].id] = ast.literal_eval(item.value)
            except ValueError:
                continue
    return found


def _is_field(value):
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and (
        getattr(value.func.value, 'id', None) == 'fields')


def _rows():
    """Return [(package, reason, models it defines, models it extends)]."""
    rows = {package: (reason, [], []) for package, reason in packages().items()}
    for package, _path, tree in sources():
        for kind, name, _line in definitions(tree):
            if kind in ('model', 'extension'):
                known = rows[package][1 if kind == 'model' else 2]
                if name not in known:
                    known.append(name)
    return [
        (package, reason, own, sorted(set(extended) - set(own)))
        for package, (reason, own, extended) in rows.items()]


def draw():
    """Return the picture of the house as SVG: a floor for each package, the top one first."""
    parts, top = [], _PAD
    for number, (package, reason, own, extended) in enumerate(_rows()):
        left = textwrap.wrap(reason, 34)
        texts = [('own', line) for line in textwrap.wrap(', '.join(own), _CHARS)]
        texts += [('extends', line) for line in textwrap.wrap(
            f"extends {', '.join(extended)}" if extended else '', _CHARS)]
        height = max(len(left) + 1, len(texts)) * _LINE + _PAD
        parts.append(
            f'<rect x="{_PAD}" y="{top}" width="{_WIDTH - 2 * _PAD}" height="{height}" rx="5"'
            f' class="floor{number % 2}"/>')
        parts.append(_text(_PAD + 12, top + _LINE + 2, package, 'package'))
        parts += [
            _text(_PAD + 12, top + (index + 2) * _LINE + 2, line, 'reason')
            for index, line in enumerate(left)]
        parts += [
            _text(_LEFT, top + (index + 1) * _LINE + 2, line, kind)
            for index, (kind, line) in enumerate(texts)]
        top += height + 6
    style = (
        'text{font:12px sans-serif;fill:#333}.package{font-weight:bold;font-size:14px}'
        '.reason{fill:#777;font-size:11px}.extends{fill:#777}'
        '.floor0{fill:#eef3f6;stroke:#c5d3db}.floor1{fill:#f7f3ec;stroke:#ddd0ba}')
    body = '\n'.join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{top + _PAD}"'
        f' viewBox="0 0 {_WIDTH} {top + _PAD}">\n<style>{style}</style>\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n')


def _text(left, top, text, kind):
    return f'<text x="{left}" y="{top}" class="{kind}">{escape(text)}</text>'


def house(_options=None):
    """Write the picture that the developers' guide shows."""
    PICTURE.write_text(draw())
    print(PICTURE.relative_to(ROOT))
    return 0
