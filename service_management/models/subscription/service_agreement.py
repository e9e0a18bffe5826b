from odoo import api, fields, models
from odoo.tools import format_date


class ServiceAgreement(models.Model):
    _inherit = 'service.agreement'

    _figures_fee_field = 'agreement_id'

    subscription_ids = fields.One2many(
        comodel_name='service.subscription', inverse_name='agreement_id', string="Subscriptions",
        copy=False)
    subscription_count = fields.Integer(compute='_compute_subscription_count')

    @api.depends('subscription_ids.amount_monthly', 'subscription_ids.state')
    def _compute_amount_yearly(self):
        super()._compute_amount_yearly()

    def _get_prices(self):
        """The subscriptions that belong to an agreement are its price."""
        return super()._get_prices() + [
            (self.env._(
                "%(subject)s: %(price)s %(period)s, %(timing)s", subject=subscription.title,
                price=subscription.currency_id.format(subscription.amount_period),
                period=subscription.plan_id._get_period_text(),
                timing=self.env._("billed in advance") if subscription.plan_id.timing == 'advance'
                else self.env._("billed in arrears")),
             subscription.amount_monthly * 12, subscription.currency_id)
            for subscription in self._get_price_subscriptions()]

    def _get_price_subscriptions(self):
        """Return the subscriptions that one agreement is paid by, in sudo: its price is no secret."""
        self.ensure_one()
        states = ('draft', 'active') if self.state in ('draft', 'active') else ('active', 'closed')
        return self.sudo().subscription_ids.filtered(
            lambda subscription: subscription.state in states and subscription.amount_period)

    def _get_billing_on(self, day):
        """Return the active subscriptions of these agreements that are billed beyond a day."""
        return self.subscription_ids.filtered(lambda subscription: (
            subscription.state == 'active'
            and (not subscription._get_last_day() or subscription._get_last_day() > day)))

    def _compute_subscription_count(self):
        # That there are some is no secret to whom may see the agreement.
        count_by_agreement = dict(self.env['service.subscription'].sudo()._read_group(
            [('agreement_id', 'in', self.ids)], ['agreement_id'], ['__count']))
        for agreement in self:
            agreement.subscription_count = count_by_agreement.get(agreement._origin.sudo(), 0)

    #=== WHAT BILLS ON ===#

    def _end_term(self):
        """Tell that subscriptions bill on for one agreement that has expired."""
        super()._end_term()
        if self.state == 'expired' and (billing := self._get_billing_on(self.date_end)):
            self._schedule_todo(
                'service_management.mail_activity_type_agreement', self.env._(
                    "Expired on %(day)s, but these bill on: %(subscriptions)s. Close them, or renew"
                    " the agreement.",
                    day=format_date(self.env, self.date_end),
                    subscriptions=', '.join(billing.mapped('name'))))

    def _forget_billing(self):
        """Take agreements that have ended off the to-do list where nothing bills on for them."""
        ended = self.filtered(lambda agreement: agreement.state in ('expired', 'closed'))
        for agreement in ended:
            if not agreement._get_billing_on(agreement.date_end or agreement._get_today()):
                agreement.activity_unlink(['service_management.mail_activity_type_agreement'])

    def action_resume(self):
        """Tell which subscriptions were closed with the suspension: they do not come back."""
        super().action_resume()
        for agreement in self.filtered(lambda agreement: not agreement.is_suspended):
            closed = agreement.subscription_ids.filtered('is_closed_with_agreement')
            if closed:
                agreement._schedule_todo('mail.mail_activity_data_todo', self.env._(
                    "Resumed, but these were closed with the suspension: %s. Make new ones if the"
                    " customer pays again.", ', '.join(closed.mapped('name'))))
                closed.sudo().is_closed_with_agreement = False  # only the verbs say so
        return True

    def action_view_subscriptions(self):
        """Show the subscriptions that pay for the agreement."""
        self.ensure_one()
        return self.env['service.subscription']._show_found(
            [('agreement_id', '=', self.id)], default_agreement_id=self.id,
            default_partner_id=self.partner_id.id, default_title=self.title)
