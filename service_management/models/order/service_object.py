from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..common.service_figures_mixin import FigureSource


class ServiceObject(models.Model):
    """The work done on an object."""
    _inherit = 'service.object'

    _figures_order_field = 'object_ids'

    # History
    order_ids = fields.Many2many(
        comodel_name='service.order', relation='service_object_service_order_rel', string="Orders",
        readonly=True, copy=False)
    order_line_ids = fields.One2many(
        comodel_name='service.order.line', inverse_name='object_id', string="Work and Parts",
        readonly=True)
    order_count = fields.Integer(compute='_compute_order_counts')
    open_order_count = fields.Integer(compute='_compute_order_counts')

    reading_count = fields.Integer(string="Readings", compute='_compute_reading_count')

    def _get_order_figures(self):
        """Count the lines for the object: its orders may be for others, too."""
        return FigureSource(
            'service.order.line', 'object_id',
            Domain('order_id.state', 'in', ('signed_off', 'posted'))
            & Domain('state', '!=', 'cancelled'),
            {'service_cost': 'cost', 'service_margin': 'margin'})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_ordered(self):
        for obj in self:
            # Orders that the user may not see count, too.
            if order := obj.sudo().order_ids[:1]:
                raise UserError(self.env._(
                    "%(object)s is on %(order)s and cannot be deleted. Archive it instead.",
                    object=obj.display_name, order=order.name))

    def _get_live_documents(self):
        # Orders that the user may not see count, too.
        Order = self.env['service.order'].sudo().with_context(active_test=False)
        named = Domain('object_ids', 'in', self.ids) | Domain('line_ids.object_id', 'in', self.ids)
        return [*super()._get_live_documents(), Order.search(
            named & Domain('state', 'in', ('draft', 'open', 'signed_off')))]

    def _compute_order_counts(self):
        Order = self.env['service.order']
        count_by_object = dict(Order._read_group(
            [('object_ids', 'in', self.ids)], ['object_ids'], ['__count']))
        open_by_object = dict(Order._read_group(
            [('object_ids', 'in', self.ids), ('state', 'in', ('draft', 'open'))],
            ['object_ids'], ['__count']))
        for obj in self:
            obj.order_count = count_by_object.get(obj._origin, 0)
            obj.open_order_count = open_by_object.get(obj._origin, 0)

    def _get_readings_domain(self):
        return Domain('object_id', 'in', self.ids) & Domain('kind', '=', 'number') & Domain(
            'is_answered', '=', True)

    def _compute_reading_count(self):
        count_by_object = dict(self.env['service.order.answer']._read_group(
            self._get_readings_domain(), ['object_id'], ['__count']))
        for obj in self:
            obj.reading_count = count_by_object.get(obj._origin, 0)

    def action_view_readings(self):
        """Show what was measured on the object, question by question."""
        self.ensure_one()
        self.check_access('read')
        return {
            **self.env['ir.actions.act_window']._for_xml_id(
                'service_management.service_order_answer_action'),
            'domain': self._get_readings_domain(),
            'context': {'search_default_group_question': 1},
        }

    def action_view_orders(self):
        """Show the orders for the object."""
        self.ensure_one()
        return self.env['service.order']._show_found(
            [('object_ids', 'in', self.ids)], default_partner_id=self.partner_id.id,
            default_site_id=self.site_id.id, default_object_ids=self.ids)
