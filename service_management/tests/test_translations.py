import io
from pathlib import Path

import polib

from odoo.modules.module import get_module_path
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export


@tagged('post_install', '-at_install')
class TestTranslations(TransactionCase):
    """What `./dev translate` exports is translated; a new term fails here until it is."""

    def _get_addons(self):
        return self.env['ir.module.module'].search([
            ('name', '=like', 'service\\_management%'), ('state', '=', 'installed')])

    def _get_files(self, addon):
        return sorted(Path(get_module_path(addon.name), 'i18n').glob('*.po'))

    def _get_terms(self, addon):
        buffer = io.BytesIO()
        trans_export(None, [addon.name], buffer, 'po', self.env)
        return {entry.msgid for entry in polib.pofile(buffer.getvalue().decode())}

    def test_every_term_of_every_addon_is_translated(self):
        self.assertIn('service_management', self._get_addons().mapped('name'))
        for addon in self._get_addons():
            terms = self._get_terms(addon)
            for path in self._get_files(addon):
                with self.subTest(addon=addon.name, language=path.stem):
                    entries = polib.pofile(str(path))
                    done = {
                        entry.msgid for entry in entries if entry.msgstr and not entry.fuzzy}
                    self.assertFalse(terms - done, "Run ./dev translate and fill these in")

    def test_every_addon_speaks_the_languages_of_the_core(self):
        core = self.env.ref('base.module_service_management')
        languages = {path.stem for path in self._get_files(core)}
        self.assertGreaterEqual(languages, {'fr'})
        for addon in self._get_addons():
            with self.subTest(addon=addon.name):
                self.assertEqual({path.stem for path in self._get_files(addon)}, languages)

    def test_template_files_are_up_to_date(self):
        for addon in self._get_addons():
            with self.subTest(addon=addon.name):
                template = polib.pofile(
                    f'{get_module_path(addon.name)}/i18n/{addon.name}.pot')
                self.assertEqual({entry.msgid for entry in template}, self._get_terms(addon))

    def test_what_customers_read_is_in_their_language(self):
        self.env['res.lang']._activate_lang('sv_SE')
        self._get_addons()._update_translations('sv_SE')
        stage = self.env.ref('service_management.service_stage_to_plan')
        self.assertEqual(stage.with_context(lang='sv_SE').name, "Att planera")
        template = self.env.ref('service_management.mail_template_received')
        self.assertIn("tack för er förfrågan", template.with_context(lang='sv_SE').body_html)
