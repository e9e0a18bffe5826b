"""Packages of the addon mention only what they or those above them define.

``service_management/models/__init__.py`` says which package stands above which, and why; the folders of
wizards, reports and controllers follow it. Read as syntax trees, without Odoo.
"""
import ast
import re
from functools import cache

from devtools import house
from devtools.settings import ROOT

#: Names that models of Odoo, or what every document of ours has by the word of a mixin, have as well.
#: So have most names of one word, which are left out altogether.
SHARED_NAMES = {
    '_as_query', '_compute_base_price', '_mail_get_partners', '_read_group', '_read_grouping_sets',
    '_search', 'commercial_partner_id', 'company_id', 'contact_id', 'create_date',
    'currency_id', 'employee_id', 'journal_id', 'move_id', 'partner_id',
    'partner_ids', 'plan_id', 'resource_calendar_id', 'user_id', 'valid_from',
    'version_id', 'version_ids', 'zone_id',
}
#: Capabilities that can be read without another one above them: only files of its name mention it.
APART = {
    'subscription': 'agreement',
}
_NAME = re.compile(r'[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*')


def mentions(tree):
    """Yield (name, line) of all that a file mentions: attributes, keywords, and names in strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr, node.lineno
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg, node.value.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and (
                _NAME.fullmatch(node.value)):
            yield node.value, node.lineno
            if '.' in node.value and not node.value.startswith('service.'):
                for part in node.value.split('.'):
                    yield part, node.lineno


@cache
def owners():
    """Return {name: (kind, package, place)} of our names: the uppermost package that defines them."""
    order = list(house.packages())
    found = {}
    for package, path, tree in house.sources():
        for kind, name, line in house.definitions(tree):
            if kind == 'extension' or (kind == 'model' and not name.startswith('service.')):
                continue
            if '_' in name or '.' in name:
                place = f'{path.relative_to(ROOT)}:{line}'
                if name not in found or order.index(package) < order.index(found[name][1]):
                    found[name] = (kind, package, place)
    return {name: owner for name, owner in found.items() if name not in SHARED_NAMES}


def violations():
    """Return a sentence for each mention of what a later package defines."""
    order, said = list(house.packages()), set()
    for package, path, tree in house.sources():
        for name, line in mentions(tree):
            kind, owner, place = owners().get(name, (None, package, None))
            if order.index(owner) > order.index(package):
                said.add(
                    f'{path.relative_to(ROOT)}:{line}: “{package}” mentions the {kind} “{name}” of'
                    f' “{owner}” ({place}), which stands below it: let “{owner}” extend a hook of'
                    f' “{package}” instead')
    return sorted(said)


def test_to_dos_are_made_through_one_door():
    """Whoever left the company is passed over there, and nowhere else."""
    assert {path.name for _package, path, tree in house.sources()
            for name, _line in mentions(tree) if name == 'activity_schedule'} == {'responsible.py'}


def test_packages_mention_only_those_above_them():
    assert not violations(), '\n' + '\n'.join(violations())


def test_each_package_says_why_it_stands_where_it_stands():
    assert [name for name, reason in house.packages().items() if not reason] == []
    folders = {path.name for path in (house.ADDON / 'models').iterdir() if path.is_dir()}
    assert folders - {'__pycache__'} == set(house.packages())


def test_what_is_apart_is_mentioned_in_files_of_its_name_only():
    for package, other in APART.items():
        strays = [
            f'{path.relative_to(ROOT)}:{line}: “{name}”'
            for own, path, tree in house.sources() if own == package and other not in path.stem
            for name, line in mentions(tree) if other in name and name in owners()]
        assert strays == [], f'“{package}” can be read without “{other}”:\n' + '\n'.join(strays)


def test_agreements_can_be_read_without_subscriptions_and_orders_without_prices():
    order = list(house.packages())
    for upper, lower in (('agreement', 'subscription'), ('order', 'price')):
        assert order.index(upper) < order.index(lower)


def test_files_named_after_a_model_define_or_extend_it():
    """A file named after a model of ours holds that model alone; a bare noun is an aspect."""
    named = {name.replace('.', '_'): name for name, (kind, *_owner) in owners().items()
             if kind == 'model'}
    for package, path, tree in house.sources():
        if path.stem not in named:
            continue
        models = {name for kind, name, _line in house.definitions(tree)
                  if kind in ('model', 'extension')}
        own = named[path.stem]
        strays = {name for name in models if name != own and not name.startswith(f'{own}.')}
        assert own in models and not strays, f'{package}: {path.relative_to(ROOT)} holds {models}'


def test_the_picture_of_the_house_is_up_to_date():
    assert house.PICTURE.read_text() == house.draw(), 'draw it anew with: ./dev house'
