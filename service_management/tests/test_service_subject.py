from datetime import date, datetime

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, users
from odoo.tools import mute_logger

from .test_service_agreement import AgreementCommon


@freeze_time('2026-03-02 08:00:00')
class TestServiceSubject(AgreementCommon):
    """What an order is for – customer, agreement, objects – does not slip away from its lines."""

    # ------------------------------------------------------------ the customer

    def _generate_order(self, **values):
        """Return the order of an agreement with a visit due on 10 March at a price of 55."""
        agreement = self._create_agreement(
            {'start': '2026-03-10', 'object_id': self.object.id, 'is_fixed_price': True,
             'price_unit': 55, 'quantity': 2}, group_id=self.group.id, discount=15, **values)
        return self._generate(agreement, '2026-03-01', '2026-03-31')

    @users('service_dispatcher')
    def test_order_of_an_agreement_stays_with_its_customer(self):
        order = self._generate_order().with_user(self.env.user)
        with self.assertRefusedWith(
                UserError, f"order of {order.agreement_id.name}.*Take the agreement off first",
                order, order.line_ids, order.line_ids.sudo().occurrence_ids):
            order.partner_id = self.other_customer

    def test_contact_of_the_same_customer_keeps_the_agreement(self):
        order = self._generate_order()
        order.partner_id = self.site
        self.assertTrue(order.agreement_id)
        self.assertEqual(order.line_ids.price_unit, 55)

    @users('service_dispatcher')
    def test_order_leaves_its_agreement_when_the_form_gets_another_customer(self):
        order = self._generate_order().with_user(self.env.user)
        line, due = order.line_ids, order.line_ids.sudo().occurrence_ids
        line.object_id = False
        with Form(order) as form:
            form.partner_id = self.other_customer
            self.assertFalse(form.agreement_id)
            self.assertFalse(form.object_ids[:])
        self.assertRecordValues(order, [{
            'partner_id': self.other_customer.id, 'agreement_id': False,
            'site_id': self.other_customer.id, 'agreement_discount': 0}])
        self.assertRecordValues(line.sudo(), [{
            'price_unit': 80, 'discount': 0, 'price_subtotal': 160, 'agreement_line_id': False,
            'object_id': False}])
        self.assertFalse(due.exists())

    @users('service_dispatcher')
    def test_visit_due_is_free_when_the_agreement_is_taken_off(self):
        order = self._generate_order()
        agreement = order.agreement_id
        order.with_user(self.env.user).agreement_id = False
        self.assertRecordValues(order.line_ids, [{
            'price_unit': 80, 'discount': 0, 'has_agreement_price': False}])
        again = self._generate(agreement, '2026-03-01', '2026-03-31')
        self.assertEqual(again.line_ids.occurrence_ids.date_due, date(2026, 3, 10))
        self.assertEqual(again.line_ids.price_unit, 55)

    def test_prices_by_hand_stay_when_the_agreement_is_taken_off(self):
        order = self._generate_order()
        order.line_ids.price_unit = 66
        order.agreement_id = False
        self.assertEqual(order.line_ids.price_unit, 66)

    def test_allowance_is_given_back_when_the_agreement_is_taken_off(self):
        order = self._generate_order(
            allowance_kind='hours', allowance_quantity=10, allowance_period='term')
        agreement = order.agreement_id
        order.line_ids.quantity = 2
        order.action_apply_price_rules()
        self.assertEqual(agreement._get_allowance_used(date(2026, 3, 10)), 2)
        order.agreement_id = False
        self.assertEqual(agreement._get_allowance_used(date(2026, 3, 10)), 0)
        self.assertRecordValues(order.line_ids, [{
            'is_prepaid': False, 'prepaid_hours': 0, 'billing': 'chargeable'}])

    def test_another_agreement_takes_none_of_the_first_ones_prices(self):
        order = self._generate_order()
        due = order.line_ids.occurrence_ids
        order.agreement_id = self._create_agreement(title="Basic")
        self.assertRecordValues(order.line_ids, [{'price_unit': 80, 'discount': 0}])
        self.assertFalse(due.exists())

    @users('service_manager')
    def test_agreement_stays_with_the_customer_it_made_orders_for(self):
        agreement = self._create_agreement({'start': '2026-03-10'}).with_user(self.env.user)
        order = self._generate(agreement, '2026-03-01', '2026-03-31')
        with self.assertRefusedWith(ValidationError, f"has made {order.name} for", agreement, order):
            agreement.write({'partner_id': self.other_customer.id})
        agreement.partner_id = self.site
        unused = self._create_agreement({'start': '2026-03-10', 'object_id': self.object.id})
        with self.assertRaisesRegex(ValidationError, "Boiler.*is not an object of Bakery"):
            unused.partner_id = self.other_customer

    # ------------------------------------------------------------ objects that lines name

    @users('service_dispatcher')
    def test_object_that_lines_name_stays_on_the_order(self):
        """Its lines would go to the other object, and what a warranty pays would be charged."""
        self.object.warranty_labor_end = '2026-12-31'
        order = self._create_order(
            object_ids=(self.object | self.second_object).ids).with_user(self.env.user)
        line = self._create_line(
            order, object_id=self.object.id, name="Change the pump", quantity_planned=2)
        self.assertRecordValues(line, [{'billing': 'warranty', 'price_subtotal': 0}])
        with self.assertRefusedWith(ValidationError, "Boiler.*Change the pump", order, line):
            order.object_ids = self.second_object
        with self.assertRefusedWith(ValidationError, "Boiler.*Change the pump", order, line):
            order.object_ids = [Command.clear()]
        with self.assertRaisesRegex(ValidationError, "Boiler.*Change the pump"), Form(order) as form:
            form.object_ids.remove(self.object.id)

    def test_object_leaves_the_order_when_no_work_is_for_it(self):
        order = self._create_order(object_ids=(self.object | self.second_object).ids)
        cancelled = self._create_line(order, object_id=self.object.id)
        cancelled.action_cancel()
        order.object_ids -= self.object
        self.assertEqual(order.object_ids, self.second_object)
        self.assertEqual(cancelled.object_id, self.object)

    def test_object_leaves_the_order_together_with_its_lines(self):
        order = self._create_order(object_ids=(self.object | self.second_object).ids)
        moved, gone = (self._create_line(order, object_id=self.object.id) for _ in range(2))
        order.write({
            'object_ids': [Command.unlink(self.object.id)],
            'line_ids': [
                Command.update(moved.id, {'object_id': self.second_object.id}),
                Command.delete(gone.id)]})
        self.assertEqual(order.line_ids.object_id, self.second_object)

    def test_line_without_an_object_gets_the_only_one(self):
        order = self._create_order()
        line = self._create_line(order)
        order.object_ids = self.object
        self.assertEqual(line.object_id, self.object)
        order.object_ids |= self.second_object
        self.assertEqual(line.object_id, self.object)

    def test_archived_object_stays_on_the_orders_that_are_for_it(self):
        order = self._create_order(object_ids=self.object.ids)
        line = self._create_line(order)
        self.object.active = False
        order.invalidate_recordset()
        self.assertEqual(order.object_ids, self.object)
        order.object_ids |= self.second_object
        self.assertEqual(line.object_id, self.object)

    @users('service_manager')
    def test_object_of_an_order_is_not_deleted(self):
        order = self._create_order(object_ids=self.object.ids)
        with self.assertRefusedWith(
                UserError, f"{order.name}.*Archive it instead", order, self.object):
            self.object.with_user(self.env.user).unlink()
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env.cr.execute("DELETE FROM service_object WHERE id = %s", [self.object.id])

    # ------------------------------------------------------------ objects that move

    @users('service_manager')
    def test_object_stays_with_its_customer_while_documents_for_it_are_not_finished(self):
        obj = self.object.with_user(self.env.user)
        order = self._create_order(object_ids=obj.ids)
        line = self._create_line(self._create_order(object_ids=self.second_object.ids))
        agreement = self._create_agreement(active=False, object_ids=obj.ids)
        for document in (order, agreement):
            with self.assertRefusedWith(
                    ValidationError, f"Boiler.*not finished: {document.name}", self.object):
                obj.partner_id = self.other_customer
            document.object_ids = False
        obj.partner_id = self.other_customer
        with self.assertRaisesRegex(ValidationError, line.order_id.name), self.env.cr.savepoint():
            self.second_object.with_user(self.env.user).partner_id = self.other_customer

    def test_object_of_finished_orders_moves_and_they_keep_it(self):
        order = self._worked_order(object_ids=self.object.ids)
        order.action_post()
        self.object.partner_id = self.other_customer
        self.assertEqual(order.object_ids, self.object)
        self.assertEqual(order.line_ids.object_id, self.object)

    def test_object_moves_within_its_customer(self):
        self._create_order(object_ids=self.object.ids)
        self.object.partner_id = self.site
        self.assertEqual(self.object.commercial_partner_id, self.customer)

    def test_object_without_a_customer_is_given_to_none_but_those_who_have_it(self):
        obj = self.env['service.object'].create({'name': "Loaned pump"})
        order = self._create_order(object_ids=obj.ids)
        with self.assertRaisesRegex(ValidationError, order.name), self.env.cr.savepoint():
            obj.partner_id = self.other_customer
        obj.partner_id = self.customer
        self.assertEqual(obj.commercial_partner_id, self.customer)

    def test_clock_starts_and_stops_whatever_others_have_changed(self):
        on_hold = self.stage_hold.copy({'name': "Locked", 'can_edit': False})

        def move_owner(order, _visit):
            """The object's own contact goes to another company."""
            self.object.partner_id.parent_id = self.other_customer

        def move_site(order, _visit):
            order.site_id.parent_id = self.other_customer

        def move_customer(order, _visit):
            order.partner_id.parent_id = self.other_customer

        def lock(order, _visit):
            order.write({'stage_id': on_hold.id, 'stage_reason_id': self.reason.id})

        def archive(order, _visit):
            for record in (order.object_ids, order.partner_id):
                record.active = False

        def leave_team(_order, visit):
            visit.employee_id.service_team_id = False

        def change_team(order, _visit):
            order.team_id = south

        south = self.env['service.team'].create({'name': "South", 'company_id': self.company.id})
        changes = (move_owner, move_site, move_customer, lock, archive, leave_team, change_team)
        for change in changes:
            for planned in (False, True):
                with (self.subTest(change.__name__, planned=planned),
                      self.env.cr.savepoint() as savepoint):
                    customer = self.env['res.partner'].create({'name': "Ilze"})
                    self.object.write({'partner_id': customer.id, 'site_id': customer.id})
                    order = self._create_order(
                        partner_id=customer.id, object_ids=self.object.ids,
                        site_id=customer.id)
                    if change is move_owner:
                        self.object.partner_id = self.env['res.partner'].create({
                            'name': "Contact", 'parent_id': customer.id})
                    if planned:
                        self._create_line(order)
                    visit = self._plan(order)
                    own = visit.with_user(self.user_technician)
                    own._start_timer('work', datetime(2026, 3, 2, 7))
                    change(order, visit)
                    self.env.invalidate_all()
                    own.action_stop()
                    self.assertRecordValues(visit.line_ids, [
                        {'quantity': 1, 'object_id': self.object.id, 'state': 'open'}])
                    own.action_start()
                    own.action_stop()
                    savepoint.rollback()

    def test_technician_stays_in_the_company_while_the_clock_runs(self):
        visit = self._plan(self._create_order())
        visit._start_timer('work')
        other = self.setup_other_company()['company']
        with self.assertRefusedWith(UserError, "clock of Anna.*Stop it first", visit):
            with self.env.cr.savepoint():
                self.technician.company_id = other
        self.assertEqual(visit._stop_timer().employee_id, self.technician)

    # ------------------------------------------------------------ what is archived

    @users('service_dispatcher')
    def test_no_order_is_made_for_what_is_archived(self):
        values = {'partner_id': self.customer.id, 'site_id': self.site.id,
                  'object_ids': self.object.ids}
        for archived in (self.customer, self.site, self.object):
            order = self._create_order(
                partner_id=self.other_customer.id).with_user(self.env.user)
            archived.sudo().active = False
            message = f"{archived.name}.*is archived.*Unarchive it"
            with self.assertRaisesRegex(ValidationError, message), self.env.cr.savepoint():
                self.env['service.order'].create({'title': "Call", **values})
            with self.assertRefusedWith(ValidationError, message, order):
                order.write(values)
            archived.sudo().active = True
            order.write(values)

    def test_contact_of_an_archived_customer_gets_no_order(self):
        self.customer.active = False
        with self.assertRaisesRegex(ValidationError, "Harbour Hotel is archived"):
            self._create_order(partner_id=self.site.id)

    def test_order_for_what_was_archived_later_is_worked_on(self):
        order = self._create_order(object_ids=self.object.ids)
        (self.object | self.second_object).active = False
        self.customer.active = False
        order.write({'partner_id': self.customer.id, 'object_ids': [Command.link(self.object.id)]})
        self._create_line(order, object_id=self.object.id)
        with self.assertRaisesRegex(ValidationError, "Chiller.*is archived"):
            self._create_line(order, object_id=self.second_object.id)

    def test_copied_order_leaves_archived_objects_behind(self):
        order = self._create_order(object_ids=(self.object | self.second_object).ids)
        self._create_line(order, object_id=self.object.id)
        self.object.active = False
        copied = order.copy()
        self.assertEqual(copied.object_ids, self.second_object)
        self.assertFalse(copied.line_ids.object_id)

    # ------------------------------------------------------------ who becomes another customer's

    def _create_contact(self, **values):
        return self.env['res.partner'].create({
            'name': "Maria Berg", 'parent_id': self.customer.id, **values})

    def test_contact_who_changes_the_employer_leaves_open_documents(self):
        contact = self._create_contact()
        order, done = (self._create_order(contact_id=contact.id) for _number in range(2))
        self._plan(done)
        self._sign(done)
        agreement = self.env['service.agreement'].create({
            'title': "Care", 'partner_id': self.customer.id, 'contact_id': contact.id,
            'company_id': self.company.id})
        contact.parent_id = self.other_customer
        self.assertFalse(order.contact_id or agreement.contact_id)
        self.assertEqual(done.contact_id, contact)
        self.assertIn("Maria Berg belongs to Bakery now", order.message_ids[0].body)
        order.write({'contact_id': self.site.id, 'site_id': self.site.id})  # works on

    def test_contact_who_stays_with_the_customer_stays_on_documents(self):
        contact = self._create_contact()
        order = self._create_order(contact_id=contact.id)
        contact.parent_id = self.site
        self.assertEqual(order.contact_id, contact)

    def test_address_where_work_takes_place_stays_with_the_customer(self):
        site = self._create_contact(name="Annex", type='delivery')
        order = self._create_order(site_id=site.id)
        with self.assertRefusedWith(ValidationError, order.name, site):
            site.parent_id = self.other_customer
        order.site_id = self.site
        site.parent_id = self.other_customer
        with self.assertRefusedWith(ValidationError, self.object.name, self.site):
            self.site.parent_id = self.other_customer

    def test_customer_who_gets_an_employer_is_warned_about(self):
        person = self._create_contact(parent_id=False)
        order = self._create_order(partner_id=person.id, site_id=False, object_ids=False)
        with self.assertLogs('odoo.tests.form.onchange', 'WARNING') as caught:
            form = Form(person)
            form.parent_id = self.customer
        self.assertIn("becomes the company's", caught.output[0])
        form.save()
        self.assertEqual(order.commercial_partner_id, self.customer)
