"""What is done to records of whatever model when a person is erased, or told what is known of him."""
from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.mail import html2plaintext

#: Types of fields that hold what people write, or pictures
TEXT_TYPES = ('binary', 'char', 'date', 'html', 'image', 'json', 'properties', 'text')
#: Types of fields that an export carries
_EXPORTED = (
    'boolean', 'char', 'date', 'datetime', 'float', 'html', 'integer', 'many2one', 'monetary',
    'selection', 'text')


def read_personal(records):
    """Return [{label: value}] of what a person is told of some records."""
    fields = [
        field for field in records._fields.values()
        if field.store and field.type in _EXPORTED and not field.groups
        and field.name not in models.MAGIC_COLUMNS]
    return [
        {field._description_string(records.env): value for field in fields
         if (value := _read_value(record, field)) is not None}
        for record in records]


def _read_value(record, field):
    """Return a value as JSON has it, or None where there is nothing to tell."""
    value = record[field.name]
    if field.type in ('boolean', 'integer', 'float', 'monetary'):
        return value or None
    if field.type == 'many2one':
        value = value.display_name
    elif field.type == 'html':
        value = html2plaintext(value or '')
    elif field.type == 'selection':
        value = dict(field._description_selection(record.env)).get(value)
    return str(value) if value else None


def empty_columns(records, names):
    """Empty columns of records, past every guard and without a trace.

    What is erased must not come into the history of changes, and closed documents are locked. Nothing
    that is stored is computed of these fields: see `TestServicePrivacy`.
    """
    _set_columns(records, {name: None for name in names if records._fields[name].column_type})


def rename_columns(records, names):
    """Give texts that records cannot be without a neutral one."""
    for name in names:
        _set_columns(records.filtered(name), {name: records.env._("Erased")})


def _set_columns(records, values):
    if not (records and values):
        return
    records.flush_recordset()
    records.env.cr.execute(SQL(
        "UPDATE %s SET %s WHERE id IN %s", SQL.identifier(records._table),
        SQL(', ').join(
            SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()),
        records._ids))
    records.invalidate_recordset()


def drop_words(records):
    """Take to-dos, followers and the words of ratings from records."""
    on_these = Domain('res_model', '=', records._name) & Domain('res_id', 'in', records.ids)
    env = records.env(su=True)
    env['mail.activity'].with_context(active_test=False).search(on_these).unlink()
    env['mail.followers'].search(on_these).unlink()
    env['rating.rating'].search(on_these).feedback = False
