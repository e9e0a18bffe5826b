"""How what a caller says is compared with what is written: letters without marks, numbers without signs.

The same is done to both sides: in Python to what is typed, by functions of the database that need no
extension and no language to what is stored, so that indexes can be built on them.
"""
import re
import unicodedata

#: What people leave out or put between the signs of a number
BETWEEN = ' -./_#:()'
#: What Odoo leaves out of phone numbers; its indexes of them are built on this, see `mail.thread.phone`
PHONE_SIGNS = r'[\s\\./\(\)\-]'
#: How many digits at the end make a phone number one line's, whatever stands before them
LINE_DIGITS = 7
_PHONE = re.compile(r'[+\d\s()./\-]{3,}')


def fold(text):
    """Return a text as it is compared: small letters without marks, single spaces.

    >>> fold("  Rīga,  Šķūņu iela ")
    'riga, skunu iela'
    """
    plain = unicodedata.normalize('NFKD', text or '').lower()
    return ' '.join(''.join(sign for sign in plain if not '\u0300' <= sign <= '\u036f').split())


def compact(text):
    """Return a number as it is compared: without what people put between its signs.

    >>> compact("GB30-4411"), compact("gb 30/4411"), compact("SRV/00012")
    ('gb304411', 'gb304411', 'srv00012')
    """
    return ''.join(sign for sign in (text or '').lower() if sign not in BETWEEN)


def read_phone(text):
    """Return the digits of what may be a phone number, else an empty text.

    >>> read_phone("+371 2611-1111"), read_phone("0037126111111"), read_phone("2611")
    ('37126111111', '37126111111', '2611')
    >>> read_phone("GB30-4411"), read_phone("12")
    ('', '')
    """
    text = (text or '').strip()
    if not _PHONE.fullmatch(text):
        return ''
    digits = re.sub(r'\D', '', text)
    if digits.startswith('00'):
        digits = digits[2:]
    return digits if len(digits) >= 3 else ''


def line_of(digits):
    """Return the end of a number by which it is looked up, with and without the codes before it.

    >>> line_of('37126111111'), line_of('26111111'), line_of('1111')
    ('6111111', '6111111', '1111')
    """
    return digits[-LINE_DIGITS:]


def common_end(left, right):
    """Return how many signs two texts have in common at their end.

    >>> common_end('37126111111', '26111111'), common_end('1', '2')
    (8, 0)
    """
    length = 0
    while length < min(len(left), len(right)) and left[-length - 1] == right[-length - 1]:
        length += 1
    return length


def pattern(text):
    """Return a text with what LIKE would take for a placeholder marked as what it is.

    >>> pattern('50%_a')
    '50\\\\%\\\\_a'
    """
    return re.sub(r'([\\%_])', r'\\\1', text)


def sql_joined(columns):
    """Return SQL of columns as one text, a sign between them that nobody types.

    >>> sql_joined(['name', 'zip'])
    "(coalesce(name, '') || '|' || coalesce(zip, ''))"
    """
    return '(' + " || '|' || ".join(f"coalesce({column}, '')" for column in columns) + ')'


def sql_fold(columns):
    """Return SQL of what `fold` makes of columns, but for their spaces."""
    plain = f'lower(normalize({sql_joined(columns)}, NFKD))'
    return f"regexp_replace({plain}, '[\\u0300-\\u036f]', '', 'g')"


def sql_compact(columns):
    """Return SQL of what `compact` makes of columns."""
    return f"translate(lower({sql_joined(columns)}), '{BETWEEN}', '')"


def sql_phone(column):
    """Return SQL of a phone number without its signs, as Odoo's indexes have it."""
    return f"regexp_replace(({column}::text), '{PHONE_SIGNS}'::text, ''::text, 'g'::text)"
