from pathlib import Path

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.modules.module import load_script
from odoo.tests import freeze_time, new_test_user, users

from .common import ServiceBaseCommon

MIGRATIONS = Path(__file__).parents[1] / 'migrations' / '19.0.1.3.0'


@freeze_time('2026-03-02 09:00:00')
class TestServiceCompanies(ServiceBaseCommon):
    """What a company sets up stays with what uses it, and serves its branches."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_company(name="Other Company")
        cls.user_manager.company_ids |= cls.other

    def _create_setup(self):
        """Return the setup records that an order of the company uses."""
        company = self.company.id
        task = self.env['service.task'].create({'name': "Clean", 'company_id': company})
        zone = self.env['service.zone'].create({'name': "Coast", 'company_id': company})
        sla = self.env['service.sla'].create({'name': "Gold", 'company_id': company})
        stage = self.env['service.stage'].create({'name': "Ready", 'company_id': company})
        plan = self.env['service.subscription.plan'].create({
            'name': "Monthly", 'company_id': company})
        group = self.env['service.object.group'].create({
            'name': "Boilers", 'company_id': company})
        agreements = self.env['service.agreement.group'].create({
            'name': "Care", 'company_id': company})
        self.object.group_id = group
        order = self._create_order(
            zone_id=zone.id, sla_id=sla.id, task_ids=[Command.create({'task_id': task.id})])
        order.stage_id = stage
        self.env['service.agreement'].create({
            'title': "Care", 'partner_id': self.customer.id, 'group_id': agreements.id})
        self.env['service.subscription'].create({
            'title': "Watch", 'partner_id': self.customer.id, 'plan_id': plan.id})
        return [self.team, task, zone, sla, stage, plan, group, agreements]

    #=== IN USE ===#

    def test_everything_that_belongs_to_a_company_and_is_named_keeps_it_while_in_use(self):
        """A relation to a company's record is checked from both ends."""
        guards = {'service.company.mixin', 'service.document.mixin', 'service.object'}
        found = 0
        for name, model in self.env.items():
            company = model._fields.get('company_id')
            if (not name.startswith('service.') or model._abstract or model._transient
                    or not model._auto or not company or not company.store or company.related
                    or company.readonly):
                continue
            named = any(
                field.comodel_name == name and field.store
                and field.type in ('many2one', 'many2many') and 'company_id' in other._fields
                for other in self.env.values() if not other._abstract and not other._transient
                for field in other._fields.values())
            if named:
                found += 1
                with self.subTest(model=name):
                    self.assertTrue(guards & ({name} | {
                        base._name for base in type(model).mro() if hasattr(base, '_name')}))
        self.assertGreater(found, 10)

    @users('service_manager')
    def test_setup_in_use_does_not_move_to_another_company(self):
        for record in self._create_setup():
            record = record.with_user(self.env.user).with_context(
                allowed_company_ids=(self.company | self.other).ids)
            with self.subTest(model=record._name), self.assertRefusedWith(
                    UserError, "(?s)cannot be Other Company's.*: |inconsistencies", record), \
                    self.env.cr.savepoint():
                record.company_id = self.other

    def test_setup_in_use_may_be_shared(self):
        for record in self._create_setup():
            if not record._fields['company_id'].required:
                with self.subTest(model=record._name):
                    record.company_id = False

    @users('service_manager')
    def test_setup_that_nothing_uses_moves(self):
        stage = self.env['service.stage'].create({'name': "Idle", 'company_id': self.company.id})
        stage.with_context(allowed_company_ids=(self.company | self.other).ids).company_id = self.other
        self.assertEqual(stage.sudo().company_id, self.other)

    @users('service_manager')
    def test_team_with_orders_is_not_deleted(self):
        order = self._create_order()
        with self.assertRefusedWith(UserError, f"(?s)in use.*{order.name}", order, self.team):
            self.team.with_user(self.env.user).unlink()

    @users('service_manager')
    def test_numbered_documents_stay_with_their_company(self):
        order = self._create_order()
        agreement = self.env['service.agreement'].create({
            'title': "Care", 'partner_id': self.customer.id})
        for document in (order, agreement):
            document = document.with_user(self.env.user)
            with self.subTest(model=document._name), self.assertRefusedWith(
                    UserError, "stays with", document):
                document.company_id = self.other

    @users('service_manager')
    def test_active_agreement_is_not_archived(self):
        agreement = self.env['service.agreement'].create({
            'title': "Care", 'partner_id': self.customer.id})
        agreement.action_activate()
        agreement.sudo()._activate()
        with self.assertRefusedWith(UserError, "Close it before you archive", agreement):
            agreement.active = False

    def test_tax_of_a_line_is_not_deleted(self):
        line = self._create_line(self._create_order(), 'item')
        self.assertEqual(line.tax_ids, self.tax)
        with self.assertRaises(Exception), self.env.cr.savepoint():
            self.tax.unlink()
        self.assertEqual(line.tax_ids, self.tax)

    #=== BRANCHES ===#

    def _create_branch(self):
        branch = self.env['res.company'].create({
            'name': "Branch", 'parent_id': self.company.id,
            'resource_calendar_id': self.calendar.id})
        user = new_test_user(
            self.env, login='branch', groups='service_management.service_management_group_dispatcher',
            company_id=branch.id, company_ids=[Command.set(branch.ids)])
        return branch, user

    def test_branch_sees_and_uses_what_its_parent_set_up(self):
        used = self._create_setup()
        rule = self.env['service.price.rule'].create({
            'name': "Call-Out", 'kind': 'call_out', 'amount': 10, 'product_id': self.travel.id,
            'company_id': self.company.id})
        branch, user = self._create_branch()
        for record in used + [rule]:
            with self.subTest(model=record._name):
                self.assertTrue(record.with_user(user).search([('id', '=', record.id)]))
        team, task, zone, sla, stage = used[:5]
        order = self.env['service.order'].with_user(user).create({
            'title': "In the branch", 'partner_id': self.other_customer.id, 'team_id': team.id,
            'zone_id': zone.id, 'sla_id': sla.id, 'task_ids': [Command.create({'task_id': task.id})]})
        order.stage_id = stage
        self.assertRecordValues(order, [{
            'company_id': branch.id, 'team_id': team.id, 'stage_id': stage.id}])
        self.assertIn(rule, rule._get_by_kind(branch)['call_out'])
        self.assertFalse(rule._get_by_kind(self.other))

    def test_technician_of_a_branch_joins_a_team_of_the_parent(self):
        branch, _user = self._create_branch()
        employee = self._create_technician("Carl", company_id=branch.id)
        self.assertEqual(employee.service_team_id, self.team)
        self.assertIn(employee, self.team.member_ids)

    def test_parent_does_not_use_what_a_branch_set_up(self):
        branch, _user = self._create_branch()
        team = self.env['service.team'].create({'name': "Branch Team", 'company_id': branch.id})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._create_order(team_id=team.id)

    def test_team_of_a_parent_does_not_leave_its_branches(self):
        branch, _user = self._create_branch()
        order = self._create_order(company_id=branch.id, team_id=self.team.id)
        self.technician.service_team_id = self.colleague.service_team_id = False
        with self.assertRaisesRegex(ValidationError, order.name), self.env.cr.savepoint():
            self.team.company_id = self.other

    #=== UPDATE ===#

    def _migrate(self, script):
        module = load_script(str(MIGRATIONS / script), script)
        self.env.flush_all()
        module.migrate(self.env.cr, '19.0.1.2.0')
        self.env.invalidate_all()
        return module

    def test_update_lets_branches_see_but_for_rules_that_somebody_rewrote(self):
        stage_rule = self.env.ref('service_management.service_stage_rule_company')
        team_rule = self.env.ref('service_management.service_team_rule_company')
        now, own = stage_rule.domain_force, "[('company_id', '=', 1)]"
        stage_rule.domain_force = "[('company_id', 'in', company_ids + [False])]"
        team_rule.domain_force = own
        rules = self._migrate('post-branches.py').RULES
        self.assertEqual(stage_rule.domain_force, now)
        self.assertEqual(team_rule.domain_force, own)
        for name in rules:
            self.assertTrue(self.env.ref(f'service_management.{name}'))

    def test_update_brings_back_the_events_of_stages(self):
        """Their column was renamed long ago, and nothing carried them over."""
        stages = self.env['service.stage'].search([])
        planned = stages.filtered(lambda stage: stage.event == 'planned')[:1]
        self.env.cr.execute("ALTER TABLE service_stage ADD COLUMN visit_event varchar")
        self.env.cr.execute(
            "UPDATE service_stage SET visit_event = 'under_way' WHERE id = %s", [planned.id])
        self._migrate('post-stage-events.py')
        self.assertEqual(planned.event, 'planned', "what is set up by now stays")
        planned.event = False
        self.assertTrue(any(stages.mapped('event')), "stages that came later have theirs")
        self._migrate('post-stage-events.py')
        self.assertEqual(planned.event, 'under_way')

    def test_update_installs_bridges_that_became_possible(self):
        bridge = self.env['ir.module.module'].search([
            ('name', '=like', 'service\\_management\\_%'), ('state', '=', 'installed')], limit=1)
        self.assertTrue(bridge, "the test command installs all of them")
        bridge.state = 'uninstalled'
        bridge.dependencies_id.depend_id.filtered(
            lambda module: module.name != 'service_management')[:1].state = 'uninstalled'
        self._migrate('post-bridges.py')
        self.assertEqual(bridge.state, 'uninstalled')
        bridge.dependencies_id.depend_id.state = 'installed'
        self._migrate('post-bridges.py')
        self.assertEqual(bridge.state, 'to install')
