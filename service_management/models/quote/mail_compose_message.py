from odoo import models


class MailComposeMessage(models.TransientModel):
    _inherit = 'mail.compose.message'

    def _action_send_mail_comment(self, res_ids):
        """Note that a quote is out when the mail with it is sent, not when it is opened.

        That the mail carries a quote is what the caller says. Whether he sends quotes is asked of
        the user, whom neither the context nor a sudo changes.
        """
        if self.env.context.get('service_quote_sent'):
            documents = self.env[self.model].browse(res_ids).with_user(self.env.user)
            drafts = documents.filtered(lambda document: document.state == 'draft')
            drafts._ensure_quotable()
            drafts._mark_quote_sent()
        return super()._action_send_mail_comment(res_ids)
