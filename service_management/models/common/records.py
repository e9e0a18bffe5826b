"""What writes and searches of several documents share."""
from decimal import Decimal

from odoo.fields import Domain
from odoo.tools import formatLang
from odoo.tools.misc import babel_locale_parse

#: How many records a message names
NAMED = 10


def name_found(model, domain):
    """Return a line that names what a domain finds in a model, or nothing where it finds nothing.

    What the user may not read counts, and is not named.

    :param model: the model, in the environment that it is searched in
    """
    found = model.search(domain, limit=NAMED + 1)
    if not found:
        return ''
    label = model.env['ir.model']._get(model._name).name
    seen = found[:NAMED].sudo(False)._filtered_access('read')
    names = [name or label for name in seen.mapped('display_name')]
    if len(seen) < len(found[:NAMED]):
        names.append(model.env._("others that you do not see"))
    return f"{label}: {', '.join(names + ['…'] * (len(found) > NAMED))}"


def name_first(records):
    """Return a line with the names of the first of some records, and an ellipsis for more."""
    return ', '.join(records[:NAMED].mapped('name') + ['…'] * (len(records) > NAMED))


def tell_done(message, level='success'):
    """Return the action that says what a dialog did, and closes the dialog.

    :param str level: 'success' or 'warning'
    """
    return {
        'type': 'ir.actions.client',
        'tag': 'display_notification',
        'params': {
            'type': level,
            'message': message,
            'next': {'type': 'ir.actions.act_window_close'},
        },
    }


def offer_template(model, label, name):
    """Return what the import of a model offers to whoever reads it: a spreadsheet with its headings.

    :param str name: of the file in static/xls, without ending
    :raises AccessError: the user does not read the model
    """
    model.check_access('read')
    return {'label': label, 'template': f'/service_management/static/xls/{name}.xlsx'}


def is_loading(env):
    """Tell whether demo data is being loaded: nobody is told of it.

    The context alone does not say so: a caller sets what he likes.
    """
    return bool(env.context.get('install_mode')) and not env.registry.ready


def changes_any(record, vals, names):
    """Tell whether writing some values would change one of the fields named."""
    record._ensure_entries(vals)  # what is no number cannot be compared
    return any(
        record._fields[name].convert_to_cache(vals[name], record)
        != record._fields[name].convert_to_cache(record[name], record)
        for name in names & set(vals))


def compute_anew(records, names):
    """Let stored fields be computed once more, and with them all that depends on them.

    `add_to_compute` alone leaves what depends on them as it was: a computed value that is written
    marks nothing.
    """
    for name in names:
        records.env.add_to_compute(records._fields[name], records)
    records.modified(names)


def search_yes_or_no(operator, value, domain):
    """Return what the search method of a yes-or-no field answers with.

    :param domain: finds the records whose answer is yes
    """
    if operator != 'in':
        return NotImplemented
    return Domain.OR(domain if answer else ~domain for answer in value)


def format_quantity(env, quantity, digits=2):
    """Return a quantity as people write it, in the language of the context: ``2``, ``1.5``."""
    text = f'{quantity:.{digits}f}'
    decimals = len(text.rstrip('0').partition('.')[2]) if digits else 0
    return formatLang(env, quantity, digits=decimals)


def is_one(env, quantity):
    """Tell whether what is counted stands in the singular, in the language of the context.

    French says ``1,5 heure``, Latvian ``21 stunda``.
    """
    locale = babel_locale_parse(env.lang or 'en_US')
    return locale.plural_form(Decimal(f'{quantity:g}')) == 'one'
