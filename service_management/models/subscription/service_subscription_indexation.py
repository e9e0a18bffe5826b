from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools import format_date


class ServiceSubscriptionIndexation(models.Model):
    """A change of the prices of many subscriptions from a day on: previewed, applied, kept.

    Source: Dynamics 365 Finance & Operations, "Update and index subscription sales prices".
    """
    _name = 'service.subscription.indexation'
    _description = "Indexation of Subscriptions"
    _date_years = 100
    _inherit = ['service.dated.mixin']
    _order = 'date desc, id desc'
    _check_company_auto = True

    name = fields.Char(required=True, default=lambda self: self.env._("Price adjustment"))
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company,
        index=True)
    state = fields.Selection(
        selection=[('draft', "Draft"), ('done', "Applied")], required=True, default='draft',
        readonly=True, copy=False)
    date = fields.Date(
        string="From", required=True, default=lambda self: self.env.company._get_service_today(),
        help="First day of the new prices. Days that were billed already are credited and billed"
             " anew.")
    currency_id = fields.Many2one(
        comodel_name='res.currency', required=True,
        default=lambda self: self.env.company.currency_id,
        help="Only subscriptions in this currency are touched.")
    mode = fields.Selection(
        selection=[
            ('index_percent', "Index by Percent"), ('index_to', "Index To"),
            ('price_percent', "Base Price by Percent"), ('price_to', "Base Price To")],
        required=True, default='price_percent')
    change = fields.Float(
        digits=(16, 6),
        help="Percent that the index or the base price changes by, may be negative; or what it"
             " becomes.")
    plan_ids = fields.Many2many(
        comodel_name='service.subscription.plan', string="Plans",
        ondelete='restrict', condition=True, context={'active_test': False})
    subscription_ids = fields.Many2many(
        comodel_name='service.subscription', string="Subscriptions",
        domain="[('company_id', '=', company_id), ('state', '!=', 'closed')]",
        ondelete='restrict', condition=True, context={'active_test': False})
    product_ids = fields.Many2many(
        comodel_name='product.product', string="Products", help="Empty: all products.",
        ondelete='restrict', condition=True, context={'active_test': False})
    line_ids = fields.One2many(
        comodel_name='service.subscription.indexation.line', inverse_name='indexation_id',
        string="Prices", readonly=True, copy=False)
    line_count = fields.Integer(compute='_compute_line_count')
    skipped = fields.Char(
        string="Left Out", readonly=True, copy=False,
        help="Subscriptions that were asked for and are in another currency.")
    user_id = fields.Many2one(
        comodel_name='res.users', string="Applied By", readonly=True, copy=False)
    date_applied = fields.Datetime(string="Applied On", readonly=True, copy=False)

    @api.model
    def _get_condition_domain(self):
        """Leave out what was applied."""
        return super()._get_condition_domain() & Domain('state', '=', 'draft')

    def _compute_line_count(self):
        count_by_run = dict(self.env['service.subscription.indexation.line']._read_group(
            [('indexation_id', 'in', self.ids)], ['indexation_id'], ['__count']))
        for run in self:
            run.line_count = count_by_run.get(run._origin, 0)

    @api.model
    def _open_new(self, **records):
        """Return the action that opens a new indexation of plans or subscriptions."""
        context = {}
        for name, chosen in records.items():
            context[f'default_{name[:-1]}_ids'] = chosen.ids
            currencies = chosen.currency_id if 'currency_id' in chosen else ()
            if len(currencies) == 1:
                context['default_currency_id'] = currencies.id
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Change Prices"),
            'res_model': self._name, 'views': [(False, 'form')], 'context': context}

    def write(self, vals):
        """Guard what was applied."""
        if not self.env.su and any(run.state == 'done' for run in self):
            raise UserError(self.env._(
                "What was applied is kept as it was. Make another price change instead."))
        if 'state' in vals and not self.env.su:
            raise AccessError(self.env._("Prices change by “Apply” only."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        if any(run.state == 'done' for run in self):
            raise UserError(self.env._("What was applied is kept as it was."))

    def _get_subscriptions(self):
        """Return the subscriptions that one run is for, whatever their currency."""
        self.ensure_one()
        chosen = Domain('id', 'in', self.subscription_ids.ids) | Domain(
            'plan_id', 'in', self.plan_ids.ids)
        return self.env['service.subscription'].search(
            chosen & Domain('company_id', '=', self.company_id.id)
            & Domain('state', '!=', 'closed'))

    def _get_new_terms(self, line):
        """Return the terms that change of one line."""
        self.ensure_one()
        factor = 1 + self.change / 100
        return {
            'index_percent': {'index': line.index * factor},
            'index_to': {'index': self.change},
            'price_percent': {'base_price': line._scale_price(factor)},
            'price_to': {'base_price': self.change},
        }[self.mode]

    def action_preview(self):
        """Show what every line costs now and would cost.

        :raise UserError: if nothing is chosen or would change, or a price would be negative
        """
        self.ensure_one()
        if not (self.subscription_ids or self.plan_ids):
            raise UserError(self.env._("Choose the subscriptions or plans whose prices change."))
        if self.change < (-100 if self.mode.endswith('_percent') else 0):
            raise UserError(self.env._("A price cannot fall below nothing. Correct the change."))
        found = self._get_subscriptions()
        fitting = found.filtered(lambda sub: sub.currency_id == self.currency_id)
        lines = fitting.line_ids.filtered(lambda line: (
            not line.successor_ids
            and (not self.product_ids or line.product_id in self.product_ids)
            and line._is_served(max(self.date, line._get_life()[0]))))
        self.sudo().write({  # what is shown is what is found, nobody's to write
            'line_ids': [Command.clear()] + [
                Command.create(self._prepare_line(line)) for line in lines],
            'skipped': ', '.join((found - fitting).mapped('name')) or False})
        if not lines:
            raise UserError(self.env._(
                "No line of these subscriptions is served from %(day)s on in %(currency)s.",
                day=format_date(self.env, self.date), currency=self.currency_id.name))
        return True

    def action_preview_again(self):
        """Preview once more: the button is not the next step then, and has a name of its own."""
        return self.action_preview()

    def _prepare_line(self, line):
        terms = {'base_price': line.base_price, 'index': line.index, **self._get_new_terms(line)}
        return {
            'line_id': line.id, 'old_base_price': line.base_price, 'old_index': line.index,
            'old_price': line.price_unit, 'new_base_price': terms['base_price'],
            'new_index': terms['index'],
            'new_price': line._round_price(terms['base_price'] * terms['index'] / 100),
            'quantity': line.quantity,
        }

    def action_apply(self):
        """Let the new prices hold from the day on, for all lines of the preview.

        :raise AccessError: if the user is no service manager
        """
        self.ensure_one()
        self.env['service.subscription'].browse()._ensure_may_manage()
        if self.state == 'done':
            raise UserError(self.env._("These prices were applied already."))
        self.action_preview()
        for row in self.line_ids:
            line = row.line_id
            terms = {'base_price': row.new_base_price, 'index': row.new_index}
            row.sudo().new_line_id = line._change_terms(
                max(self.date, line._get_life()[0]), **terms)
        # Only this action applies prices.
        self.sudo().write({
            'state': 'done', 'user_id': self.env.uid, 'date_applied': fields.Datetime.now()})
        return True
