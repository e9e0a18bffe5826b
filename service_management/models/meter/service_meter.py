from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_datetime

from ...tools import meters
from ...tools.clock import local_day, utc_of
from ..common.records import format_quantity, offer_template

#: What may be in question of two numbers that are the same
_SMALL = 1e-6


class ServiceMeter(models.Model):
    """A counter of an object: running hours, kilometres, cycles, cubic metres.

    What it shows last and what was used in all are kept here by its readings, so that lists of objects
    read one table.
    Source: Dynamics 365 Finance & Operations, "Asset counters".
    """
    _name = 'service.meter'
    _description = "Meter"
    _date_years = 100
    _inherit = ['service.dated.mixin']
    _order = 'object_id, sequence, id'
    _rec_names_search = ['name', 'object_id.name', 'object_id.code']

    name = fields.Char(required=True, help="What it counts, as “Running Hours”.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    object_id = fields.Many2one(
        comodel_name='service.object', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one(
        related='object_id.company_id', store=True, index=True, precompute=True)
    commercial_partner_id = fields.Many2one(
        related='object_id.commercial_partner_id', string="Customer")
    unit = fields.Char(required=True, default="h", help="h, km, cycles, m³…")
    start_value = fields.Float(
        digits=(16, 2), at_least=0, help="What the counter showed when the object was taken over.")
    overflow_value = fields.Float(
        string="Overflows At", digits=(16, 2), at_least=0,
        help="Where the counter begins at zero again: 100,000 for one of five digits. 0: never.")
    target_total = fields.Float(
        string="Next Service At", digits=(16, 2), at_least=0,
        help="Usage in all at which something is to be done; it is foretold when.")
    reading_ids = fields.One2many(
        comodel_name='service.meter.reading', inverse_name='meter_id')

    # Kept by the readings
    last_value = fields.Float(
        digits=(16, 2), compute='_compute_last_value', store=True, precompute=True)
    last_reading_id = fields.Many2one(
        comodel_name='service.meter.reading', readonly=True, copy=False,
        index='btree_not_null', ondelete='set null')
    last_moment = fields.Datetime(string="Last Read On", readonly=True, copy=False)
    total_usage = fields.Float(
        digits=(16, 2), readonly=True, copy=False,
        help="In all, over resets and overflows.")
    usage_per_day = fields.Float(
        digits=(16, 2), readonly=True, copy=False, help="By the last three readings.")
    date_target = fields.Date(
        string="Reached On", compute='_compute_date_target',
        help="When “Next Service At” is reached if usage goes on as it does.")

    _by_object = models.Index('(object_id, sequence, id)')
    _order_of_values = models.Constraint(
        'CHECK (overflow_value = 0 OR start_value < overflow_value)',
        "A counter starts below the value at which it overflows.")

    @api.model
    def get_import_templates(self):
        """Offer a spreadsheet with the headings that the import knows."""
        return [offer_template(self, self.env._("Import Template for Meters"), 'meters')]

    @api.depends('last_reading_id', 'start_value')
    def _compute_last_value(self):
        for meter in self:
            reading = meter.last_reading_id
            meter.last_value = reading.value if reading else meter.start_value

    @api.depends('last_moment', 'total_usage', 'usage_per_day', 'target_total')
    def _compute_date_target(self):
        for meter in self:
            meter.date_target = meter.target_total and meter._get_day_of(meter.target_total)

    @api.depends('name', 'unit')
    def _compute_display_name(self):
        for meter in self:
            meter.display_name = f'{meter.name} ({meter.unit})' if meter.name else ''

    def write(self, vals):
        """Count anew where what is counted from changes; keep meters with readings at their object.

        :raise UserError: if a meter with readings is given to another object
        """
        if 'object_id' in vals:
            for meter in self.filtered('last_reading_id'):
                if meter.object_id.id != vals['object_id']:
                    raise UserError(self.env._(
                        "%(meter)s has readings of %(object)s. Archive it, and make another meter"
                        " for the other object.",
                        meter=meter.display_name, object=meter.object_id.display_name))
        result = super().write(vals)
        if {'start_value', 'overflow_value'} & set(vals):
            self._keep_totals()
        if 'active' in vals:
            self._look_again()
        return result

    @api.constrains('object_id')
    def _check_lines(self):
        """Keep meters at the object of the agreements' lines that are due by them."""
        self.env['service.agreement.line'].sudo().search(  # of whoever has them
            [('meter_id', 'in', self.ids)])._check_meter()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_read(self):
        Reading = self.env['service.meter.reading'].sudo()  # what is there counts, whoever asks
        if kept := Reading.search([('meter_id', 'in', self.ids)], limit=1):
            raise UserError(self.env._(
                "%s has readings, which are kept. Archive it instead.", kept.meter_id.display_name))

    #=== READING ===#

    def record_reading(self, value, moment=None, note=False):
        """Keep what one meter shows, for programs that read it from outside.

        :param float value: what it shows
        :param moment: when, as ``YYYY-MM-DD HH:MM:SS`` in UTC; now where it is left out
        :return: id of the reading
        :raise ValidationError: if the reading cannot be right, saying what to do
        """
        self.ensure_one()
        return self._record([(self, value)], 'api', moment=moment, note=note).id

    @api.model
    def _record(self, values, source, **more):
        """Keep what meters show.

        :param values: list of (meter, value)
        :param str source: where the readings come from
        :param more: more values of each reading, as `moment`, `order_id` and `note`
        :return: the readings
        """
        more['moment'] = more.get('moment') or fields.Datetime.now()
        readings = self.env['service.meter.reading'].create([
            {**more, 'meter_id': meter.id, 'value': value} for meter, value in values])
        readings.sudo().source = source  # where something came from is evidence
        return readings

    def _keep_totals(self, since=None):
        """Write what readings say, from a moment on, and what meters show last.

        :param datetime since: readings before it stay as they are; all are counted without it
        :raise ValidationError: if a counter would go backwards
        """
        # Evidence: nobody writes it, and everybody who reads a meter changes it.
        for meter in self.sudo():
            before, readings = meter._get_readings(since)
            value = before.value if before else meter.start_value
            total = before.total_usage
            usages = meters.get_usages(
                value, [(reading.value, reading.is_reset) for reading in readings],
                meter.overflow_value)
            for reading, usage in zip(readings, usages, strict=True):
                if usage is None:
                    raise ValidationError(meter._describe_backwards(reading, value))
                total += usage
                value = reading.value
                if (abs(reading.usage - usage) > _SMALL
                        or abs(reading.total_usage - total) > _SMALL):
                    reading.write({'usage': usage, 'total_usage': total})
            meter._keep_last()
        self._look_again()

    def _look_again(self):
        """Let the nightly run look at what is due by these meters: it may have moved."""
        # Who reads meters need not see agreements.
        self.env['service.agreement.line'].sudo().search(
            [('meter_id', 'in', self.ids)]).agreement_id._look_again()

    def _get_readings(self, since=None):
        """Return (the last reading before a moment, those from it on), of one meter."""
        self.ensure_one()
        Reading = self.env['service.meter.reading']
        mine = [('meter_id', '=', self.id), ('is_cancelled', '=', False)]
        if not since:
            return Reading, Reading.search(mine, order='moment, id')
        before = Reading.search([*mine, ('moment', '<', since)], order='moment desc', limit=1)
        return before, Reading.search([*mine, ('moment', '>=', since)], order='moment, id')

    def _keep_last(self):
        """Write what one meter shows last, what was used in all, and how much per day."""
        self.ensure_one()
        latest = self.env['service.meter.reading'].search(
            [('meter_id', '=', self.id), ('is_cancelled', '=', False)],
            order='moment desc', limit=meters.LATEST)
        last = latest[:1]
        self.write({
            'last_reading_id': last.id, 'last_moment': last.moment,
            'total_usage': last.total_usage,
            'usage_per_day': meters.get_rate(
                [(reading.moment, reading.total_usage) for reading in latest.sorted('moment')]),
        })

    def _describe_backwards(self, reading, before):
        self.ensure_one()
        return self.env._(
            "%(meter)s of %(object)s shows %(before)s before and %(value)s on %(moment)s: it would"
            " go backwards. Correct the value, or tick “Reset” if the counter was replaced or set"
            " back.",
            meter=self.name, object=self.object_id.display_name, before=self._format(before),
            value=self._format(reading.value), moment=format_datetime(self.env, reading.moment))

    def _format(self, value):
        """Return a value of one meter as people read it: ``1,250 h``."""
        self.ensure_one()
        return f'{format_quantity(self.env, value)} {self.unit}'

    #=== FORECAST ===#

    def _get_day_of(self, total):
        """Return the day on which usage of one meter reaches a total, or False where it does not.

        The day is the one of the meter's company.
        """
        self.ensure_one()
        if not self.last_moment:
            return False
        moment = meters.get_moment(
            self.last_moment, self.total_usage, self.usage_per_day, total)
        return moment and local_day(moment, self.company_id._get_service_timezone())

    @api.readonly
    def read_usage(self, day):
        """Return what was used in all until the end of a day, as {id of a meter: usage}.

        :param str day: in the time zone of each meter's company
        """
        self.check_access('read')
        day = fields.Date.to_date(day)
        if not day:
            raise UserError(self.env._("Name the day."))
        totals = {}
        for company, some in self.grouped('company_id').items():
            totals |= some._get_totals(utc_of(day, 24, company._get_service_timezone()))
        return {meter.id: totals[meter] for meter in self}

    def _get_totals(self, moment):
        """Return {meter: usage in all before a moment}."""
        return dict(zip(self, self._get_totals_at([(meter, moment) for meter in self]), strict=True))

    @api.model
    def _get_totals_at(self, wanted):
        """Return what was used in all before moments, in their order.

        :param wanted: list of (meter, naive UTC moment)
        """
        if not wanted:
            return []
        self.env['service.meter.reading'].flush_model()
        meters, moments = zip(*wanted, strict=True)
        return [total for total, in self.env.execute_query(SQL(
            "SELECT COALESCE((SELECT total_usage FROM service_meter_reading"
            " WHERE meter_id = wanted.meter_id AND moment < wanted.moment"
            " AND is_cancelled IS NOT TRUE ORDER BY moment DESC LIMIT 1), 0)"
            " FROM unnest(%s, %s::timestamp[]) WITH ORDINALITY AS wanted (meter_id, moment, number)"
            " ORDER BY number", [meter.id for meter in meters], list(moments)))]

    def action_view_readings(self):
        """Show the readings of one meter."""
        self.ensure_one()
        self.check_access('read')
        return {
            **self.env['ir.actions.act_window']._for_xml_id(
                'service_management.service_meter_reading_action'),
            'domain': [('meter_id', '=', self.id)],
            'context': {'default_meter_id': self.id},
        }
