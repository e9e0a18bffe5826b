from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ServiceAgreement(models.Model):
    """An agreement as a quote, and what customers see of it."""
    _inherit = 'service.agreement'

    def _compute_access_url(self):
        super()._compute_access_url()
        for agreement in self:
            agreement.access_url = f'/my/service_agreements/{agreement.id}'

    @api.model
    def _get_portal_domain(self, partner):
        """Hide templates, and drafts that were not sent."""
        return (
            super()._get_portal_domain(partner)
            & Domain('is_template', '=', False)
            & (Domain('state', '!=', 'draft') | Domain('quote_sent_on', '!=', False)))

    @api.model
    def _get_site_domain(self, sites):
        """An agreement is of the sites that it names, else of those of the objects that it names."""
        is_site, is_object = Domain('id', 'in', sites.ids), Domain('site_id', 'in', sites.ids)
        named = Domain('site_ids', 'any', is_site) & ~Domain('site_ids', 'any', ~is_site)
        covered = (
            Domain('site_ids', '=', False) & Domain('object_ids', 'any', is_object)
            & ~Domain('object_ids', 'any', ~is_object))
        return named | covered

    def _get_coverage_labels(self):
        """Return {field: what customers call it} of what an agreement covers."""
        return {
            'coverage_labor': self.env._("Labor"),
            'coverage_parts': self.env._("Parts"),
            'coverage_travel': self.env._("Travel"),
            'coverage_expense': self.env._("Expenses"),
        }

    def _shows_prices(self):
        """Tell whether customers see the prices of one agreement; extend to hide them."""
        self.ensure_one()
        return True

    def _get_portal_documents(self):
        return {
            **super()._get_portal_documents(),
            'agreement': 'service_management.action_report_service_agreement'}

    def _get_quote_content(self):
        sla = self.sla_id or self.group_id.sla_id
        prices = [
            (words, currency.format(amount)) for words, amount, currency in self._get_prices()]
        return {
            **super()._get_quote_content(),
            **({'prices': prices} if prices else {}),
            'title': self.title,
            'note': self.note_external,
            'currency': self.currency_id.name,
            'pricelist': self.pricelist_id.id,
            'dates': [self.date_start, self.date_end],
            'objects': sorted(self.object_ids.ids),
            'sites': sorted(self.site_ids.ids),
            'sla': [sla.id, sla.description, sorted(
                (target.kind, target.priority or '', target.limit_hours)
                for target in sla.target_ids)],
            'terms': {name: self[name] for name in (
                'renewal', 'renewal_months', 'notice_days', 'renewal_percent', 'discount',
                'allowance_kind', 'allowance_quantity', 'allowance_period',
                *self._get_coverage_labels())},
            'lines': [
                {name: line._fields[name].convert_to_write(line[name], line) for name in (
                    'id', 'kind', 'is_travel', 'name', 'product_id', 'quantity', 'product_uom_id',
                    'task_id', 'object_id', 'is_fixed_price', 'price_unit', 'date_start',
                    'date_end', 'interval_count', 'interval_unit')}
                for line in self.line_ids if not line.is_stopped],
        }

    def _ensure_quotable(self):
        super()._ensure_quotable()
        for agreement in self:
            if error := agreement._get_activation_error():
                raise UserError(error)

    def _ensure_may_quote(self):
        self._ensure_may_agree()

    def _get_sending_title(self):
        return self.env._("Send the Agreement")

    def _get_quote_template(self):
        return self.env.ref(
            'service_management.mail_template_agreement', raise_if_not_found=False)

    def _on_quote_accepted(self):
        super()._on_quote_accepted()
        if error := self._get_activation_error():
            raise UserError(error)
        self._activate()
        self._tell_responsible(self.env._("Accepted by %s.", self.accepted_by))

    def _on_quote_declined(self, text, reason, note):
        super()._on_quote_declined(text, reason, note)
        self._close(reason, note)
        self._tell_responsible(text)
