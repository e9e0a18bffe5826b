import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..common.batches import attempt
from ..common.records import is_loading

_logger = logging.getLogger(__name__)


class ServiceOrder(models.Model):
    """What customers are told."""
    _inherit = 'service.order'

    is_receipt_due = fields.Boolean(
        copy=False, readonly=True, help="The work receipt waits to be sent to the customer.")

    _receipt_due = models.Index('(id) WHERE is_receipt_due IS TRUE')

    def _send_team_mail(self, event, attachments=None):
        """Send customers the mail that their order's team has chosen for an event.

        The mail leaves when the transaction is committed: what fails is never told.

        :param str event: one of those that `service.team._get_mail_fields` names
        :param attachments: list of (name, content) to send along
        """
        for template, orders in self.grouped(
                lambda order: order.team_id._get_mail_template(event)).items():
            orders._send_mail(template, attachments)

    def _send_mail(self, template, attachments=None):
        """Send customers a mail; see `_send_team_mail`.

        :param template: mail.template, may be empty
        :return: the orders whose customers it was sent to
        """
        sent = self.browse()
        if is_loading(self.env) or not template:
            return sent  # demo data tells nobody
        for order in self:
            recipient = order._mail_get_partners()[order.id]
            if not recipient.email:
                continue
            sent |= order
            # Customers are told whoever works for them; what the mail says is the manager's.
            order, extra = order.sudo(), {}
            if attachments:  # none given leaves those of the template
                extra['attachment_ids'] = order.env['ir.attachment'].create([{
                    'name': name, 'raw': content, 'res_model': 'mail.compose.message', 'res_id': 0,
                } for name, content in attachments]).ids
            order.with_context(mail_post_autofollow=True).message_post_with_source(
                template.sudo(),
                message_type='auto_comment',
                subtype_xmlid='mail.mt_comment',
                email_layout_xmlid='mail.mail_notification_layout_with_responsible_signature',
                **extra,
            )
        return sent

    def _after_move(self, origins):
        super()._after_move(origins)
        self._send_stage_mails()

    def _send_stage_mails(self):
        """Tell customers that their orders have come to a stage, once an order and stage.

        An order that is being made comes nowhere: it has no history yet.
        """
        # The history is written by moving only, and the mail of a stage is the manager's.
        for order in self.sudo():
            logs = order.stage_log_ids
            here = logs.filtered(lambda log, order=order: log.stage_id == order.stage_id)
            template = order.stage_id.mail_template_id
            if template and len(logs) > 1 and not any(here.mapped('is_mailed')):
                here.sorted('id')[-1:].is_mailed = bool(order._send_mail(template))

    def _notify_by_email_get_base_mail_values(
            self, message, recipients_data, additional_values=None):
        """Tell machines that nobody wrote what orders send by themselves: none answers it."""
        if message.message_type == 'auto_comment':
            values = additional_values or {}
            additional_values = {**values, 'headers': {
                **(values.get('headers') or {}),
                'Auto-Submitted': 'auto-replied', 'X-Auto-Response-Suppress': 'All'}}
        return super()._notify_by_email_get_base_mail_values(
            message, recipients_data, additional_values=additional_values)

    @api.model_create_multi
    def create(self, vals_list):
        """Answer those who wrote from the portal or by e-mail."""
        orders = super().create(vals_list)
        orders.filtered(lambda order: order.channel in ('portal', 'email'))._send_team_mail(
            'received')
        return orders

    def _on_signed_off(self):
        """Let a job send the receipt: a document that cannot be made must not undo a signature."""
        super()._on_signed_off()
        due = self.filtered(lambda order: order.team_id._get_mail_template('done'))
        if due and not is_loading(self.env):
            # Customers get their receipt whoever signs off.
            due.sudo().is_receipt_due = True
            moments = {order.company_id._get_mail_moment() for order in due}
            self.env.ref('service_management.ir_cron_send_receipts')._trigger(sorted(moments))

    @api.model
    def _cron_send_receipts(self, batch_size=10):
        """Send the receipts that are due; one that fails is set aside with a to-do."""
        orders = self.search([('is_receipt_due', '=', True)], order='id')
        orders = orders.filtered(lambda order: not order._is_receipt_waiting())
        self._process_batches(
            self._send_receipt_batch, split_every(batch_size, orders.ids, list))

    def _is_receipt_waiting(self):
        """Tell whether one order was signed off so lately that its receipt waits."""
        self.ensure_one()
        return bool(self.signed_on) and fields.Datetime.add(
            self.signed_on, minutes=self.company_id.service_mail_delay_minutes,
        ) > fields.Datetime.now()

    @api.model
    def _send_receipt_batch(self, order_ids):
        """Send the receipts of some orders, each alone: making documents together is no faster."""
        orders = self.browse(order_ids).try_lock_for_update().filtered('is_receipt_due')
        orders.is_receipt_due = False
        for order in orders:
            if error := attempt(self.env, lambda order=order: order._send_team_mail('done')):
                _logger.warning(
                    "The receipt of %s could not be sent", order.name, exc_info=error)
                order._schedule_receipt_by_hand(error)

    def _schedule_receipt_by_hand(self, error):
        self._schedule_todo(
            'mail.mail_activity_data_todo', self.env._("Send the work receipt by hand"),
            note=str(error))

    def action_send_receipt(self):
        """Open the mail with the work receipt."""
        self.ensure_one()
        if self.state not in ('signed_off', 'posted'):
            raise UserError(self.env._(
                "%s is not signed off: there is no work receipt yet.", self.name))
        return self._open_composer(self.env._("Send the Work Receipt"), self.team_id._get_mail_template('done'))
