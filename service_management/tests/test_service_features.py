"""What a company does not use is not shown, and what is there goes on."""
import re

from lxml import etree

from odoo.tests import new_test_user

from .common import GROUP, ServiceBaseCommon

#: Packages that are shown with their feature only, and the feature
PACKAGES = {
    'agreement': 'agreement', 'subscription': 'subscription', 'sla': 'sla', 'price': 'price_rule',
    'structure': 'structure', 'meter': 'meter', 'repair': 'repair', 'guide': 'repair',
    'reliability': 'warranty', 'certificate': 'certificate'}
#: Models of other packages that belong to a feature
MODELS = {
    'service.line.set': 'line_set', 'service.line.set.line': 'line_set',
    'service.order.insert.set': 'line_set', 'service.zone': 'zone',
    'service.warranty.step': 'warranty', 'service.warranty.extension': 'warranty'}
#: Fields and methods of the packages that are shown all the same, and why
SHOWN = {
    'limit_kind': "the most that an order may cost is agreed without rules, too",
    'limit_amount': "as above",
    'needs_sla_reason': "what is measured is measured on: who misses a promise is asked why",
    'sla_reason_id': "as above",
    'sla_note': "as above",
}
PATH = re.compile(r'odoo\.addons\.service_management\.(?:models|wizards|reports)\.(\w+)')


class TestServiceFeatures(ServiceBaseCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._switch_features(False)
        cls.everybody = new_test_user(
            cls.env, login='service_everybody', company_id=cls.company.id, groups=','.join((
                GROUP + 'manager', 'base.group_system', 'account.group_account_manager',
                'sales_team.group_sale_manager', 'hr.group_hr_manager',
                'product.group_product_manager')))

    def _get_feature(self, model, name=None):
        """Return the feature that brings a model, or a field or method of it."""
        if model in MODELS:
            return MODELS[model]
        for cls in reversed(type(self.env[model]).mro()):
            own = vars(cls)
            if own.get('_name') == model if name is None else own.get(name) is not None:
                found = PATH.match(cls.__module__)
                return found and PACKAGES.get(found[1])
        return None

    def _get_feature_of_node(self, model, node):
        name = node.get('name')
        if node.tag == 'field':
            field = self.env[model]._fields[name]
            return self._get_feature(model, name) or (
                field.comodel_name and self._get_feature(field.comodel_name))
        if node.get('type') == 'action' and name.isdigit():
            action = self.env['ir.actions.actions'].browse(int(name))
            target = self.env[action.type].browse(action.id)
            opened = target.model if action.type == 'ir.actions.report' else (
                action.type == 'ir.actions.act_window' and target.res_model)
            return opened in self.env and self._get_feature(opened)
        return node.get('type') == 'object' and self._get_feature(model, name)

    def _walk_nodes(self, model, arch):
        """Yield (model, node) of what a view shows, with the views within it."""
        for node in arch:
            if not isinstance(node.tag, str) or 'True' in (
                    node.get('invisible'), node.get('column_invisible')):
                continue
            inner = model
            if node.tag in ('field', 'button') and node.get('name'):
                yield model, node
                field = node.tag == 'field' and self.env[model]._fields.get(node.get('name'))
                inner = (field and field.comodel_name) or model
            yield from self._walk_nodes(inner, node)

    def _find_roots(self):
        """Yield the views that somebody opens, of those that we have or extend."""
        roots = set()
        ids = self.env['ir.model.data'].search([
            ('module', '=', 'service_management'), ('model', '=', 'ir.ui.view')]).mapped('res_id')
        for view in self.env['ir.ui.view'].search([('id', 'in', ids), ('type', '!=', 'qweb')]):
            while view.mode == 'extension':
                view = view.inherit_id
            roots.add(view)
        return sorted(roots, key=lambda view: view.id)

    def test_views_show_nothing_of_features_that_are_off(self):
        shown, walked = set(), 0
        for view in self._find_roots():
            if self._get_feature(view.model):
                continue
            model = self.env[view.model].with_user(self.everybody)
            arch = etree.fromstring(model.get_view(view.id, view.type)['arch'])
            for name, node in self._walk_nodes(view.model, arch):
                feature = self._get_feature_of_node(name, node)
                walked += 1
                if feature and node.get('name') not in SHOWN and (
                        node.get('name') != f'group_service_{feature}'):
                    shown.add((view.xml_id, node.tag, node.get('name'), feature))
        self.assertFalse(shown, "Put the group of the feature there.")
        self.assertGreater(walked, 800)

    def test_menus_lead_to_nothing_of_features_that_are_off(self):
        menus = self.env['ir.ui.menu'].with_user(self.everybody).load_menus(False)
        found = [
            menu['name'] for menu in menus.values() if menu.get('action_model') and (
                action := self.env[menu['action_model']].browse(menu['action_id'])
            )._name == 'ir.actions.act_window' and self._get_feature(action.res_model)]
        self.assertFalse(found)
        self._switch_features(True)
        self.env.registry.clear_cache('groups')
        more = self.env['ir.ui.menu'].with_user(self.everybody).load_menus(False)
        self.assertGreater(len(more), len(menus) + 15)

    def test_nothing_is_offered_in_the_menu_of_actions(self):
        found = [
            action.name for action in self.env['ir.actions.act_window'].search([
                ('binding_model_id', '!=', False), ('res_model', 'in', list(self.env))])
            if self._get_feature(action.res_model)
            and not self._get_feature(action.binding_model_id.model)
            and not action.group_ids]
        self.assertFalse(found)

    def test_settings_switch_a_feature_on_and_off(self):
        group = self.env.ref(GROUP + 'agreement')
        for is_on in (True, False):
            self.env['res.config.settings'].with_user(self.everybody).create({
                'group_service_agreement': is_on}).execute()
            self.assertEqual(group in self.user_technician.all_group_ids, is_on)

    def test_switching_off_what_is_in_use_is_warned_of(self):
        self.env['service.zone'].create({'name': "Coast"})
        settings = self.env['res.config.settings']
        self._switch_features(True)
        result = settings.onchange({'group_service_zone': False}, ['group_service_zone'], {
            'group_service_zone': {}})
        self.assertIn("goes on as it is", result['warning']['message'])
        self.assertFalse(settings.onchange(
            {'group_service_line_set': False}, ['group_service_line_set'],
            {'group_service_line_set': {}}).get('warning'))

    def test_products_offer_what_is_used_or_what_they_make_already(self):
        Template = self.env['product.template'].with_user(self.everybody)

        def get_kinds():
            return dict(Template.fields_get(['service_tracking'])['service_tracking']['selection'])

        self.assertNotIn('service_agreement', get_kinds())
        self.assertNotIn('service_subscription', get_kinds())
        self.hours.service_tracking = 'service_agreement'
        self.assertIn('service_agreement', get_kinds())
        self._switch_features(True)
        self.assertIn('service_subscription', get_kinds())
