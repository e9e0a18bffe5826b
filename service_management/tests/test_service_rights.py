from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, users

from .common import ServiceCommon


class TestServiceRights(ServiceCommon):

    # ------------------------------------------------------------ who sees what

    def test_technician_sees_own_and_team_orders_only(self):
        own_team = self._create_order()
        other_team = self.env['service.team'].create({
            'name': "South", 'company_id': self.company.id})
        foreign = self._create_order(team_id=other_team.id)
        helped = self._create_order(team_id=other_team.id)
        self._plan(helped)
        Order = self.env['service.order'].with_user(self.user_technician)
        found = Order.search([('id', 'in', (own_team | foreign | helped).ids)])
        self.assertEqual(found, own_team | helped)
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_technician).read(['title'])

    def test_whoever_comes_sees_the_order_as_long_as_he_comes(self):
        other_team = self.env['service.team'].create({
            'name': "South", 'company_id': self.company.id})
        order = self._create_order(team_id=other_team.id)
        line = self._create_line(order, 'hour')
        mine = order.with_user(self.user_technician), line.with_user(self.user_technician)
        self.assertFalse(any(record.has_access('read') for record in mine))
        visit = self._plan(order)
        self.assertTrue(all(record.has_access('read') for record in mine))
        visit.employee_id = self.env['hr.employee'].sudo().create({
            'name': "Berta", 'service_team_id': other_team.id, 'company_id': self.company.id})
        self.assertFalse(any(record.has_access('read') for record in mine))

    def test_what_rules_find_is_what_they_let_read(self):
        """Rules are asked of the database in lists, and of records when one is opened."""
        other_team = self.env['service.team'].create({
            'name': "South", 'company_id': self.company.id})
        sla = self.env['service.sla'].create({'name': "Fast", 'target_ids': [
            Command.create({'kind': 'response', 'limit_hours': 4})]})
        task = self.env['service.task'].create({
            'name': "Look", 'question_ids': [Command.create({'name': "Tight?", 'kind': 'yes_no'})]})
        values = {'team_id': other_team.id, 'sla_id': sla.id, 'object_ids': self.object.ids, 'task_ids': [
            Command.create({'task_id': task.id})]}
        history, _foreign, helped, _team = orders = self.env['service.order'].union(*(
            self._create_order(**{**values, **more}) for more in (
                {}, {'object_ids': []}, {}, {'team_id': self.team.id, 'object_ids': []})))
        for order in orders:
            self._create_line(order, 'hour')
        self._plan(helped)
        self.assertTrue(history.with_user(self.user_technician).is_of_known_object)
        for model in (
                'service.order', 'service.order.line', 'service.order.task', 'service.order.answer',
                'service.order.stage.log', 'service.order.sla', 'service.order.sla.interval',
                'service.visit'):
            with self.subTest(model=model):
                every = self.env[model].sudo().search([])
                found = self.env[model].with_user(self.user_technician).search([])
                self.assertTrue(found and every.sudo(False) - found)
                self.assertEqual(
                    set(found.ids), {record.id for record in every if record.with_user(
                        self.user_technician).has_access('read')})

    def test_technician_without_anything_assigned_sees_nothing(self):
        stranger = self._create_user('technician', login='stranger')
        self._create_order()
        for model in ('service.order', 'service.visit', 'service.order.line'):
            self.assertFalse(self.env[model].with_user(stranger).search([]), model)

    def test_user_without_a_role_sees_nothing_at_all(self):
        outsider = new_test_user(self.env, login='outsider', groups='base.group_user')
        for model in ('service.order', 'service.visit', 'service.object', 'service.stage'):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(outsider).search([])

    def test_accountant_looks_at_orders_and_changes_nothing(self):
        accountant = new_test_user(
            self.env, login='ledger', groups='account.group_account_invoice',
            company_id=self.company.id)
        order = self._worked_order().with_user(accountant)
        names = order.get_view(view_type='form')['models']['service.order']
        order.read(list(order.fields_get(names)))
        for record, values in (
            (order, {'note_internal': "x"}),
            (order.line_ids[0], {'sequence': 1}),
            (order.visit_ids, {'note': "x"}),
        ):
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                record.write(values)

    def test_portal_user_sees_nothing_at_all(self):
        portal = new_test_user(self.env, login='guest', groups='base.group_portal')
        for model in ('service.order', 'service.order.line', 'service.visit', 'service.object',
                      'service.order.stage.log', 'service.order.task', 'service.team'):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(portal).search([])

    @users('service_technician', 'service_dispatcher')
    def test_cost_and_margin_are_hidden_from_lesser_roles(self):
        order = self._worked_order()
        for record, names in (
            (order, ('amount_cost', 'margin', 'margin_percent')),
            (order.line_ids[0], ('cost_unit', 'cost', 'margin')),
        ):
            record = record.with_user(self.env.user)
            for name in names:
                with self.subTest(field=name):
                    self.assertNotIn(name, record.fields_get())
                    with self.assertRaises(AccessError):
                        record.read([name])

    @users('service_technician')
    def test_technician_opens_the_form_and_books_without_seeing_costs(self):
        order = self._create_order()
        self._plan(order)
        mine = order.with_user(self.env.user)
        mine.get_views([(False, 'form'), (False, 'list'), (False, 'kanban')])
        line = self._create_line(mine, employee_id=self.technician.id, quantity=2)
        self.assertEqual(line.sudo().cost, 60)
        self.assertEqual(line.price_subtotal, 160)

    # ------------------------------------------------------------ who does what

    @users('service_technician')
    def test_technician_does_not_create_or_delete_orders(self):
        with self.assertRaises(AccessError):
            self.env['service.order'].create({
                'title': "Mine", 'partner_id': self.customer.id, 'team_id': self.team.id})
        with self.assertRaises(AccessError):
            self._create_order().with_user(self.env.user).unlink()

    @users('service_technician')
    def test_technician_does_not_cancel_orders(self):
        order = self._create_order()
        self._plan(order)
        with self.assertRaisesRegex(AccessError, "do not move orders by hand"):
            order.with_user(self.env.user).write({
                'stage_id': self.stage_cancelled.id, 'stage_reason_id': self.cancel_reason.id})

    @users('service_technician')
    def test_change_stage_dialog_gives_technicians_no_way_round(self):
        order = self._create_order()
        self._plan(order)
        wizard = self.env['service.order.change.stage'].create({
            'order_ids': order.ids, 'stage_id': self.stage_hold.id, 'reason_id': self.reason.id})
        with self.assertRaisesRegex(AccessError, "do not move orders by hand"):
            wizard.action_apply()

    @users('service_technician')
    def test_sign_off_dialog_does_not_reach_orders_of_other_teams(self):
        other_team = self.env['service.team'].sudo().create({
            'name': "South", 'company_id': self.company.id})
        foreign = self._create_order(team_id=other_team.id)
        with self.assertRaises(AccessError):
            wizard = self.env['service.order.change.stage'].create({
                'order_ids': [Command.set(foreign.ids)], 'stage_id': self.stage_signed_off.id})
            wizard.action_apply()

    def test_technicians_book_and_change_their_own_hours_only(self):
        order = self._create_order()
        self._plan(order)
        own = self._create_line(
            order.with_user(self.user_technician), employee_id=self.technician.id, quantity=1)
        foreign = self._create_line(order, employee_id=self.colleague.id, quantity=1)
        own.quantity = 2
        mine = foreign.with_user(self.user_technician)
        for label, refused in (
            ("quantity", lambda: mine.write({'quantity': 99})),
            ("taken over", lambda: mine.write({'employee_id': self.technician.id})),
            ("given away", lambda: own.write({'employee_id': self.colleague.id})),
            ("cancelled", mine.action_cancel),
            ("booked", lambda: self._create_line(
                order.with_user(self.user_technician), employee_id=self.colleague.id, quantity=1)),
        ):
            with self.subTest(label), self.assertRaisesRegex(
                    AccessError, "are hours of Boris"), self.env.cr.savepoint():
                refused()
        mine.name = "As agreed with Boris"

    def test_forms_offer_hours_of_others_to_dispatchers_only(self):
        order = self._create_order()
        line = self._create_line(order, employee_id=self.technician.id, quantity=2)
        self._plan(order, employee=self.colleague)
        for user, may in (
                (self.user_technician, True), (self.user_colleague, False),
                (self.user_customer_service, False), (self.user_dispatcher, True)):
            with self.subTest(user.login):
                mine = line.with_user(user)
                self.assertEqual(mine.can_edit_hours, may)
                new = mine.new({'order_id': order.id, 'employee_id': self.technician.id, 'quantity': 1})
                self.assertTrue(new.can_edit_hours)

    def test_corrected_hours_leave_a_trace(self):
        order = self._create_order()
        self._plan(order)
        line = self._create_line(order, employee_id=self.technician.id, quantity=1)
        line.with_user(self.user_dispatcher).quantity = 3
        self.assertIn("1 h", order.message_ids[0].body)
        self.assertIn("3 h", order.message_ids[0].body)

    def test_a_colleague_does_not_stop_a_clock_by_signing(self):
        order = self._create_order()
        visit = self._plan(order)
        visit.with_user(self.user_technician).action_start()
        with self.assertRaises(AccessError):
            visit.with_user(self.user_colleague).action_sign()
        self.assertTrue(visit.timer_start)

    @users('service_technician', 'service_dispatcher')
    def test_lesser_roles_do_not_set_up(self):
        for model, values in (
            ('service.stage', {'name': "Mine"}), ('service.team', {'name': "Mine"}),
            ('service.reason', {'name': "Mine", 'usage': 'stage'}),
            ('service.task', {'name': "Mine"}), ('service.zone', {'name': "Mine"}),
            ('service.object.group', {'name': "Mine"}),
        ):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].create(values)

    @users('service_dispatcher')
    def test_dispatcher_cancels_visits_and_orders_but_does_not_post_in_bulk(self):
        order = self._worked_order()
        wizard = self.env['service.order.process'].create({
            'operation': 'post', 'order_ids': order.ids})
        with self.assertRaisesRegex(AccessError, "Only a service manager posts"):
            wizard.action_apply()

    @users('service_manager')
    def test_manager_makes_drafts_but_the_ledger_stays_with_accounting(self):
        order = self._worked_order().with_user(self.env.user)
        order.action_post()
        invoice = order._create_invoices()
        with self.assertRaises(AccessError):
            invoice.action_post()

    def test_guards_of_role_refuse_the_lesser_role_and_pass_in_sudo(self):
        """Sudo means that somebody was asked before; the roles that refuse are the ones below."""
        accountant = self.user_manager  # a service manager is none
        signed_off, posted = self._worked_order(), self._worked_order()
        posted.action_post()
        agreement = self.env['service.agreement'].create({
            'title': "Care", 'partner_id': self.customer.id, 'user_id': self.user_technician.id})
        Subscription = self.env['service.subscription']
        Accrual = self.env['service.subscription.accrual']
        quote = self._create_quote()
        reopened = self._worked_order()
        technician, dispatcher = self.user_technician, self.user_dispatcher
        # (record, guard, role that is refused, message); in sudo each does what it guards
        for record, guard, user, message in (
            (quote, lambda order: order._check_move(self.stage_first, {}), technician,
             "do not move orders by hand"),
            (reopened, lambda order: order._check_move(
                self.stage_first, {'stage_note': "More work"}), dispatcher,
             "only a service manager reopens it"),
            (signed_off, lambda order: order._post_lines(), dispatcher,
             "Only a service manager posts"),
            (posted, lambda order: order._create_invoices(), dispatcher,
             "Only a service manager bills"),
            (posted.line_ids[:1], lambda line: line.action_reverse(), dispatcher,
             "Only a service manager reverses"),
            (quote.line_ids, lambda line: line._ensure_may_override(), dispatcher,
             "changes how a line is billed"),
            (quote, lambda order: order._ensure_may_quote(), technician,
             "Only customer service and dispatchers send quotes"),
            (self._plan(quote), lambda visit: visit._ensure_may_plan(), technician,
             "Only dispatchers plan visits"),
            (Subscription, lambda empty: empty._ensure_may_manage(), dispatcher,
             "makes and ends subscriptions"),
            (Accrual, lambda empty: empty._ensure_may_account(), accountant,
             "Only accounting posts"),
            (quote, lambda order: order._ensure_may_time(), technician,
             "Only dispatchers stop and start the clock"),
            (agreement, lambda record: record._ensure_may_agree(), dispatcher,
             "makes and ends agreements"),
            (agreement, lambda record: record._ensure_may_generate(), technician,
             "Only dispatchers create orders from agreements"),
            (self.env['service.dashboard'], lambda empty: empty.get_data(), technician,
             "The overview is for customer service"),
        ):
            with self.subTest(message=message):
                as_user = record.with_user(user)
                with self.assertRaisesRegex(AccessError, message):
                    guard(as_user)
                guard(as_user.sudo())

    def test_stage_history_cannot_be_written_by_hand(self):
        order = self._create_order()
        for user in (self.user_technician, self.user_dispatcher, self.user_manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                order.stage_log_ids.with_user(user).write({'note': "forged"})

    def test_manager_forms_teams_without_being_an_hr_officer(self):
        clerk = self.env['hr.employee'].create({'name': "Clerk", 'company_id': self.company.id})
        team = self.team.with_user(self.user_manager)
        team.write({'member_ids': [Command.link(clerk.id), Command.unlink(self.colleague.id)]})
        self.assertEqual(clerk.service_team_id, self.team)
        self.assertFalse(self.colleague.service_team_id)
        self.assertEqual(team.member_ids.mapped('name'), ["Anna", "Clerk"])

    # ------------------------------------------------------------ companies

    def _other_company(self):
        company = self.env['res.company'].create({'name': "Second"})
        team = self.env['service.team'].create({'name': "Second Team", 'company_id': company.id})
        return company, team

    def test_order_of_another_company_is_invisible(self):
        company, team = self._other_company()
        foreign = self._create_order(
            company_id=company.id, team_id=team.id, partner_id=self.other_customer.id)
        found = self.env['service.order'].with_user(self.user_manager).search(
            [('id', '=', foreign.id)])
        self.assertFalse(found)

    def test_no_document_crosses_companies(self):
        company, team = self._other_company()
        obj = self.env['service.object'].create({'name': "Foreign", 'company_id': company.id})
        stranger = self.env['hr.employee'].create({
            'name': "Stranger", 'company_id': company.id, 'service_team_id': team.id})
        order = self._create_order()
        for label, refused in (
            ("team", lambda: order.write({'team_id': team.id})),
            ("object", lambda: order.write({'object_ids': [Command.set(obj.ids)]})),
            ("preferred", lambda: order.write({'preferred_employee_id': stranger.id})),
            ("visit", lambda: self._plan(order, employee=stranger)),
            ("line", lambda: self._create_line(order, employee_id=stranger.id)),
        ):
            with self.subTest(label), self.assertRaises(UserError), self.env.cr.savepoint():
                refused()

    def test_new_record_may_name_what_is_new_in_the_same_company(self):
        """What is shared by default cannot name what belongs to its author's company by default."""
        faults = []
        for model in self.env.registry.models.values():
            company = model._fields.get('company_id')
            if (not (model._original_module or '').startswith('service_management')
                    or model._abstract or not company or company.default or company.compute
                    or company.related):
                continue
            for field in model._fields.values():
                named = field.relational and field.check_company and self.env[
                    field.comodel_name]._fields.get('company_id')
                if (named and named.default and field.comodel_name.startswith('service.')
                        and field.type == 'many2one'):
                    faults.append(f"{model._name}.{field.name}")
        self.assertFalse(faults, "give these a company by default")

    def test_what_gives_a_record_its_company_is_chosen_freely(self):
        """A new record has no company before it is chosen: nothing could be."""
        faults = []
        for model in self.env.registry.models.values():
            company = model._fields.get('company_id')
            if not (model._original_module or '').startswith('service_management') or not (
                    company and company.related):
                continue
            giver = model._fields[company.related.split('.')[0]]
            if giver.check_company:
                faults.append(f"{model._name}.{giver.name}")
        self.assertFalse(faults, "it is of its own company: nothing is there to check")

    def test_several_active_companies_bill_on_their_own_invoices(self):
        data = self.setup_other_company()
        company = data['company']
        company.service_require_signature = False
        team = self.env['service.team'].create({'name': "Second Team", 'company_id': company.id})
        self.user_manager.company_ids |= company
        partner = self.env['res.partner'].create({'name': "Both", 'company_id': False})
        own = self._create_order(partner_id=partner.id)
        foreign = self._create_order(
            partner_id=partner.id, company_id=company.id, team_id=team.id)
        for order in own | foreign:
            self._create_line(order, 'item')
            order.stage_id.can_sign_off = True
            self._sign(order)
        both = (own | foreign).with_user(self.user_manager).with_context(
            allowed_company_ids=[self.company.id, company.id])
        both._post_lines()
        invoices = both._create_invoices().sudo()
        self.assertEqual(invoices.company_id, self.company | company)
        for invoice in invoices:
            self.assertEqual(invoice.journal_id.company_id, invoice.company_id)

    def test_branch_works_with_shared_setup(self):
        branch = self.env['res.company'].create({
            'name': "Branch", 'parent_id': self.company.id,
            'resource_calendar_id': self.calendar.id,
            'country_id': self.company.account_fiscal_country_id.id})
        self.env.cr.precommit.run()  # loads the chart of accounts of the branch
        team = self.env['service.team'].create({'name': "Branch Team", 'company_id': branch.id})
        order = self._create_order(company_id=branch.id, team_id=team.id)
        self._create_line(order, 'item')
        self.assertEqual(order.name, 'SRV/00001')
        branch.service_require_signature = False
        order.stage_id.can_sign_off = True
        self._sign(order)
        order._post_lines()
        invoice = order._create_invoices()
        self.assertEqual(invoice.company_id, branch)
