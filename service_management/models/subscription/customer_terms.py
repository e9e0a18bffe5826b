from odoo import api, models

#: What a subscription has of its customer until a person gives it something of its own.
CUSTOMER_TERMS = ['partner_invoice_id', 'payment_term_id', 'fiscal_position_id']


class ServiceSubscription(models.Model):
    """What follows the customer, who changes while a subscription goes on."""
    _name = 'service.subscription'
    _inherit = ['service.subscription', 'service.given.mixin']

    def _get_followed_fields(self):
        return {
            **super()._get_followed_fields(),
            'partner_invoice_id': self._propose_partner_invoice_id,
            'payment_term_id': self._propose_payment_term_id,
            'fiscal_position_id': self._propose_fiscal_position_id}

    @api.depends('partner_id')
    def _compute_partner_invoice_id(self):
        self._follow('partner_invoice_id')

    def _propose_partner_invoice_id(self):
        return {
            subscription: subscription.partner_id.browse(
                subscription.partner_id.address_get(['invoice'])['invoice'])
            for subscription in self if subscription.partner_id}

    @api.depends('partner_id', 'company_id')
    def _compute_payment_term_id(self):
        self._follow('payment_term_id')

    def _propose_payment_term_id(self):
        return {
            subscription: (
                subscription.partner_id.with_company(
                    subscription.company_id).property_payment_term_id
                or subscription.company_id.service_payment_term_id)
            for subscription in self}

    @api.depends('partner_id', 'partner_invoice_id', 'company_id')
    def _compute_fiscal_position_id(self):
        self._follow('fiscal_position_id')

    def _propose_fiscal_position_id(self):
        found = {}
        for subscription in self:
            Position = self.env['account.fiscal.position'].with_company(subscription.company_id)
            partner = subscription.partner_id
            found[subscription] = Position._get_fiscal_position(
                subscription.partner_invoice_id or partner, partner)
        return found

    def write(self, vals):
        """Let another customer bring terms of its own."""
        if 'partner_id' in vals:
            self._find_anew([name for name in CUSTOMER_TERMS if name not in vals])
        return super().write(vals)

    def _follow_customer(self):
        """Give subscriptions what their customers have by now, but for what a person gave.

        Taxes of lines follow the fiscal position; what was billed already keeps its own.
        """
        for name in CUSTOMER_TERMS:
            free = self.filtered(lambda subscription: not subscription._is_given(name))  # noqa: B023
            for subscription, term in free._get_proposals(name).items():
                if subscription[name] != term:
                    subscription[name] = term
