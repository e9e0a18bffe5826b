from odoo import api, fields, models

from ...tools.warranty import lay_out_extensions


class ServiceWarrantyExtension(models.Model):
    """Rows of a ledger: this object's warranty goes on by so many months, since that day."""
    _name = 'service.warranty.extension'
    _description = "Extended Warranty"
    _inherit = ['service.dated.mixin']
    _date_years = 100
    _order = 'object_id, kind, date_sold, id'
    _rec_name = 'object_id'

    object_id = fields.Many2one(
        comodel_name='service.object', required=True, ondelete='cascade', index=True)
    company_id = fields.Many2one(related='object_id.company_id', store=True, precompute=True, index=True)
    kind = fields.Selection(
        selection=[('labor', "Labor"), ('parts', "Parts")], required=True, default='labor')
    months = fields.Integer(required=True, default=12, at_most=1200)
    date_sold = fields.Date(
        string="Sold On", required=True, default=lambda self: self.env.company._get_service_today(),
        help="The extension begins when the warranty ends, on this day at the earliest.")
    date_from = fields.Date(
        string="From", compute='_compute_dates', store=True, index='btree_not_null')
    date_to = fields.Date(
        string="To", compute='_compute_dates', store=True, index='btree_not_null')
    date_taken_back = fields.Date(
        string="Taken Back", copy=False, readonly=True,
        help="Day on which the sale was cancelled or credited: nothing is extended any more.")

    _positive_months = models.Constraint(
        'CHECK (months > 0)', "An extension lasts a month at least.")

    @api.depends(
        'kind', 'months', 'date_sold', 'date_taken_back', 'object_id.warranty_labor_end',
        'object_id.warranty_parts_end', 'object_id.warranty_extension_ids.kind',
        'object_id.warranty_extension_ids.months', 'object_id.warranty_extension_ids.date_sold',
        'object_id.warranty_extension_ids.date_taken_back')
    def _compute_dates(self):
        """Put extensions of an object one after the other; what was taken back lasts no time."""
        for (obj, kind), rows in (self.object_id.warranty_extension_ids | self).grouped(
                lambda row: (row.object_id, row.kind)).items():
            live = rows.filtered(
                lambda row: row.months > 0 and row.date_sold and not row.date_taken_back
            ).sorted(lambda row: (row.date_sold, row._origin.id or 0))
            (rows & self - live).update({'date_from': False, 'date_to': False})
            end = obj._get_warranty_own_end(kind) if kind else None
            spans = lay_out_extensions(end or None, [(row.date_sold, row.months) for row in live])
            for row, (first, last) in zip(live, spans, strict=True):
                if row in self:
                    row.update({'date_from': first, 'date_to': last})

    def _take_back(self):
        """Let extensions end that are not sold any more; again changes nothing."""
        live = self.filtered(lambda row: not row.date_taken_back)
        for company, rows in live.grouped('company_id').items():
            rows.date_taken_back = company._get_service_today()
        for obj in live.object_id:
            obj.message_post(body=self.env._(
                "The extended warranty is taken back: it is not sold any more."))
        return live
