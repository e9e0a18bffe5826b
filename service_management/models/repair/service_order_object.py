from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..common.records import changes_any
from ..order.service_order import PRIORITIES
from .service_repair_status import ENDED, WAITING

#: What is known of an object on an order, and goes along to another one
KNOWN = ('problem', 'priority', 'note', 'date_due', 'employee_id')


class ServiceOrderObject(models.Model):
    """One object on one order: what is wrong with it, how far its repair is, and who does it.

    Each object of an order has one row, made and taken away with the object. Rows of orders from
    before the feature was switched on are made when they are needed.
    Source: Business Central, "Service Item Line".
    """
    _name = 'service.order.object'
    _inherit = ['service.order.detail.mixin', 'service.dated.mixin']
    _description = "Object of a Service Order"
    _order = 'order_id, id'
    _rec_name = 'object_id'
    _check_company_auto = True

    company_id = fields.Many2one(
        related='order_id.company_id', store=True, index=True, precompute=True)
    order_state = fields.Selection(
        related='order_id.state', string="State of the Order", store=True, precompute=True)
    object_id = fields.Many2one(
        comodel_name='service.object', required=True, readonly=True, check_company=True, index=True,
        ondelete='restrict')
    can_edit = fields.Boolean(related='order_id.can_edit')

    # What is wrong
    problem = fields.Text(help="What the customer says of this object.")
    priority = fields.Selection(
        selection=PRIORITIES, help="Empty: as urgent as the order.")
    warranty = fields.Selection(
        selection=[
            ('none', "No Warranty"), ('labor', "Labor"), ('parts', "Parts"),
            ('full', "Labor and Parts")],
        compute='_compute_warranty', help="On the day of the call.")
    usage_state = fields.Selection(related='object_id.usage_state')

    # How far it is
    status_id = fields.Many2one(
        comodel_name='service.repair.status', check_company=True, index='btree_not_null',
        ondelete='restrict')
    category = fields.Selection(related='status_id.category', string="Category", store=True)
    note = fields.Char(help="What it waits for, or what comes next.")
    date_due = fields.Datetime(
        string="Done Before", help="Promised for this object. Empty: as promised for the order.")
    date_start = fields.Datetime(string="Begun On", readonly=True)
    date_finished = fields.Datetime(string="Ended On", readonly=True)
    employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Technician", check_company=True, ondelete='restrict',
        index='btree_not_null', domain="[('service_team_id', '!=', False)]", duty=True,
        help="Who answers for this object. Empty: whoever comes.")
    repair_ids = fields.One2many(
        comodel_name='service.repair', inverse_name='order_object_id', string="Repair Lines",
        readonly=True)

    _once = models.UniqueIndex('(order_id, object_id)', "The order names this object already.")
    _waiting = models.Index(
        "(status_id, order_id) WHERE order_state IN ('draft', 'open', 'signed_off')")

    @api.depends('object_id.warranty_labor_end', 'object_id.warranty_parts_end',
                 'object_id.warranty_start', 'object_id.warranty_extension_ids.date_from',
                 'object_id.warranty_extension_ids.date_to', 'order_id.date_order')
    def _compute_warranty(self):
        for row in self:
            obj, order = row.object_id, row.order_id
            day = order and order._get_order_day()
            held = [kind for kind in ('labor', 'parts')
                    if obj and day and obj._is_under_warranty(kind, day)]
            row.warranty = 'full' if len(held) == 2 else held[0] if held else 'none'

    @api.depends('order_id.name', 'object_id.display_name')
    def _compute_display_name(self):
        for row in self:
            row.display_name = f'{row.order_id.name} - {row.object_id.display_name}'

    @api.model
    def _get_open_domain(self):
        return super()._get_open_domain() | Domain('order_state', 'in', ('draft', 'open'))

    @api.model
    def _get_duty_domain(self, field):
        return super()._get_duty_domain(field) & self._get_open_domain()

    def _filter_transferable(self, field):
        """Leave out what the stage of an order locks."""
        return super()._filter_transferable(field).filtered('can_edit')

    def write(self, vals):
        """Guard what is signed, and draw what follows from another status.

        :raise AccessError: if a status is others' to set
        :raise UserError: if the stage of an order forbids editing it
        """
        if set(vals) - {'repair_ids'}:
            self.order_id._ensure_allowed('edit')
        if 'status_id' not in vals:
            return super().write(vals)
        status = self.env['service.repair.status'].browse(vals['status_id'])
        moving = self.filtered(lambda row: changes_any(row, vals, {'status_id'}))
        if moving:
            moving._ensure_may_set(status)
        former = {row: row.status_id for row in moving}
        result = super().write(vals)
        moving._after_status(former)
        return result

    def _ensure_may_set(self, status):
        """:raise AccessError: if it is not the user's to give objects a status"""
        role = status.role
        if role and not (self.env.su or self.env.user.has_group(
                f'service_management.service_management_group_{role}')):
            raise AccessError(self.env._(
                "“%(status)s” is set by others: %(role)s. Ask one of them.", status=status.name,
                role=dict(status._fields['role']._description_selection(self.env))[role]))

    def _after_status(self, former):
        """Keep when work began and ended, tell the order, and let its stage follow.

        :param dict former: {row: the status that it had}
        """
        now = fields.Datetime.now()
        for category, rows in self.grouped(lambda row: row.status_id.category).items():
            for row in rows:
                # When something happened is evidence, and nobody's to write.
                row.sudo().write(row._prepare_times(category, now))
            if category in ENDED:
                rows._end_repairs()
        for row in self:
            row.order_id._message_log(body=row._describe_move(former[row]))
        self.order_id._follow_repair_status()

    def _prepare_times(self, category, now):
        """Return when work on one object began and ended, by the category of its status."""
        self.ensure_one()
        if category in (False, 'to_do'):
            return {'date_start': False, 'date_finished': False}
        return {
            'date_start': self.date_start or now,
            'date_finished': now if category in ENDED else False}

    def _end_repairs(self):
        """End the repair lines of these objects that are open: nothing is left to do."""
        for row in self:
            row.repair_ids.filtered(lambda repair: not repair.is_finished).status_id = row.status_id

    def _get_known(self):
        """Return what is known of one object on its order, as values to write to its row on another."""
        self.ensure_one()
        return self._convert_to_write({name: self[name] for name in KNOWN})

    def _describe_move(self, former):
        """Return how the status of one object has changed, for the history of its order."""
        self.ensure_one()
        text = self.env._(
            "%(object)s: %(former)s → %(status)s", object=self.object_id.display_name,
            former=former.name or self.env._("Nothing Said"),
            status=self.status_id.name or self.env._("Nothing Said"))
        return f'{text} ({self.note})' if self.note and self.category in WAITING else text

    def action_view_order(self):
        """Show the order that one row belongs to."""
        self.ensure_one()
        self.check_access('read')
        return self.order_id._show()
