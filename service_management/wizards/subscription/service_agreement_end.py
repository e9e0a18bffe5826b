from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceAgreementEnd(models.TransientModel):
    """What becomes of the subscriptions that pay for agreements that end or rest."""
    _inherit = 'service.agreement.end'

    subscription_ids = fields.Many2many(
        comodel_name='service.subscription', compute='_compute_subscription_ids',
        string="Subscriptions That Bill On")
    can_close_subscriptions = fields.Boolean(compute='_compute_subscription_ids')
    subscription_choice = fields.Selection(
        selection=[('close', "Close Them After the Same Day"), ('keep', "Let Them Bill On")],
        string="Subscriptions", compute='_compute_subscription_choice', store=True, readonly=False,
        precompute=True,
        help="Who closes them credits what was billed beyond that day, with the next run. A closed"
             " subscription does not come back.")

    @api.depends('agreement_ids', 'operation', 'date_end')
    def _compute_subscription_ids(self):
        for wizard in self:
            # That something is billed is no secret to whoever ends what it pays for.
            billing = wizard.agreement_ids.sudo()._get_billing_on(wizard._get_last_day()).sudo(False)
            wizard.subscription_ids = billing
            wizard.can_close_subscriptions = billing.has_access('write')

    @api.depends('subscription_ids', 'can_close_subscriptions', 'operation')
    def _compute_subscription_choice(self):
        """Nobody pays for what has ended; what rests is paid for until somebody decides."""
        for wizard in self:
            closes = wizard.operation == 'close' and wizard.can_close_subscriptions
            wizard.subscription_choice = wizard.subscription_ids and (
                'close' if closes else 'keep')

    def _get_last_day(self):
        """Return the last day that the agreements are served: a suspension begins tomorrow."""
        self.ensure_one()
        today = self.env.company._get_service_today()
        return self.date_end or today if self.operation == 'close' else today

    def _end(self):
        """Close the subscriptions listed, too, if that is wanted."""
        subscriptions, day = self.subscription_ids, self._get_last_day()
        if subscriptions and self.subscription_choice == 'close' and (
                not self.can_close_subscriptions):
            raise UserError(self.env._(
                "You may not close these subscriptions. Let them bill on, and ask whoever is"
                " responsible for them."))
        super()._end()
        if self.subscription_choice == 'close':
            for subscription in subscriptions:
                # What has not begun yet never does.
                before = subscription.date_start - relativedelta(days=1)
                subscription._close(max(day, before), self.reason_id, self.note)
            # Only the engine writes what it has to remember.
            subscriptions.sudo().is_closed_with_agreement = self.operation == 'suspend'
        elif not self.can_close_subscriptions:
            for subscription in subscriptions.sudo():
                subscription._schedule_todo('mail.mail_activity_data_warning', self.env._(
                    "%s has ended or rests: close this, too?", subscription.agreement_id.name))
