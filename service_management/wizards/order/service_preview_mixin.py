from odoo import api, fields, models
from odoo.tools import formatLang

from ...models.common.records import NAMED


class ServicePreviewMixin(models.AbstractModel):
    """A dialog that says what it is going to do, and what a person should look at before.

    Rules return codes with values; the sentences are made here. A dialog names in `_get_preview`
    what it shows, and in the dependencies of `_compute_preview` what changes it.
    """
    _name = 'service.preview.mixin'
    _description = "Preview of What a Dialog Does"

    preview = fields.Html(compute='_compute_preview', sanitize=False)
    has_warned_orders = fields.Boolean(compute='_compute_preview')

    def _compute_preview(self):
        for dialog in self:
            dialog._set_preview(*dialog._get_preview())

    def _set_preview(self, figures, warnings):
        """Show figures and warnings, as `_get_preview` returns them, in one dialog."""
        self.ensure_one()
        self.has_warned_orders = bool(self._get_orders_of(warnings))
        self.preview = bool(figures or warnings) and self.env['ir.qweb']._render(
            'service_management.service_preview', {
                'figures': self._explain_figures(figures),
                'warnings': self._explain_warnings(warnings),
            })

    def _get_preview(self):
        """Return what one dialog shows.

        :return: ({code: number, or {currency: amount}}, {code: records})
        """
        self.ensure_one()
        return {}, {}

    @api.model
    def _get_orders_of(self, warnings):
        """Return the service orders that warnings are about."""
        Order, Line = self.env['service.order'], self.env['service.order.line']
        found = list(warnings.values())
        return Order.union(*(records for records in found if records._name == Order._name)) | (
            Line.union(*(records for records in found if records._name == Line._name)).order_id)

    def action_show_warned(self):
        """Show the orders that the warnings are about."""
        self.ensure_one()
        return self._get_orders_of(self._get_preview()[1])._show()

    #=== WHAT PEOPLE READ ===#

    @api.model
    def _get_figure_labels(self):
        """Return {code of a figure: its label}, in the order they are shown; extend for more."""
        return {
            'orders': self.env._("Orders"),
            'subscriptions': self.env._("Subscriptions"),
            'lines': self.env._("Lines"),
            'fees': self.env._("Fees"),
            'cancelled': self.env._("Lines Cancelled"),
            'hours': self.env._("Hours"),
            'cost': self.env._("Cost"),
            'entries': self.env._("Analytic Lines"),
            'invoices': self.env._("Invoices"),
            'credits': self.env._("Credit Notes"),
            'untaxed': self.env._("Untaxed Amount"),
            'tax': self.env._("Taxes"),
            'total': self.env._("Total"),
        }

    @api.model
    def _get_warning_texts(self):
        """Return {code of a warning: what people read before the records}; extend for more."""
        return {
            'empty': self.env._("Nothing was booked: there is no cost, and nothing is billed."),
            'idle': self.env._("Nothing was done on these lines. Posting cancels them:"),
            'no_technician': self.env._("Hours without a technician have no hourly cost:"),
            'no_hourly_cost': self.env._("The technician has no hourly cost:"),
            'no_cost': self.env._("The product has no cost:"),
            'no_price': self.env._("Charged without a price:"),
            'no_tax': self.env._("Charged without a tax:"),
            'credit': self.env._("More is credited than billed. These customers get a credit note:"),
            'archived': self.env._("The customer is archived:"),
            'no_address': self.env._("The customer has no address:"),
            'no_email': self.env._("The customer has no e-mail address:"),
        }

    def _explain_figures(self, figures):
        """Return [(label, texts)] of figures; what there is nothing of is left out."""
        return [
            (label, self._format_figure(figures[code]))
            for code, label in self._get_figure_labels().items() if figures.get(code)]

    @api.model
    def _format_figure(self, figure):
        """Return a figure as people read it, a text for each currency."""
        if isinstance(figure, dict):
            return [currency.format(currency.round(amount)) for currency, amount in figure.items()]
        return [formatLang(self.env, figure, digits=2) if isinstance(figure, float) else str(figure)]

    def _explain_warnings(self, warnings):
        """Return a sentence for each warning, with names and links of the first records."""
        return [{
            'text': text,
            'links': [(record.display_name, self._get_link(record))
                      for record in warnings[code][:NAMED]],
            'more': max(0, len(warnings[code]) - NAMED),
        } for code, text in self._get_warning_texts().items() if warnings.get(code)]

    @api.model
    def _get_link(self, record):
        """Return where a record is looked at: a line on its order."""
        document = record.order_id if record._name == 'service.order.line' else record
        return f'/odoo/{document._name}/{document.id}'
