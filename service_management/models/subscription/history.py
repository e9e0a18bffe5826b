from odoo import api, fields, models
from odoo.tools import format_date


class ServiceSubscription(models.Model):
    """Every change of terms that are agreed is kept."""
    _name = 'service.subscription'
    _inherit = ['service.subscription', 'service.terms.mixin']
    _history = ('service.subscription.history', 'subscription_id')

    change_ids = fields.One2many(
        comodel_name='service.subscription.history', inverse_name='subscription_id',
        string="Changes")

    @api.model
    def _get_term_fields(self):
        return [
            'title', 'partner_id', 'partner_invoice_id', 'plan_id', 'date_start',
            'date_end', 'pricelist_id', 'payment_term_id', 'fiscal_position_id']

    def _get_terms_document(self):
        return self


class ServiceSubscriptionLine(models.Model):
    _name = 'service.subscription.line'
    _inherit = ['service.subscription.line', 'service.terms.mixin']

    @api.model
    def _get_term_fields(self):
        return [
            'product_id', 'name', 'object_id', 'product_uom_id', 'tax_ids', *self._terms,
            'date_start', 'date_end']

    def _get_terms_document(self):
        return self.subscription_id

    @api.model_create_multi
    def create(self, vals_list):
        """Keep in the history which lines joined, and what is different from a day on."""
        lines = super().create(vals_list)
        followers = lines.filtered('predecessor_id')
        (lines - followers)._log_presence(joined=True)
        for line in followers:
            line._log_terms_from(line.predecessor_id)
        return lines

    def unlink(self):
        """Keep in the history that lines left."""
        self._log_presence(joined=False)
        return super().unlink()

    def _update(self, topic):
        """Keep in the history what was found anew."""
        with self._keep_changes(self._get_anew(topic)[0]):
            super()._update(topic)

    def _log_terms_from(self, former):
        """Keep what is different in one line from the one that it follows."""
        self.ensure_one()
        self._log_changes([
            {**self._prepare_change(name, former._format_term(name), self._format_term(name)),
             'subject': self.env._(
                 "%(line)s from %(day)s", line=self.display_name, day=format_date(self.env, self.date_start))}
            for name in self._terms
            if self._is_agreed() and former._format_term(name) != self._format_term(name)])

    def _summarize(self):
        return ', '.join(filter(None, (
            f'{self.quantity:g} × {self.currency_id.format(self.price_unit)}',
            self.discount and f'-{self.discount:g} %', self.object_id.display_name,
            self.date_start and format_date(self.env, self.date_start))))
