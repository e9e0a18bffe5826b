from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ServiceObjectCertificateKind(models.Model):
    """In which orders certificates are renewed, and whether these are made by themselves."""
    _inherit = 'service.object.certificate.kind'

    type_id = fields.Many2one(
        comodel_name='service.order.type', string="Order Type", check_company=True,
        index='btree_not_null', ondelete='restrict',
        help="Brings tasks, lines and duration. Kinds of one type are renewed in one order of an object.")
    makes_orders = fields.Boolean(
        string="Make Orders by Itself", help="Every night, once for each certificate. Else a button makes them.")
    order_days = fields.Integer(
        string="Order Before", default=30, at_most=3650,
        help="Days before the end at which the order is made.")

    _order_days_not_negative = models.Constraint(
        'CHECK (order_days >= 0)', "Days cannot be negative.")


class ServiceObjectCertificate(models.Model):
    """Orders in which certificates are renewed: one for all of an object, once."""
    _inherit = 'service.object.certificate'

    date_order = fields.Date(
        string="Order From", compute='_compute_date_order', store=True, precompute=True)
    date_ordered = fields.Date(string="Ordered On", readonly=True, copy=False)
    renewal_order_id = fields.Many2one(
        comodel_name='service.order', string="Renewed In", readonly=True, copy=False,
        check_company=True, index='btree_not_null', ondelete='set null')

    _to_order = models.Index('(date_order) WHERE is_current IS TRUE AND date_ordered IS NULL')

    @api.depends('date_end', 'kind_id.makes_orders', 'kind_id.order_days')
    def _compute_date_order(self):
        for certificate in self:
            kind = certificate.kind_id
            certificate.date_order = kind.makes_orders and certificate.date_end and (
                certificate.date_end - relativedelta(days=kind.order_days))

    @api.model
    def _get_order_domain(self, todays):
        """Return the domain of the certificates that an order is made for by itself.

        What was ordered once is not ordered again, also where its order was cancelled or deleted.
        """
        return self._get_followed_domain() & Domain([
            ('date_ordered', '=', False), ('result', '!=', 'failed'), ('partner_id.active', '=', True),
        ]) & self.env['res.company']._get_today_domain('date_order', '<=', todays=todays)

    @api.model
    def _get_due_domains(self, todays):
        return {**super()._get_due_domains(todays), '_make_orders': self._get_order_domain(todays)}

    def _make_orders(self):
        """Make the orders in which these certificates are renewed, and keep them.

        :return: the orders, those that are open already among them
        """
        kinds = {obj: rows.kind_id for obj, rows in self.grouped('object_id').items()}
        orders = self.env['service.object']._order_certificates(kinds)
        for certificate in self:
            # Kept by the program, whoever makes the order.
            certificate.sudo().write({
                'renewal_order_id': orders[certificate.object_id, certificate.kind_id].id,
                'date_ordered': certificate.company_id._get_service_today()})
        return self.renewal_order_id

    def action_make_orders(self):
        """Make the orders in which these certificates are renewed, and show them.

        :raise AccessError: if the user is no dispatcher
        :raise UserError: if one was replaced, or its object has no customer
        """
        self.check_access('read')
        self._ensure_role('dispatcher', self.env._(
            "Dispatchers make the orders that renew certificates. Ask one of them."))
        for certificate in self:
            if not certificate.is_current or not certificate.partner_id:
                raise UserError(self.env._(
                    "%s cannot be renewed: it was replaced, or its object has no customer.",
                    certificate.display_name))
        return self._make_orders()._show()


class ServiceObject(models.Model):
    _inherit = 'service.object'

    @api.model
    def _order_certificates(self, kinds_by_object):
        """Make orders in which certificates are issued: one for each object and type of order.

        What an open order of the object is for already is left to it.

        :param dict kinds_by_object: {object: kinds}
        :return: {(object, kind): order}
        """
        Order, objects = self.env['service.order'], self.union(*kinds_by_object)
        # An order counts, whoever may see it.
        found = {
            (obj, kind): order.sudo(False)
            for order in Order.sudo().search([
                ('object_ids', 'in', objects.ids), ('certificate_kind_ids', '!=', False),
                ('state', 'in', ('draft', 'open'))])
            for obj in order.object_ids.sudo(False) for kind in order.certificate_kind_ids.sudo(False)}
        groups = {}
        for obj, kinds in kinds_by_object.items():
            missing = kinds.filtered(lambda kind, obj=obj: (obj, kind) not in found)
            for order_type, asked in missing.grouped('type_id').items():
                groups[obj, order_type] = asked
        orders = Order.create([
            obj._prepare_certificate_order(order_type, kinds)
            for (obj, order_type), kinds in groups.items()])
        for order, ((obj, _type), kinds) in zip(orders, groups.items(), strict=True):
            found.update({(obj, kind): order for kind in kinds})
        return found

    def _prepare_certificate_order(self, order_type, kinds):
        """Return the values of the order in which certificates of one object are issued."""
        self.ensure_one()
        named = kinds.sorted().with_context(lang=self.partner_id.lang)
        return {
            'title': ', '.join(named.mapped('name')), 'company_id': self.company_id.id,
            'partner_id': self.partner_id.id, 'site_id': self.site_id.id, 'type_id': order_type.id,
            'object_ids': [fields.Command.set(self.ids)], 'channel': 'other',
            'certificate_kind_ids': [fields.Command.set(kinds.ids)],
        }

    def action_order_certificates(self):
        """Make the orders in which what is missing of these objects is issued, and show them.

        :raise AccessError: if the user is no dispatcher
        :raise UserError: if nothing is missing, or an object has no customer
        """
        self.check_access('read')
        self._ensure_role('dispatcher', self.env._(
            "Dispatchers make the orders in which certificates are issued. Ask one of them."))
        missing = {
            obj: obj.certificate_missing_ids for obj in self if obj.certificate_missing_ids and obj.partner_id}
        if not missing:
            raise UserError(self.env._(
                "Nothing is missing that could be ordered. An object needs a customer for it."))
        found = self._order_certificates(missing)
        return self.env['service.order'].union(*(
            found[obj, kind] for obj, kinds in missing.items() for kind in kinds))._show()
