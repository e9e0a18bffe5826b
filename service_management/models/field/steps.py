"""What a tap changed, kept so that it can be put back exactly, and nothing else.

A *snapshot* is {table: {id: {field: plain value}}} of what taps change about one order. A *step* is the
difference of two: ``before`` has what was there and changed, ``after`` what it became; what is in
``after`` only, the tap has made.
"""
from odoo import fields, models

#: What taps write to a visit
VISIT_FIELDS = (
    'state', 'timer_kind', 'timer_start', 'work_start', 'work_end', 'on_way_due', 'reason_id', 'note')
#: What booking writes to a line
LINE_FIELDS = (
    'state', 'kind', 'is_travel', 'employee_id', 'visit_id', 'date', 'date_start', 'date_end', 'quantity',
    'given_fields', 'is_prepaid', 'prepaid_hours', 'date_prepaid')
#: What taps write to an order
ORDER_FIELDS = ('stage_id', 'stage_reason_id', 'stage_note', 'date_last_stage_update', 'signed_on')
#: What taps write to the clock of a promise
STATUS_FIELDS = (
    'state', 'running_since', 'date_start', 'deadline', 'date_reached', 'elapsed_hours',
    'used_percent', 'warning_level', 'next_event_on', 'is_cancelled_with_order')
#: Of these, what says that nothing else has happened to it since
STATUS_MARKS = ('date_reached', 'spans')


def plain(record, names):
    """Return {field: value} of a record as JSON keeps it."""
    values = {}
    for name in names:
        value = record[name]
        if isinstance(value, models.BaseModel):
            value = value.id
        elif record._fields[name].type == 'datetime':
            value = fields.Datetime.to_string(value)
        elif record._fields[name].type == 'date':
            value = fields.Date.to_string(value)
        values[name] = value or False
    return values


def take_snapshot(order):
    """Return what taps change about one order, in sudo: whoever taps, it is all put back."""
    order.ensure_one()
    order = order.sudo()
    statuses = {}
    for status in order.sla_status_ids:
        statuses[str(status.id)] = {
            **plain(status, STATUS_FIELDS),
            'spans': [
                [span.id, span.kind, fields.Datetime.to_string(span.date_start),
                 fields.Datetime.to_string(span.date_end) or False]
                for span in status.interval_ids.sorted('id')]}
    return {
        'order': {str(order.id): plain(order, ORDER_FIELDS)},
        'visits': {
            str(visit.id): {**plain(visit, VISIT_FIELDS), 'todo': visit._has_todo()}
            for visit in order.visit_ids},
        'lines': {str(line.id): plain(line, LINE_FIELDS) for line in order.line_ids},
        'statuses': statuses,
    }


def get_difference(before, after):
    """Return (before, after) with only those rows of two snapshots that differ."""
    former, latter = {}, {}
    for table, rows in after.items():
        changed = [key for key, row in rows.items() if before[table].get(key) != row]
        former[table] = {key: before[table][key] for key in changed if key in before[table]}
        latter[table] = {key: rows[key] for key in changed}
    return former, latter
