from odoo import fields, models


class ServiceAgreement(models.Model):
    _inherit = 'service.agreement'

    _figures_fee_field = 'agreement_id'

    subscription_ids = fields.One2many(
        comodel_name='service.subscription', inverse_name='agreement_id', string="Subscriptions",
        copy=False)
    subscription_count = fields.Integer(compute='_compute_subscription_count')

    def _compute_subscription_count(self):
        # That there are some is no secret to whom may see the agreement.
        count_by_agreement = dict(self.env['service.subscription'].sudo()._read_group(
            [('agreement_id', 'in', self.ids)], ['agreement_id'], ['__count']))
        for agreement in self:
            agreement.subscription_count = count_by_agreement.get(agreement._origin.sudo(), 0)

    def action_view_subscriptions(self):
        """Show the subscriptions that pay for the agreement."""
        self.ensure_one()
        return self.env['service.subscription']._show_found(
            [('agreement_id', '=', self.id)], default_agreement_id=self.id,
            default_partner_id=self.partner_id.id, default_title=self.title)
