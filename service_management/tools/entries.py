"""What people outside send: text, ids, names of files, as it can be kept or not at all."""
import base64
import binascii
import re

MAX_ID = 2**31 - 1  # PostgreSQL's integer

#: What a picture may be called: browsers and people go by the name
_PICTURE_NAME = re.compile(r'\.(png|jpe?g|jfif|gif|webp|bmp|hei[cf])$', re.IGNORECASE)
_CONTROL = re.compile(r'[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]')


def is_text(value):
    """Tell whether a value is text that can be kept: no file, no list, and nothing unreadable.

    >>> [is_text(value) for value in ("Boiler\\r\\nleaks", "", "a\\0b", "\\ud800", ["a"], 1, None)]
    [True, True, False, False, False, False, False]
    """
    if not isinstance(value, str) or '\0' in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # half a character, which JSON can name
        return False
    return True


def read_option(value):
    """Return a choice in an address, or nothing where it can be none.

    >>> read_option("date"), read_option(["date"]), read_option("a\\0")
    ('date', '', '')
    """
    return value if is_text(value) else ''


def read_id(value):
    """Return the id that a form sends, as a list that is empty when it can be none.

    >>> read_id("7"), read_id("٣"), read_id("x"), read_id("99999999999"), read_id(None), read_id(["7"])
    ([7], [], [], [], [], [])
    """
    text = read_option(value)
    number = int(text) if re.fullmatch('[0-9]{1,10}', text) else 0
    return [number] if 0 < number <= MAX_ID else []


def read_file_name(name, length=200):
    """Return the name of a file without what no name has, and no longer than one.

    >>> read_file_name("../a\\0b.png"), read_file_name("x" * 300 + ".png")[-5:]
    ('..ab.png', 'x.png')
    """
    return _CONTROL.sub('', name).replace('/', '').replace('\\', '')[-length:]


def read_base64(value):
    """Return the bytes of a text in base64, or None where it is none."""
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else None
    except (binascii.Error, ValueError):
        return None


def is_picture_name(name):
    """Tell whether a file is called what a picture is.

    >>> [is_picture_name(name) for name in ("leak.JPG", "leak.html", "leak")]
    [True, False, False]
    """
    return bool(_PICTURE_NAME.search(name))
