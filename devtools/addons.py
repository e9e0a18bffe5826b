"""The addons of this repository, read from their manifests."""
import ast
import hashlib

from .settings import ROOT

#: Folders whose content neither the database nor the registry depends on.
_RUNTIME_ONLY = {'tests', '__pycache__', 'src', 'readme'}


def manifests(root=ROOT):
    """Return {addon name: manifest} of the installable addons, in name order."""
    found = {}
    for path in sorted(root.glob('*/__manifest__.py')):
        manifest = ast.literal_eval(path.read_text())
        if manifest.get('installable', True):
            found[path.parent.name] = manifest
    return found


def outside_dependencies(root=ROOT):
    """Return the sorted addons the suite needs and does not hold."""
    suite = manifests(root)
    needed = {name for manifest in suite.values() for name in manifest.get('depends', [])}
    return sorted(needed - set(suite)) or ['base']


def tree_hash(folder):
    """Return a digest that changes when an update of the addon is due."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob('*')):
        if path.is_file() and not _RUNTIME_ONLY & set(path.relative_to(folder).parts):
            digest.update(str(path.relative_to(folder)).encode() + b'\0' + path.read_bytes())
    return digest.hexdigest()
