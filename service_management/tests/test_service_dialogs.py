from odoo import fields
from odoo.tests import users

from .common_subscription import SubscriptionCommon


class TestServiceDialogs(SubscriptionCommon):
    """Dialogs that are filled by RPC or import, with some values only."""

    def _get_dialogs(self):
        """Yield the dialogs of ours: transient models with a button that applies them."""
        for name, model in self.env.items():
            if name.startswith('service.') and model._transient and hasattr(model, 'action_apply'):
                yield model

    def _get_editable(self, model):
        return [
            field for field in model._fields.values()
            if field.compute and field.store and not field.readonly and not field.related]

    def test_what_is_given_resets_nothing_else(self):
        """Fields that one method computes together are all left alone when one of them is given."""
        for model in self._get_dialogs():
            methods = {}
            for field in self._get_editable(model):
                methods.setdefault(str(field.compute), []).append(field.name)
            for method, names in methods.items():
                with self.subTest(model=model._name, method=method):
                    self.assertEqual(len(names), 1, names)

    def test_required_values_that_are_computed_are_there_from_the_beginning(self):
        for model in self._get_dialogs():
            for field in self._get_editable(model):
                with self.subTest(field=str(field)):
                    self.assertTrue(field.precompute or not field.required)

    @users('service_manager')
    def test_dialogs_can_be_made_with_what_has_no_default(self):
        """Whatever is left out, the database has nothing against it, or people are told what lacks."""
        for model in self._get_dialogs():
            model = model.with_user(self.env.user)
            if not model.has_access('create'):
                continue
            values = self._get_required(model)
            with self.subTest(model=model._name, given=values):
                if values is None:
                    continue
                model.create(values)
                self.env.flush_all()

    def _get_required(self, model):
        """Return a record for each required link without default, or None where none exists."""
        defaults = model.default_get(list(model._fields))
        values = {}
        for field in model._fields.values():
            if not field.required or field.compute or field.name in defaults or field.related:
                continue
            self.assertIn(field.type, ('many2one', 'many2many'), field)
            domain = [('usage', '=', 'agreement')] if field.comodel_name == 'service.reason' else []
            found = self.env[field.comodel_name].search(domain, limit=1)
            if not found and field.type == 'many2one':
                return None
            values[field.name] = found.id if field.type == 'many2one' else found.ids
        return values

    @users('service_manager')
    def test_a_change_by_rpc_keeps_the_terms_that_are_not_named(self):
        subscription = self._subscribe('2026-03-01', lines=[{'quantity': 3, 'discount': 10}])
        for name, value in (('base_price', 50), ('quantity', 2), ('index', 110), ('discount', 5)):
            line = subscription.line_ids.sorted('id')[-1]
            expected = {**{term: line[term] for term in line._terms}, name: value}
            self.env['service.subscription.change'].create(
                {'line_id': line.id, 'date': '2026-03-10', name: value}).action_apply()
            line = subscription.line_ids.sorted('id')[-1]
            with self.subTest(name):
                self.assertEqual({term: line[term] for term in line._terms}, expected)

    @users('service_manager')
    def test_fees_by_rpc_begin_with_the_days_that_have_none(self):
        subscription = self._subscribe('2026-03-01')
        wizard = self.env['service.subscription.fee.create'].create({
            'subscription_ids': subscription.ids, 'date_to': '2026-03-31'})
        self.assertEqual(wizard.date_from, fields.Date.to_date('2026-03-01'))
        wizard.action_apply()
        self.assertEqual(subscription.fee_ids.mapped('amount'), [100])
