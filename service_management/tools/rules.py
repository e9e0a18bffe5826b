"""Rules of the service order that need no database."""


def progress(line_states):
    """Return what the lines of an order say of it: any open line means it is in process.

    Source: Dynamics 365 Finance & Operations, "Service status and progress".

    >>> [progress(states) for states in (['open', 'posted'], ['posted', 'cancelled'], ['cancelled'])]
    ['in_process', 'posted', 'cancelled']
    >>> progress([])
    'in_process'
    """
    states = set(line_states)
    if 'open' in states or not states:
        return 'in_process'
    return 'posted' if 'posted' in states else 'cancelled'


def under_warranty(day, start, end):
    """Tell whether a warranty from `start` to `end` holds on `day`, both days included.

    An object without an end has no warranty; one without a start is covered from the beginning.

    >>> from datetime import date
    >>> under_warranty(date(2026, 1, 31), date(2024, 2, 1), date(2026, 1, 31))
    True
    >>> under_warranty(date(2024, 1, 31), date(2024, 2, 1), date(2026, 1, 31))
    False
    >>> under_warranty(date(2024, 1, 31), None, None)
    False
    """
    return bool(end) and day <= end and (not start or day >= start)


def longest_prefix(code, prefixes):
    """Return the longest of `prefixes` that `code` begins with, spaces and case aside, or None.

    >>> longest_prefix('lv-1010', ['LV', 'LV-10', 'SE'])
    'LV-10'
    >>> longest_prefix('', ['LV'])
    """
    plain = (code or '').replace(' ', '').upper()
    fitting = [
        prefix for prefix in prefixes
        if prefix and plain.startswith(prefix.replace(' ', '').upper())]
    return max(fitting, key=len, default=None)


def sla_level(percent, first, second):
    """Return how many warnings are due when `percent` of a limit is used; 0 means no threshold.

    >>> [sla_level(percent, 75, 90) for percent in (74.9, 75, 89, 90, 120)]
    [0, 1, 1, 2, 2]
    >>> sla_level(99, 0, 0), sla_level(99, 75, 0), sla_level(99, 0, 50)
    (0, 1, 2)
    """
    if second and percent >= second:
        return 2
    return 1 if first and percent >= first else 0
