from datetime import date

from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user

from .common import SIGNATURE
from .common_subscription import SubscriptionCommon


@freeze_time('2026-03-02 09:00:00')
class ServiceCompanyCommon(SubscriptionCommon):
    """A company that has some of everything."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref('sales_team.group_sale_manager')
        cls.user_sales = new_test_user(
            cls.env, login='service_sales', groups='sales_team.group_sale_salesman',
            company_id=cls.company.id)
        cls.part_of_object = cls.env['service.object'].create({
            'name': "Burner", 'partner_id': cls.customer.id, 'parent_id': cls.object.id})
        cls.env['service.order.type'].create({'name': "Breakdown"})
        cls._make_meters()
        cls._make_codes()
        cls._make_structures()
        cls._make_service_levels()
        cls._make_agreements()
        cls._make_sales()
        cls._make_orders()
        cls._make_guides()
        cls._make_subscriptions()

    @classmethod
    def _make_meters(cls):
        cls.meter = cls.env['service.meter'].create({
            'name': "Running Hours", 'object_id': cls.object.id, 'start_value': 1000})
        cls.meter._record([(cls.meter, 1200)], 'hand', moment='2026-02-01 09:00:00')

    @classmethod
    def _make_guides(cls):
        guide = cls.env['service.guide'].create({
            'name': "Burner does not start", 'symptom_ids': cls.symptom.ids})
        result = cls.env['service.guide.step'].create({
            'version_id': guide.version_ids.id, 'name': "Replace the electrode", 'kind': 'result',
            'sequence': 20, 'diagnosis_id': cls.diagnosis.id})
        question = cls.env['service.guide.step'].create({
            'version_id': guide.version_ids.id, 'name': "Does it spark?", 'sequence': 10})
        question.answer_ids.next_step_id = result
        guide.version_ids.action_put_in_force()
        order = cls.env['service.repair'].search([('symptom_id', '=', cls.symptom.id)], limit=1).order_id
        run = order.start_guide(False, guide.id)
        order.answer_guide(run['id'], question.id, question.answer_ids[:1].id)

        draft = cls.env['service.guide'].create({'name': "Leaks"})
        cls.env['service.guide.step'].create({
            'version_id': draft.version_ids.id, 'name': "Tighten it", 'kind': 'result'})

    @classmethod
    def _make_codes(cls):
        cls.symptom, cls.diagnosis = (
            cls.env[model].create({
                'name': name, 'area_id': cls.env[f'{model}.area'].create({'name': "Heating"}).id})
            for model, name in (
                ('service.symptom', "No heating"), ('service.diagnosis', "Electrode worn")))
        cls.env['service.repair.combination'].create({
            'symptom_id': cls.symptom.id, 'diagnosis_id': cls.diagnosis.id})

    @classmethod
    def _make_structures(cls):
        pump, _seal = cls.env['service.object.component'].create([
            {'object_id': cls.object.id, 'name': name, 'date_from': '2025-01-01'}
            for name in ("Pump", "Seal")])
        pump.quantity = 2
        structure = cls.env['service.structure'].create({'name': "Boiler"})
        cls.env['service.structure.line'].create({
            'version_id': structure.version_ids.id, 'name': "Burner"})
        structure.version_ids.action_put_in_force()
        draft = cls.env['service.structure'].create({'name': "Chiller"})
        cls.env['service.structure.line'].create({
            'version_id': draft.version_ids.id, 'name': "Compressor"})
        cls.part_of_object._apply_structure(structure.version_ids)
        recalls = cls.env['service.recall'].create([
            {'name': name, 'version_ids': structure.version_ids.ids}
            for name in ("Check the valve", "Ordered for already")])
        recalls[1].action_make_orders()

    @classmethod
    def _make_service_levels(cls):
        cls.team.sla_id = cls.env['service.sla'].create({
            'name': "Gold", 'company_id': cls.company.id,
            'target_ids': [Command.create({'kind': 'completion', 'limit_hours': 9})]})

    @classmethod
    def _make_agreements(cls):
        """One that has created an order and skips a visit, one draft, a template."""
        Agreement = cls.env['service.agreement']
        values = {'company_id': cls.company.id, 'title': "Care"}
        cls.template = Agreement.create({**values, 'is_template': True})
        cls.agreement = Agreement.create({
            **values, 'partner_id': cls.customer.id, 'team_id': cls.team.id,
            'date_start': '2026-01-01', 'object_ids': cls.object.ids, 'line_ids': [
                Command.create({'kind': 'hour', 'date_start': '2026-03-04', 'interval_count': 1,
                                'interval_unit': 'month', 'object_id': cls.object.id,
                                'meter_id': cls.meter.id, 'use_interval': 5000})]})
        Agreement.create({**values, 'partner_id': cls.other_customer.id})
        cls.agreement._activate()
        cls.agreement._generate(date(2026, 3, 1), date(2026, 3, 31))
        cls.env['service.agreement.occurrence']._skip(
            cls.agreement.line_ids, date(2026, 4, 4),
            cls.env['service.reason']._get_default('occurrence'))

    @classmethod
    def _make_sales(cls):
        """A sales order that made one of each, one that made two of each, one without service."""
        cls.monitoring.write({
            'service_tracking': 'service_subscription', 'service_plan_id': cls.monthly.id})
        job = cls._create_service_product("Job", 250, service_tracking='service_order')
        care = cls._create_service_product(
            "Care", 500, service_tracking='service_agreement',
            service_agreement_template_id=cls.template.id)
        yearly = cls._create_service_product(
            "Licence", 900, service_tracking='service_subscription',
            service_plan_id=cls._create_plan("Yearly", interval_unit='year').id)
        for products in (job | care | cls.monitoring, job | care | cls.monitoring | yearly,
                         cls.travel):
            sale = cls.env['sale.order'].create({
                'partner_id': cls.customer.id, 'user_id': cls.user_manager.id,
                'order_line': [Command.create({'product_id': product.id})
                               for product in products]})
            sale.action_confirm()

    @classmethod
    def _make_orders(cls):
        """One that waits and was measured, one that is billed by two invoices."""
        task = cls.env['service.task'].create({'name': "Measure", 'question_ids': [Command.create({
            'name': "Pressure", 'kind': 'number', 'unit': "bar"})]})
        waiting = cls._create_order(
            object_ids=cls.object.ids, task_ids=[Command.create({'task_id': task.id})])
        waiting.task_ids.answer_ids.answer_number = 1.5
        cls.env['service.repair'].create({
            'order_id': waiting.id, 'symptom_id': cls.symptom.id, 'diagnosis_id': cls.diagnosis.id})
        cls.order = cls._create_order(
            object_ids=cls.part_of_object.ids, agreement_id=cls.agreement.id)
        cls._plan(cls.order)
        lines = [cls._create_line(cls.order, 'item', quantity_planned=number) for number in (1, 2)]
        cls._sign(cls.order)
        for line in lines:
            line.action_post()
            cls.order._create_invoices()

    @classmethod
    def _make_subscriptions(cls):
        """One with fees, an invoice and earned revenue, one that is billed next, one draft."""
        plan = cls._deferred(interval_unit='quarter', accrual_unit='month')
        deferred = cls._subscribe(plan=plan, agreement_id=cls.agreement.id,
                                  lines=[{'object_id': cls.object.id}])
        other = cls._subscribe(partner_id=cls.other_customer.id)
        cls._subscribe(activate=False)
        day = date(2026, 3, 2)
        Run = cls.env['service.subscription.run'].sudo()
        run = Run._start(deferred, day, day)
        run._process_batch(run.todo_ids)
        run._finish()
        deferred.fee_ids.move_id.action_post()
        cls.env['service.subscription.accrual'].sudo().search(
            [('date', '<=', day)])._post_all()
        other._create_due_fees(day)
        Run._start(other, day, day)


class ServiceDayCommon(ServiceCompanyCommon):
    """The same company in the midst of its day: all is set up, and work is in every state."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_setup()
        cls._make_day()
        cls._make_quotes()
        cls._make_corrections()
        cls._make_next_steps()
        cls._make_claims()
        cls._make_certificates()
        cls.env['res.partner'].create({'name': "Forgotten"})._erase_personal_data("Asked for it.")

    @classmethod
    def _make_setup(cls):
        for model, values in (
            ('service.zone', {'name': "Northern"}), ('service.tag', {'name': "Urgent"}),
            ('service.task', {'name': "Inspect the burner"}),
            ('service.object.group', {'name': "Boilers", 'warranty_labor_months': 12}),
            ('service.line.set', {'name': "Boiler Service", 'line_ids': [
                Command.create({'kind': 'hour', 'quantity': 2})]}),
            ('service.agreement.group', {'name': "Monthly", 'horizon_days': 60}),
            ('service.agreement.template.group', {'name': "Heating"}),
            ('service.price.rule', {
                'name': "Call-out", 'kind': 'call_out', 'amount': 45, 'product_id': cls.travel.id}),
            ('service.subscription.indexation', {'change': 3}),
            ('service.subscription.price', {
                'product_id': cls.monitoring.id, 'price': 110, 'valid_from': '2027-01-01'}),
        ):
            cls.env[model].create(values)

    @classmethod
    def _make_claims(cls):
        """Claims to a supplier in each state."""
        supplier = cls.env['res.partner'].create({'name': "Pump Works"})
        for verbs in ((), ('send',), ('send', 'accept'), ('send', 'refuse')):
            claim = cls.env['service.warranty.claim'].create({
                'order_id': cls.order.id, 'line_id': cls.order.line_ids[:1].id, 'reason': "Leaks",
                'supplier_id': supplier.id, 'amount_labor': 60})
            for verb in verbs:
                getattr(claim, f'action_{verb}')()

    @classmethod
    def _make_certificates(cls):
        """One that was replaced and one that expires, of a kind that other objects need."""
        group = cls.env['service.object.group'].create({'name': "Gas"})
        (cls.object | cls.other_object).group_id = group
        kind = cls.env['service.object.certificate.kind'].create({
            'name': "Gas safety", 'group_ids': [Command.set(group.ids)]})
        cls.env['service.object.certificate'].create([
            {'object_id': cls.object.id, 'kind_id': kind.id, 'number': number, 'date_issued': issued}
            for number, issued in (("GS-1", '2024-03-10'), ("GS-2", '2025-03-10'))])

    @classmethod
    def _make_day(cls):
        """Visits of Anna: to come, dispatched, stopped for a while; Boris is at work."""
        for hour in (13, 15):
            visit = cls._plan(cls._create_order(object_ids=cls.object.ids), f'2026-03-02 {hour}:00:00')
        visit.action_dispatch()
        stopped = cls._plan(cls._create_order(), '2026-03-02 08:00:00')
        stopped.action_start()
        stopped.action_stop()
        at_work = cls._plan(cls._create_order(), '2026-03-02 09:00:00', cls.colleague)
        at_work.action_start()

    @classmethod
    def _make_quotes(cls):
        cls._create_quote(title="Is too loud")
        cls._create_quote(title="New pump").action_mark_quote_sent()
        cls.env['service.subscription'].search([]).sale_order_id.user_id = cls.user_sales
        values = {'company_id': cls.company.id, 'partner_id': cls.customer.id}
        cls.env['service.agreement'].create({**values, 'title': "Offered"}).action_mark_quote_sent()
        suspended = cls.agreement.copy({**values, 'title': "Suspended"})
        suspended._activate()
        suspended._suspend(cls.env['service.reason']._get_default('agreement'))

    @classmethod
    def _make_next_steps(cls):
        """Orders that wait for what is seldom: the signature, another quote, the rest of a bill."""
        done, signed = (cls._plan(cls._create_order(title=title), '2026-03-02 07:00:00') for title in (
            "Not signed", "Signed a minute ago"))
        for visit in done | signed:
            visit.action_start()
            visit.action_stop()
            visit._finish()
        cls.env['service.order.change.stage'].with_user(cls.user_technician).create({
            'order_ids': signed.order_id.ids, 'stage_id': cls.stage_signed_off.id,
            'signature': SIGNATURE, 'signed_by': "Guest"}).action_apply()
        quote = cls._create_quote(title="Overtaken")
        quote.action_mark_quote_sent()
        quote.validity_date = '2026-03-01'
        partly = cls._create_order(title="Posted in part")
        cls._plan(partly)
        for _line in range(2):
            cls._create_line(partly, employee_id=cls.technician.id, quantity=1)
        cls._sign(partly)
        partly.line_ids[:1].action_post()
        cls._create_order(title="At the pier", site_street="Pier 9", site_city="Liepaja")
        for title in ("Rings", "Rings again"):
            cls._create_order(title=title, partner_id=cls.other_customer.id)
        waits = cls._create_order(
            title="Done in part", object_ids=(cls.object | cls.part_of_object).ids)
        for row, name in zip(waits.object_status_ids, ('finished', 'parts'), strict=True):
            row.status_id = cls.env.ref(f'service_management.service_repair_status_{name}')

    @classmethod
    def _make_corrections(cls):
        """An order that was cancelled, one that is rated, one given away, one taxed otherwise."""
        cls._create_order(title="Not needed")._move_to('cancelled', cls.cancel_reason)
        done, given, waits = (
            cls._create_order(title=title) for title in ("Rated", "Given away", "To post"))
        for order in done | given | waits:
            cls._plan(order)
            cls._create_line(order, employee_id=cls.technician.id, quantity=1)
        cls._create_line(waits, quantity=1)  # whose work it was is not known
        cls._sign(waits)
        cls._sign(done)
        done.rating_apply(5, token=done._rating_get_access_token())
        cls._sign(given)
        given._post_lines()
        invoice = given._create_invoices()
        done._post_lines()
        invoice.action_post()
        invoice._reverse_moves(cancel=True)
        taxed = cls._create_service_product("Filter", 20)
        order = cls._create_order(title="Taxed otherwise")
        cls._create_line(order, 'item', product_id=taxed.id, quantity_planned=1)
        cls._create_line(order, 'item', quantity_planned=1)._cancel()
        subscription = cls._subscribe(lines=[{'product_id': taxed.id}])
        day = date(2026, 3, 2)
        run = cls.env['service.subscription.run'].sudo()._start(subscription, day, day)
        run._set_aside(subscription, "There is no journal.")
        run._finish()
        taxed.taxes_id = cls.tax.copy({'name': "VAT 25", 'amount': 25})
