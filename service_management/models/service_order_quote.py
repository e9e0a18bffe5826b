from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools.planning import local_day


class ServiceOrder(models.Model):
    """The customer's side: the quote that is accepted or declined, the sign-off, what they see."""
    _inherit = 'service.order'

    quote_sent_on = fields.Datetime(copy=False, readonly=True, tracking=True)
    validity_date = fields.Date(
        string="Valid Until", copy=False, tracking=True,
        help="Last day on which the customer can accept the quote; filled when it is sent.")
    is_quote_expired = fields.Boolean(compute='_compute_quote', search='_search_is_quote_expired')
    can_accept = fields.Boolean(compute='_compute_quote')
    can_customer_sign = fields.Boolean(compute='_compute_can_customer_sign')
    accepted_on = fields.Datetime(copy=False, readonly=True)
    accepted_by = fields.Char(copy=False, readonly=True)
    accept_signature = fields.Image(
        string="Signature of the Quote", copy=False, readonly=True, attachment=True,
        max_width=1024, max_height=1024)

    def _compute_access_url(self):
        super()._compute_access_url()
        for order in self:
            order.access_url = f'/my/service_orders/{order.id}'

    @api.depends('state', 'quote_sent_on', 'validity_date')
    def _compute_quote(self):
        today = fields.Date.context_today(self)
        for order in self:
            is_quote = order.state == 'draft' and order.quote_sent_on
            expired = is_quote and order.validity_date and order.validity_date < today
            order.is_quote_expired = bool(expired)
            order.can_accept = bool(is_quote and not expired)

    def _search_is_quote_expired(self, operator, value):
        if operator != 'in':
            return NotImplemented
        expired = (
            Domain('state', '=', 'draft') & Domain('quote_sent_on', '!=', False)
            & Domain('validity_date', '<', fields.Date.context_today(self)))
        return Domain.OR(expired if answer else ~expired for answer in value)

    @api.depends('state', 'can_sign_off', 'visit_ids.state', 'visit_ids.timer_start', 'signature')
    def _compute_can_customer_sign(self):
        """Let customers sign what is finished: a visit took place, and none is to come."""
        for order in self:
            states = set(order.visit_ids.mapped('state'))
            order.can_customer_sign = (
                order.state == 'open' and order.can_sign_off and not order.signature
                and 'done' in states and not states & {'planned', 'dispatched', 'under_way'})

    #=== WHAT CUSTOMERS SEE ===#

    @api.model
    def _get_portal_domain(self, partner):
        """Return the domain of the orders that a customer's people see in the portal.

        Drafts of the staff are nobody's business before they are sent.

        :param partner: res.partner of the user
        """
        return Domain('commercial_partner_id', '=', partner.commercial_partner_id.id) & (
            Domain('state', '!=', 'draft') | Domain('quote_sent_on', '!=', False)
            | Domain('channel', 'in', ('portal', 'email')))

    def _get_timezone(self):
        """Return the time zone of one order's site: where its technicians are, else the company."""
        self.ensure_one()
        employees = self.visit_ids.employee_id | self.preferred_employee_id
        return employees[:1].sudo().tz or self.company_id.resource_calendar_id.tz or 'UTC'

    def _shows_prices(self):
        """Tell whether customers see the lines of one order: what was quoted or done, not drafts."""
        self.ensure_one()
        return bool(self.quote_sent_on or self.state in ('signed_off', 'posted'))

    def _get_portal_documents(self):
        """Return {name: report} of the documents that customers may download; extend for more."""
        self.ensure_one()
        documents = {}
        if self.state in ('signed_off', 'posted'):
            documents['receipt'] = 'service_management.action_report_service_work_receipt'
        if self.quote_sent_on:
            documents['quote'] = 'service_management.action_report_service_quote'
        return documents

    def _get_document_lines(self):
        """Return the lines that customers read, in order; what came to nothing is left out."""
        self.ensure_one()
        lines = self.line_ids.filtered(
            lambda line: line.state != 'cancelled' and not line.reversed_line_id)
        return lines.filtered(lambda line: line._get_priced_quantity())

    def _get_portal_visits(self):
        """Return the visits that customers know of; plans that nobody was told are none."""
        self.ensure_one()
        return self.visit_ids.filtered(
            lambda visit: visit.state in ('dispatched', 'under_way', 'done')).sorted('date_start')

    def _get_portal_step(self):
        """Return how far one order is for its customer: a number from 0 to 4, or -1 if cancelled."""
        self.ensure_one()
        if self.state == 'cancelled':
            return -1
        if self.state in ('signed_off', 'posted'):
            return 4
        states = set(self.visit_ids.mapped('state'))
        if 'under_way' in states:
            return 3
        if 'dispatched' in states:
            return 2
        return 1 if self.state == 'open' else 0

    def action_preview_portal(self):
        """Show the page that the customer sees."""
        self.ensure_one()
        return {'type': 'ir.actions.act_url', 'target': 'self', 'url': self.get_portal_url()}

    #=== QUOTES ===#

    def action_send_quote(self):
        """Open the mail with the quote; sending it makes the order a quote to decide on."""
        self.ensure_one()
        self._ensure_quotable()
        self._apply_price_rules()
        self._fill_validity()  # the mail and the document name it
        template = self.env.ref(
            'service_management.mail_template_quote', raise_if_not_found=False)
        return self._open_composer(
            self.env._("Send the Quote"), template, service_quote_sent=True)

    def _ensure_quotable(self):
        """:raise UserError: if an order is no draft, or there is nothing to quote"""
        for order in self:
            if order.state != 'draft':
                raise UserError(self.env._(
                    "%s is not a request any more: there is nothing left to quote.", order.name))
            if not order._get_document_lines():
                raise UserError(self.env._(
                    "%s has no lines yet. Add what you offer, then send the quote.", order.name))

    def message_post(self, **kwargs):
        """Note that a quote is out when the mail with it is sent, not when it is opened."""
        if self.env.context.get('service_quote_sent'):
            self.filtered(lambda order: order.state == 'draft')._mark_quote_sent()
        return super(
            ServiceOrder, self.with_context(service_quote_sent=False)).message_post(**kwargs)

    def action_mark_quote_sent(self):
        """Let customers decide on quotes that reached them on another way, on paper for example."""
        self._ensure_quotable()
        self._apply_price_rules()
        self._mark_quote_sent()
        return True

    def _mark_quote_sent(self):
        if not self.env.su and not self.env.user.has_group(
                'service_management.service_management_group_dispatcher'):
            raise AccessError(self.env._("Only dispatchers send quotes. Ask one to send it."))
        self._fill_validity()
        self.quote_sent_on = fields.Datetime.now()
        self._move_on_event('quoted')

    def _fill_validity(self):
        """Give quotes a last day; one that was entered stays unless it has passed."""
        today = fields.Date.context_today(self)
        for order in self:
            if not order.validity_date or order.validity_date < today:
                order.validity_date = today + relativedelta(
                    days=order.company_id.service_quote_days)

    def _get_quote_date(self):
        """Return the day that stands on the quote: when it was sent, else today."""
        self.ensure_one()
        if not self.quote_sent_on:
            return fields.Date.context_today(self)
        return local_day(self.quote_sent_on, self._get_timezone())

    def _accept_quote(self, name, signature):
        """Open an order that its customer accepts, at the prices of the quote.

        Runs for customers, who have no rights of their own on orders: call it in sudo, after
        their access was checked.

        :param str name: who signs
        :param bytes signature: image, base64
        :raise UserError: if the quote is not open to be accepted, or nobody signs
        """
        self.ensure_one()
        if self.is_quote_expired:
            raise UserError(self.env._("This quote has expired. Ask us for a new one."))
        if not self.can_accept:
            raise UserError(self.env._("This quote cannot be accepted any more."))
        if not (name or '').strip() or not signature:
            raise UserError(self.env._("Enter your name and sign to accept the quote."))
        self.write({
            'accepted_by': name.strip(), 'accepted_on': fields.Datetime.now(),
            'accept_signature': signature,
        })
        stage = self.env['service.stage']._get_for('open', self.company_id, self.team_id)
        self._move_for_customer(stage, self.env._("Accepted by %s.", name.strip()))

    def _decline_quote(self, reason, note):
        """Cancel an order whose quote the customer declines; runs as `_accept_quote` does.

        :param reason: service.reason of the usage "decline", may be empty
        :param str note: the customer's own words, may be empty
        :raise UserError: if there is nothing to decline, or not a word why
        """
        self.ensure_one()
        if self.state != 'draft' or not self.quote_sent_on:
            raise UserError(self.env._("This quote cannot be declined any more."))
        reason = reason.filtered(lambda item: item.usage == 'decline')
        if not reason and not (note or '').strip():
            raise UserError(self.env._("Tell us why you decline, please."))
        stage = self.env['service.stage']._get_for('cancelled', self.company_id, self.team_id)
        text = ' '.join(filter(None, (reason.name, note and note.strip())))
        self._move_for_customer(
            stage, self.env._("Declined: %s", text),
            reason or self.env['service.reason']._get_default('decline'), note)

    def _sign_by_customer(self, name, signature):
        """Sign off an order whose work is finished; runs as `_accept_quote` does.

        :raise UserError: if the work is not finished, or nobody signs
        """
        self.ensure_one()
        if not self.can_customer_sign:
            raise UserError(self.env._("There is nothing to sign at the moment."))
        if not (name or '').strip() or not signature:
            raise UserError(self.env._("Enter your name and sign to confirm the work."))
        stage = self.env['service.stage']._get_for('signed_off', self.company_id, self.team_id)
        self.write({
            'stage_id': stage.id, 'signature': signature, 'signed_by': name.strip(),
            'signed_on': fields.Datetime.now()})

    def _move_for_customer(self, stage, text, reason=None, note=False):
        """Move one order as its customer decided, and tell the responsible."""
        if stage.needs_reason and not reason:
            reason = self.env['service.reason']._get_default('stage')
        self.write({
            'stage_id': stage.id, 'stage_note': note, 'stage_reason_id': reason and reason.id})
        if user := self.user_id or self.team_id.user_id:
            self.activity_schedule(
                'mail.mail_activity_data_todo', user_id=user.id, summary=text.split('\n')[0])

    def _on_opened(self):
        """Hold the quoted prices, however the customer's yes arrived."""
        quoted = self.filtered('quote_sent_on')
        quoted.line_ids.filtered(lambda line: line.state == 'open').sudo().is_price_agreed = True
        return super()._on_opened()
