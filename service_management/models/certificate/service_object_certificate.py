from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..common.records import offer_template

RESULTS = [('passed', "Passed"), ('remarks', "Passed with Remarks"), ('failed', "Failed")]
#: Days of the filters, each from where the one before ends
SPANS = ('30', '60', '90')


class ServiceObjectCertificate(models.Model):
    """The evidence of one inspection of an object. The newest of a kind counts, others are history."""
    _name = 'service.object.certificate'
    _description = "Certificate"
    _inherit = ['service.document.mixin', 'service.given.mixin', 'service.job.mixin', 'mail.thread']
    _window_action = 'service_management.service_object_certificate_action'
    _order = 'date_issued desc, id desc'
    _rec_name = 'number'
    _date_years = 100
    _check_company_auto = True

    object_id = fields.Many2one(
        comodel_name='service.object', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(
        related='object_id.company_id', store=True, index=True, precompute=True)
    partner_id = fields.Many2one(
        related='object_id.partner_id', string="Customer", store=True, index='btree_not_null',
        precompute=True)
    kind_id = fields.Many2one(
        comodel_name='service.object.certificate.kind', required=True,
        check_company=True, index=True, ondelete='restrict', tracking=True)
    number = fields.Char(index='trigram', tracking=True, help="As it stands on the document.")
    result = fields.Selection(
        selection=RESULTS, required=True, default='passed', tracking=True,
        help="A failed inspection counts: what was valid before is so no more.")

    # When
    date_issued = fields.Date(
        string="Issued On", required=True, default=lambda self: self.env.company._get_service_today(),
        tracking=True)
    date_end = fields.Date(
        string="Valid To", compute='_compute_date_end', store=True, readonly=False, precompute=True,
        tracking=True, help="Last day, by the months of the kind. What somebody enters stays. Empty: no end.")
    date_remind = fields.Date(
        string="Expiring From", compute='_compute_date_remind', store=True, precompute=True)
    date_reminded = fields.Date(string="Reminded On", readonly=True, copy=False)
    is_current = fields.Boolean(
        string="Newest of Its Kind", readonly=True, copy=False,
        help="Only the newest certificate of a kind counts for an object.")
    state = fields.Selection(
        selection=[
            ('valid', "Valid"), ('expiring', "Expiring"), ('expired', "Expired"), ('failed', "Failed"),
            ('replaced', "Replaced")],
        compute='_compute_state', search='_search_state')
    ends_within = fields.Selection(
        selection=[('30', "30 Days"), ('60', "60 Days"), ('90', "90 Days")],
        compute='_compute_ends_within', search='_search_ends_within')

    # Who, and with what
    employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Issued By", check_company=True, index='btree_not_null',
        ondelete='restrict', domain="[('service_team_id', '!=', False)]")
    issuer_id = fields.Many2one(
        comodel_name='res.partner', string="Outside Inspector", check_company=True,
        index='btree_not_null', ondelete='restrict', help="Who issued it, if none of your technicians did.")
    order_id = fields.Many2one(
        comodel_name='service.order', string="Issued In", check_company=True, index='btree_not_null',
        ondelete='restrict', copy=False, domain="[('object_ids', 'in', object_id)]")
    document = fields.Binary(attachment=True, copy=False, help="The paper itself: a PDF or a photo.")
    document_name = fields.Char(string="File Name", copy=False)
    note = fields.Text(string="Remarks")

    _one_counts = models.UniqueIndex(
        '(object_id, kind_id) WHERE is_current IS TRUE',
        "Somebody has entered a certificate of this kind just now. Try again.")
    _by_end = models.Index('(date_end) WHERE is_current IS TRUE')
    _failed = models.Index("(object_id) WHERE is_current IS TRUE AND result = 'failed'")
    _to_remind = models.Index('(date_remind) WHERE is_current IS TRUE AND date_reminded IS NULL')

    @api.depends('kind_id', 'number')
    def _compute_display_name(self):
        for certificate in self:
            certificate.display_name = ' '.join(
                filter(None, (certificate.kind_id.name, certificate.number)))

    def _get_followed_fields(self):
        return {**super()._get_followed_fields(), 'date_end': self._propose_date_end}

    def _propose_date_end(self):
        """Propose the last day by the months of the kind; none where it is valid without an end."""
        return {
            certificate: certificate.kind_id._get_end(certificate.date_issued) for certificate in self}

    @api.depends('kind_id', 'date_issued')
    def _compute_date_end(self):
        self._follow('date_end')

    @api.depends('date_end', 'kind_id.remind_days')
    def _compute_date_remind(self):
        for certificate in self:
            certificate.date_remind = certificate.date_end and (
                certificate.date_end - relativedelta(days=certificate.kind_id.remind_days))

    @api.depends('is_current', 'result', 'date_end', 'date_remind')
    def _compute_state(self):
        for certificate in self:
            today = certificate.company_id._get_service_today()
            if certificate.id and not certificate.is_current:
                certificate.state = 'replaced'
            elif certificate.result == 'failed':
                certificate.state = 'failed'
            elif not certificate.date_end or certificate.date_remind > today:
                certificate.state = 'valid'
            else:
                certificate.state = 'expired' if certificate.date_end < today else 'expiring'

    def _search_state(self, operator, value):
        if operator != 'in':
            return NotImplemented
        domains = self._get_state_domains()
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.depends('is_current', 'date_end')
    def _compute_ends_within(self):
        for certificate in self:
            left = certificate.is_current and certificate.date_end and (
                certificate.date_end - certificate.company_id._get_service_today()).days
            certificate.ends_within = left is not False and left >= 0 and next(
                (days for days in SPANS if left <= int(days)), False)

    def _search_ends_within(self, operator, value):
        if operator != 'in':
            return NotImplemented
        Company = self.env['res.company']
        todays = Company._get_todays()
        return Domain('is_current', '=', True) & Domain.OR(
            Company._get_today_domain('date_end', '>=', days=first, todays=todays)
            & Company._get_today_domain('date_end', '<=', days=int(days), todays=todays)
            for first, days in zip((0, 31, 61), SPANS, strict=True) if days in value)

    @api.model
    def _get_state_domains(self):
        """Return {state: domain of the certificates that are in it today}."""
        todays = self.env['res.company']._get_todays()

        def by_today(field, operator):
            return self.env['res.company']._get_today_domain(field, operator, todays=todays)

        current, passed = Domain('is_current', '=', True), Domain('result', '!=', 'failed')
        return {
            'valid': current & passed & (
                Domain('date_end', '=', False) | by_today('date_remind', '>')),
            'expiring': current & passed & by_today('date_remind', '<=') & by_today('date_end', '>='),
            'expired': current & passed & by_today('date_end', '<'),
            'failed': current & ~passed,
            'replaced': ~current,
        }

    @api.model
    def _get_in_force_domain(self):
        """Return the domain of the certificates that are good today."""
        domains = self._get_state_domains()
        return domains['valid'] | domains['expiring']

    @api.constrains('date_issued', 'date_end')
    def _check_days(self):
        for certificate in self.filtered('date_end'):
            if certificate.date_end < certificate.date_issued:
                raise ValidationError(self.env._(
                    "%s cannot end before it is issued. Compare both days.", certificate.display_name))

    @api.constrains('object_id', 'order_id')
    def _check_order(self):
        for certificate in self.filtered('order_id'):
            # What an order is for is no secret to whoever documents it.
            objects = certificate.order_id.sudo().object_ids
            if objects and certificate.object_id not in objects:
                raise ValidationError(self.env._(
                    "%(order)s is not for %(object)s. Choose another order.",
                    order=certificate.order_id.name, object=certificate.object_id.display_name))

    #=== WHICH COUNTS ===#

    @api.model_create_multi
    def create(self, vals_list):
        """Let the newest of each kind count.

        :raise AccessError: if one is issued in an order that the user does not work on
        """
        certificates = super().create(vals_list)
        certificates.order_id.check_access('write')
        certificates._keep_newest(certificates.object_id, certificates.kind_id)
        return certificates

    def write(self, vals):
        """Look again which counts, where that may have changed."""
        objects, kinds = self.object_id, self.kind_id
        result = super().write(vals)
        if {'object_id', 'kind_id', 'date_issued'} & set(vals):
            self._keep_newest(objects | self.object_id, kinds | self.kind_id)
        return result

    def unlink(self):
        """Let the newest count of those that stay."""
        objects, kinds = self.object_id, self.kind_id
        result = super().unlink()
        self._keep_newest(objects, kinds)
        return result

    @api.model
    def _keep_newest(self, objects, kinds):
        """Mark the newest certificate of each of some kinds on each of some objects, and no other."""
        # Kept by the program, whoever enters a certificate.
        rows = self.sudo().search(
            [('object_id', 'in', objects.ids), ('kind_id', 'in', kinds.ids)])
        newest = rows.browse().union(*(
            found[:1] for found in rows.grouped(lambda row: (row.object_id, row.kind_id)).values()))
        (rows - newest).filtered('is_current').is_current = False
        rows.flush_recordset(['is_current'])  # two never count at a time
        newest.filtered(lambda row: not row.is_current).is_current = True

    @api.model
    def get_import_templates(self):
        """Offer a spreadsheet with the headings that the import knows."""
        return [offer_template(
            self, self.env._("Import Template for Certificates"), 'service_certificates')]
