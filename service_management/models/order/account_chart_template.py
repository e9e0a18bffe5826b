from odoo import models


class AccountChartTemplate(models.AbstractModel):
    _inherit = 'account.chart.template'

    def _load(self, template_code, company, *args, **kwargs):
        """Tax the products that we ship when a company gets its chart of accounts.

        Odoo makes products before the chart when both are installed at once, and completes only
        those that have a tax of another company. A chart that is loaded again leaves them alone:
        since the first time they are as somebody wants them.
        """
        is_first = company.chart_template != template_code
        result = super()._load(template_code, company, *args, **kwargs)
        if is_first:
            # Loading may have installed a localization, which gives the registry anew.
            self.env()['res.company'].browse(company.id)._tax_service_products()
        return result
