from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

#: How many orders are made in one go
BATCH = 50


class ServiceRecall(models.Model):
    """Work that a fault of a kind of object asks for on all that are concerned.

    Concerned are objects on versions of a template, of a product in a range of serial numbers, or with
    a component of a product in such a range. Each is ordered for once, however often it is run.
    """
    _name = 'service.recall'
    _description = "Recall"
    _inherit = ['service.document.mixin']
    _order = 'id desc'
    _check_company_auto = True

    name = fields.Char(required=True, help="The subject of its orders.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company, index=True)
    note = fields.Html(string="What Is to Be Done", help="The internal note of its orders.")
    note_external = fields.Html(string="For Customers", help="Printed on the customers' documents.")
    type_id = fields.Many2one(
        comodel_name='service.order.type', string="Order Type", check_company=True,
        index='btree_not_null', ondelete='restrict')
    combine = fields.Selection(
        selection=[('object', "One for Each Object"), ('site', "One for Each Site")],
        string="Orders", required=True, default='object')

    # Whom it concerns
    version_ids = fields.Many2many(
        comodel_name='service.structure.version', string="Template Versions", check_company=True,
        ondelete='restrict', context={'active_test': False})
    product_id = fields.Many2one(
        comodel_name='product.product', check_company=True, index='btree_not_null',
        ondelete='restrict', help="Objects that are it, and objects with a component that is.")
    serial_from = fields.Char(string="Serial Number From")
    serial_to = fields.Char(
        string="Serial Number To",
        help="Both belong to it. Compared as text of one length: 099 comes before 100.")
    object_count = fields.Integer(compute='_compute_counts', string="Objects Concerned")
    ordered_count = fields.Integer(compute='_compute_counts', string="Objects Ordered For")
    done_count = fields.Integer(compute='_compute_counts', string="Objects Done")
    order_ids = fields.One2many(
        comodel_name='service.order', inverse_name='recall_id', string="Orders of the Recall",
        readonly=True)

    @api.depends('version_ids', 'product_id', 'serial_from', 'serial_to', 'company_id', 'order_ids.state')
    def _compute_counts(self):
        for recall in self:
            orders = recall.order_ids.filtered(lambda order: order.state != 'cancelled')
            recall.object_count = len(recall._find_objects())
            recall.ordered_count = len(orders.object_ids)
            recall.done_count = len(orders.filtered(
                lambda order: order.state in ('signed_off', 'posted')).object_ids)

    @api.constrains('version_ids', 'product_id', 'serial_from', 'serial_to')
    def _check_serial_numbers(self):
        for recall in self.filtered(lambda recall: recall.serial_from or recall.serial_to):
            if not recall.product_id and not recall.version_ids:
                raise ValidationError(self.env._(
                    "Serial numbers are those of a product or of template versions. Say which, too."))
            if recall.serial_from and recall.serial_to and recall.serial_from > recall.serial_to:
                raise ValidationError(self.env._(
                    "No serial number is from %(first)s to %(last)s. Enter the first one first; as text"
                    " 9 comes after 10, write 09 then.",
                    first=recall.serial_from, last=recall.serial_to))

    def _get_serial_domain(self):
        """Return the domain of the serial numbers of one recall; all where it names none."""
        self.ensure_one()
        domain = Domain.TRUE
        if self.serial_from:
            domain &= Domain('serial_number', '>=', self.serial_from)
        if self.serial_to:
            domain &= Domain('serial_number', '<=', self.serial_to)
        return domain

    def _find_objects(self):
        """Return the objects that one recall concerns; none where it names nothing."""
        self.ensure_one()
        Object = self.env['service.object']
        found = Domain.FALSE
        if self.version_ids:
            found |= Domain('structure_version_id', 'in', self.version_ids._origin.ids)
        if product := self.product_id._origin:
            serials = self._get_serial_domain()
            found |= Domain('product_id', '=', product.id) & serials
            found |= Domain('component_ids', 'any', Domain('product_id', '=', product.id) & serials)
        elif self.version_ids and (self.serial_from or self.serial_to):
            found &= self._get_serial_domain()
        if found.is_false():
            return Object
        return Object.search(
            found & Domain('company_id', '=', self.company_id._origin.id)
            & Domain('partner_id', '!=', False))

    def _find_missing(self):
        """Return the objects of one recall that no order of it is for."""
        self.ensure_one()
        # An order counts, whoever may see it.
        ordered = self.sudo().order_ids.filtered(lambda order: order.state != 'cancelled')
        return self._find_objects() - ordered.object_ids.sudo(False)

    def _make_orders(self, limit=BATCH):
        """Make the orders that are missing of one recall, up to a number of them.

        :return: the new orders
        """
        self.ensure_one()
        groups = {}
        for obj in self._find_missing():
            key = (obj.partner_id, obj.site_id) if self.combine == 'site' else obj
            groups.setdefault(key, self.env['service.object'])
            groups[key] |= obj
        orders = self.env['service.order'].create([
            self._prepare_order(objects) for objects in list(groups.values())[:limit]])
        orders.sudo().recall_id = self  # the program keeps what an order came of
        return orders

    def _prepare_order(self, objects):
        """Return the values of the order of one recall for some objects of one customer."""
        self.ensure_one()
        first = objects[:1]
        return {
            'title': self.name, 'company_id': self.company_id.id,
            'partner_id': first.partner_id.id, 'site_id': first.site_id.id, 'type_id': self.type_id.id,
            'object_ids': [Command.set(objects.ids)], 'channel': 'other',
            'note_internal': self.note, 'note_external': self.note_external,
        }

    def action_make_orders(self):
        """Make the orders that are missing, and show them.

        :raise AccessError: if the user is no dispatcher
        :raise UserError: if there is nothing to make
        """
        self.ensure_one()
        self.check_access('read')
        self._ensure_role('dispatcher', self.env._(
            "Dispatchers make the orders of a recall. Ask one of them."))
        if not self._find_missing():
            raise UserError(self.env._(
                "Nothing is left to order for “%s”: no object is concerned, or each has its order.",
                self.name))
        while self._make_orders():
            pass
        return self.action_view_orders()

    def action_view_orders(self):
        """Show the orders of one recall."""
        self.ensure_one()
        self.check_access('read')
        return self.env['service.order']._show_found([('recall_id', '=', self.id)])

    def action_view_objects(self):
        """Show the objects that one recall concerns."""
        self.ensure_one()
        self.check_access('read')
        return self.env['service.object']._show_found([('id', 'in', self._find_objects().ids)])
