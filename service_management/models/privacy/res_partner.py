import io
import json
import mimetypes
import zipfile

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools import format_date
from odoo.tools.mail import html2plaintext

from ...security.personal import CONTACT_KEEP, CONTACT_LEDGER, PERSONAL, get_names
from ..common.records import name_found
from .erasing import TEXT_TYPES, drop_words, empty_columns, read_personal, rename_columns


class ResPartner(models.Model):
    """What is known of a private person, handed out or erased.

    Source: Regulation (EU) 2016/679, articles 15, 17 and 20.
    """
    _inherit = 'res.partner'

    #=== WHAT IS KNOWN ===#

    def _is_service_customer(self):
        """Tell whether one contact is a customer himself, not somebody of a company."""
        self.ensure_one()
        return self.commercial_partner_id == self

    def _get_personal_contacts(self):
        """Return one contact with the addresses that are his, archived ones too."""
        self.ensure_one()
        if not self._is_service_customer():
            return self.sudo()
        return self.sudo().with_context(active_test=False).search(
            [('commercial_partner_id', '=', self.id)])

    def _get_personal_records(self):
        """Return {model: records} of what belongs to one customer by the table of what is personal.

        Of somebody of a company that is what he has signed or accepted.
        """
        self.ensure_one()
        found = {}
        for model, row in PERSONAL.items():
            domain = Domain(row['of'], '=', self.commercial_partner_id.id)
            if not self._is_service_customer():
                domain &= Domain.OR(
                    Domain(pair.partition(':')[0], '=', self.name)
                    for pair in row.get('evidence', '').split())
            # All of it is his, in whatever company; who may ask was asked before.
            records = self.env[model].sudo().with_context(active_test=False).search(domain)
            if records:
                found[model] = records
        return found

    def _get_personal_messages(self, records_by_model):
        """Return the messages on what is one customer's, or by somebody of a company."""
        self.ensure_one()
        Message = self.env['mail.message'].sudo()
        if not self._is_service_customer():
            return Message.search([
                ('author_id', '=', self.id), ('model', 'in', [*PERSONAL, 'res.partner'])])
        records_by_model = {**records_by_model, 'res.partner': self._get_personal_contacts()}
        return Message.search(Domain.OR(
            Domain('model', '=', model) & Domain('res_id', 'in', records.ids)
            for model, records in records_by_model.items()))

    def _get_personal_attachments(self, records_by_model, messages):
        """Return the files and pictures on what is personal, and those of messages."""
        self.ensure_one()
        Attachment = self.env['ir.attachment'].sudo()
        if not self._is_service_customer():
            return messages.attachment_ids | Attachment.search(Domain.OR(
                Domain('res_model', '=', model) & Domain('res_id', 'in', records.ids)
                & Domain('res_field', 'in', get_names(model, 'evidence'))
                for model, records in records_by_model.items()))
        records_by_model = {**records_by_model, 'res.partner': self._get_personal_contacts()}
        # By id: else a search leaves out the pictures that are in fields.
        return Attachment.search(Domain('id', '!=', False) & Domain.OR(
            Domain('res_model', '=', model) & Domain('res_id', 'in', records.ids)
            for model, records in records_by_model.items()))

    #=== EXPORT ===#

    def _export_personal_data(self):
        """Return what is known of one contact, as the bytes of a ZIP file.

        It holds ``data.json``: {model: [{label: value}]}, messages included, and ``files/`` with photos,
        signatures and other attachments.
        """
        self.ensure_one()
        self._ensure_may_erase()
        self._ensure_own_companies()
        records_by_model = self._get_personal_records()
        messages = self._get_personal_messages(records_by_model)
        data = {
            self.env['ir.model']._get(model).name: read_personal(records)
            for model, records in {
                'res.partner': self._get_personal_contacts(), **records_by_model}.items()}
        data[self.env['ir.model']._get('mail.message').name] = [
            {'date': str(message.date), 'author': message.author_id.name or message.email_from,
             'on': message.record_name, 'text': html2plaintext(message.body or '')}
            for message in messages if message.body]
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, 'w', zipfile.ZIP_DEFLATED) as archive:
            archive.writestr('data.json', json.dumps(data, indent=2, ensure_ascii=False))
            for attachment in self._get_personal_attachments(records_by_model, messages):
                if attachment.type == 'binary':
                    name = f'{attachment.id}-{attachment.name.replace("/", "-")}'
                    if '.' not in name:  # a picture in a field is called as the field
                        name += mimetypes.guess_extension(attachment.mimetype or '') or ''
                    archive.writestr(f'files/{name}', attachment.raw or b'')
        return buffer.getvalue()

    #=== ERASURE ===#

    def _ensure_may_erase(self):
        """:raise AccessError: if the user is no service manager"""
        self.env['service.order']._ensure_role('manager', self.env._(
            "Only a service manager hands out or erases what is known of a person."))
        self.check_access('write')

    def _get_erasure_hindrances(self):
        """Return a text that names what has to be finished before one contact is erased, or ''."""
        self.ensure_one()
        if self.is_company:
            return self.env._(
                "%s is a company: erase the people of it. If it is one person's own business, make it"
                " a person first.", self.name)
        contacts = self._get_personal_contacts()
        if contacts.user_ids.filtered(lambda user: not user.share):
            return self.env._("%s is a user of yours: archive the user first.", self.name)
        if not self._is_service_customer():
            return ''
        lines = [
            name_found(self.env[model].sudo(), domain & Domain(
                'commercial_partner_id', '=', self.id))
            for model, domain in self._get_unfinished_domains().items()]
        return '\n'.join(filter(None, lines))

    @api.model
    def _get_unfinished_domains(self):
        """Return {model: domain} of documents that a customer must stay known for; extend for more."""
        return {
            'service.order': self.env['service.order']._get_open_domain() | Domain(
                'invoice_status', '=', 'to_invoice'),
            'service.agreement': self.env['service.agreement']._get_open_domain(),
            'service.subscription': self.env['service.subscription']._get_open_domain(),
            'service.subscription.fee': Domain('state', 'in', ('open', 'draft')),
            'account.move': Domain('move_type', '!=', 'entry') & (
                Domain('state', '=', 'draft') | (
                    Domain('state', '=', 'posted')
                    & Domain('payment_state', 'in', ('not_paid', 'partial')))),
        }

    def _get_retained_until(self):
        """Return the last day on which the invoices of one contact have to be kept, or False."""
        self.ensure_one()
        last = {}
        for move in self.env['account.move'].sudo().search([
                ('partner_id', 'in', self._get_personal_contacts().ids), ('state', '=', 'posted')]):
            last[move.company_id] = max(move.date, last.get(move.company_id, move.date))
        days = [
            day.replace(month=12, day=31) + relativedelta(years=company.service_retention_years)
            for company, day in last.items()]
        day = max(days, default=False)
        return day if day and day >= self.env.company._get_service_today() else False

    def _describe_erased(self):
        """Return what erasing one contact takes away, as lines with counts."""
        self.ensure_one()
        records_by_model = self._get_personal_records()
        messages = self._get_personal_messages(records_by_model)
        attachments = self._get_personal_attachments(records_by_model, messages)
        counted = [
            (self.env['ir.model']._get(model).name, len(records)) for model, records in {
                'res.partner': self._get_personal_contacts(), **records_by_model,
                'mail.message': messages, 'ir.attachment': attachments}.items()]
        return '\n'.join(f'{name}: {count}' for name, count in counted if count)

    def _describe_kept(self):
        """Return what of one contact stays when he is erased, and why, as lines."""
        self.ensure_one()
        lines = [self.env._(
            "Numbers, dates, quantities, prices and taxes of documents: what was delivered and billed"
            " has to be proved.")]
        if until := self._get_retained_until():
            lines.append(self.env._(
                "Name, address and tax number, and the texts of invoices: invoices are kept until"
                " %s. Erase once more after that day.", format_date(self.env, until)))
        lines.append(self.env._(
            "Documents of other apps, such as quotations and opportunities: erase them there."))
        return '\n'.join(lines)

    def _erase_personal_data(self, reason):
        """Erase what is personal of one contact, and keep a record of it.

        :param str reason: who asked for it, and when
        :return: service.erasure
        :raise UserError: naming what has to be finished before
        """
        self.ensure_one()
        self._ensure_may_erase()
        if hindrances := self._get_erasure_hindrances():
            raise UserError(self.env._(
                "This has to be finished first:\n%s", hindrances))
        self._ensure_own_companies()
        is_customer = self._is_service_customer()
        values = {'reason': reason, 'erased': self._describe_erased(),
                  'kept': self._describe_kept()}
        records_by_model, contacts = self._get_personal_records(), self._get_personal_contacts()
        messages = self._get_personal_messages(records_by_model)
        self._get_personal_attachments(records_by_model, messages).unlink()
        for model, records in records_by_model.items():
            groups = ('empty', 'evidence') if is_customer else ('evidence',)
            empty_columns(records, get_names(model, *groups))
            if is_customer:
                rename_columns(records, get_names(model, 'rename'))
                drop_words(records)
        contacts.user_ids._deactivate_portal_user()
        contacts._erase_contacts(bool(self._get_retained_until()))
        # Last: what is written above may leave a trace in the history.
        (messages.exists() | self._get_personal_messages(records_by_model)).unlink()
        if is_customer:
            records_by_model.get('service.object', self.env['service.object']).active = False
            drop_words(contacts)
        contacts.with_context(tracking_disable=True, active_test=True).active = False
        return self.env['service.erasure'].sudo().create({
            **values, 'company_id': self.env.company.id, 'partner_id': self.id})

    def _ensure_own_companies(self):
        """:raise AccessError: if documents of one contact are in companies that the user has not"""
        companies = self.env['res.company'].sudo().union(*(
            records.company_id for records in self._get_personal_records().values()
            if 'company_id' in records._fields))
        if foreign := companies - self.env.user.company_ids:
            raise AccessError(self.env._(
                "Documents of %(contact)s are in companies that are not yours: %(companies)s. Ask"
                " somebody who works for all of them.", contact=self.name,
                companies=', '.join(foreign.mapped('name'))))

    def _erase_contacts(self, is_kept):
        """Take from contacts what says who they are.

        :param bool is_kept: whether invoices still need their names and addresses
        """
        keep = {*CONTACT_KEEP.split(), *(CONTACT_LEDGER.split() if is_kept else ())}
        emptied = {
            field.name: False for field in self._fields.values()
            if field.type in TEXT_TYPES and field.store and not field.related
            and not field.readonly and field.name not in keep}
        emptied.pop('name', None)
        for contact in self.with_context(tracking_disable=True):
            contact.write({
                **emptied, 'category_id': [Command.clear()],
                **({} if is_kept else {
                    'name': self.env._("Erased %s", contact.id), 'partner_latitude': 0,
                    'partner_longitude': 0}),
            })
        if not is_kept:
            self.bank_ids.unlink()
