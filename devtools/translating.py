"""``translate``: bring the translation files up to the code; new terms wait to be filled in."""
import os

from . import addons
from .console import LOGS, Step, tail
from .instance import Instance
from .settings import LANGUAGES, ROOT

#: Runs in Odoo's shell: writes all terms, with what the files have for them already.
_EXPORT = """
import io, pathlib, polib
from odoo.tools.translate import trans_export
names, languages, root = {names!r}, {languages!r}, pathlib.Path({root!r})
for code in languages:
    env['res.lang']._activate_lang(code)
for name in names:
    folder = root / name / 'i18n'
    folder.mkdir(exist_ok=True)
    for code, file in [(None, name + '.pot')] + [(c, f + '.po') for c, f in languages.items()]:
        path, buffer = folder / file, io.BytesIO()
        if not trans_export(code, [name], buffer, 'po', env):
            continue
        terms = polib.pofile(buffer.getvalue().decode(), wrapwidth=78)
        known = polib.pofile(str(path)) if code and path.exists() else ()
        translated = {{entry.msgid: entry.msgstr for entry in known}}
        for entry in terms:
            entry.msgstr = translated.get(entry.msgid, '')
        for date in ('POT-Creation-Date', 'PO-Revision-Date'):
            terms.metadata.pop(date, None)  # says nothing, and would change each file each time
        terms.save(str(path))
        empty = len([entry for entry in terms if not entry.msgstr]) if code else 0
        print(path.relative_to(root), len(terms), 'terms,', empty, 'to translate')
"""


def translate(_options=None):
    """Export the terms of all addons into their ``i18n`` folders."""
    instance = Instance('test', durable=False)
    template, _complaints = instance.suite_template()
    database = f'translate_{os.getpid()}'
    instance.clone(template, database)
    try:
        with Step('exporting the terms'):
            instance.shell(database, _EXPORT.format(
                names=list(addons.manifests()), languages=LANGUAGES, root=str(ROOT)),
                log='translate')
    finally:
        instance.drop(database)
    print(tail(LOGS / 'translate.log', 4 * len(addons.manifests())))
    return 0
