from odoo import api, fields, models
from odoo.fields import Domain

from ..common.records import search_yes_or_no
from .service_subscription_plan import INTERVAL_UNITS


class ServiceSubscriptionPrice(models.Model):
    """A price of subscriptions: what a new line begins with."""
    _name = 'service.subscription.price'
    _description = "Subscription Price"
    _date_years = 100
    _inherit = ['service.dated.mixin']
    _order = 'valid_from desc, id desc'
    _check_company_auto = True

    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company,
        index=True)
    valid_from = fields.Date(required=True, default=lambda self: self.env.company._get_service_today())
    is_valid = fields.Boolean(string="Valid Already", store=False, search='_search_is_valid')
    product_id = fields.Many2one(
        comodel_name='product.product', check_company=True, index='btree_not_null',
        ondelete='restrict', condition=True, help="Empty: any product.")
    subscription_id = fields.Many2one(
        comodel_name='service.subscription', check_company=True, index='btree_not_null',
        ondelete='restrict', condition=True, help="Empty: for any subscription.")
    interval_count = fields.Integer(string="Billed Every", required=True, default=1, at_most=120)
    interval_unit = fields.Selection(
        selection=INTERVAL_UNITS, string="Period", required=True, default='month',
        help="The price is for plans with this period only.")
    currency_id = fields.Many2one(
        comodel_name='res.currency', required=True,
        default=lambda self: self.env.company.currency_id)
    price = fields.Float(string="Base Price", min_display_digits='Product Price', required=True)

    _price = models.Constraint('CHECK (price >= 0)', "A base price cannot be negative.")
    _interval = models.Constraint('CHECK (interval_count > 0)', "A period has one unit at least.")

    def _search_is_valid(self, operator, value):
        return search_yes_or_no(
            operator, value, self.env['res.company']._get_today_domain('valid_from', '<='))

    @api.model
    def _get_prices(self, lines):
        """Return {line: base price} for the subscription lines that some price fits.

        Currency and period have to match. What names the subscription wins over what names the
        product, that over what names nothing; among equals, the latest that is valid already.
        Source: Dynamics 365 Finance & Operations, "Subscription sales prices", with the product in
        the place of the category.
        """
        domain = Domain('company_id', 'in', lines.company_id.ids) & Domain(
            'currency_id', 'in', lines.currency_id.ids)
        # Whoever sells needs the price, not the price list.
        candidates = self.sudo().search(domain)
        found = {}
        for line in lines:
            best = max(
                (price for price in candidates if price._fits(line)),
                key=lambda price: (price._get_weight(), price.valid_from, price.id), default=None)
            if best:
                found[line] = best.price
        return found

    def _fits(self, line):
        """Tell whether one price is for a line; extend to ask for more."""
        self.ensure_one()
        subscription = line.subscription_id
        plan = subscription.plan_id
        start = line.date_start or subscription.date_start
        return (
            self.company_id == subscription.company_id
            and self.currency_id == subscription.currency_id
            and (self.interval_unit, self.interval_count) == (
                plan.interval_unit, plan.interval_count)
            and start and self.valid_from <= start
            and self.product_id in (self.product_id.browse(), line.product_id)
            and self.subscription_id in (
                self.subscription_id.browse(), subscription._origin))

    def _get_weight(self):
        """Return how much one price says of what it is for: the one that says most wins.

        4 the subscription, 2 is left to what stands between them, 1 the product.
        """
        self.ensure_one()
        return 4 * bool(self.subscription_id) + bool(self.product_id)
