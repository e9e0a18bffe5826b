from odoo import api, models
from odoo.fields import Domain
from odoo.tools import formataddr
from odoo.tools.mail import email_split_tuples

#: How long the subject of a mail may be that becomes a title
MAX_TITLE = 200
#: How many people of a mail's Cc follow its request; a list of more is no circle of readers
MAX_COPIES = 20


class ServiceOrder(models.Model):
    """What customers write: e-mails and portal requests become drafts."""
    _inherit = 'service.order'

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a request of an e-mail to a team; who wrote it is the customer."""
        values = {
            'name': "New",  # numbered like the others: mail would take the subject
            'title': (msg_dict.get('subject') or '').strip()[:MAX_TITLE] or self.env._(
                "Request without a subject"),
            'user_id': False,
            **(custom_values or {}),
        }
        team = self.env['service.team'].browse(values.get('team_id'))
        if team:
            leader = team.user_id._filter_there(team.company_id)
            values.update(company_id=team.company_id.id, user_id=leader.id)
        values = self._prepare_request({**values, 'channel': 'email'})
        company = self.env['res.company'].browse(values['company_id'])
        author = self.env['res.partner'].browse(values.get('partner_id')) or self._find_sender(
            msg_dict, company)
        values['partner_id'] = author.parent_id.id or author.id
        if author.parent_id:
            values['contact_id'] = author.id
        order = super().message_new(msg_dict, custom_values=values)
        order.message_subscribe((author.filtered('email') | order._find_copied(msg_dict)).ids)
        return order

    def _find_copied(self, msg_dict):
        """Return the contacts to whom a mail went as a copy; strangers become contacts."""
        copies = [
            formataddr(pair) for pair in email_split_tuples(msg_dict.get('cc') or '')[:MAX_COPIES]]
        # Addresses of our own are left out: they would answer.
        return self._partner_find_from_emails_single(copies) if copies else self.env['res.partner']

    @api.model
    def _find_sender(self, msg_dict, company):
        """Return whose request a mail is, as a contact of a company; make one of a stranger.

        A contact that belongs to another company stays there, and one whose company is archived with
        it: it has a twin that works. Nothing that arrives is lost: what nobody has signed, or came
        from an address of our own, is of the unknown sender, until a person knows better.
        """
        Partner = self.env['res.partner']
        author = Partner.browse(msg_dict.get('author_id'))
        if not author and msg_dict.get('email_from'):
            author = self.env['mail.thread']._partner_find_from_emails_single(
                [msg_dict['email_from']], no_create=False)
        if not author:
            return self._get_unknown_sender()
        works = Domain(Partner._check_company_domain(company)) & Domain('active', '=', True)
        works &= Domain('parent_id', '=', False) | Domain('parent_id', 'any', works)
        if not author.filtered_domain(works):
            author = Partner.search(
                Domain('email_normalized', '=', author.email_normalized) & works, limit=1,
            ) or Partner.create({
                'name': author.name, 'email': author.email, 'phone': author.phone,
                'lang': author.lang, 'company_id': company.id})
        msg_dict['author_id'] = author.id
        return author

    @api.model
    def _get_unknown_sender(self):
        """Return the customer of requests of which nobody knows who sent them."""
        name = 'service_management.partner_unknown_sender'
        partner = self.env.ref(name, raise_if_not_found=False)
        if not partner:  # somebody deleted it: what arrives still needs a customer
            partner = self.env['res.partner'].create({'name': self.env._("Unknown Sender")})
            self.env['ir.model.data']._update_xmlids(
                [{'xml_id': name, 'record': partner, 'noupdate': True}])
        partner.active = True
        return partner

    @api.model
    def _detect_loop_sender_domain(self, email_from_normalized):
        """Count the requests of one sender: the mail gateway takes no more than its limit."""
        # One who writes so much is a machine, whoever of a customer's people it belongs to.
        return Domain('channel', '=', 'email') & (
            Domain('contact_id.email_normalized', '=', email_from_normalized)
            | Domain('partner_id.email_normalized', '=', email_from_normalized))

    @api.model
    def _prepare_request(self, values):
        """Return the values of an order as customers make it: a draft for the dispatcher."""
        company = self.env['res.company'].browse(values.get('company_id')) or self.env.company
        values = {'company_id': company.id, **values}
        imagined = self.new(values)
        stage = imagined._get_stage_of('draft')
        return {**values, 'team_id': imagined.team_id.id, 'stage_id': stage.id}
