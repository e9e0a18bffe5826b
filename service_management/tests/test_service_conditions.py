from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common_subscription import SubscriptionCommon

#: Optional relations of what managers set up that are no conditions: {model: fields}. Empty they
#: mean nothing, or that the value of something else counts.
NO_CONDITIONS = {
    'service.agreement':
        'calendar_id contact_id group_id partner_id preferred_employee_id pricelist_id sla_id tag_ids'
        ' task_ids team_id template_group_id template_id user_id',
    'service.agreement.group': 'sla_id',
    'service.agreement.line': 'employee_id meter_id order_type_id product_id product_uom_id task_id',
    'service.agreement.template.group': 'parent_id',
    'service.diagnosis': 'line_set_ids skill_ids',
    'service.guide': 'symptom_ids',
    'service.guide.answer': 'next_step_id',
    'service.guide.step':
        'diagnosis_id line_set_ids order_type_id resolution_id skill_ids symptom_id',
    'service.line.set.line': 'product_id product_uom_id',
    'service.object.certificate.kind': 'group_ids product_ids type_id user_id',
    'service.order.type':
        'line_set_ids skill_ids sla_id stage_id stage_ids task_ids team_id',
    'service.price.rule': 'product_id',
    'service.repair.status': 'stage_id stage_reason_id',
    'service.resolution': 'line_set_ids',
    'service.sla': 'calendar_id escalation_user_id',
    'service.stage': 'mail_template_id',
    'service.subscription':
        'agreement_id fiscal_position_id partner_invoice_id payment_term_id pricelist_id tag_ids'
        ' user_id',
    'service.subscription.line': 'object_id tax_ids',
    'service.subscription.plan': 'deferred_account_id journal_id recognition_account_id',
    'service.recall': 'product_id type_id version_ids',
    'service.structure.line': 'parent_id partner_id product_id',
    'service.symptom': 'line_set_ids skill_ids sla_id',
    'service.team':
        'mail_cancelled_id mail_done_id mail_on_way_id mail_planned_id mail_received_id'
        ' mail_reminder_id resource_calendar_id salesperson_id sla_id user_id zone_ids',
    'service.warranty.step': 'group_id product_template_id',
}


@tagged('post_install', '-at_install')
class TestServiceConditions(SubscriptionCommon):
    """A condition is a closed set: whom it names is archived or deleted, it fits nobody else."""

    def _get_suite_models(self):
        return [
            model for model in self.env.values()
            if not model._abstract and not model._transient and model._auto
            and (model._original_module or '').startswith('service_management')]

    def _get_configuration(self):
        """Return the models of ours that managers alone create: they decide on the others."""
        manager = self.env.ref('service_management.service_management_group_manager')
        rows = self.env['ir.model.access'].search([('perm_create', '=', True)])
        return [
            model for model in self._get_suite_models()
            if {*rows.filtered(lambda row, model=model: row.model_id.model == model._name).group_id}
            == {manager}]

    def _get_conditions(self):
        return [
            (model, field) for model in self.env.values()
            if not model._abstract and not model._transient
            for field in model._fields.values()
            if getattr(field, 'condition', False) and not field.related]

    def _create_holder(self, model, field, record):
        """Return a record whose condition names another one, and nothing else."""
        values = {
            'service.agreement': {
                'title': "One only", 'partner_id': self.customer.id,
                'date_start': '2026-01-01', 'date_end': '2026-12-31'},
            'service.agreement.line': {
                'agreement_id': self._create_agreement().id, 'date_start': '2026-03-02'},
            'service.price.rule': {'kind': 'fixed', 'amount': 500},
            'service.stage': {'category': 'open'},
            'service.symptom': {'area_id': self.symptom.area_id.id},
            'service.diagnosis': {'area_id': self.diagnosis.area_id.id},
            'service.repair.combination': {
                'symptom_id': self.symptom.id, 'diagnosis_id': self.diagnosis.id},
            'service.subscription.price': {'price': 10},
            'service.task.skill': {
                'task_id': self.env['service.task'].create({'name': "Weld"}).id,
                'skill_id': self.level.skill_type_id.skill_ids[:1].id},
        }.get(model._name, {})
        if 'name' in model._fields and model._name != 'service.agreement':
            values = {'name': "One only", **values}
        return model.sudo().create({
            **values, field.name: record.ids if field.type == 'many2many' else record.id})

    def _create_agreement(self):
        return self.env['service.agreement'].create({
            'title': "Named", 'partner_id': self.customer.id, 'date_start': '2026-01-01',
            'date_end': '2026-12-31'})

    def _create_named(self, comodel):
        """Return a new record that a condition can name."""
        if comodel == 'service.agreement':
            return self._create_agreement()
        if comodel == 'service.subscription':
            return self._subscribe(activate=False)
        if comodel == 'hr.skill.level':
            return self.level.copy()
        return self.env[comodel].sudo().create({'name': "Gone", **{
            'res.country': {'code': 'XQ'},
            'res.partner': {'parent_id': self.customer.id},
            'service.object': {'partner_id': self.customer.id},
            'service.symptom': {'area_id': self.symptom.area_id.id},
            'service.diagnosis': {'area_id': self.diagnosis.area_id.id},
        }.get(comodel, {})})

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level = cls.env['hr.skill.type'].create({
            'name': "Metal", 'skill_ids': [Command.create({'name': "Welding"})],
            'skill_level_ids': [Command.create({
                'name': "Good", 'level_progress': 100, 'default_level': True})],
        }).skill_level_ids
        cls.symptom, cls.diagnosis = (
            cls.env[model].create({
                'name': "Any", 'area_id': cls.env[f'{model}.area'].create({'name': "Anywhere"}).id,
                'company_id': False})
            for model in ('service.symptom', 'service.diagnosis'))

    def _create_all(self):
        """Return [(holder, name of the field, the record it names)], for each condition there is."""
        named, created = {}, []
        for model, field in self._get_conditions():
            comodel = field.comodel_name
            record = named[comodel] = named.get(comodel) or self._create_named(comodel)
            created.append((self._create_holder(model, field, record), field.name, record))
        self.assertGreater(len(created), 20)
        return created

    def test_every_optional_relation_of_what_managers_set_up_says_whether_it_is_a_condition(self):
        undeclared = {}
        for model in self._get_configuration():
            for field in model._fields.values():
                if (field.type in ('many2one', 'many2many') and field.store and not field.required
                        and not field.readonly and field._module.startswith('service_management')
                        and not hasattr(field, 'condition')):
                    undeclared.setdefault(model._name, set()).add(field.name)
        self.assertEqual(undeclared, {
            model: set(names.split()) for model, names in NO_CONDITIONS.items()})

    def test_the_database_keeps_what_conditions_name(self):
        for _model, field in self._get_conditions():
            with self.subTest(field=str(field)):
                self.assertEqual(field.ondelete, 'restrict')
                self.assertTrue(
                    field.type == 'many2one' or field.context.get('active_test') is False)

    def test_what_a_condition_names_is_not_deleted_and_the_refusal_names_it(self):
        for holder, name, record in self._create_all():
            with self.subTest(model=holder._name, field=name), self.assertRaisesRegex(
                    UserError, "is a condition and cannot be deleted") as caught:
                record.unlink()
            self.assertIn(holder.display_name, str(caught.exception))

    def test_condition_goes_on_naming_what_is_archived(self):
        for holder, name, record in self._create_all():
            if 'active' in record:
                record.active = False
                self.env.flush_all()
                self.env.invalidate_all()
            with self.subTest(model=holder._name, field=name):
                self.assertEqual(holder[name], record)
                self.assertNotIn(holder, holder.search([(name, '=', False)]))

    def test_whoever_archives_is_asked_first_and_sees_what_is_only_for_it(self):
        gone = self.env['res.partner'].create({'name': "Gone"})
        rule = self.env['service.price.rule'].create({
            'name': "Their Total", 'kind': 'fixed', 'amount': 500, 'partner_ids': gone.ids})
        action = gone.with_user(self.user_dispatcher).action_archive()
        self.assertTrue(gone.active)
        dialog = self.env[action['res_model']].with_user(self.user_manager).with_context(
            **action['context']).create({})
        self.assertEqual(dialog.named_by, "Service Pricing Rule: Their Total")
        dialog.action_archive_all()
        self.assertFalse(gone.active)
        self.assertFalse(rule._fits(self._create_order()))

    def test_nobody_is_asked_about_what_no_condition_or_only_history_names(self):
        loose, ended = self.env['service.object'].create([
            {'name': name, 'partner_id': self.customer.id} for name in ("Loose", "Ended")])
        agreement = self._create_agreement()
        agreement.object_ids = ended
        agreement.sudo().state = 'closed'
        (loose | ended).action_archive()
        self.assertFalse(any((loose | ended).mapped('active')))

    # ------------------------------------------------------------ open work

    def _get_named(self):
        """Yield (name of a relation, record it names) of the open work of a customer."""
        order = self._create_order(object_ids=self.object.ids, contact_id=self.site.id)
        self._create_line(order, 'item', quantity_planned=1)
        for work in (order, order.line_ids):
            for names in self.env.values():
                for working, name in names._get_work_fields() if not names._abstract else ():
                    if working == work._name and work[name] and 'active' in names._fields:
                        yield f'{working}.{name}', work[name][:1].with_env(self.env)

    def test_whoever_archives_is_told_of_the_open_work_that_names_it(self):
        named = dict(self._get_named())
        self.assertLessEqual({
            'service.order.partner_id', 'service.order.site_id', 'service.order.contact_id',
            'service.order.team_id', 'service.order.object_ids', 'service.order.line.product_id',
            'service.order.line.tax_ids', 'service.order.line.product_uom_id'}, set(named))
        for relation, record in named.items():
            if record._name in ('service.stage', 'hr.employee', 'res.users'):
                continue  # these are refused, or handed over
            with self.subTest(relation=relation):
                action = record.action_archive()
                self.assertTrue(record.active)
                dialog = self.env[action['res_model']].with_context(**action['context']).create({})
                self.assertIn('SRV/', dialog.open_work)

    def test_nobody_is_asked_about_what_only_finished_work_names(self):
        order = self._worked_order(partner_id=self.other_customer.id, site_id=False)
        self.assertIn('SRV/', self.other_customer._get_open_work())
        order._post_lines()
        self.assertFalse(self.other_customer._get_open_work())

    def test_what_somebody_may_not_see_counts_and_is_not_named(self):
        self._create_order(title="Secret")
        seller = new_test_user(
            self.env, login='seller', groups='base.group_user,base.group_partner_manager',
            company_id=self.company.id)
        action = self.customer.with_user(seller).action_archive()
        dialog = self.env[action['res_model']].with_user(seller).with_context(
            **action['context']).create({})
        self.assertEqual(dialog.open_work, "Service Order: others that you do not see")
        self.assertIn("Secret", self.customer.with_user(self.user_dispatcher)._get_open_work())

    def test_who_may_not_archive_is_told_nothing(self):
        outsider = new_test_user(
            self.env, login='outsider', groups='base.group_user', company_id=self.company.id)
        self._create_order()
        dialog = self.env['service.archive'].with_user(outsider).create({
            'res_model': 'res.partner', 'res_ids': self.customer.ids})
        with self.assertRaises(AccessError):
            dialog.read(['open_work'])

    def test_stage_with_orders_to_be_done_is_not_archived(self):
        order = self._create_order()
        with self.assertRefusedWith(ValidationError, order.name, order.stage_id):
            order.stage_id.active = False
        self._plan(order)
        self._sign(order)
        order.stage_id.search([('id', '=', self.stage_hold.id)]).active = False  # nothing is there

    def test_product_is_asked_about_by_its_variants(self):
        self._create_line(self._create_order(), 'item', quantity_planned=1)
        action = self.part.product_tmpl_id.action_archive()
        self.assertEqual(action['res_model'], 'service.archive')

    def test_customers_are_merged_although_a_condition_names_one(self):
        gone, kept = self.env['res.partner'].create([{'name': "Twin"}, {'name': "Twin"}])
        rule = self.env['service.price.rule'].create({
            'name': "Their Total", 'kind': 'fixed', 'amount': 500, 'partner_ids': gone.ids})
        self.env['base.partner.merge.automatic.wizard'].sudo()._merge(
            (gone | kept).ids, dst_partner=kept)
        self.env.invalidate_all()
        self.assertEqual(rule.partner_ids, kept)
