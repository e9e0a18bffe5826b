from odoo.tests import Form

from .common import ServiceCommon


class TestServiceEveryday(ServiceCommon):
    """What everybody does every day, and nobody should ever see fail."""

    def _get_own_models(self):
        """Return the names of our models that have a table: of the core addon, and of bridges."""
        return sorted(
            name for name, model in self.env.items()
            if name.startswith('service.') and model._auto and not model._abstract)

    #=== NEW ===#

    def test_new_opens_the_form_of_every_model(self):
        forms = self.env['ir.ui.view'].search([('type', '=', 'form'), ('mode', '=', 'primary')])
        opened = 0
        for name in set(forms.mapped('model')) & set(self._get_own_models()):
            for user in (self.user_manager, self.user_dispatcher):
                model = self.env[name].with_user(user)
                if model._transient or not model.has_access('create'):
                    continue
                for view in forms.filtered(lambda form, name=name: form.model == name):
                    with self.subTest(model=name, user=user.login, view=view.name):
                        Form(model, view=view)
                        opened += 1
        self.assertGreater(opened, 20)

    def test_every_computed_field_copes_with_a_record_that_is_not_saved(self):
        for name in self._get_own_models():
            if self.env[name]._transient:
                continue
            new = self.env[name].new({})
            for field in new._fields.values():
                if field.compute:
                    with self.subTest(field=str(field)):
                        new.mapped(field.name)

    def test_editing_an_object_keeps_its_figures_in_sight(self):
        self._create_order(object_ids=self.object.ids)
        edited = self.env['service.object'].new(origin=self.object)
        self.assertEqual(edited.order_count, 1)
        self.assertEqual(edited.open_order_count, 1)
