from odoo import api, fields, models
from odoo.fields import Domain

from ..common.records import search_yes_or_no
from .service_visit import OPEN_STATES


class ServiceSeenMixin(models.AbstractModel):
    """What technicians see beyond the work of their team.

    Rules ask here which orders that are, instead of walking there from each row: the database finds
    a technician's own visits by an index, and would read all orders otherwise.
    """
    _name = 'service.seen.mixin'
    _description = "Seen by Technicians"

    #: where the order is
    _seen_order = 'order_id'

    is_visited = fields.Boolean(
        compute='_compute_is_visited', search='_search_is_visited', export_string_translation=False,
        help="The user comes, or came, for one of the visits of the order.")
    is_of_known_object = fields.Boolean(
        compute='_compute_is_of_known_object', search='_search_is_of_known_object',
        export_string_translation=False,
        help="The order is for an object that the user works on: its history.")

    @api.depends(lambda self: self._depend_on_order('visit_ids.employee_id'))
    @api.depends_context('uid')
    def _compute_is_visited(self):
        self._tell_seen('is_visited', self._query_visited())

    def _search_is_visited(self, operator, value):
        return search_yes_or_no(
            operator, value, Domain(self._seen_order, 'in', self._query_visited()))

    @api.depends(lambda self: self._depend_on_order('visit_ids.employee_id', 'object_ids'))
    @api.depends_context('uid')
    def _compute_is_of_known_object(self):
        self._tell_seen('is_of_known_object', self._query_known())

    def _search_is_of_known_object(self, operator, value):
        return search_yes_or_no(
            operator, value, Domain(self._seen_order, 'in', self._query_known()))

    def _depend_on_order(self, *names):
        return names if self._seen_order == 'id' else [f'{self._seen_order}.{name}' for name in names]

    def _tell_seen(self, name, query):
        orders = self if self._seen_order == 'id' else self.mapped(self._seen_order)
        # What the user sees is decided here: nobody else is asked.
        seen = set(self.env['service.order'].sudo()._search(
            Domain('id', 'in', orders._origin.ids) & Domain('id', 'in', query), active_test=False))
        for record in self:
            order = record if self._seen_order == 'id' else record[self._seen_order]
            record[name] = order._origin.id in seen

    @api.model
    def _query_visited(self, visits=Domain.TRUE):
        """Return the query of the orders with visits that are, or were, the user's."""
        mine = Domain('employee_id', 'in', self.env.user.with_context(active_test=True).employee_ids.ids)
        Visit = self.env['service.visit'].sudo()  # as above
        found = Visit._search(mine & visits)
        return found.subselect(Visit._field_to_sql(found.table, 'order_id', found))

    @api.model
    def _query_known(self):
        """Return the query of the orders for objects that the user works on."""
        open_orders = self._query_visited(Domain('state', 'in', OPEN_STATES))
        # As above.
        return self.env['service.order'].sudo()._search(
            Domain('object_ids.order_ids', 'in', open_orders), active_test=False).subselect()


class ServiceOrderDetailMixin(models.AbstractModel):
    _name = 'service.order.detail.mixin'
    _inherit = ['service.order.detail.mixin', 'service.seen.mixin']


class ServiceOrderAnswer(models.Model):
    _name = 'service.order.answer'
    _inherit = ['service.order.answer', 'service.seen.mixin']


class ServiceOrder(models.Model):
    _name = 'service.order'
    _inherit = ['service.order', 'service.seen.mixin']
    _seen_order = 'id'


class ServiceVisit(models.Model):
    _name = 'service.visit'
    _inherit = ['service.visit', 'service.seen.mixin']
