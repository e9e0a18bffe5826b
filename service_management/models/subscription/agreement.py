from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ServiceSubscription(models.Model):
    """The agreement that a subscription pays for."""
    _inherit = 'service.subscription'

    agreement_id = fields.Many2one(
        comodel_name='service.agreement', check_company=True, index='btree_not_null',
        ondelete='restrict', tracking=True,
        domain="[('company_id', '=', company_id), ('is_template', '=', False),"
               " ('commercial_partner_id', '=', commercial_partner_id)]",
        help="The agreement that the subscription pays for.")
    is_closed_with_agreement = fields.Boolean(
        readonly=True, copy=False,
        help="Closed when its agreement was suspended; whoever resumes that is told.")

    def _close(self, day, reason, note=False):
        """Where nothing bills on for an agreement that has ended, nobody has to think of it."""
        closed = super()._close(day, reason, note)
        # Whoever closes subscriptions need not look after agreements.
        closed.agreement_id.sudo()._forget_billing()
        return closed

    @api.constrains('partner_id', 'agreement_id')
    def _check_agreement_of_customer(self):
        for subscription in self.filtered('agreement_id'):
            agreement = subscription.agreement_id
            customer = subscription.commercial_partner_id
            if agreement.commercial_partner_id != customer:
                raise ValidationError(self.env._(
                    "%(agreement)s is an agreement with %(other)s, not with %(customer)s. Choose"
                    " another one.", agreement=agreement.name, customer=customer.display_name,
                    other=agreement.commercial_partner_id.display_name))

    def _get_responsible_users(self):
        # Whoever may bill for an agreement may ask whose it is.
        agreement = self.agreement_id.sudo()
        users = super()._get_responsible_users()
        return users | agreement._get_responsible_users() if agreement else users

    @api.model
    def _get_term_fields(self):
        return [*super()._get_term_fields(), 'agreement_id']

    @api.model_create_multi
    def create(self, vals_list):
        """Let a subscription pay for the agreement that was sold with it, if it is one."""
        for vals in vals_list:
            if vals.get('sale_order_id') and 'agreement_id' not in vals:
                # Salespeople agree on no service.
                sold = self.env['sale.order'].sudo().browse(
                    vals['sale_order_id']).service_agreement_ids
                vals['agreement_id'] = sold.id if len(sold) == 1 else False
        return super().create(vals_list)


class ServiceSubscriptionLine(models.Model):
    _inherit = 'service.subscription.line'

    @api.depends('subscription_id.agreement_id')
    def _compute_base_price(self):
        super()._compute_base_price()


class ServiceSubscriptionPrice(models.Model):
    """What names an agreement wins over what names a product.

    Source: Dynamics 365 Finance & Operations, "Subscription sales prices", with the agreement in the
    place of the project.
    """
    _inherit = 'service.subscription.price'

    agreement_id = fields.Many2one(
        comodel_name='service.agreement', check_company=True, index='btree_not_null',
        ondelete='restrict', condition=True, help="Empty: with any agreement, or none.")

    def _fits(self, line):
        return super()._fits(line) and self.agreement_id in (
            self.agreement_id.browse(), line.subscription_id.agreement_id)

    def _get_weight(self):
        return super()._get_weight() + 2 * bool(self.agreement_id)


class ServiceSubscriptionFee(models.Model):
    _inherit = 'service.subscription.fee'

    agreement_id = fields.Many2one(
        related='line_id.subscription_id.agreement_id', store=True, index='btree_not_null',
        precompute=True)
