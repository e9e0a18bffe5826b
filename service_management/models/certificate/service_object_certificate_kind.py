from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ServiceObjectCertificateKind(models.Model):
    """An inspection that law or insurance asks for, which objects need it, and how long it is valid."""
    _name = 'service.object.certificate.kind'
    _description = "Kind of Certificate"
    _inherit = ['service.setup.mixin']
    _order = 'sequence, name, id'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(copy=False)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', ondelete='restrict', condition=True, index=True,
        default=lambda self: self.env.company,
        help="Leave empty to share the kind between companies.")

    # What needs it
    group_ids = fields.Many2many(
        comodel_name='service.object.group', relation='service_certificate_kind_group_rel',
        string="Required for Groups", check_company=True, ondelete='restrict',
        context={'active_test': False}, help="Objects of these groups need a valid certificate.")
    product_ids = fields.Many2many(
        comodel_name='product.product', relation='service_certificate_kind_product_rel',
        string="Required for Products", check_company=True, ondelete='restrict',
        context={'active_test': False}, help="Objects that are one of these products need a valid certificate.")

    # How long it holds
    months = fields.Integer(
        string="Valid for", default=12, at_most=1200, help="Months from the day of issue. 0: without an end.")
    remind_days = fields.Integer(
        string="Remind Before", default=30, at_most=3650,
        help="Days before the end at which the responsible gets a to-do, and from which a certificate"
             " counts as expiring.")
    user_id = fields.Many2one(
        comodel_name='res.users', string="Responsible", domain="[('share', '=', False)]", duty=True,
        index='btree_not_null', ondelete='set null', help="Gets the to-dos. Empty: a service manager.")

    _not_negative = models.Constraint(
        'CHECK (months >= 0 AND remind_days >= 0)', "Months and days cannot be negative.")

    @api.model
    def _ensure_any(self, company):
        """:raise UserError: if a company has no kinds of certificates"""
        if not self.search_count(self._check_company_domain(company), limit=1):
            raise UserError(self.env._(
                "There are no kinds of certificates yet. Service managers add them under Configuration,"
                " Objects, Kinds of Certificates."))

    def _get_concerned_domain(self):
        """Return the domain of the objects that one kind is required for."""
        self.ensure_one()
        domain = Domain('group_id', 'in', self.group_ids.ids) | Domain('product_id', 'in', self.product_ids.ids)
        return domain & Domain('company_id', 'child_of', self.company_id.id) if self.company_id else domain

    def _is_required_for(self, obj):
        """Tell whether an object needs a valid certificate of one kind."""
        self.ensure_one()
        return bool(obj.group_id & self.group_ids or obj.product_id & self.product_ids) and (
            not self.company_id or self.company_id in obj.company_id.sudo().parent_ids)

    def _get_end(self, date_issued):
        """Return the last day of a certificate of one kind, False where it has no end."""
        return bool(self.months and date_issued) and (
            date_issued + relativedelta(months=self.months, days=-1))
