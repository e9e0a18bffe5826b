from odoo import api, fields, models

from ...models.certificate.service_object_certificate import RESULTS


class ServiceCertificateIssue(models.TransientModel):
    """A certificate that an object is given, on an order or without one."""
    _name = 'service.certificate.issue'
    _description = "Issue Certificate"
    _inherit = ['service.dated.mixin']
    _date_years = 100

    order_id = fields.Many2one(comodel_name='service.order', readonly=True, ondelete='cascade')
    possible_object_ids = fields.Many2many(
        comodel_name='service.object', compute='_compute_possible_object_ids')
    object_id = fields.Many2one(
        comodel_name='service.object', required=True, compute='_compute_object_id',
        store=True, readonly=False, precompute=True, ondelete='cascade',
        domain="[('id', 'in', possible_object_ids)]")
    company_id = fields.Many2one(related='object_id.company_id')
    kind_id = fields.Many2one(
        comodel_name='service.object.certificate.kind', required=True,
        compute='_compute_kind_id', store=True, readonly=False, precompute=True, ondelete='cascade',
        domain="['|', ('company_id', '=', False), ('company_id', 'parent_of', company_id)]")
    number = fields.Char(help="As it stands on the document.")
    result = fields.Selection(selection=RESULTS, required=True, default='passed')
    date_issued = fields.Date(
        string="Issued On", required=True, default=lambda self: self.env.company._get_service_today())
    date_end = fields.Date(
        string="Valid To", compute='_compute_date_end', store=True, readonly=False, precompute=True)
    employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Issued By", domain="[('service_team_id', '!=', False)]",
        default=lambda self: self.env.user.employee_id.filtered('service_team_id'))
    issuer_id = fields.Many2one(
        comodel_name='res.partner', string="Outside Inspector",
        help="Who issued it, if none of your technicians did.")
    document = fields.Binary(attachment=False)
    document_name = fields.Char()
    note = fields.Text(string="Remarks")

    @api.depends('order_id')
    def _compute_possible_object_ids(self):
        for wizard in self:
            order = wizard.order_id
            wizard.possible_object_ids = order.object_ids or self.env['service.object'].search(
                [('commercial_partner_id', '=', order.commercial_partner_id.id)] if order
                else [('id', '=', wizard.object_id.id)], limit=80)

    @api.depends('order_id')
    def _compute_object_id(self):
        """Name the object of which something is to be issued first, or where there is only one."""
        for wizard in self:
            order = wizard.order_id
            asked = [obj for obj, _kind in order._get_missing_certificates()]
            objects = asked[0] if asked else order.object_ids
            wizard.object_id = wizard.object_id or (objects if len(objects) == 1 else False)

    @api.depends('object_id')
    def _compute_kind_id(self):
        """Name the kind that is missing first."""
        for wizard in self:
            wizard.kind_id = wizard._get_expected_kinds()[:1]

    def _get_expected_kinds(self):
        """Return the kinds of certificates that are expected, those first that the order is for."""
        asked = self.env['service.object.certificate.kind'].union(*(
            kind for obj, kind in self.order_id._get_missing_certificates() if obj == self.object_id))
        return asked | self.object_id.certificate_missing_ids

    @api.depends('kind_id', 'date_issued')
    def _compute_date_end(self):
        for wizard in self:
            wizard.date_end = wizard.kind_id._get_end(wizard.date_issued)

    def action_issue(self):
        """Keep the certificate.

        :raise AccessError: if the user does not work on the order
        """
        self.ensure_one()
        self.env['service.object.certificate'].create(self._prepare_certificate())
        return {'type': 'ir.actions.client', 'tag': 'soft_reload'}

    def _prepare_certificate(self):
        names = ('number', 'result', 'date_issued', 'date_end', 'document', 'document_name', 'note')
        return {
            **{name: self[name] for name in names},
            'object_id': self.object_id.id, 'kind_id': self.kind_id.id, 'order_id': self.order_id.id,
            'employee_id': self.employee_id.id, 'issuer_id': self.issuer_id.id,
        }
