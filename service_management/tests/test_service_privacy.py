import io
import json
import zipfile

from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, users
from odoo.tools import SQL

from ..models.privacy.erasing import TEXT_TYPES
from ..security.personal import PERSONAL, get_names
from .common import SIGNATURE
from .common_subscription import SubscriptionCommon

#: Occurs in whatever is known of the person
NAME = "Quillfeather"
#: What the law keeps, and what is not of service
LEDGER = ('account_', 'sale_order')


class TestServicePrivacy(SubscriptionCommon):
    """A private person is told what is known of him, and forgotten but for what the law keeps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.env['res.partner'].create({
            'name': f"Rosa {NAME}", 'email': f'rosa@{NAME}.example.com', 'phone': '+371 2',
            'street': f"{NAME} Lane 1", 'zip': 'LV-1010', 'city': "Riga", 'comment': f"{NAME} pays late"})
        cls.house = cls.env['res.partner'].create({
            'name': f"House of {NAME}", 'parent_id': cls.person.id, 'type': 'delivery',
            'street': f"{NAME} Lane 2", 'city': "Riga"})
        cls.stove = cls.env['service.object'].create({
            'name': f"Stove of {NAME}", 'partner_id': cls.person.id, 'site_id': cls.house.id,
            'note': f"<p>{NAME} has the key</p>", 'serial_number': 'S-1'})

    def _attach(self, record):
        return self.env['ir.attachment'].create({
            'name': f"{NAME}.png", 'raw': b'photo', 'res_model': record._name, 'res_id': record.id})

    def _live(self):
        """Let the person be served, billed and written to."""
        guest = self._create_portal_user('guest', self.person)
        order = self._create_order(
            title=f"{NAME} is cold", partner_id=self.person.id, object_ids=self.stove.ids,
            client_order_ref=NAME, note_internal=NAME, note_external=NAME, contact_id=self.person.id)
        order.task_ids = [Command.create({
            'task_id': self.env['service.task'].create({'name': "Clean"}).id, 'note_internal': NAME})]
        visit = self._plan(order)
        visit.note = f"{NAME} opens at nine"
        self._create_line(order, employee_id=self.technician.id, quantity=2, name=f"For {NAME}")
        order.message_post(body=f"{NAME} called", author_id=guest.partner_id.id)
        order.title = f"{NAME} is still cold"  # leaves a trace
        order.activity_schedule(summary=NAME, user_id=self.env.uid)
        self._attach(order)
        self._attach(self.stove)
        self._sign(order)
        order.sudo().write({'signed_by': f"Rosa {NAME}", 'accepted_by': NAME,
                            'accept_signature': SIGNATURE})
        order._post_lines()
        order._create_invoices()
        subscription = self._subscribe(
            partner_id=self.person.id, title=f"Care for {NAME}", lines=[{'name': f"Care of {NAME}"}])
        agreement = self.env['service.agreement'].create({
            'title': f"Care for {NAME}", 'partner_id': self.person.id, 'company_id': self.company.id,
            'line_ids': [Command.create({'kind': 'hour', 'name': NAME})], 'note_internal': NAME})
        return order, subscription, agreement

    def _finish(self, order, subscription, agreement):
        """End what the person has, and let him pay."""
        subscription.line_ids.quantity = 2  # terms change: the history keeps it
        subscription._close(
            subscription.date_start + relativedelta(days=1),
            self.env['service.reason']._get_default('subscription'))
        subscription.fee_ids.sudo().unlink()
        agreement.sudo().state = 'closed'
        moves = order.invoice_ids
        moves.invoice_date = '2026-03-04'
        moves.action_post()
        self.env['account.payment.register'].sudo().with_context(
            active_model='account.move', active_ids=moves.ids).create({})._create_payments()

    def _let_time_pass(self):
        """Let the invoices of the person be older than they have to be kept."""
        self.company.service_retention_years = 0
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET date = '2020-01-01' WHERE partner_id = %s", [self.person.id])
        self.env.invalidate_all()

    def _search_everything(self, text):
        """Return {table.column: count} of where a text is in the database."""
        self.env.flush_all()
        self.env.cr.execute("""
            SELECT c.table_name, c.column_name FROM information_schema.columns c
              JOIN information_schema.tables t USING (table_schema, table_name)
             WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
               AND c.data_type IN ('character varying', 'text', 'jsonb')""")
        found = {}
        for table, column in self.env.cr.fetchall():
            self.env.cr.execute(SQL(
                "SELECT count(*) FROM %s WHERE %s::text ILIKE %s", SQL.identifier(table),
                SQL.identifier(column), f'%{text}%'))
            if count := self.env.cr.fetchone()[0]:
                found[f'{table}.{column}'] = count
        return found

    # ------------------------------------------------------------ the table

    def _get_models(self):
        """Return the models of which each record is one customer's: by a contact, or by its owner."""
        ours = [
            model for model in self.env.values()
            if (model._original_module or '').startswith('service_management')
            and not model._abstract and not model._transient and model._auto]
        owned, before = {'res.partner'}, None
        while before != owned:
            before = set(owned)
            for model in ours:
                for field in model._fields.values():
                    if (field.type == 'many2one' and field.store and field.comodel_name in owned
                            and (field.required or field.ondelete == 'cascade'
                                 or field.name == 'partner_id')):
                        owned.add(model._name)
        return [self.env[name] for name in sorted(owned - {'res.partner', 'service.erasure'})]

    def test_every_text_of_a_customer_is_in_the_table(self):
        missing = []
        for model in self._get_models():
            row = PERSONAL.get(model._name, {})
            known = get_names(model._name, 'empty', 'rename', 'keep', 'evidence') if row else set()
            missing += [
                f'{model._name}.{field.name}' for field in model._fields.values()
                if field.type in set(TEXT_TYPES) - {'date'}
                and field.store and not field.related and field.name not in known
                and not field.name.startswith(('message_', 'activity_', 'rating_', 'website_'))]
        self.assertFalse(missing, "say in security/personal.py whether these are personal")

    def test_table_names_fields_there_are_and_nothing_stored_depends_on(self):
        for model in PERSONAL:
            for name in get_names(model, 'empty', 'rename', 'keep', 'evidence'):
                self.assertIn(name, self.env[model]._fields)
            for name in get_names(model, 'empty', 'rename', 'evidence') - {'site_zip', 'billing_note'}:
                field = self.env[model]._fields[name]
                followers = [
                    str(other) for other in self.env.registry.get_dependent_fields(field)
                    if other.store and other.type in TEXT_TYPES and not (
                        other.model_name == model and other.name in get_names(model, 'empty'))]
                self.assertFalse(followers, f"{field} is emptied, and is copied to these")
            for name in get_names(model, 'empty'):
                self.assertFalse(self.env[model]._fields[name].required, f"{model}.{name}: rename it")

    # ------------------------------------------------------------ erasing

    def test_nothing_of_a_person_is_left_but_what_the_law_keeps(self):
        documents = self._live()
        order, subscription, _agreement = documents
        self._finish(*documents)
        self._let_time_pass()
        before = self._search_everything(NAME)
        self.assertGreater(len(before), 30)
        amount = order.amount_total
        erasure = self.person.with_user(self.user_manager)._erase_personal_data("Letter of 2 March")
        left = {
            place: count for place, count in self._search_everything(NAME).items()
            if not place.startswith(LEDGER)}
        self.assertFalse(left)
        self.assertRecordValues(order, [{
            'state': 'posted', 'title': "Erased", 'signed_by': False, 'amount_total': amount,
            'partner_id': self.person.id}])
        self.assertFalse(order.signature or order.accept_signature)
        self.assertFalse(self.env['ir.attachment'].search(
            [('res_model', '=', 'service.order'), ('res_id', '=', order.id), ('id', '!=', False)]))
        self.assertRecordValues(self.person, [{
            'name': f"Erased {self.person.id}", 'email': False, 'phone': False, 'active': False}])
        self.assertFalse(self.person.with_context(active_test=False).user_ids.filtered('active'))
        self.assertFalse(self.stove.active)
        self.assertEqual(self.stove.serial_number, 'S-1')
        self.assertEqual(subscription.state, 'closed')
        self.assertIn("Letter of 2 March", erasure.reason)
        self.assertIn("Service Order: 1", erasure.erased)

    def test_customer_of_invoices_stays_known_as_long_as_they_are_kept(self):
        documents = self._live()
        self._finish(*documents)
        erasure = self.person._erase_personal_data("Call")
        self.assertRecordValues(self.person, [{
            'name': f"Rosa {NAME}", 'street': f"{NAME} Lane 1", 'email': False, 'phone': False,
            'comment': False, 'active': False}])
        self.assertFalse(documents[0].site_street)
        self.assertIn("12/31/2036", erasure.kept)
        self._let_time_pass()
        self.person._erase_personal_data("The time is over")
        self.assertNotIn(NAME, self.person.name)

    def test_what_is_under_way_is_finished_first(self):
        documents = self._live()
        with self.assertRaises(UserError) as caught:
            self.person._erase_personal_data("Call")
        for document in (documents[1], documents[2], documents[0].invoice_ids):
            self.assertIn(document.display_name, str(caught.exception))
        self.assertEqual(self.person.name, f"Rosa {NAME}")

    def test_contact_of_a_company_takes_only_his_own_along(self):
        contact = self.env['res.partner'].create({
            'name': f"Rosa {NAME}", 'parent_id': self.customer.id, 'email': 'rosa@example.com'})
        order = self._create_order(contact_id=contact.id, title="Boiler is cold")
        other = self._create_order(title="Oven is cold")
        for signed, name in ((order, f"Rosa {NAME}"), (other, "Guest")):
            self._plan(signed)
            self._sign(signed)
            signed.sudo().signed_by = name
        order.message_post(body=f"{NAME} called", author_id=contact.id)
        kept = order.message_post(body="Ordered the part")
        contact._erase_personal_data("Left the company")
        self.assertFalse(order.signed_by or order.signature)
        self.assertEqual(order.title, "Boiler is cold")
        self.assertTrue(other.signature and kept.exists())
        self.assertNotIn(NAME, ' '.join(order.message_ids.mapped('body')))
        self.assertFalse(contact.active)
        self.assertTrue(self.customer.active)

    def test_companies_and_users_of_ours_are_not_erased(self):
        with self.assertRaisesRegex(UserError, "is a company"):
            self.customer._erase_personal_data("Call")
        with self.assertRaisesRegex(UserError, "archive the user first"):
            self.user_technician.partner_id._erase_personal_data("Call")

    @users('service_dispatcher')
    def test_only_managers_hand_out_and_erase(self):
        person = self.person.with_user(self.env.user)
        for verb in (lambda: person._erase_personal_data("Call"), person._export_personal_data):
            with self.assertRaisesRegex(AccessError, "Only a service manager"):
                verb()
        with self.assertRaises(AccessError):
            self.env['service.personal.data'].create({'partner_id': person.id})
        with self.assertRaises(AccessError):
            self.env['service.erasure'].search([])

    def test_documents_of_a_company_one_does_not_work_for_are_neither_handed_out_nor_erased(self):
        other = self.setup_other_company()['company']
        self.env['service.object'].sudo().create({
            'name': "Stove", 'partner_id': self.person.id, 'company_id': other.id})
        person = self.person.with_user(self.user_manager)
        for verb in (lambda: person._erase_personal_data("Call"), person._export_personal_data):
            with self.assertRaisesRegex(AccessError, other.name):
                verb()

    def test_contact_of_another_company_is_nobodys_of_this_one(self):
        self.person.company_id = self.setup_other_company()['company']
        with self.assertRaises(AccessError):
            self.person.with_user(self.user_manager)._export_personal_data()

    @users('service_manager')
    def test_records_of_erasures_are_nobodys_to_write(self):
        erasure = self.person.with_user(self.env.user)._erase_personal_data("Call")
        for vals in ({'reason': "Other"}, {'kept': False}):
            with self.assertRaises(AccessError):
                erasure.with_user(self.env.user).write(vals)
        with self.assertRaises(AccessError):
            erasure.with_user(self.env.user).unlink()

    # ------------------------------------------------------------ handing out

    @users('service_manager')
    def test_export_holds_all_that_is_known(self):
        order, *_others = self._live()
        dialog = Form(self.env['service.personal.data'].with_context(
            default_partner_id=self.person.id)).save()
        self.assertIn(order.invoice_ids.display_name, dialog.hindrances)
        self.assertIn('download', dialog.action_export()['url'])
        with zipfile.ZipFile(io.BytesIO(
                self.person.with_user(self.env.user)._export_personal_data())) as archive:
            names = archive.namelist()
            data = json.loads(archive.read('data.json'))
        self.assertEqual(sum(name.endswith(f"{NAME}.png") for name in names), 2)
        self.assertTrue(any(name.endswith('-signature.png') for name in names))
        [told] = data["Service Order"]
        self.assertEqual(told["Subject"], order.title)
        self.assertNotIn("Cost", told)
        self.assertIn(f"{NAME} called", [message['text'] for message in data["Message"]])
        self.assertEqual(
            {row["Name"] for row in data["Contact"]},
            {self.person.name, self.house.name, "guest (base.group_portal)"})
