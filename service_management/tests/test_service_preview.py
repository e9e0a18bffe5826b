from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, users

from .common import SIGNATURE, ServiceCommon
from .common_subscription import SubscriptionCommon


class PreviewComparison:
    """What a preview says, held against what was made."""

    def _assert_amounts(self, found, expected):
        self.assertEqual(
            {currency.name: currency.round(amount) for currency, amount in found.items()},
            {currency.name: currency.round(amount) for currency, amount in expected.items()})

    def _add_up(self, records, name, currency='currency_id'):
        return {unit: sum(group.mapped(name)) for unit, group in records.grouped(currency).items()}

    def _get_made(self, moves):
        moves = moves.sudo()
        refunds = moves.filtered(lambda move: move.move_type == 'out_refund')
        return {
            'invoices': len(moves - refunds), 'credits': len(refunds),
            **{name: self._add_up(moves, f'amount_{field}') for name, field in (
                ('untaxed', 'untaxed_in_currency_signed'), ('total', 'total_in_currency_signed'))}}

    def _assert_made(self, figures, moves):
        made = self._get_made(moves)
        for name in ('invoices', 'credits'):
            self.assertEqual(figures[name], made[name])
        for name in ('untaxed', 'total'):
            self._assert_amounts(figures[name], made[name])
        self._assert_amounts(figures['tax'], {
            currency: made['total'][currency] - amount
            for currency, amount in made['untaxed'].items()})


class TestServicePreview(PreviewComparison, ServiceCommon):
    """What posting and billing do is shown before, and shown exactly."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.email = 'hotel@example.com'
        cls.euro = cls.setup_other_currency('EUR', rates=[('2026-01-01', 3.0)])
        cls.pricelist = cls.env['product.pricelist'].create({
            'name': "Euro", 'currency_id': cls.euro.id})
        cls.stage_first.can_sign_off = True

    def _open_order(self, lines=(), **values):
        return self._create_order(
            line_ids=[Command.create({'kind': 'hour', **line}) for line in lines], **values)

    def _signed_order(self, lines=(), **values):
        """Return an order that is signed off with lines of hours, or others."""
        order = self._open_order(lines, **values)
        self._sign(order)
        return order

    def _mixed_orders(self):
        """Return orders of two customers in two currencies, with amounts that have to be rounded."""
        work = {'employee_id': self.technician.id, 'quantity': 1.33, 'price_unit': 33.33}
        return self.env['service.order'].union(*(
            self._signed_order([work, {**work, 'quantity': 0.77}, {'quantity': 0}], **values)
            for values in (
                {}, {}, {'partner_id': self.other_customer.id}, {'pricelist_id': self.pricelist.id})))

    # ------------------------------------------------------------ posting

    def test_preview_of_posting_is_what_is_posted(self):
        for rounding in ('round_per_line', 'round_globally'):
            self.company.tax_calculation_rounding_method = rounding
            with self.subTest(rounding):
                account = self.env['account.analytic.account'].create({
                    'name': "All",
                    'plan_id': self.env['account.analytic.plan'].create({'name': "Plan"}).id})
                orders = self._mixed_orders().with_user(self.user_manager)
                orders.analytic_distribution = {str(account.id): 100}
                figures = orders._preview_posting()
                orders._post_lines()
                posted = orders.line_ids.filtered(lambda line: line.state == 'posted')
                self.assertEqual(
                    {name: figures[name] for name in ('orders', 'lines', 'cancelled', 'entries')},
                    {'orders': 4, 'lines': len(posted), 'cancelled': 4,
                     'entries': len(posted.sudo().analytic_line_ids)})
                self.assertAlmostEqual(figures['hours'], 4 * 2.1)
                self._assert_amounts(figures['untaxed'], self._add_up(orders, 'amount_untaxed'))
                self._assert_amounts(figures['tax'], self._add_up(orders, 'amount_tax'))
                self._assert_amounts(figures['total'], self._add_up(orders, 'amount_total'))
                self._assert_amounts(
                    figures['cost'], self._add_up(orders, 'amount_cost', 'company_currency_id'))

    def test_each_thing_that_looks_wrong_is_told(self):
        unpaid = self._create_technician("Carl", hourly_cost=0)
        spare = self._create_service_product("Spare", 50, kind='consu')
        gift = self._create_service_product("Gift", 0, standard_price=5)
        sound = {'employee_id': self.technician.id, 'quantity': 1}
        for code, lines in (
            ('empty', []),
            ('idle', [{**sound, 'quantity': 0, 'quantity_planned': 3}]),
            ('no_technician', [{'quantity': 1}]),
            ('no_hourly_cost', [{'employee_id': unpaid.id, 'quantity': 1}]),
            ('no_cost', [{'kind': 'item', 'product_id': spare.id}]),
            ('no_price', [{'kind': 'item', 'product_id': gift.id}]),
            ('no_tax', [{'kind': 'expense', 'name': "Parking", 'price_unit': 7}]),
        ):
            order = self._signed_order([sound, *lines] if lines else [])
            warnings = order.with_user(self.user_manager)._get_posting_warnings()
            with self.subTest(code):
                self.assertEqual(set(warnings), {code})
                self.assertEqual(warnings[code], order if not lines else order.line_ids[-1])

    def test_what_is_meant_is_no_warning(self):
        """Free of charge by warranty, by hand, or without a tax by the fiscal position."""
        abroad = self.env['account.fiscal.position'].create({'name': "Abroad"})
        self.tax.fiscal_position_ids = self.company.account_sale_tax_id.fiscal_position_ids = False
        self.env['account.tax'].create({
            'name': "Export", 'amount': 0, 'type_tax_use': 'sale',
            'fiscal_position_ids': abroad.ids,
            'original_tax_ids': (self.tax | self.company.account_sale_tax_id).ids})
        work = {'employee_id': self.technician.id, 'quantity': 1}
        for name, line, values in (
            ('given price', {**work, 'price_unit': 0}, {}),
            ('override', {
                'kind': 'expense', 'name': "Toll", 'price_unit': 5,
                'billing_override': 'not_chargeable', 'billing_note': "Ours"}, {}),
            ('export', work, {'fiscal_position_id': abroad.id}),
        ):
            with self.subTest(name):
                self.assertFalse(self._signed_order([line], **values)._get_posting_warnings())

    @users('service_dispatcher')
    def test_costs_are_shown_to_those_only_who_may_see_them(self):
        spare = self._create_service_product("Spare", 50, kind='consu')
        order = self._signed_order(
            [{'quantity': 1}, {'kind': 'item', 'product_id': spare.id}]).with_user(self.env.user)
        self.assertEqual(set(order._get_posting_warnings()), {'no_technician'})
        self.assertFalse({'cost', 'entries'} & set(order._preview_posting()))
        dialog = Form(self.env['service.order.process'].with_context(default_order_ids=order.ids))
        self.assertIn("Untaxed Amount", dialog.preview)
        self.assertIn("Total", dialog.preview)
        self.assertNotIn("Cost", dialog.preview)

    @users('service_manager')
    def test_sound_order_is_posted_at_once(self):
        order = self._worked_order().with_user(self.env.user)
        self.assertIs(order.action_post(), True)
        self.assertEqual(order.state, 'posted')

    @users('service_manager')
    def test_several_orders_are_shown_before_they_are_posted(self):
        orders = (self._worked_order() | self._worked_order()).with_user(self.env.user)
        dialog = self._open(orders.action_post())
        self.assertEqual(orders.mapped('state'), ['signed_off'] * 2)
        self.assertIn(orders.currency_id.format(sum(orders.mapped('amount_untaxed'))), dialog.preview)
        dialog.save().action_apply()
        self.assertEqual(orders.mapped('state'), ['posted'] * 2)

    def _open(self, action):
        """Return the form of the dialog that an action opens."""
        self.assertEqual(action['target'], 'new')
        return Form(self.env[action['res_model']].with_context(**action['context']))

    @users('service_manager')
    def test_doubtful_order_is_shown_before_it_is_posted(self):
        order = self._signed_order([{'quantity': 1}, {'quantity_planned': 4}])
        order = order.with_user(self.env.user)
        dialog = self._open(order.action_post())
        self.assertEqual(order.line_ids.mapped('state'), ['open', 'open'])
        self.assertIn("Posting cancels them", dialog.preview)
        self.assertIn(f'/odoo/service.order/{order.id}', dialog.preview)
        dialog = dialog.save()
        self.assertEqual(dialog.action_show_warned()['res_id'], order.id)
        dialog.action_apply()
        self.assertEqual(order.line_ids.mapped('state'), ['posted', 'cancelled'])
        self.assertEqual(order.state, 'posted')

    @users('service_manager')
    def test_doubtful_line_is_shown_and_posted_alone(self):
        order = self._signed_order([{'quantity': 1}, {'quantity': 2}]).with_user(self.env.user)
        dialog = self._open(order.line_ids[0].action_post())
        self.assertIn(f"{order.name} - Hours", dialog.preview)
        dialog.save().action_apply()
        self.assertEqual(order.line_ids.mapped('state'), ['posted', 'open'])

    @users('service_manager')
    def test_empty_order_is_shown_before_it_is_posted(self):
        order = self._signed_order().with_user(self.env.user)
        dialog = self._open(order.action_post())
        self.assertIn("Nothing was booked", dialog.preview)
        dialog.save().action_apply()
        self.assertEqual(order.state, 'posted')

    @users('service_dispatcher')
    def test_lesser_roles_have_no_dialog_of_posting(self):
        with self.assertRaises(AccessError):
            self.env['service.order.post'].create({
                'order_ids': self._signed_order([{'quantity': 1}]).ids})

    @users('service_manager')
    def test_bulk_posting_shows_what_it_books(self):
        orders = self._mixed_orders()
        dialog = Form(self.env['service.order.process'].with_context(default_order_ids=orders.ids))
        for amount in self._add_up(orders, 'amount_untaxed').items():
            self.assertIn(amount[0].format(amount[1]), dialog.preview)
        self.assertIn("Cost", dialog.preview)
        self.assertTrue(dialog.has_warned_orders)
        dialog.is_hour = False
        self.assertNotIn("Untaxed Amount", dialog.preview)
        dialog.is_hour = True
        dialog.save().action_post()
        self.assertEqual(set(orders.mapped('state')), {'posted'})

    @users('service_manager')
    def test_bulk_posting_shows_again_what_rules_have_changed(self):
        self.env['service.price.rule'].sudo().create({
            'name': "Minimum", 'kind': 'minimum', 'amount': 500, 'company_id': self.company.id,
            'product_id': self.hours.id})
        order = self._worked_order().with_user(self.env.user)
        order.line_ids[0].price_unit = 100
        dialog = self.env['service.order.process'].create({'order_ids': order.ids})
        shown = dialog.preview
        self.assertEqual(dialog.action_post()['res_id'], dialog.id)
        self.assertEqual((order.state, dialog.is_repriced), ('signed_off', True))
        dialog.invalidate_recordset()
        self.assertNotEqual(dialog.preview, shown)
        self.assertIn(order.currency_id.format(500), dialog.preview)
        dialog.action_post()
        self.assertEqual((order.state, order.amount_untaxed), ('posted', 500))

    @users('service_manager')
    def test_empty_dialogs_say_what_to_do(self):
        dialog = Form(self.env['service.order.process'])
        self.assertFalse(dialog.has_criteria or dialog.preview)
        dialog.partner_id = self.other_customer
        self.assertTrue(dialog.has_criteria)
        self.assertFalse(dialog.found_count or dialog.preview)
        order = self._create_order().with_user(self.env.user)
        self.assertFalse(self._open(order.action_bill()).order_count)

    # ------------------------------------------------------------ sign-off

    @users('service_dispatcher')
    def test_office_is_warned_before_a_sign_off(self):
        order = self._open_order([{'quantity': 1}]).with_user(self.env.user)
        dialog = self._open(order.action_sign_off())
        self.assertIn("Hours without a technician", dialog.preview)

    @users('service_technician')
    def test_customer_signs_on_the_phone_without_warnings(self):
        order = self._open_order([{'quantity': 1}])
        self._plan(order)
        dialog = self._open(order.with_user(self.env.user).action_sign_off())
        self.assertNotIn('preview', dialog._view['fields'])
        dialog.signature, dialog.signed_by = SIGNATURE, "Guest"
        dialog.awaited_choice, dialog.visit_reason_id = 'cancel', self.visit_reason
        dialog.save().action_apply()
        self.assertEqual(order.state, 'signed_off')

    @users('service_dispatcher')
    def test_dropped_card_asks_where_something_looks_wrong(self):
        self.company.service_require_signature = False
        doubtful, sound = self._open_order([{'quantity': 1}]), self._open_order(
            [{'quantity': 1, 'employee_id': self.technician.id}])
        for order, asks in ((doubtful, True), (sound, False)):
            action = order.with_user(self.env.user).get_stage_move_action(self.stage_signed_off.id)
            self.assertEqual(bool(action), asks)

    # ------------------------------------------------------------ billing

    @users('service_manager')
    def test_preview_of_billing_is_what_is_billed(self):
        for rounding in ('round_per_line', 'round_globally'):
            for grouped in (True, False):
                self.company.tax_calculation_rounding_method = rounding
                orders = self._mixed_orders()
                orders._post_lines()
                orders = orders.with_user(self.env.user)
                dialog = self.env['service.order.bill'].create({
                    'order_ids': orders.ids, 'mode': 'customer' if grouped else 'order'})
                figures, _warnings = dialog._get_preview()
                self.assertEqual((figures['orders'], figures['lines']), (4, 8))
                with self.subTest(rounding=rounding, grouped=grouped):
                    self.assertEqual(figures['invoices'], 3 if grouped else 4)
                    self._assert_made(figures, orders._create_invoices(grouped))

    def test_preview_of_billing_counts_credit_notes(self):
        orders = self._mixed_orders()
        orders._post_lines()
        orders._create_invoices()
        credited, other = orders[0], self._mixed_orders()[2]
        credited.line_ids.filtered(lambda line: line.state == 'posted').action_reverse()
        other._post_lines()
        figures, warnings = self.env['service.order.bill'].create({
            'order_ids': (credited | other).ids})._get_preview()
        self.assertEqual((figures['invoices'], figures['credits']), (1, 1))
        self.assertEqual(warnings['credit'], self.customer)
        self._assert_made(figures, (credited | other)._create_invoices())

    def test_preview_of_billing_counts_two_companies(self):
        other = self.setup_other_company()['company']
        self.env.user.company_ids |= other
        team = self.env['service.team'].create({'name': "South", 'company_id': other.id})
        there = self.env['service.order'].with_company(other).create({
            'title': "Here", 'partner_id': self.other_customer.id, 'company_id': other.id,
            'team_id': team.id, 'line_ids': [Command.create({
                'kind': 'item', 'product_id': self.part.id, 'quantity_planned': 3,
                'price_unit': 0.333, 'tax_ids': [Command.clear()]})]})
        self._sign(there)
        both = self.env['service.order'].with_context(
            allowed_company_ids=[self.company.id, other.id])
        orders = both.browse((there | self._mixed_orders()).ids)
        orders._post_lines()
        figures, warnings = orders.env['service.order.bill'].create({
            'order_ids': orders.ids})._get_preview()
        self.assertEqual(warnings['no_tax'], there.line_ids)
        self._assert_made(figures, orders._create_invoices())

    @users('service_manager')
    def test_preview_of_billing_reckons_with_early_payment(self):
        """Some countries reduce the tax at once by what early payment would save."""
        term = self.env['account.payment.term'].sudo().create({
            'name': "2 % in a week", 'early_discount': True, 'discount_percentage': 2,
            'discount_days': 7, 'early_pay_discount_computation': 'mixed'})
        orders = self._mixed_orders()
        orders.payment_term_id = term
        orders._post_lines()
        orders = orders.with_user(self.env.user)
        figures, _warnings = self.env['service.order.bill'].create({
            'order_ids': orders.ids})._get_preview()
        self._assert_made(figures, orders._create_invoices())

    @users('service_manager')
    def test_billing_tells_what_looks_wrong_with_customers(self):
        for values, code in (
            ({'email': False}, 'no_email'), ({'active': False}, 'archived'),
            ({'street': False, 'city': False}, 'no_address'),
        ):
            customer = self.customer.copy({'email': 'new@example.com'})
            order = self._signed_order(
                [{'quantity': 1, 'employee_id': self.technician.id}], partner_id=customer.id)
            order._post_lines()
            customer.write(values)
            dialog = self._open(order.with_user(self.env.user).action_bill()).save()
            warnings = dialog._get_preview()[1]
            with self.subTest(code):
                self.assertEqual(
                    {name for name, records in warnings.items() if records}, {code})
                self.assertIn(f'/odoo/res.partner/{customer.id}', dialog.preview)

    # ------------------------------------------------------------ many

    def _count_queries(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        return self.env.cr.sql_log_count - before

    def test_previews_take_a_constant_number_of_queries(self):
        account = self.env['account.analytic.account'].create({
            'name': "All", 'plan_id': self.env['account.analytic.plan'].create({'name': "Plan"}).id})

        def create(count):
            orders = self.env['service.order'].create([{
                'title': f"Call {index}", 'partner_id': self.customer.id, 'team_id': self.team.id,
                'analytic_distribution': {str(account.id): 100},
                'line_ids': [
                    Command.create({'kind': 'hour', 'quantity': 1}),
                    Command.create({'kind': 'item', 'product_id': self.part.id}),
                    Command.create({'kind': 'expense', 'name': "Toll", 'price_unit': 3})],
            } for index in range(count)])
            self._sign(orders)
            return orders

        few, many = create(8), create(80)
        for model, prepare in (
                ('service.order.process', None), ('service.order.bill', '_post_lines')):
            counts = []
            for orders in (few, few, many):  # the first one warms the caches
                if prepare:
                    getattr(orders, prepare)()
                dialog = self.env[model].create({'order_ids': orders.ids})
                counts.append(self._count_queries(lambda shown=dialog: shown.preview))
            with self.subTest(model):
                self.assertLessEqual(counts[2], counts[1] + 2, counts)
                self.assertLessEqual(counts[2], 60, counts)


class TestServiceSubscriptionPreview(PreviewComparison, SubscriptionCommon):
    """The same for subscriptions."""

    def _preview(self, subscriptions, until):
        dialog = self.env['service.subscription.bill'].create({
            'subscription_ids': subscriptions.ids, 'date_until': until, 'invoice_date': until})
        return dialog._preview_fees(dialog._imagine_fees())

    @users('service_manager')
    def test_preview_of_billing_is_what_is_billed(self):
        euro = self.setup_other_currency('EUR', rates=[('2026-01-01', 3.0)])
        pricelist = self.env['product.pricelist'].sudo().create({
            'name': "Euro", 'currency_id': euro.id})
        lines = [{'base_price': 33.33, 'quantity': 3}, {'base_price': 10.01}]
        subscriptions = (
            self._subscribe('2026-01-10', lines=lines)
            | self._subscribe('2026-01-01', partner_id=self.other_customer.id, lines=lines)
            | self._subscribe('2026-01-20', pricelist_id=pricelist.id, lines=lines)
        ).with_user(self.env.user)
        for until in ('2026-01-31', '2026-03-31'):
            figures, _warnings = self._preview(subscriptions, until)
            self.assertEqual(figures['subscriptions'], 3)
            self._assert_made(figures, self._bill(subscriptions, until))

    def test_preview_of_billing_counts_credit_notes(self):
        subscription, other = self._subscribe('2026-01-01'), self._subscribe(
            '2026-03-01', partner_id=self.other_customer.id)
        self._bill(subscription, '2026-03-01').action_post()
        subscription._close(date(2026, 3, 10), self.close_reason)
        figures, warnings = self._preview(subscription | other, '2026-03-31')
        self.assertEqual((figures['invoices'], figures['credits']), (1, 1))
        self.assertEqual(warnings['credit'], self.customer)
        self._assert_made(figures, self._bill(subscription | other, '2026-03-31'))

    @users('service_manager')
    def test_nothing_is_shown_where_nothing_is_due(self):
        subscription = self._subscribe('2026-05-01')
        dialog = self.env['service.subscription.bill'].create({
            'subscription_ids': subscription.ids, 'date_until': '2026-01-31'})
        self.assertFalse(dialog.preview or dialog.preview_ids)
