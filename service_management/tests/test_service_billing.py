from datetime import date, datetime

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, users

from .common import ServiceCommon


class TestServicePosting(ServiceCommon):

    def _project(self, name="Contracts"):
        plan = self.env['account.analytic.plan'].create({'name': f"Plan {name}"})
        return self.env['account.analytic.account'].create({
            'name': name, 'plan_id': plan.id, 'company_id': False})

    # ------------------------------------------------------------ guards

    def test_unsigned_order_is_not_posted(self):
        order = self._create_order()
        self._create_line(order, quantity=1)
        with self.assertRaisesRegex(UserError, "not signed off"):
            order.action_post()

    @users('service_dispatcher', 'service_technician')
    def test_lesser_roles_do_not_post(self):
        order = self._worked_order().with_user(self.env.user)
        with self.assertRaisesRegex(AccessError, "Only a service manager posts"):
            order.action_post()
        with self.assertRaisesRegex(AccessError, "Only a service manager posts"):
            order.line_ids.action_post()

    @users('service_dispatcher', 'service_technician')
    def test_lesser_roles_do_not_bill(self):
        order = self._worked_order()
        order.action_post()
        with self.assertRaisesRegex(AccessError, "Only a service manager bills"):
            order.with_user(self.env.user)._create_invoices()

    # ------------------------------------------------------------ posting

    def test_manager_posts_a_signed_order(self):
        order = self._worked_order().with_user(self.user_manager)
        order.action_post()
        self.assertEqual(set(order.line_ids.mapped('state')), {'posted'})
        self.assertEqual((order.state, order.progress), ('posted', 'posted'))

    def test_posting_books_the_cost_on_analytic_accounts(self):
        account = self._project()
        order = self._worked_order(analytic_distribution={str(account.id): 100})
        order.with_user(self.user_manager).action_post()
        lines = order.line_ids.analytic_line_ids.sorted('amount')
        self.assertRecordValues(lines, [
            {'amount': -70, 'unit_amount': 1, 'partner_id': self.customer.id},
            {'amount': -60, 'unit_amount': 2, 'partner_id': self.customer.id}])
        self.assertEqual(set(lines.mapped('category')), {'service_order'})

    def test_cost_split_over_accounts_sums_to_the_cent(self):
        plan = self.env['account.analytic.plan'].create({'name': "Thirds"})
        accounts = self.env['account.analytic.account'].create([
            {'name': f"A{i}", 'plan_id': plan.id, 'company_id': False} for i in range(3)])
        order = self._create_order(analytic_distribution={
            str(account.id): percent
            for account, percent in zip(accounts, (33.33, 33.33, 33.34), strict=True)})
        self._plan(order)
        self.part.standard_price = 100.01
        self._create_line(order, 'item')
        self._sign(order)
        order.action_post()
        amounts = order.line_ids.analytic_line_ids.mapped('amount')
        self.assertEqual(len(amounts), 3)
        self.assertAlmostEqual(sum(amounts), -100.01, 10)

    def test_cost_goes_to_two_plans_in_full(self):
        first, second = self._project("One"), self._project("Two")
        order = self._worked_order(
            analytic_distribution={str(first.id): 100, str(second.id): 100})
        order.action_post()
        for account in (first, second):
            lines = order.line_ids.analytic_line_ids.filtered(
                lambda line, account=account: line[account.plan_id._column_name()] == account)
            self.assertEqual(sum(lines.mapped('amount')), -130)

    def test_posting_without_analytic_accounts_books_nothing_and_is_fine(self):
        order = self._worked_order()
        order.action_post()
        self.assertFalse(order.line_ids.analytic_line_ids)

    def test_posted_cost_stays_when_the_employee_gets_a_rise(self):
        order = self._worked_order()
        order.action_post()
        self.technician.hourly_cost = 99
        line = order.line_ids.filtered(lambda line: line.kind == 'hour')
        self.assertEqual(line.cost, 60)

    def test_posting_twice_posts_once(self):
        account = self._project()
        order = self._worked_order(analytic_distribution={str(account.id): 100})
        order.action_post()
        order.action_post()
        self.assertEqual(len(order.line_ids.analytic_line_ids), 2)

    def test_single_line_is_posted_alone(self):
        order = self._worked_order()
        order.line_ids[0].action_post()
        self.assertEqual(order.line_ids.mapped('state'), ['posted', 'open'])
        self.assertEqual((order.state, order.progress), ('signed_off', 'in_process'))

    def test_only_the_chosen_kinds_are_posted_in_bulk(self):
        orders = self._worked_order() | self._worked_order()
        self.env['service.order.process'].with_user(self.user_manager).create({
            'operation': 'post', 'order_ids': orders.ids, 'is_item': False}).action_apply()
        for order in orders:
            self.assertEqual(
                [(line.kind, line.state) for line in order.line_ids],
                [('hour', 'posted'), ('item', 'open')])

    def test_only_work_of_the_chosen_days_is_posted_in_bulk(self):
        order = self._create_order()
        self._plan(order)
        early = self._create_line(order, quantity=1, date='2026-03-02')
        late = self._create_line(order, quantity=1, date='2026-03-09')
        self._sign(order)
        self.env['service.order.process'].create({
            'operation': 'post', 'company_id': self.company.id, 'date_from': '2026-03-01',
            'date_to': '2026-03-08'}).action_apply()
        self.assertEqual((early.state, late.state), ('posted', 'open'))

    def test_planned_work_that_did_not_happen_is_cancelled(self):
        order = self._create_order()
        self._plan(order)
        idle = self._create_line(order, quantity_planned=4)
        self._create_line(order, 'item')
        self._sign(order)
        order._post_lines()
        self.assertEqual(idle.state, 'cancelled')
        self.assertEqual(order.state, 'posted')

    @freeze_time('2026-03-10')
    def test_undated_work_is_posted_today(self):
        order = self._worked_order()
        order.action_post()
        self.assertEqual(set(order.line_ids.mapped('date')), {date(2026, 3, 10)})

    # ------------------------------------------------------------ posted is posted

    def test_posted_line_never_changes(self):
        order = self._worked_order()
        order.action_post()
        line = order.line_ids[0]
        for values in ({'quantity': 5}, {'price_unit': 1}, {'name': "x"}, {'order_id': 1}):
            with self.subTest(values=values), self.assertRaisesRegex(
                    UserError, "is posted and stays as it is"):
                line.with_user(self.user_manager).write(values)

    def test_posted_line_is_not_deleted_or_cancelled(self):
        order = self._worked_order()
        order.action_post()
        with self.assertRaisesRegex(UserError, "is posted and cannot be deleted"):
            order.line_ids[0].unlink()
        self.stage_posted.can_edit = True
        with self.assertRaisesRegex(UserError, "is posted and cannot be cancelled"):
            order.line_ids[0].action_cancel()

    def test_reversal_takes_back_quantity_cost_and_analytic_lines(self):
        account = self._project()
        order = self._worked_order(analytic_distribution={str(account.id): 100})
        order.action_post()
        line = order.line_ids[0]
        line.with_user(self.user_manager).action_reverse()
        self.assertRecordValues(line.reversal_ids, [{
            'quantity': -2, 'cost': -60, 'state': 'posted', 'price_subtotal': -160}])
        self.assertEqual(
            sum((line | line.reversal_ids).analytic_line_ids.mapped('amount')), 0)

    def test_reversed_line_is_not_billed(self):
        order = self._worked_order()
        order.action_post()
        order.line_ids[0].action_reverse()
        invoice = order._create_invoices()
        self.assertEqual(invoice.invoice_line_ids.product_id, self.part)

    def test_line_is_reversed_once(self):
        order = self._worked_order()
        order.action_post()
        order.line_ids[0].action_reverse()
        with self.assertRefused("reversed already"):
            order.line_ids[0].action_reverse()

    def test_open_line_is_not_reversed(self):
        order = self._worked_order()
        with self.assertRaisesRegex(UserError, "nothing to reverse"):
            order.line_ids[0].action_reverse()

    @users('service_dispatcher')
    def test_lesser_roles_do_not_reverse(self):
        order = self._worked_order()
        order.action_post()
        with self.assertRaisesRegex(AccessError, "Only a service manager reverses"):
            order.line_ids[0].with_user(self.env.user).action_reverse()


class TestServiceBilling(ServiceCommon):

    def _posted_order(self, **values):
        order = self._worked_order(**values)
        order.action_post()
        return order

    def _get_billed(self, invoice):
        return invoice.invoice_line_ids.filtered(lambda line: line.display_type == 'product')

    def test_posted_order_becomes_a_draft_with_the_right_lines_taxes_and_amounts(self):
        order = self._posted_order()
        self.assertEqual(order.invoice_status, 'to_invoice')
        invoice = order.with_user(self.user_manager)._create_invoices().sudo()
        self.assertRecordValues(invoice, [{
            'state': 'draft', 'move_type': 'out_invoice', 'partner_id': self.customer.id,
            'partner_shipping_id': self.site.id, 'invoice_origin': order.name,
            'amount_untaxed': 280, 'amount_tax': 58.8, 'amount_total': 338.8}])
        self.assertRecordValues(self._get_billed(invoice), [
            {'product_id': self.hours.id, 'quantity': 2, 'price_unit': 80,
             'tax_ids': self.tax.ids, 'service_order_line_id': order.line_ids[0].id},
            {'product_id': self.part.id, 'quantity': 1, 'price_unit': 120,
             'tax_ids': self.tax.ids, 'service_order_line_id': order.line_ids[1].id}])
        self.assertEqual(order.invoice_status, 'invoiced')
        self.assertEqual(order.invoice_ids, invoice)

    def test_rows_of_its_paper_stay_whole_below_titles_that_are_printed_once(self):
        invoice = self._posted_order()._create_invoices()
        other = self.init_invoice('out_invoice', products=self.part)
        for move, layout in ((invoice, 'page-break-inside: avoid'), (other, None)):
            tree = html.fromstring(self.env['ir.actions.report']._render_qweb_html(
                'account.report_invoice', move.ids)[0].decode())
            table = tree.xpath("//table[@name='invoice_line_table']")[0]
            self.assertEqual(
                {row.get('style') for row in table.xpath("./tbody//tr[td[@name='td_quantity']]")},
                {layout})
            self.assertEqual(
                'table-row-group' in (table.xpath("./thead")[-1].get('style') or ''), bool(layout))

    def test_billing_twice_bills_once(self):
        order = self._posted_order()
        order._create_invoices()
        with self.assertRaisesRegex(UserError, "nothing to bill"):
            order._create_invoices()

    def test_unposted_order_is_not_billed(self):
        with self.assertRaisesRegex(UserError, "nothing to bill"):
            self._worked_order()._create_invoices()

    def test_orders_of_a_customer_share_an_invoice(self):
        orders = self._posted_order() | self._posted_order()
        other = self._posted_order(partner_id=self.other_customer.id)
        invoices = (orders | other)._create_invoices()
        self.assertEqual(len(invoices), 2)
        shared = invoices.filtered(lambda move: move.partner_id == self.customer)
        self.assertEqual(shared.amount_untaxed, 560)
        sections = shared.invoice_line_ids.filtered(
            lambda line: line.display_type == 'line_section')
        self.assertEqual(sections.mapped('name'), orders.mapped('display_name'))

    def _get_texts(self, invoice):
        """Return the section and the note above the first line."""
        rows = invoice.invoice_line_ids.sorted('sequence')[:2]
        self.assertEqual(rows.mapped('display_type'), ['line_section', 'line_note'])
        return rows.mapped('name')

    def test_invoice_of_one_order_says_what_was_done_where_when_and_by_whom(self):
        order = self._create_order(
            object_ids=self.object.ids, site_id=self.site.id, title="Boiler makes noise")
        for day, employee in (
                ('2026-03-04', self.colleague), ('2026-03-03', self.technician),
                ('2026-03-03', self.technician)):
            self._create_line(order, date=day, employee_id=employee.id, quantity=1)
        self._plan(order)
        self._sign(order)
        order.action_post()
        invoice = order.with_user(self.user_manager)._create_invoices().sudo()
        section, note = self._get_texts(invoice)
        self.assertEqual(section, f"{order.name} Boiler makes noise")
        self.assertEqual(note.splitlines(), [
            "Site: Harbour Hotel Annex, Pier 2, LV-3401 Liepaja",
            "Equipment: Boiler, S/N B-1",
            "Date of work: 03/03/2026, 03/04/2026",
            "Technician: Boris, Anna"])
        self.assertEqual(invoice.amount_untaxed, 240)

    def test_invoice_of_a_part_names_the_visit_it_came_with(self):
        order = self._create_order()
        visit = self._plan(order, '2026-03-03 22:30:00')  # half past midnight in Riga
        visit.action_dispatch()
        visit._start_timer('work', datetime(2026, 3, 3, 22, 30))
        visit._stop_timer(datetime(2026, 3, 3, 23, 30))
        visit._finish()
        order.line_ids.write({'billing_override': 'not_chargeable', 'billing_note': "Goodwill"})
        self._create_line(order, 'item', quantity=1)
        self._sign(order)
        order.action_post()
        _section, note = self._get_texts(order._create_invoices())
        self.assertEqual(
            note.splitlines()[-2:], ["Date of work: 03/04/2026", "Technician: Anna"])

    def test_invoice_is_in_the_words_of_the_customer(self):
        self.env['res.lang']._activate_lang('sv_SE')
        self.customer.lang = 'sv_SE'
        order = self._create_order()
        self._create_line(order, date='2026-03-03', employee_id=self.technician.id, quantity=1)
        self._plan(order)
        self._sign(order)
        order.action_post()
        _section, note = self._get_texts(order._create_invoices())
        self.assertIn("2026-03-03", note)
        self.assertNotIn("03/03/2026", note)

    def test_printed_invoice_names_subject_and_equipment(self):
        invoice = self._posted_order(
            title="Boiler makes noise", object_ids=self.object.ids)._create_invoices()
        html = self.env['ir.actions.report']._render_qweb_html(
            'account.report_invoice', invoice.ids)[0].decode()
        for text in ("Boiler makes noise", "Pier 2", "S/N B-1"):
            self.assertIn(text, html)

    def test_one_invoice_per_order_on_demand(self):
        orders = self._posted_order() | self._posted_order()
        self.assertEqual(len(orders._create_invoices(grouped=False)), 2)

    def test_orders_in_two_currencies_do_not_share_an_invoice(self):
        currency = self.setup_other_currency('EUR', rates=[('2026-01-01', 2.0)])
        pricelist = self.env['product.pricelist'].create({
            'name': "Euro", 'currency_id': currency.id})
        orders = self._posted_order() | self._posted_order(pricelist_id=pricelist.id)
        invoices = orders._create_invoices()
        self.assertEqual(invoices.currency_id, self.company.currency_id | currency)

    def test_warranty_and_uncharged_lines_are_not_billed(self):
        order = self._create_order(object_ids=[Command.set(self.object.ids)])
        self._plan(order)
        self._create_line(order, quantity=2)
        free = self._create_line(order, 'item')  # parts are under warranty in March 2026
        self._sign(order)
        order._post_lines()
        invoice = order._create_invoices()
        self.assertEqual(free.invoice_status, 'no')
        self.assertEqual(invoice.invoice_line_ids.product_id, self.hours)

    def test_deleted_draft_frees_the_quantity(self):
        order = self._posted_order()
        order._create_invoices().unlink()
        self.assertEqual(order.invoice_status, 'to_invoice')
        self.assertEqual(order.line_ids.mapped('qty_invoiced'), [0, 0])
        self.assertEqual(order._create_invoices().amount_untaxed, 280)

    def test_cancelled_draft_frees_the_quantity(self):
        order = self._posted_order()
        invoice = order._create_invoices()
        invoice.button_cancel()
        self.assertEqual(order.invoice_status, 'to_invoice')
        invoice.button_draft()
        self.assertEqual(order.invoice_status, 'invoiced')

    def test_credit_note_waives_what_it_credits(self):
        order = self._posted_order()
        invoice = order._create_invoices()
        invoice.invoice_date = '2026-03-10'
        invoice.action_post()
        credit = invoice._reverse_moves()
        self.assertEqual(order.invoice_status, 'invoiced')
        credit.invoice_line_ids.filtered(
            lambda line: line.product_id == self.part).unlink()
        self.assertEqual(order.line_ids.mapped('qty_waived'), [2, 0])
        self.assertEqual(order.line_ids.mapped('qty_to_invoice'), [0, 0])

    def test_duplicate_of_an_invoice_bills_nothing_twice(self):
        order = self._posted_order()
        order._create_invoices().copy()
        self.assertEqual(order.line_ids.mapped('qty_invoiced'), [2, 1])

    def test_lowered_draft_leaves_the_rest_to_bill(self):
        order = self._posted_order()
        invoice = order._create_invoices()
        self._get_billed(invoice)[0].quantity = 0.5
        self.assertEqual(order.line_ids[0].qty_to_invoice, 1.5)

    def test_reversal_of_a_billed_line_becomes_a_credit_note(self):
        order = self._posted_order()
        invoice = order._create_invoices()
        invoice.invoice_date = '2026-03-10'
        invoice.action_post()
        order.line_ids[0].action_reverse()
        self.assertEqual(order.invoice_status, 'to_invoice')
        credit = order._create_invoices()
        self.assertRecordValues(credit, [{'move_type': 'out_refund', 'amount_untaxed': 160}])
        self.assertEqual(order.invoice_status, 'invoiced')

    def test_discount_reaches_the_invoice_to_the_cent(self):
        order = self._worked_order()
        order.line_ids[1].with_user(self.user_manager).write(
            {'price_unit': 33.33, 'discount': 12.5})
        order.action_post()
        invoice = order._create_invoices()
        self.assertEqual(invoice.amount_untaxed, order.amount_untaxed)
        self.assertEqual(invoice.amount_total, order.amount_total)

    def test_accountant_without_a_service_role_posts_and_credits(self):
        accountant = self._create_user('technician', login='books')
        accountant.group_ids = self.env.ref('account.group_account_invoice') | self.env.ref(
            'base.group_user')
        order = self._posted_order()
        invoice = order._create_invoices().with_user(accountant)
        invoice.invoice_date = '2026-03-10'
        invoice.action_post()
        self.assertEqual(invoice.state, 'posted')
        self.assertEqual(invoice.service_order_count, 1)
        invoice._reverse_moves()
        self.assertEqual(order.invoice_status, 'invoiced')

    def test_billing_wizard_says_what_it_will_bill(self):
        orders = self._posted_order() | self._posted_order()
        wizard = self.env['service.order.bill'].with_user(self.user_manager).create({
            'order_ids': orders.ids})
        self.assertEqual(wizard.order_count, 2)
        self.assertIn(orders.currency_id.format(560), wizard.preview)
        action = wizard.action_apply()
        self.assertTrue(action['res_id'])
