from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_datetime

from ..common.records import offer_template


class ServiceMeterReading(models.Model):
    """What a meter showed at a moment. It is evidence: nobody changes it.

    A wrong one is cancelled by another, with a reason; both stay.
    """
    _name = 'service.meter.reading'
    _description = "Meter Reading"
    _date_years = 100
    _inherit = ['service.dated.mixin']
    _order = 'moment desc, id desc'
    _rec_name = 'value'
    _check_company_auto = True

    meter_id = fields.Many2one(
        comodel_name='service.meter', required=True, index=True, ondelete='restrict')
    object_id = fields.Many2one(
        related='meter_id.object_id', store=True, precompute=True, index=True)
    company_id = fields.Many2one(
        related='meter_id.company_id', store=True, precompute=True, index=True)
    unit = fields.Char(related='meter_id.unit')
    moment = fields.Datetime(
        string="Read On", required=True, default=fields.Datetime.now, copy=False)
    value = fields.Float(digits=(16, 2), at_least=0)
    is_reset = fields.Boolean(
        string="Reset",
        help="The counter was replaced or set back, and begins at this value. Read the old one"
             " first: what it counted since its last reading is not known otherwise.")
    source = fields.Selection(
        selection=[
            ('hand', "By Hand"), ('phone', "On Site"), ('import', "Import"), ('api', "Program")],
        default='hand', readonly=True, copy=False)
    order_id = fields.Many2one(
        comodel_name='service.order', string="Service Order", check_company=True,
        index='btree_not_null', ondelete='set null', copy=False)
    user_id = fields.Many2one(
        comodel_name='res.users', string="By", default=lambda self: self.env.user, readonly=True,
        index=True, ondelete='restrict', copy=False)
    note = fields.Char()

    # What follows
    usage = fields.Float(
        string="Used Since", digits=(16, 2), readonly=True, copy=False,
        help="Since the reading before it.")
    total_usage = fields.Float(
        string="Used in All", digits=(16, 2), readonly=True, copy=False)
    is_cancelled = fields.Boolean(string="Cancelled", readonly=True, copy=False)
    cancel_reason = fields.Char(string="Why Cancelled", readonly=True, copy=False)
    corrected_by_id = fields.Many2one(
        comodel_name='service.meter.reading', readonly=True, copy=False,
        index='btree_not_null', ondelete='restrict')

    _once = models.UniqueIndex(
        '(meter_id, moment) WHERE is_cancelled IS NOT TRUE',
        "The meter has a reading of this moment. Correct that one, or give another time.")
    _by_moment = models.Index('(moment, id)')

    @api.model
    def get_import_templates(self):
        """Offer a spreadsheet with the headings that the import knows."""
        return [offer_template(
            self, self.env._("Import Template for Meter Readings"), 'meter_readings')]

    @api.depends('value', 'unit')
    def _compute_display_name(self):
        for reading in self:
            reading.display_name = (
                reading.meter_id._format(reading.value) if reading.meter_id else '')

    @api.constrains('moment', 'value', 'meter_id')
    def _check_possible(self):
        now = fields.Datetime.now()
        for reading in self:
            meter = reading.meter_id
            if reading.moment > now:
                raise ValidationError(self.env._(
                    "%(meter)s was not read on %(moment)s yet. Enter when it was read.",
                    meter=meter.name, moment=format_datetime(self.env, reading.moment)))
            if meter.overflow_value and reading.value >= meter.overflow_value:
                raise ValidationError(self.env._(
                    "%(meter)s shows less than %(overflow)s, where it begins at zero again. Correct"
                    " the value, or where the meter overflows.",
                    meter=meter.name, overflow=meter._format(meter.overflow_value)))

    @api.model_create_multi
    def create(self, vals_list):
        """Count on from what was read before.

        :raise ValidationError: if a counter would go backwards
        """
        readings = super().create(vals_list)
        readings._keep_meters()
        return readings

    def _keep_meters(self):
        """Let the meters count again from the earliest of these readings on."""
        for meter, some in self.grouped('meter_id').items():
            meter._keep_totals(min(some.mapped('moment')))

    @api.model
    def _load_records_create(self, values):
        """Say of readings from a file where they come from."""
        readings = super()._load_records_create(values)
        readings.sudo().source = 'import'  # where something came from is evidence
        return readings

    #=== CORRECTION ===#

    def _correct(self, reason, value=None):
        """Cancel one reading, and put another in its place where its right value is known.

        :param str reason: why, in a few words
        :return: the reading that takes its place, or none
        :raise UserError: if it is cancelled already
        """
        self.ensure_one()
        self.check_access('read')
        self.browse().check_access('create')
        if self.is_cancelled:
            raise UserError(self.env._("%s is cancelled already.", self.display_name))
        # The row itself is evidence: what is written says that it counts no more.
        kept = self.sudo()
        kept.write({'is_cancelled': True, 'cancel_reason': reason})
        self.env.flush_all()
        replacement = self.browse()
        if value is not None:
            replacement = self.create({
                'meter_id': self.meter_id.id, 'moment': self.moment, 'value': value,
                'is_reset': self.is_reset, 'order_id': self.order_id.id, 'note': self.note})
            kept.corrected_by_id = replacement
        else:
            self._keep_meters()
        return replacement

    def action_correct(self):
        """Ask for the right value, and why the one that was read is wrong."""
        self.ensure_one()
        self.browse().check_access('create')
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Correct Reading"),
            'res_model': 'service.meter.reading.correct',
            'view_mode': 'form',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_reading_id': self.id, 'default_value': self.value},
        }
