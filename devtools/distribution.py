"""What the wheel of an addon says and holds, for ``setup.py`` and ``./dev wheel``.

pip runs it with nothing but the standard library, on any system.
"""
import glob
import re

from .addons import manifests
from .settings import ODOO_SERIES, PYTHON_MIN, REQUIREMENTS, ROOT

KEYWORDS = (
    'odoo', 'field service', 'service orders', 'dispatching', 'maintenance agreements',
    'service levels', 'subscriptions')
_LEFT_OUT = {'tests', '__pycache__'}


def files_of(name):
    """Return the paths, relative to the addon, of all that its wheel holds, in order."""
    folder = ROOT / name
    paths = (path.relative_to(folder) for path in folder.rglob('*') if path.is_file())
    return sorted(path for path in paths if not _LEFT_OUT & set(path.parts))


def requirements_of(name):
    """Return what pip has to have beside the addon: Odoo, other addons, Python packages."""
    manifest, suite = manifests()[name], set(manifests())
    others = {other.replace('-', '_') for other in re.findall(
        r'^odoo-addon-(\S+)==', (REQUIREMENTS / 'addons.txt').read_text(), re.M)}
    return [
        f'odoo=={ODOO_SERIES}.*',
        *(f'odoo-addon-{other}=={ODOO_SERIES}.*'
          for other in sorted(set(manifest['depends']) & (suite | others))),
        *manifest.get('external_dependencies', {}).get('python', ()),
    ]


def setup_arguments(name):
    """Return the keywords of ``setup()`` for an addon: a package in Odoo's own namespace."""
    manifest = manifests()[name]
    top = f'odoo.addons.{name}'
    packages = {path.parent: '.'.join((top, *path.parent.parts))
                for path in files_of(name) if path.name == '__init__.py'}
    data = [glob.escape(path.as_posix()) for path in files_of(name)
            if path.suffix != '.py' or path.parent not in packages]
    return {
        'name': f'odoo-addon-{name}',
        'version': manifest['version'],
        'description': manifest['summary'],
        'long_description': (ROOT / name / 'README.rst').read_text(encoding='utf-8'),
        'long_description_content_type': 'text/x-rst',
        'keywords': ', '.join(KEYWORDS),
        'author': manifest['author'],
        'maintainer': manifest['author'],
        **({'url': manifest['website']} if 'website' in manifest else {}),
        'license': manifest['license'],
        'license_files': ['LICENSE'],
        'classifiers': [
            'Programming Language :: Python',
            'Framework :: Odoo',
            f'Framework :: Odoo :: {ODOO_SERIES}',
        ],
        'python_requires': '>=' + '.'.join(map(str, PYTHON_MIN)),
        'install_requires': requirements_of(name),
        'packages': sorted(packages.values()),
        'package_dir': {top: name},
        'package_data': {top: data},
        'include_package_data': False,
        'zip_safe': False,
    }
