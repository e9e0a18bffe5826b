from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache


class ServicePriceRule(models.Model):
    _name = 'service.price.rule'
    _description = "Service Pricing Rule"
    _date_years = 100
    _inherit = ['service.setup.mixin', 'service.dated.mixin']
    _order = 'sequence, id'
    _check_company_auto = True

    name = fields.Char(
        required=True, translate=True,
        help="Customers read it on fees; your people in the explanation of a price.")
    sequence = fields.Integer(
        default=10, help="Of several rules of a kind that fit an order, the first one counts.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company,
        index=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    kind = fields.Selection(
        selection=[
            ('call_out', "Call-Out Fee"),
            ('minimum', "Minimum Charge"),
            ('travel', "Travel Rate"),
            ('overtime', "Overtime"),
            ('warranty', "Warranty Discount"),
            ('maximum', "Not to Exceed"),
            ('fixed', "Fixed Total"),
        ],
        required=True, default='call_out')

    # What it sets
    amount = fields.Monetary(
        help="In the company's currency; includes taxes where the lines' prices do.")
    percent = fields.Float(digits='Discount')
    product_id = fields.Many2one(
        comodel_name='product.product', string="Fee Product", check_company=True,
        ondelete='restrict', domain="[('type', '=', 'service')]",
        help="Gives the fee its taxes and its account.")
    per = fields.Selection(
        selection=[('order', "Order"), ('visit', "Visit That Took Place")], default='order')
    is_under_warranty = fields.Boolean(
        string="Also Under Warranty",
        help="Charge the fee even when all work of the order is under warranty or free.")
    warranty = fields.Selection(
        selection=[('both', "Labor and Parts"), ('labor', "Labor"), ('parts', "Parts")],
        default='both')
    day = fields.Selection(
        selection=[
            ('any', "Any Day"), ('open', "Working Days"), ('closed', "Days Off and Holidays")],
        default='any',
        help="Overtime is work outside the technician's working hours; a day off is one without any.")

    # When it fits. A record that is archived goes on being a condition: it fits nobody new, while
    # a condition that seems empty would fit everybody.
    team_ids = fields.Many2many(
        comodel_name='service.team', string="Teams", check_company=True,
        ondelete='restrict', condition=True, context={'active_test': False})
    zone_ids = fields.Many2many(
        comodel_name='service.zone', string="Zones", check_company=True,
        ondelete='restrict', condition=True, context={'active_test': False})
    partner_ids = fields.Many2many(
        comodel_name='res.partner', string="Customers", check_company=True,
        ondelete='restrict', condition=True, context={'active_test': False})
    task_ids = fields.Many2many(
        comodel_name='service.task', string="Tasks", check_company=True,
        ondelete='restrict', condition=True, context={'active_test': False})
    object_group_ids = fields.Many2many(
        comodel_name='service.object.group', string="Object Groups", check_company=True,
        ondelete='restrict', condition=True, context={'active_test': False})
    min_priority = fields.Selection(
        selection=[('1', "Important"), ('2', "High"), ('3', "Emergency")],
        string="Priority at Least")
    date_from = fields.Date(string="From", help="First day of calls that the rule is for.")
    date_to = fields.Date(string="To", help="Last day of calls that the rule is for.")

    _positive_amount = models.Constraint(
        'CHECK (amount >= 0)', "An amount cannot be negative.")
    _positive_percent = models.Constraint(
        "CHECK (percent >= 0 AND (kind <> 'warranty' OR percent <= 100))",
        "Enter percent from 0; a discount goes up to 100.")
    _date_order = models.Constraint(
        'CHECK (date_to >= date_from)', "A rule cannot end before it begins.")

    @api.constrains('kind', 'product_id')
    def _check_product(self):
        for rule in self:
            if rule.kind in ('call_out', 'minimum') and not rule.product_id:
                raise ValidationError(self.env._(
                    "“%s” adds a line to orders: choose the product that it bills.", rule.name))

    @api.model_create_multi
    def create(self, vals_list):
        """Let the cache of rules know."""
        rules = super().create(vals_list)
        self.env.registry.clear_cache()
        return rules

    def write(self, vals):
        """Let the cache of rules know."""
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        """Let the cache of rules know."""
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    def _get_by_kind(self, company):
        """Return {kind: the rules of a company, the first ones first}."""
        # Whoever books work has it priced; the rules themselves stay the manager's.
        return {
            kind: self.sudo().browse(ids)
            for kind, ids in self._get_ids_by_kind(company.id).items()}

    @api.model
    @ormcache('company_id')
    def _get_ids_by_kind(self, company_id):
        # The cache is for everybody: it must not depend on who asks first.
        rules = self.sudo().with_context(active_test=True).search(
            [('company_id', 'parent_of', company_id)])
        return {kind: group._ids for kind, group in rules.grouped('kind').items()}

    def _pick(self, order, moment=None):
        """Return the first of these rules that fits an order, or an empty rule.

        :param datetime moment: when the work is done that is priced (naive UTC), if it is known
        """
        for rule in self:
            if rule._fits(order, moment):
                return rule
        return self.browse()

    def _fits(self, order, moment=None):
        """Tell whether one rule's conditions hold for an order; extend to ask for more.

        :param datetime moment: as for `_pick`
        """
        self.ensure_one()
        day = order._get_order_day()
        partners = order.partner_id | order.commercial_partner_id
        return bool(
            (not self.team_ids or order.team_id in self.team_ids)
            and (not self.zone_ids or order.zone_id in self.zone_ids)
            and (not self.partner_ids or partners & self.partner_ids)
            and (not self.task_ids or order.task_ids.task_id & self.task_ids)
            and (not self.object_group_ids or order.object_ids.group_id & self.object_group_ids)
            and (not self.min_priority or (order.priority or '0') >= self.min_priority)
            and (not self.date_from or day >= self.date_from)
            and (not self.date_to or day <= self.date_to))

    def _get_amount(self, order):
        """Return the rule's amount in the currency of an order, on the day of its call."""
        self.ensure_one()
        currency = order.currency_id or order.company_id.currency_id
        return self.currency_id._convert(
            self.amount, currency, order.company_id, order._get_order_day())
