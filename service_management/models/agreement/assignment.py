import logging
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import format_date

from ..common.batches import attempt
from ..common.records import is_loading

_logger = logging.getLogger(__name__)
#: How many orders a message lists
LISTED = 50


class ServiceOrder(models.Model):
    """Who is responsible for orders that agreements have made: told once a run, in one list."""
    _inherit = 'service.order'

    is_assignment_due = fields.Boolean(
        copy=False, readonly=True,
        help="Whoever is responsible has not been told yet that an agreement has made the order.")

    _assignment_due = models.Index('(id) WHERE is_assignment_due IS TRUE')

    @api.model
    def _tell_assignments(self):
        """Tell each responsible of the orders that were made for him since he was told last.

        Called when a run is over. What a killed run has left is told by the next one; what another
        transaction tells of right now is left to it.
        """
        due = self.search([('is_assignment_due', '=', True)], order='date_order, id')
        if not due:
            return
        orders = due.try_lock_for_update().filtered('is_assignment_due')
        orders.is_assignment_due = False
        by_user = defaultdict(self.browse)
        for order in orders:
            by_user[order.user_id] |= order
        for user, assigned in by_user.items():
            if error := attempt(
                    self.env, lambda user=user, orders=assigned: orders._tell_assigned(user)):
                _logger.warning(
                    "%s could not be told of new orders", user.login, exc_info=error)

    def _tell_assigned(self, user):
        """Notify a user of these orders, as his preferences say; extend to tell more.

        Nothing is sent here: mails wait for Odoo's queue.
        """
        if is_loading(self.env) or not user.active or user.share:
            return  # demo data tells nobody, and who left is not told
        orders = self.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids, lang=user.lang, tz=user.tz,
        )._filtered_access('read')
        if not orders:
            return
        # The message is the program's: it names what its reader may see.
        orders = orders.sudo()
        body = self.env['ir.qweb']._render('service_management.service_order_assigned', {
            'user': user,
            'rows': [(order, order._get_assigned_day()) for order in orders[:LISTED]],
            'more': max(0, len(orders) - LISTED),
            'base_url': orders[0].get_base_url(),
        }, minimal_qcontext=True, lang=user.lang)
        company = orders[0].company_id
        self.env['mail.thread'].with_company(company).message_notify(
            subject=orders._get_assigned_subject(), body=body, partner_ids=user.partner_id.ids,
            email_layout_xmlid='mail.mail_notification_layout', force_email_company=company,
            force_send=False)

    def _get_assigned_subject(self):
        if len(self) == 1:
            return self.env._("A new order for you: %s", self.name)
        return self.env._("%s new orders for you", len(self))

    def _get_assigned_day(self):
        """Return the day of one order, as the reader's clock and language have it."""
        self.ensure_one()
        return format_date(self.env, fields.Datetime.context_timestamp(self, self.date_order))
