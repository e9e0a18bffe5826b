"""Servers of map tiles."""
import re
from urllib.parse import urlsplit

#: Leaflet puts in a letter for {s}, so that requests are spread, and '@2x' for {r} on fine screens.
_PLACES = {'z', 'x', 'y'}
_KNOWN = {*_PLACES, 's', 'r'}


def is_tile_url(url):
    """Tell whether tiles of a map can be asked for at an address, encrypted and without a password.

    >>> is_tile_url('https://tiles.example.com/{z}/{x}/{y}.png')
    True
    >>> is_tile_url('https://{s}.example.com/{z}/{x}/{y}{r}.png?key=1')
    True
    >>> is_tile_url('http://tiles.example.com/{z}/{x}/{y}.png')
    False
    >>> is_tile_url('https://tiles.example.com/{z}/{x}.png')
    False
    >>> is_tile_url('https://tiles.example.com/{z}/{x}/{y}/{token}')
    False
    >>> is_tile_url('https://me:secret@example.com/{z}/{x}/{y}')
    False
    >>> is_tile_url('https://{z}.{x}.{y}')
    False
    """
    if not url or len(url) > 1000 or re.search(r'[\s"\'<>\\]', url):
        return False
    names = re.findall(r'{([^{}]*)}', url)
    try:
        parts = urlsplit(url.replace('{s}', 'a'))
    except ValueError:
        return False
    path = f'{parts.path}?{parts.query}'
    return (
        parts.scheme == 'https' and bool(re.fullmatch(r'[\w.-]+(:\d+)?', parts.netloc))
        and set(names) <= _KNOWN and not re.search('[{}]', re.sub(r'{[^{}]*}', '', url))
        and all(f'{{{name}}}' in path for name in _PLACES))
