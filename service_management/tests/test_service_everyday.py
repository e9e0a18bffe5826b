from odoo import fields
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain
from odoo.tests import Form, freeze_time, new_test_user
from odoo.tools import SQL

from ..hooks import pre_init_hook
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

    def test_new_of_the_staff_is_an_open_order_from_every_view(self):
        """The quick form of a column keeps the column; New itself belongs to none."""
        Order = self.env['service.order'].with_user(self.user_dispatcher)
        for view in ('kanban', 'list'):
            arch = Order.get_view(view_type=view)['arch']
            self.assertNotIn('on_create', arch)
        with Form(Order) as form:
            form.title = "Phoned in"
            form.partner_id = self.customer
        self.assertEqual(form.record.state, 'open')
        self.assertTrue(form.record.visit_ids.is_unassigned)

    #=== PEOPLE OF OTHER APPS ===#

    def test_hr_officer_opens_and_creates_employees(self):
        officer = new_test_user(self.env, 'officer', 'hr.group_hr_user', company_id=self.company.id)
        self.technician.service_zone_ids = self.env['service.zone'].create({'name': "Northern"})
        Employee = self.env['hr.employee'].with_user(officer)
        with Form(Employee) as form:
            form.name = "New Colleague"
        self.assertEqual(form.record.name, "New Colleague")
        with Form(self.technician.with_user(officer)) as form:
            form.name = "Anna B."
        self.technician.with_user(officer).read()

    def test_hr_officer_who_manages_service_gives_zones_and_a_team(self):
        officer = new_test_user(
            self.env, 'officer', 'hr.group_hr_user,service_management.service_management_group_manager',
            company_id=self.company.id)
        zone = self.env['service.zone'].create({'name': "Northern"})
        with Form(self.env['hr.employee'].with_user(officer)) as form:
            form.name = "New Colleague"
            form.service_team_id = self.team
            form.service_zone_ids.add(zone)
        self.assertRecordValues(form.record, [{
            'service_team_id': self.team.id, 'service_zone_ids': zone.ids}])

    def test_people_of_other_apps_read_whole_records(self):
        salesperson = new_test_user(
            self.env, 'seller', 'sales_team.group_sale_salesman', company_id=self.company.id)
        auditor = new_test_user(
            self.env, 'auditor', 'account.group_account_readonly', company_id=self.company.id)
        employee = new_test_user(self.env, 'anybody', 'base.group_user', company_id=self.company.id)
        sale = self.env['sale.order'].sudo().create({
            'partner_id': self.customer.id, 'user_id': salesperson.id,
            'order_line': [Command.create({'product_id': self.part.id})]})
        for user, records in (
            (salesperson, sale),
            (auditor, sale), (auditor, sale.order_line),
            (employee, self.env['hr.employee.public'].browse(self.technician.id)),
        ):
            with self.subTest(model=records._name, user=user.login):
                self.env.invalidate_all()
                records.with_user(user).read()
        lines = sale.order_line.with_user(salesperson)  # of whose other lists some are not theirs
        lines.read([name for name in lines.fields_get() if name.startswith('service_')])

    def test_every_role_of_odoo_opens_and_reads_what_it_could_without_us(self):
        sale = self.env['sale.order'].sudo().create({
            'partner_id': self.customer.id,
            'order_line': [Command.create({'product_id': self.part.id})]})
        invoice = self.init_invoice(
            'out_invoice', partner=self.customer, products=self.part, post=True)
        kept = (self.technician, self.customer, self.part.product_tmpl_id, self.part, sale, invoice)
        opened = 0
        for role in (
            'base.group_user', 'base.group_partner_manager', 'base.group_system',
            'hr.group_hr_user', 'hr.group_hr_manager', 'product.group_product_manager',
            'sales_team.group_sale_salesman', 'sales_team.group_sale_salesman_all_leads',
            'sales_team.group_sale_manager', 'account.group_account_readonly',
            'account.group_account_basic', 'account.group_account_invoice',
            'account.group_account_user', 'account.group_account_manager',
        ):
            user = new_test_user(
                self.env, f'only {role}', f'base.group_user,base.group_allow_export,{role}',
                company_id=self.company.id)
            sale.user_id = user
            for record in kept:
                record = record.with_user(user)
                if not record.has_access('read'):
                    continue
                with self.subTest(role=role, model=record._name):
                    self.env.invalidate_all()
                    ours = [name for name in record.fields_get() if 'service' in name]
                    record.read(ours)
                    record.export_data(ours)
                    forms_of = {'account.move': 'account.', 'hr.employee': 'hr.'}
                    if not role.startswith(forms_of.get(record._name, '')):
                        continue  # Odoo's own form is not for this role
                    arch = Form(record)._view['fields']
                    record.web_read({name: {} for name in arch if name in record._fields})
                    opened += 1
        self.assertGreater(opened, 40)

    def test_lists_of_ours_on_core_models_are_for_those_who_may_read_them(self):
        employee = new_test_user(self.env, 'anybody', 'base.group_user')
        found = 0
        for name, model in self.env.items():
            if name.startswith('service.'):
                continue
            for field in model._fields.values():
                if field.type not in ('one2many', 'many2many') \
                        or not field.comodel_name.startswith('service.'):
                    continue
                found += 1
                with self.subTest(field=str(field)):
                    self.assertTrue(
                        field.groups
                        or self.env[field.comodel_name].with_user(employee).has_access('read'))
                    for group in (field.groups or '').split(',') if field.groups else ():
                        reader = new_test_user(self.env, f'reader_{field}_{group}', group)
                        self.assertTrue(
                            self.env[field.comodel_name].with_user(reader).has_access('read'), group)
        self.assertGreater(found, 6)

    #=== VISITS ===#

    def test_visit_that_leaves_the_order_open_leaves_a_visit_to_plan(self):
        order = self._create_order()
        visit = self._plan(order).with_user(self.user_technician)
        visit.action_start()
        visit.action_stop()
        visit.action_done()
        self.assertRecordValues(order.visit_ids.sorted('id'), [
            {'state': 'done', 'is_unassigned': False}, {'state': 'planned', 'is_unassigned': True}])
        with self.subTest("one that is planned already is the one"):
            second, third = (
                self._plan(order, start) for start in ('2026-03-04 08:00:00', '2026-03-05 08:00:00'))
            second.action_done()
            self.assertEqual(order.visit_ids, visit | second | third)

    def test_visit_that_ends_with_the_sign_off_leaves_none_to_plan(self):
        order = self._create_order()
        visit = self._plan(order)
        visit.action_start()
        visit.action_stop()
        self._sign(order)
        self.assertEqual(order.visit_ids.mapped('state'), ['done'])

    #=== NOTICES ===#

    def test_generated_orders_do_not_mail_their_responsible(self):
        env = self.env(context={})  # tests switch mails off
        agreement = self.env['service.agreement'].create({
            'title': "Boilers", 'partner_id': self.customer.id, 'company_id': self.company.id,
            'user_id': self.user_manager.id, 'team_id': self.team.id,
            'date_start': '2026-03-01', 'date_end': '2026-12-31',
            'group_id': self.env['service.agreement.group'].create({
                'name': "Monthly", 'horizon_days': 60}).id,
            'line_ids': [Command.create({
                'name': "Inspection", 'interval_count': 1, 'interval_unit': 'month'})]})
        with freeze_time('2026-03-01 08:00:00'):
            agreement.action_activate()
            with self.enter_registry_test_mode():
                env.ref('service_management.ir_cron_generate_orders').method_direct_trigger()
        orders = agreement.order_ids
        self.assertTrue(orders)
        self.assertEqual(orders.user_id, self.user_manager)
        self.assertFalse(self._get_assigned_notices(orders))
        with self.subTest("by hand it is told"):
            order = env['service.order'].with_user(self.user_dispatcher).create({
                'title': "By hand", 'partner_id': self.customer.id, 'team_id': self.team.id,
                'user_id': self.user_manager.id})
            self.assertTrue(self._get_assigned_notices(order))

    def _get_assigned_notices(self, orders):
        """Return what was sent to the responsible of orders, other than messages of the orders."""
        return self.env['mail.message'].sudo().search([
            ('model', '=', 'service.order'), ('res_id', 'in', orders.ids),
            ('message_type', '=', 'user_notification')])

    #=== TAXES OF OUR PRODUCTS ===#

    def _get_shipped_products(self):
        return self.env['product.product'].union(*(
            self.env.ref(f'service_management.product_service_{name}')
            for name in ('hour', 'travel', 'fee')))

    def _load_chart(self, company):
        self.env['account.chart.template'].with_company(company).try_loading(
            'generic_coa', company=company, install_demo=False)
        return company.account_sale_tax_id

    def test_products_we_ship_get_the_tax_of_a_chart_that_comes_after_us(self):
        products = self._get_shipped_products()
        products.sudo().taxes_id = False
        company = self.env['res.company'].create({
            'name': "Fresh", 'country_id': self.env.ref('base.us').id})
        tax = self._load_chart(company)
        self.assertTrue(tax)
        for product in products.sudo():
            self.assertEqual(product.taxes_id, tax)
        with self.subTest("a second company has its own, and the first keeps its"):
            second = self.env['res.company'].create({
                'name': "Second", 'country_id': self.env.ref('base.us').id})
            taxes = tax | self._load_chart(second)
            for product in products.sudo():
                self.assertEqual(product.taxes_id, taxes)

    def test_taxes_that_somebody_chose_stay(self):
        products = self._get_shipped_products().sudo()
        company = self.env['res.company'].create({
            'name': "Fresh", 'country_id': self.env.ref('base.us').id})
        self._load_chart(company)
        reduced = self.env['account.tax'].with_company(company).create({
            'name': "Reduced", 'amount': 5, 'company_id': company.id, 'type_tax_use': 'sale'})
        products[0].taxes_id = reduced
        products[1].taxes_id = False
        self._load_chart(company)
        self.assertEqual(products[0].taxes_id, reduced)
        self.assertFalse(products[1].taxes_id)
        with self.subTest("Odoo gives one to what has a tax of another company"):
            products[1].taxes_id = self.tax
            self._load_chart(company)
            self.assertEqual(products[1].taxes_id, self.tax)
        with self.subTest("another default tax is for new products"):
            company.account_sale_tax_id = reduced
            self.assertEqual(products[1].taxes_id, self.tax)

    def test_products_we_ship_get_the_first_default_tax_that_somebody_enters(self):
        products = self._get_shipped_products().sudo()
        products.taxes_id = False
        company = self.env['res.company'].create({
            'name': "Fresh", 'country_id': self.env.ref('base.us').id})
        group = self.env['account.tax.group'].create({
            'name': "VAT", 'company_id': company.id, 'country_id': company.country_id.id})
        taxes = self.env['account.tax'].with_company(company).create([
            {'name': name, 'amount': amount, 'company_id': company.id, 'type_tax_use': 'sale',
             'tax_group_id': group.id}
            for name, amount in (("Usual", 20), ("Raised", 22))])
        company.account_sale_tax_id = taxes[0]
        self.assertEqual([product.taxes_id for product in products], [taxes[0]] * 3)
        products[2].taxes_id = False
        company.account_sale_tax_id = taxes[1]
        self.assertEqual(
            [product.taxes_id for product in products], [taxes[0], taxes[0], taxes[0].browse()])

    def test_installing_again_takes_back_products_that_invoices_kept(self):
        data = self.env['ir.model.data'].search([
            ('module', '=', 'service_management'), ('name', '=', 'product_service_hour')])
        data.module = '__service_management__'
        data.flush_recordset()
        pre_init_hook(self.env)
        data.invalidate_recordset()
        self.assertEqual(data.module, 'service_management')

    def test_settings_name_products_that_lack_a_tax(self):
        rule = self.env['service.price.rule'].create({
            'name': "Call-out", 'kind': 'call_out', 'amount': 45, 'company_id': self.company.id,
            'product_id': self._create_service_product("Call-out", 0).id})
        job = self._create_service_product("Job", 90, service_tracking='service_order')
        used = self.hours | self.travel | rule.product_id | job
        Settings = self.env['res.config.settings']
        self.company.account_sale_tax_id = False
        used.taxes_id = False
        self.assertFalse(
            Settings.create({}).service_untaxed_product_ids & used, "nothing is usual here")
        self.company.account_sale_tax_id = self.tax
        self.assertEqual(Settings.create({}).service_untaxed_product_ids & used, used)
        used.taxes_id = self.tax
        self.assertFalse(Settings.create({}).service_untaxed_product_ids & used)

    #=== INDEXES ===#

    def test_jobs_find_their_work_by_their_indexes(self):
        """A partial index serves only conditions from which PostgreSQL derives its own."""
        today = fields.Date.today()
        Line, Agreement = self.env['service.order.line'], self.env['service.agreement']
        Accrual = self.env['service.subscription.accrual']
        Status = self.env['service.order.sla']
        for model, index, domain, order in (
            (self.env['service.order'], '_receipt_due', Domain('is_receipt_due', '=', True), 'id'),
            (self.env['service.order'], '_assignment_due',
             Domain('is_assignment_due', '=', True), 'date_order, id'),
            (Line, '_prepaid', Domain('agreement_id', '=', 1) & Domain('is_prepaid', '=', True)
             & Domain('date_prepaid', '>=', today), None),
            (Agreement, '_to_run', Agreement._get_run_domain(), 'date_next_run, id'),
            (Accrual, '_due', Accrual._get_due_domain(), 'date, id'),
            (Status, '_due', Domain('state', '=', 'running')
             & Domain('next_event_on', '<=', fields.Datetime.now()), 'next_event_on, id'),
            (self.env['service.subscription'], '_to_bill',
             Domain('date_next_bill', '<=', today), 'date_next_bill'),
            (self.env['service.subscription.fee'], '_to_bill', Domain('subscription_id', 'in', [1, 2])
             & Domain('state', '=', 'open') & Domain('date_due', '<=', today), None),
            (self.env['service.visit'], '_by_technician', Domain('employee_id', 'in', [1, 2])
             & Domain('state', 'in', ('planned', 'dispatched', 'under_way'))
             & Domain('date_start', '<', today) & Domain('date_end', '>', today), None),
            (self.env['service.visit'], '_running', Domain('timer_start', '!=', False)
             & Domain('is_overrun_told', '=', False), 'timer_start, id'),
            (Line, '_to_post', Domain('company_id', '=', 1) & Domain('state', '=', 'open')
             & Domain('date', '<=', today), None),
            (Agreement, '_by_customer', Domain('commercial_partner_id', 'in', [1, 2])
             & Domain('state', '=', 'active'), None),
        ):
            with self.subTest(model=model._name, index=index):
                self._assert_implied(model.sudo(), index, domain, order)

    def _assert_implied(self, model, index, domain, order):
        """Assert that a search can use an index, on a copy of the table that has no other."""
        table, index = model._table, model._table_objects[model._table + index]
        query = model._search(domain, order=order)
        with self.env.cr.savepoint() as savepoint:
            # The temporary table comes before the real one.
            self.env.cr.execute(SQL(
                "CREATE TEMPORARY TABLE %s (LIKE %s)", SQL.identifier(table), SQL.identifier(table)))
            self.env.cr.execute(SQL(
                "CREATE INDEX %s ON %s %s", SQL.identifier(index.full_name(model)),
                SQL.identifier(table), SQL(index.get_definition(model.pool).partition('INDEX ')[2])))
            self.env.cr.execute("SET LOCAL enable_seqscan = off")
            self.env.cr.execute(SQL("EXPLAIN %s", query.select()))
            plan = '\n'.join(row[0] for row in self.env.cr.fetchall())
            savepoint.rollback()
        self.assertIn(index.full_name(model), plan)

    #=== CONDITIONS ===#

    def test_price_rule_whose_conditions_are_archived_fits_nobody_else(self):
        team = self.env['service.team'].create({'name': "Gone", 'company_id': self.company.id})
        conditions = {
            'team_ids': team,
            'zone_ids': self.env['service.zone'].create({'name': "Gone"}),
            'partner_ids': self.env['res.partner'].create({'name': "Gone"}),
            'task_ids': self.env['service.task'].create({'name': "Gone"}),
            'object_group_ids': self.env['service.object.group'].create({'name': "Gone"}),
        }
        order = self._create_order()
        for field, record in conditions.items():
            rule = self.env['service.price.rule'].create({
                'name': "Only For One", 'kind': 'fixed', 'amount': 500,
                field: [Command.set(record.ids)]})
            if 'active' in record:
                record.active = False
            self.env.invalidate_all()
            with self.subTest(field=field):
                self.assertFalse(rule._fits(order))

    def test_price_rule_still_fits_its_archived_customer(self):
        order = self._create_order()
        rule = self.env['service.price.rule'].create({
            'name': "Hotel", 'kind': 'fixed', 'amount': 500,
            'partner_ids': [Command.set(self.customer.ids)]})
        self.customer.active = False
        self.env.invalidate_all()
        self.assertTrue(rule._fits(order))

    def test_agreement_for_an_archived_object_or_site_does_not_cover_the_others(self):
        chiller = self.env['service.object'].create({
            'name': "Chiller", 'partner_id': self.customer.id})
        for field, record in (('object_ids', self.object), ('site_ids', self.site)):
            agreement = self.env['service.agreement'].create({
                'title': "One only", 'partner_id': self.customer.id, 'company_id': self.company.id,
                'date_start': '2026-01-01', 'date_end': '2026-12-31',
                field: [Command.set(record.ids)]})
            record.active = False
            self.env.invalidate_all()
            with self.subTest(field=field):
                order = self._create_order(object_ids=chiller.ids, site_id=self.customer.id)
                self.assertEqual(agreement._covers(order), 0)
                self.assertEqual(agreement.copy()[field], record)

    def test_line_set_for_an_archived_group_is_not_for_all(self):
        group = self.env['service.object.group'].create({'name': "Lifts"})
        line_set = self.env['service.line.set'].create({
            'name': "Lift", 'object_group_ids': [Command.set(group.ids)]})
        group.active = False
        self.env.invalidate_all()
        self.assertFalse(line_set._fits(self._create_order()))

    def test_stage_of_an_archived_team_is_not_for_all(self):
        team = self.env['service.team'].create({'name': "Gone", 'company_id': self.company.id})
        stage = self.env['service.stage'].create({
            'name': "Theirs", 'category': 'open', 'team_ids': [Command.set(team.ids)]})
        team.active = False
        self.env.invalidate_all()
        available = stage._get_available_domain(self.company, self.team)
        self.assertNotIn(stage, stage.search(available))
        with self.assertRaises(ValidationError):
            self._create_order(stage_id=stage.id)

    def test_technician_of_an_archived_zone_does_not_work_everywhere(self):
        gone, north = self.env['service.zone'].create([{'name': "Gone"}, {'name': "Northern"}])
        self.technician.service_zone_ids = gone
        gone.active = False
        self.env.invalidate_all()
        visit = self._plan(self._create_order(zone_id=north.id))
        self.assertIn("does not work in zone Northern", visit.planning_warning)

    def test_price_change_of_an_archived_product_is_not_for_all(self):
        change = self.env['service.subscription.indexation'].create({
            'name': "Pumps", 'product_ids': [Command.set(self.part.ids)]})
        self.part.active = False
        self.env.invalidate_all()
        self.assertEqual(change.product_ids, self.part)
