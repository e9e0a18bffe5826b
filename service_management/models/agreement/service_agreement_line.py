from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.recurrence import occurrences_anew, window


class ServiceAgreementLine(models.Model):
    _name = 'service.agreement.line'
    _description = "Service Agreement Line"
    _date_years = 100
    _inherit = ['service.terms.mixin', 'service.kind.mixin', 'service.document.mixin']
    _order = 'agreement_id, sequence, id'
    _check_company_auto = True

    agreement_id = fields.Many2one(
        comodel_name='service.agreement', required=True, ondelete='cascade', index=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        related='agreement_id.company_id', store=True, index=True, precompute=True)
    currency_id = fields.Many2one(related='agreement_id.currency_id')
    agreement_object_ids = fields.Many2many(
        related='agreement_id.object_ids', string="Objects of the Agreement")
    commercial_partner_id = fields.Many2one(related='agreement_id.commercial_partner_id')
    is_stopped = fields.Boolean(
        string="Stopped", help="Creates no orders, and is not copied to other agreements.")

    # What
    kind = fields.Selection(index=True)
    is_travel = fields.Boolean(string="Travel", help="Time on the road, not at work.")
    product_id = fields.Many2one(
        comodel_name='product.product', check_company=True, index='btree_not_null',
        ondelete='restrict',
        domain="[('sale_ok', '=', True), ('company_id', 'in', (False, company_id))]",
        help="Empty on hours: the company's product for hours or travel.")
    name = fields.Text(
        string="Description", index='trigram', help="Empty: the one of the product.")
    quantity = fields.Float(digits='Product Unit', default=1.0)
    product_uom_id = fields.Many2one(
        comodel_name='uom.uom', string="Unit", compute='_compute_product_uom_id', store=True,
        readonly=False, precompute=True, ondelete='restrict')
    task_id = fields.Many2one(
        comodel_name='service.task', check_company=True, ondelete='restrict',
        index='btree_not_null')
    order_type_id = fields.Many2one(
        comodel_name='service.order.type', check_company=True,
        ondelete='restrict', index='btree_not_null',
        help="Type of the orders that do the work. Work of different types is not combined.")
    object_id = fields.Many2one(
        comodel_name='service.object', check_company=True, ondelete='restrict', condition=True,
        index='btree_not_null',
        domain="[('company_id', '=', company_id),"
               " ('commercial_partner_id', 'in', (commercial_partner_id, False))]")
    employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Technician", check_company=True, ondelete='restrict',
        index='btree_not_null', domain="[('service_team_id', '!=', False)]", duty=True,
        help="Empty: the agreement's preferred technician.")
    is_fixed_price = fields.Boolean(
        string="Own Price", help="The price below instead of the pricelist's.")
    price_unit = fields.Float(string="Unit Price", digits='Product Price')

    # When
    date_start = fields.Date(
        string="First Due", compute='_compute_date_start', store=True, readonly=False,
        precompute=True,
        help="The first day that the work is due on; the others are counted from it.")
    date_end = fields.Date(string="Until", help="Last day of the line. Empty: as the agreement.")
    interval_count = fields.Integer(string="Every", default=1, at_most=1200)
    interval_unit = fields.Selection(
        selection=[('day', "Days"), ('week', "Weeks"), ('month', "Months"), ('year', "Years")],
        string="Interval", help="Empty: the work is done once.")
    window = fields.Selection(
        selection=[
            ('exact', "On the Day"), ('week', "In Its Week"), ('month', "In Its Month"),
            ('days', "Days Around")],
        string="May Be Done", required=True, default='exact',
        help="With a window the visit goes to an open day, together with other work if it can.")
    days_before = fields.Integer()
    days_after = fields.Integer()
    time_after = fields.Float(
        string="Not Before", help="Time of day at the agreement's place; 0 means any.")
    time_before = fields.Float(
        string="Done By", help="Time of day at the agreement's place; 0 means any.")

    # What became of it
    occurrence_ids = fields.One2many(
        comodel_name='service.agreement.occurrence', inverse_name='line_id', string="Visits Due")
    date_next = fields.Date(
        string="Next Due", compute='_compute_date_next',
        help="First day from today on for which there is no order yet.")
    schedule_preview = fields.Char(
        string="Dates", compute='_compute_schedule_preview',
        help="The first days that the work is due on.")

    _interval = models.Constraint(
        'CHECK (interval_unit IS NULL OR interval_count > 0)',
        "An interval has one unit at least: enter 1 or more.")
    _days = models.Constraint(
        'CHECK (days_before >= 0 AND days_after >= 0 AND days_before <= 366'
        ' AND days_after <= 366)',
        "A window has 0 to 366 days before and after the due day.")
    _times = models.Constraint(
        'CHECK (time_after >= 0 AND time_after < 24 AND time_before >= 0 AND time_before <= 24'
        ' AND (time_before = 0 OR time_before > time_after))',
        "The work cannot be done before it may begin. Correct the times of day.")
    _dates = models.Constraint(
        'CHECK (date_end >= date_start)', "A line cannot end before it begins.")
    _quantity = models.Constraint(
        'CHECK (quantity >= 0)', "A quantity cannot be negative.")
    _item_product = models.Constraint(
        "CHECK (kind <> 'item' OR product_id IS NOT NULL)",
        "An item line needs a product: choose the part.")

    @api.model
    def _get_open_domain(self):
        return super()._get_open_domain() | Domain(
            'agreement_id', 'any', self.agreement_id._get_open_domain())

    @api.model
    def _get_condition_domain(self):
        """Leave out what has ended, as the agreement does."""
        return super()._get_condition_domain() & self._get_open_domain()

    @api.model
    def _get_duty_domain(self, field):
        return super()._get_duty_domain(field) & Domain(
            'agreement_id', 'any', self.agreement_id._get_duty_domain(field))

    @api.depends('product_id', 'kind')
    def _compute_product_uom_id(self):
        for line in self:
            product = line.product_id or (
                line.kind == 'hour' and line.company_id.service_hour_product_id)
            unit = product and product.uom_id
            if unit and (not line.product_uom_id
                         or not line.product_uom_id._has_common_reference(unit)):
                line.product_uom_id = unit

    @api.depends('agreement_id.date_start')
    def _compute_date_start(self):
        for line in self:
            if not line.date_start and not line.agreement_id.is_template:
                line.date_start = line.agreement_id.date_start

    @api.depends('date_start', 'date_end', 'interval_count', 'interval_unit', 'is_stopped',
                 'agreement_id.date_end', 'occurrence_ids.date_due')
    def _compute_date_next(self):
        for line in self:
            today = line.company_id._get_service_today()
            known = set(line.occurrence_ids.mapped('date_due'))
            line.date_next = not line.is_stopped and next(
                (day for day in line._get_dues(today) if day not in known), False)

    @api.depends('date_start', 'date_end', 'interval_count', 'interval_unit',
                 'agreement_id.date_end')
    def _compute_schedule_preview(self):
        for line in self:
            first_days = line._get_first_days()
            days = line._get_dues(first_days[0], count=4) if first_days else []
            text = ' · '.join(format_date(self.env, day) for day in days[:3])
            line.schedule_preview = f'{text} …' if len(days) > 3 else text

    @api.depends('name', 'product_id', 'kind', 'task_id')
    def _compute_display_name(self):
        labels = dict(self._get_kinds())
        for line in self:
            line.display_name = (
                (line.name or '').split('\n')[0] or line.product_id.display_name
                or line.task_id.name or labels.get(line.kind))

    def _get_last_day(self):
        """Return the last day of one line, or False: its own end, or the agreement's before it."""
        self.ensure_one()
        return min(filter(None, (self.date_end, self.agreement_id.date_end)), default=False)

    def _get_first_days(self):
        """Return the days that the dates of one line are counted from, sorted; extend for more.

        Each begins the series anew. Empty where the line is not due at all.
        """
        self.ensure_one()
        return [self.date_start] if self.date_start else []

    def _get_dues(self, start, end=None, count=None):
        """Return the days on which one line is due, within its dates and the agreement's.

        :param date start: first day asked about
        :param date end: last day asked about; without it the search ends after some intervals
        :param int count: how many days are wanted at most
        :return: sorted list of dates
        """
        return self._find_dues(self._get_first_days(), start, end, count)

    def _find_dues(self, first_days, start, end=None, count=None):
        """Return the days on which one line would be due if it were counted from some days.

        :param first_days: as from `_get_first_days`; for the rest see `_get_dues`
        """
        self.ensure_one()
        if not first_days:
            return []
        start = max(start, first_days[0], self.agreement_id.date_start or first_days[0])
        if end is None:
            first_day = max(start, first_days[-1])
            span = {'day': 1, 'week': 7, 'month': 31, 'year': 366}.get(self.interval_unit, 1)
            end = fields.Date.add(first_day, days=span * max(self.interval_count, 1) * 40)
        end = min(filter(None, (end, self._get_last_day())))
        return occurrences_anew(
            first_days, self.interval_unit, self.interval_count, start, end, count)

    def _get_window(self, due):
        """Return the first and the last day on which one line's work of a due day may be done."""
        self.ensure_one()
        first, last = window(due, self.window, self.days_before, self.days_after)
        agreement = self.agreement_id
        first = max(filter(None, (first, agreement.date_start)))
        last = min(filter(None, (last, agreement.date_end)))
        return min(first, due), max(last, due)

    def _get_interval_text(self):
        """Return how often one line's work is done, as customers read it."""
        self.ensure_one()
        unit, count = self.interval_unit, self.interval_count
        if not unit:
            return self.env._("once")
        if count == 1:
            return {
                'day': self.env._("daily"), 'week': self.env._("weekly"),
                'month': self.env._("monthly"), 'year': self.env._("yearly"),
            }[unit]
        return {
            'day': self.env._("every %s days", count), 'week': self.env._("every %s weeks", count),
            'month': self.env._("every %s months", count),
            'year': self.env._("every %s years", count),
        }[unit]

    @api.constrains('object_id', 'agreement_id')
    def _check_object(self):
        for line in self.filtered('object_id'):
            agreement, obj = line.agreement_id, line.object_id
            if obj.commercial_partner_id and not agreement.is_template and (
                    obj.commercial_partner_id != agreement.commercial_partner_id):
                raise ValidationError(self.env._(
                    "%(object)s is not an object of %(customer)s. Choose an object of the"
                    " agreement's customer.",
                    object=obj.display_name, customer=agreement.partner_id.display_name))
            if agreement.object_ids and obj not in agreement.object_ids:
                raise ValidationError(self.env._(
                    "%(object)s is not covered by %(agreement)s. Add it to the objects of the"
                    " agreement first.", object=obj.display_name, agreement=agreement.name))

    @api.constrains('date_start', 'date_end', 'agreement_id')
    def _check_dates(self):
        for line in self.filtered(lambda line: line.agreement_id.state != 'closed'):
            agreement = line.agreement_id
            if not agreement.is_template and not line.date_start:
                raise ValidationError(self.env._(
                    "“%s” needs the first day it is due on.", line.display_name))
            if line.date_start and not agreement.is_template and (
                    line.date_start < agreement.date_start
                    or (agreement.date_end and line.date_start > agreement.date_end)):
                raise ValidationError(self.env._(
                    "“%(line)s” begins outside of the dates of %(agreement)s. Move its first day"
                    " into them.", line=line.display_name, agreement=agreement.name))

    @api.model
    def _get_term_fields(self):
        return [
            'kind', 'is_travel', 'product_id', 'name', 'quantity', 'product_uom_id', 'task_id',
            'object_id', 'employee_id', 'is_fixed_price', 'price_unit', 'date_start', 'date_end',
            'interval_count', 'interval_unit', 'window', 'days_before', 'days_after',
            'time_after', 'time_before', 'is_stopped']

    def _get_terms_document(self):
        return self.agreement_id

    @api.model_create_multi
    def create(self, vals_list):
        """Keep in the history that lines joined what is agreed."""
        # An empty first day follows the agreement, also where a form sends it along.
        lines = super().create([
            {name: value for name, value in vals.items() if name != 'date_start' or value}
            for vals in vals_list])
        lines._log_presence(joined=True)
        return lines

    def unlink(self):
        """Keep in the history that lines left what is agreed."""
        self._log_presence(joined=False)
        return super().unlink()

    def _summarize(self):
        self.ensure_one()
        return ', '.join(filter(None, (
            self._format_term('kind'), str(self.quantity), self.object_id.display_name,
            self.date_start and format_date(self.env, self.date_start), self._get_interval_text())))

    def _filter_free(self):
        """Return the lines with an agreed price of nothing, which no discount of 100 % explains."""
        return self.filtered(lambda line: (
            line.is_fixed_price and not line.price_unit and line.agreement_id.discount < 100))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # What is in the ledger counts, whoever asks.
        used = self.env['service.agreement.occurrence'].sudo().search(
            [('line_id', 'in', self.ids)], limit=1).line_id
        if used:
            raise UserError(self.env._(
                "“%s” has been ordered already: it stays as the record of that. Stop it instead.",
                used.display_name))

    def action_skip(self):
        """Ask which day of one line is skipped, and why."""
        self.ensure_one()
        return self._open_dialog(
            'service.agreement.skip', self.env._("Skip a Visit"), default_line_id=self.id)

    def action_generate(self):
        """Open the dialog that creates the orders of these lines alone."""
        return {
            **self.agreement_id.action_generate(),
            'context': {'default_agreement_ids': self.agreement_id.ids,
                        'default_line_ids': self.ids},
        }

    def _prepare_order_line(self):
        """Return the values of the order line that one line becomes."""
        self.ensure_one()
        vals = {
            'kind': self.kind,
            'is_travel': self.is_travel,
            'sequence': self.sequence,
            'task_id': self.task_id.id,
            'quantity_planned': self.quantity,
            'agreement_line_id': self.id,
            'has_agreement_price': self.is_fixed_price,
            'agreement_price_unit': self.price_unit,
        }
        # What is empty here is found by the order line itself.
        for name in ('product_id', 'product_uom_id', 'object_id'):
            if self[name]:
                vals[name] = self[name].id
        if self.name:
            vals['name'] = self.name
        if self.employee_id and self.kind == 'hour':
            vals['employee_id'] = self.employee_id.id
        return vals

    def _get_lines_to_copy(self):
        """Return those of these lines that may be copied: stopped ones are not."""
        return self.filtered(lambda line: not line.is_stopped)

    def _copy_to(self, agreement):
        """Add copies of these lines to an agreement, beginning with it.

        Lines of an object that the agreement cannot cover are left out, and its history says so:
        without their object they would be of all objects.

        :return: the new lines
        """
        vals_list = []
        lines = self._get_lines_to_copy()
        copied = lines.filtered(lambda line: line._is_coverable_by(agreement))
        for line in copied:
            vals = line.copy_data({'agreement_id': agreement.id, 'date_end': False})[0]
            vals['date_start'] = False if agreement.is_template else agreement.date_start
            vals_list.append(vals)
        if left := lines - copied:
            agreement._message_log(body=self.env._(
                "Not copied, as their objects are not covered here: %s",
                ', '.join(f'{line.display_name} ({line.object_id.display_name})' for line in left)))
        return self.create(vals_list)

    def _is_coverable_by(self, agreement):
        """Tell whether an agreement may have the object of one line."""
        self.ensure_one()
        obj, owner = self.object_id, self.object_id.commercial_partner_id
        return not obj or (
            (not owner or owner == agreement.commercial_partner_id)
            and (not agreement.object_ids or obj in agreement.object_ids))
