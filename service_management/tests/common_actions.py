import inspect

from lxml import etree

from odoo import fields
from odoo.tools.safe_eval import safe_eval


class ActionCommon:
    """Follows window actions as the web client does, for the person who opens them."""

    def _get_eval_context(self, env, record=None):
        return {
            'uid': env.uid, 'context': dict(env.context),
            'current_date': str(fields.Date.context_today(env.user)),
            'context_today': lambda: fields.Date.context_today(env.user),
            'allowed_company_ids': env.companies.ids,
            'active_model': record and record._name, 'active_id': record and record.id,
            'active_ids': record.ids if record else [],
        }

    def assertOpens(self, action, env, record=None):
        """Assert that an action leads somewhere: model, views, filters, domain and record."""
        if action['type'] != 'ir.actions.act_window':
            self.assertIn(action['type'], ('ir.actions.act_url', 'ir.actions.client'))
            return
        values = self._get_eval_context(env, record)

        def evaluate(value, empty):
            return (safe_eval(value, values) if isinstance(value, str) else value) or empty

        context = evaluate(action.get('context'), {})
        model = env[action['res_model']].with_context(**context)
        views = list(action.get('views') or [
            (False, mode) for mode in action['view_mode'].split(',')])
        self.assertTrue(views)
        search_view_id = action.get('search_view_id') or False
        if isinstance(search_view_id, (list, tuple)):
            search_view_id = search_view_id[0]
        if action.get('target') != 'new':
            views.append((search_view_id, 'search'))
        found = model.get_views(views)['views']
        self.assertEqual(set(found), {kind for _id, kind in views})
        if 'search' in found:
            arch = etree.fromstring(found['search']['arch'])
            names = {node.get('name') for node in arch.iter('field', 'filter')}
            for key in context:
                if key.startswith('search_default_'):
                    self.assertIn(key.removeprefix('search_default_'), names)
        for key in context:
            if key.startswith('default_') and action['res_model'].startswith('service.'):
                self.assertIn(key.removeprefix('default_'), model._fields)
        model.search(evaluate(action.get('domain'), []), limit=80).mapped('display_name')
        if action.get('res_id'):
            opened = model.browse(action['res_id'])
            self.assertTrue(opened.exists())
            opened.check_access('read')
            opened.web_read({'display_name': {}})

    def _get_opening_methods(self, addon):
        """Return {model name: names of the methods that an addon adds to it to show records}."""
        found = {}
        for name, model in self.env.items():
            names = sorted({
                method for layer in type(model).__mro__
                if layer.__module__.startswith(f'odoo.addons.{addon}.')
                for method in vars(layer)
                if method.startswith(('action_view_', 'action_open_'))
                and inspect.isfunction(vars(layer)[method])})
            if names and not model._abstract:
                found[name] = names
        return found

    def assertMethodsOpen(self, addon, user, others=(), **more):
        """Call each method that shows records on all records there are, as a user.

        :param dict others: {(model name, method): another user, who may see what it shows}
        :param more: {model name with underscores: records}, instead of all that exist
        """
        others = dict(others)
        methods = self._get_opening_methods(addon)
        self.assertTrue(methods)
        for name, names in methods.items():
            records = more.get(name.replace('.', '_'))
            if records is None:
                records = self.env[name].sudo().search([]).sudo(False)
            self.assertTrue(records, f"Make a {name} in the set-up of the test.")
            for record in records:
                for method in names:
                    mine = record.with_user(others.get((name, method), user))
                    with self.subTest(model=name, id=record.id, method=method):
                        self.assertOpens(getattr(mine, method)(), mine.env, mine)

    def assertMenusOpen(self, addon, users):
        """Follow all window actions of an addon: as each user whose menus show them, or any."""
        Menu, Data = self.env['ir.ui.menu'], self.env['ir.model.data'].sudo()
        action_ids = Data.search([
            ('module', '=', addon), ('model', '=', 'ir.actions.act_window')]).mapped('res_id')
        actions = self.env['ir.actions.act_window'].sudo().browse(action_ids)
        self.assertTrue(actions)
        shown = {
            user: {
                menu.action.id for menu in Menu.sudo().browse(Menu.with_user(user)._visible_menu_ids())
                if menu.action and menu.action._name == 'ir.actions.act_window'}
            for user in users}
        self.assertTrue(all(shown.values()))
        for action in actions:
            readers = [user for user in users if action.id in shown[user]]
            # What no menu of theirs shows is opened by buttons, or by the administrator.
            for user in readers or [self.env.user]:
                with self.subTest(action=action.xml_id, user=user.login):
                    env = self.env(user=user)
                    values = env['ir.actions.actions']._for_xml_id(action.xml_id)
                    record = env[action.binding_model_id.model or action.res_model].search(
                        [], limit=1)
                    self.assertOpens(values, env, record)
