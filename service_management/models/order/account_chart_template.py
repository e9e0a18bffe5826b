from odoo import models
from odoo.fields import Command


class AccountChartTemplate(models.AbstractModel):
    _inherit = 'account.chart.template'

    def _load(self, template_code, company, *args, **kwargs):
        """Leave the products that we ship without taxes where somebody took these away.

        Another chart brings another default tax, which looks like the first one; the same chart
        again gives a tax to those that have one of another company.
        """
        freed = company._filter_untaxed(company._get_shipped_products())
        result = super()._load(template_code, company, *args, **kwargs)
        # Loading may have installed a localization, which gives the registry anew.
        products = self.env()['product.template'].sudo().browse(freed.ids)
        products.taxes_id = [
            Command.unlink(tax.id) for tax in products.taxes_id if tax.company_id.id == company.id]
        return result
