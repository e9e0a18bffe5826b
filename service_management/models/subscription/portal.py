from odoo import api, models
from odoo.fields import Domain


class ServiceSubscription(models.Model):
    """What customers see of a subscription."""
    _inherit = 'service.subscription'

    def _compute_access_url(self):
        super()._compute_access_url()
        for subscription in self:
            subscription.access_url = f'/my/service_subscriptions/{subscription.id}'

    @api.model
    def _get_portal_domain(self, partner):
        """Hide drafts."""
        return super()._get_portal_domain(partner) & Domain('state', '!=', 'draft')

    @api.model
    def _get_site_domain(self, sites):
        """A subscription is of the sites of all that it is for."""
        here = Domain('object_id.site_id', 'in', sites.ids)
        return Domain('line_ids', 'any', here) & ~Domain('line_ids', 'any', ~here)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        return self._filter_recipients(
            super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs))

    def _get_portal_documents(self):
        return {
            **super()._get_portal_documents(),
            'subscription': 'service_management.action_report_service_subscription'}

    def _shows_prices(self):
        """Tell whether customers see what one subscription costs; extend to hide it."""
        self.ensure_one()
        return True

    def _get_current_lines(self):
        """Return the lines of one subscription that are served today, or begin later."""
        self.ensure_one()
        today = self.company_id._get_service_today()
        return self.line_ids.filtered(lambda line: (
            not line.is_replaced and line.quantity
            and (not (end := line._get_life()[1]) or end >= min(today, self._get_last_day() or today))))

    def _get_portal_invoices(self):
        """Return the posted invoices and credit notes of one subscription, the newest first."""
        self.ensure_one()
        return self.fee_ids.invoice_line_ids.move_id.filtered(
            lambda move: move.state == 'posted').sorted(
                lambda move: (move.invoice_date, move.id), reverse=True)
