from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..quote.service_quote_mixin import QuoteChangedError


class ServiceOrder(models.Model):
    """What customers see of an order, and how they sign it."""
    _inherit = 'service.order'

    can_customer_sign = fields.Boolean(compute='_compute_can_customer_sign')

    def _compute_access_url(self):
        super()._compute_access_url()
        for order in self:
            order.access_url = f'/my/service_orders/{order.id}'

    @api.depends('state', 'can_sign_off', 'signature')
    def _compute_can_customer_sign(self):
        """Let customers sign what is finished."""
        for order in self:
            order.can_customer_sign = (
                order.state == 'open' and order.can_sign_off and not order.signature
                and order._is_finished())

    def _is_finished(self):
        """Tell whether the work of one open order is over, so that it can be signed.

        Nobody says so of an order by itself: extend for what does.
        """
        self.ensure_one()
        return False

    @api.model
    def _get_portal_domain(self, partner):
        """Hide drafts of the staff: they are nobody's business before they are sent."""
        return super()._get_portal_domain(partner) & (
            Domain('state', '!=', 'draft') | Domain('quote_sent_on', '!=', False)
            | Domain('channel', 'in', ('portal', 'email')))

    @api.model
    def _get_site_domain(self, sites):
        return Domain('site_id', 'in', sites.ids)

    def _shows_prices(self):
        """Tell whether customers see the lines of one order: what was quoted or done, not drafts.

        Whoever is to confirm work sees what it came to.
        """
        self.ensure_one()
        return bool(
            self.quote_sent_on or self.state in ('signed_off', 'posted') or self.can_customer_sign)

    def _get_portal_documents(self):
        documents = super()._get_portal_documents()
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

    def _get_portal_step(self):
        """Return how far one order is for its customer: a number from 0 to 4, or -1 if cancelled.

        0 asked for, 1 confirmed, 2 planned, 3 under way, 4 done; extend for what lies between. It
        never goes back while the order is open: what the customer was told has happened.
        """
        self.ensure_one()
        if self.state == 'cancelled':
            return -1
        if self.state in ('signed_off', 'posted'):
            return 4
        return 1 if self.state == 'open' else 0

    def _get_portal_status(self):
        """Return what customers read of where one order stands.

        :return: (name of a colour of Bootstrap, words)
        """
        self.ensure_one()
        if self.is_quote_expired:
            return 'danger', self.env._("Quote expired")
        if self.can_accept:
            return 'warning', self.env._("Quote to decide")
        if self.can_customer_sign:
            return 'warning', self.env._("Please confirm the work")
        if self.state == 'cancelled':
            declined = self.stage_reason_id.usage == 'decline'
            return 'secondary', self.env._("Declined") if declined else self.env._("Cancelled")
        if self.state in ('signed_off', 'posted'):
            return 'success', self.env._("Done")
        return 'info', self.stage_id.customer_name or self._get_step_names()[self._get_portal_step()]

    def _get_step_names(self):
        """Return what customers read of the steps of an order, from 0 on."""
        return [
            self.env._("Received"), self.env._("Confirmed"), self.env._("Planned"),
            self.env._("Under Way"), self.env._("Done")]

    def _get_work_content(self):
        """Return what the page says of the work of one order, as a dict of plain values.

        What is in it cannot change between the page that a customer reads and his signature. Extend
        for whatever else he confirms.
        """
        self.ensure_one()
        return {
            'number': self.name,
            'customer': self.partner_id.id,
            'title': self.title,
            'objects': sorted(self.object_ids.ids),
            'work_done': self.work_done or '',
            'tasks': [(task.task_id.id, task.note_external) for task in self.task_ids],
            'quote': self._get_quote_content() if self._shows_prices() else None,
        }

    def _get_work_fingerprint(self):
        """Return a text that differs for work that is something else, and is the same otherwise."""
        self.ensure_one()
        return self._get_fingerprint('_get_work_content')

    def _sign_by_customer(self, name, signature, fingerprint=None):
        """Sign off an order whose work is finished; runs in sudo as `_accept_quote` does.

        :param str fingerprint: of what the customer has read; None if he reads it now
        :raise UserError: if the work is not finished, or has changed, or nobody signs
        """
        self.ensure_one()
        if not self.can_customer_sign:
            raise UserError(self.env._("There is nothing to sign at the moment."))
        if fingerprint is not None and fingerprint != self._get_work_fingerprint():
            raise QuoteChangedError(self.env._(
                "What was done has changed since you opened the page. Please read it again."))
        if not (name or '').strip() or not signature:
            raise UserError(self.env._("Enter your name and sign to confirm the work."))
        stage = self._get_stage_of('signed_off')
        self.sudo().write({
            'stage_id': stage.id, 'signature': signature, 'signed_by': name.strip(),
            'signed_on': fields.Datetime.now()})
