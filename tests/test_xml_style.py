"""XML that people can review: short lines, a name for each button, a place for each menu."""
import collections
import re

from lxml import etree

from devtools import addons
from devtools.settings import ROOT

FOLDERS = ('data', 'demo', 'reports', 'views', 'wizards')
LONGEST_LINE = 120


def _files():
    """Yield (path from the root, its bytes) of every XML file that the check is for."""
    for addon in addons.manifests():
        for folder in FOLDERS:
            for path in sorted((ROOT / addon / folder).rglob('*.xml')):
                yield path.relative_to(ROOT), path.read_bytes()


def _buttons(element):
    """Yield the buttons of one form, without those of the lists within it: they belong to lines."""
    for child in element:
        if child.tag == 'button':
            yield child
        if child.tag != 'field':
            yield from _buttons(child)


def _twice(elements, key):
    """Return the elements whose key was there already."""
    seen = collections.Counter()
    for element in elements:
        seen[key(element)] += 1
        if seen[key(element)] > 1:
            yield element


def _menus(root):
    """Yield (id of the parent or None, menu) of a file."""
    def inside(parent, element):
        for menu in element.findall('menuitem'):
            yield menu.get('parent', parent), menu
            yield from inside(menu.get('id'), menu)
    yield from inside(None, root)


def test_no_line_is_too_long():
    assert not [
        f'{path}:{number}: {len(line)} characters'
        for path, text in _files() for number, line in enumerate(text.decode().split('\n'), start=1)
        if len(line) > LONGEST_LINE]


def test_no_form_has_two_buttons_of_one_name():
    """An extension finds a button by its name, and finds the first one only."""
    assert not [
        f"{path}:{button.sourceline}: another button “{button.get('name')}”"
        for path, text in _files() for form in etree.fromstring(text).iter('form')
        for button in _twice(
            (button for button in _buttons(form) if button.get('name')),
            lambda button: button.get('name'))]


def test_no_two_menus_have_one_place():
    """Which of two menus comes first is nowhere said if they share a sequence under a parent."""
    menus = [(path, parent, menu) for path, text in _files() for parent, menu in _menus(etree.fromstring(text))
             if parent]
    assert not [
        f"{path}:{menu.sourceline}: “{menu.get('id')}” is where another menu of “{parent}” is"
        for path, parent, menu in _twice(
            menus, lambda found: (found[1].split('.')[-1], found[2].get('sequence')))]


def test_no_head_or_foot_of_a_printed_table_covers_its_rows():
    """The printer repeats heads and feet on each page, over the rows that are there."""
    assert not [
        f'{path}:{part.sourceline}: {part.tag}'
        for path, text in _files() if path.parts[1] == 'reports'
        for part in etree.fromstring(text).iter('thead', 'tfoot')
        if part.tag == 'tfoot' or part.get('style') != 'display: table-row-group']


def test_no_setting_has_loose_words():
    """Odoo shows the elements of a setting only: a unit beside a field is put in a div with it."""
    assert not [
        f'{path}:{setting.sourceline}: “{words.strip()}” is not shown'
        for path, text in _files() for setting in etree.fromstring(text).iter('setting')
        for words in (setting.text, *(child.tail for child in setting))
        if (words or '').strip()]


def _filters(search):
    """Return {name of a filter: number of its group} of a search view: those of a group are joined by "or"."""
    group, groups = 0, {}
    for child in search:
        if child.tag == 'filter':
            groups[child.get('name')] = group
        elif child.tag in ('separator', 'group'):
            group += 1
    return groups


def test_no_list_opens_with_two_filters_of_one_group():
    """What one list opens with narrows it: filters without a separator between them would widen it."""
    searches, actions = collections.defaultdict(list), []
    for path, text in _files():
        for record in etree.fromstring(text).iter('record'):
            search = record.find("field[@name='arch']/search")
            if search is not None:
                searches[record.findtext("field[@name='model']")].append(_filters(search))
            if record.get('model') == 'ir.actions.act_window':
                actions.append((path, record))
    assert not [
        f"{path}:{action.sourceline}: “{action.get('id')}” opens with {name}, or another of its filters"
        for path, action in actions
        for groups in searches[action.findtext("field[@name='res_model']")]
        for name in _twice(
            [name for name in re.findall(
                r'search_default_(\w+)', action.findtext("field[@name='context']") or '') if name in groups],
            groups.get)]


def test_nothing_that_a_list_hides_is_required():
    """Whoever does not see the column is told that something is missing, and not what."""
    assert not [
        f"{path}:{field.sourceline}: “{field.get('name')}” is required and hidden"
        for path, text in _files() for field in etree.fromstring(text).iter('field')
        if field.get('optional') == 'hide' and field.get('required', '0') not in ('0', 'False')]


def test_lists_that_speak_of_an_import_offer_it():
    """Odoo offers an import where something can be created only."""
    closed, actions = set(), []
    for path, text in _files():
        for record in etree.fromstring(text).iter('record'):
            view = record.find("field[@name='arch']/list")
            if view is not None and view.get('create') == '0':
                closed.add(record.findtext("field[@name='model']"))
            help_ = record.find("field[@name='help']")
            if help_ is not None and 'Import records' in ' '.join(''.join(help_.itertext()).split()):
                actions.append((path, record))
    assert actions
    assert not [
        f"{path}:{action.sourceline}: “{action.get('id')}” speaks of an import that its list does not offer"
        for path, action in actions if action.findtext("field[@name='res_model']") in closed]


#: What screen readers say is on or off
STATES = {
    f't-att-aria-{state}'
    for state in ('pressed', 'expanded', 'selected', 'checked', 'hidden', 'disabled')}


def test_states_that_readers_hear_are_said_as_words():
    """Owl writes an attribute that is true without a value, and leaves out one that is not."""
    templates = [
        path for addon in addons.manifests()
        for path in sorted((ROOT / addon / 'static' / 'src').rglob('*.xml'))]
    assert templates
    assert not [
        f'{path.relative_to(ROOT)}:{node.sourceline}: {name}'
        for path in templates for node in etree.parse(path).iter(etree.Element)
        for name, value in node.attrib.items() if name in STATES and "'false'" not in value]
