from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ServiceAgreementLine(models.Model):
    """Work that is due by date or by meter, whichever comes first.

    What is due by meter begins the dates anew, as people count both from the last service.
    """
    _inherit = 'service.agreement.line'

    meter_id = fields.Many2one(
        comodel_name='service.meter', compute='_compute_meter_id', store=True, readonly=False,
        precompute=True, check_company=True, index='btree_not_null', ondelete='restrict',
        domain="[('object_id', '=', object_id)]",
        help="The work is due by this meter of the object, too, if that comes before the next date.")
    meter_unit = fields.Char(related='meter_id.unit', string="Unit of the Meter")
    use_interval = fields.Float(
        string="Or Every", digits=(16, 2), at_least=0,
        help="Usage since the last service after which the work is due again.")
    use_start = fields.Float(
        string="Counted From", digits=(16, 2), compute='_compute_use_start', store=True,
        readonly=False, precompute=True, at_least=0,
        help="Usage in all at the last service before the first one of this line.")
    use_due = fields.Float(
        string="Due at Usage", digits=(16, 2), compute='_compute_date_by_meter', compute_sudo=True)
    date_by_meter = fields.Date(
        string="Due by Meter", compute='_compute_date_by_meter', compute_sudo=True,
        help="When the meter reaches the next service if usage goes on as it does. Empty while the"
             " order for the last one is open, and where nothing is known.")

    _use_interval = models.Constraint(
        'CHECK (meter_id IS NULL OR use_interval > 0)',
        "Enter after how much usage the work is due again, or leave the meter empty.")

    @api.depends('object_id')
    def _compute_meter_id(self):
        """Leave a meter of another object behind."""
        for line in self:
            if line.meter_id.object_id != line.object_id:
                line.meter_id = False

    @api.depends('meter_id')
    def _compute_use_start(self):
        for line in self:
            line.use_start = line.meter_id.total_usage

    @api.depends('meter_id.active', 'meter_id.last_moment', 'meter_id.total_usage',
                 'meter_id.usage_per_day', 'use_interval', 'use_start', 'agreement_id.date_start',
                 'occurrence_ids.date_due', 'occurrence_ids.order_line_id')
    def _compute_date_by_meter(self):
        """Foretell when meters reach the next service; what they have reached is due today."""
        counted = self.filtered(
            lambda line: line.meter_id.active and line.use_interval)._get_counted_from()
        for line in self:
            start = counted.get(line)
            line.use_due = start is not None and start + line.use_interval
            day = line.use_due and line.meter_id._get_day_of(line.use_due)
            line.date_by_meter = day and max(filter(None, (
                day, line.company_id._get_service_today(), line.agreement_id.date_start)))

    @api.depends('date_by_meter')
    def _compute_date_next(self):
        super()._compute_date_next()

    @api.depends('date_by_meter')
    def _compute_schedule_preview(self):
        super()._compute_schedule_preview()

    @api.constrains('meter_id', 'object_id')
    def _check_meter(self):
        for line in self:
            meter = line.meter_id
            if meter and meter.object_id != line.object_id:
                raise ValidationError(self.env._(
                    "%(meter)s is a meter of %(other)s. Choose one of the object of “%(line)s”, or"
                    " leave the meter empty.",
                    meter=meter.name, other=meter.object_id.display_name, line=line.display_name))

    @api.model
    def _get_term_fields(self):
        return [*super()._get_term_fields(), 'meter_id', 'use_interval', 'use_start']

    def copy_data(self, default=None):
        """Let copies count on from the last service."""
        vals_list = super().copy_data(default)
        counted = self.filtered('meter_id')._get_counted_from()
        for line, vals in zip(self, vals_list, strict=True):
            if line in counted:
                vals.pop('use_start', None)
                if counted[line] is not None:
                    vals['use_start'] = counted[line]
        return vals_list

    def _get_interval_text(self):
        text = super()._get_interval_text()
        if not self.meter_id:
            return text
        # What is agreed is no secret to whoever reads the line.
        use = self.env._("every %s", self.meter_id.sudo()._format(self.use_interval))
        if not self.interval_unit:
            return use
        return self.env._(
            "%(dates)s or %(use)s, whichever comes first", dates=text, use=use)

    #=== WHAT IS DUE ===#

    def _get_first_days(self):
        """Begin anew with each service by meter, and with the one foretold if no date is before it."""
        days = self._begin_anew(super()._get_first_days())
        if not days or not self.date_by_meter:
            return days
        today = self.company_id._get_service_today()
        # What is in the ledger counts, whoever asks.
        known = set(self.sudo().occurrence_ids.mapped('date_due'))
        next_day = next((day for day in self._find_dues(days, today) if day not in known), None)
        is_first = not next_day or self.date_by_meter < next_day
        if not is_first or self.date_by_meter in known:
            return days
        return [*(day for day in days if day < self.date_by_meter), self.date_by_meter]

    def _begin_anew(self, days):
        """Return the days that the dates of one line are counted from by now, sorted.

        :param days: those without what was due by meter
        """
        if not days or not self.meter_id:
            return days
        # As in _get_first_days: the ledger counts.
        anew = sorted(self.sudo().occurrence_ids.filtered('is_by_meter').mapped('date_due'))
        return [*(day for day in days if not anew or day < anew[0]), *anew]

    def _is_due_by_meter(self, day):
        """Tell whether one line is due on a day by its meter, as it is none of its dates."""
        self.ensure_one()
        return bool(self.meter_id) and day not in self._find_dues(
            self._begin_anew([self.date_start]), day, day)

    def _get_counted_from(self):
        """Return {line: usage in all at its last service}; None where its order is still open.

        That is what was read on the order, else what was read last before it was signed off. What was
        due by meter and was skipped, cancelled or deleted counts as done on its day: nobody wants to
        hear of it again the next night.
        """
        # As in _get_first_days: the ledger counts.
        last = {line: line.sudo()._get_last_service() for line in self}
        orders = self.env['service.order'].sudo().union(*(row.order_id for row in last.values()))
        read = {
            (order, meter): moment for order, meter, moment in
            self.env['service.meter.reading'].sudo()._read_group(
                [('order_id', 'in', orders.ids), ('meter_id', 'in', self.meter_id.ids),
                 ('is_cancelled', '=', False)],
                ['order_id', 'meter_id'], ['moment:max'])} if orders else {}
        moments = {line: row._get_service_moment(read) for line, row in last.items() if row}
        known = [line for line, moment in moments.items() if moment]
        totals = self.env['service.meter']._get_totals_at(
            [(line.meter_id, moments[line]) for line in known])
        return {
            **{line: None if row else line.use_start for line, row in last.items()},
            **dict(zip(known, totals, strict=True))}

    def _get_last_service(self):
        """Return the row of the ledger that the meter of one line counts from; none at first."""
        self.ensure_one()
        rows = self.occurrence_ids.filtered(lambda row: row.is_by_meter or not row._is_waived())
        return rows.sorted('date_due')[-1:]
