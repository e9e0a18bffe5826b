from odoo import api, models
from odoo.tools import format_date, format_datetime


class ServiceCall(models.AbstractModel):
    """Where a call begins: who calls, about what, and what comes of it.

    Everything is read and written with the rights of whoever takes the call: nobody finds here what he
    does not see elsewhere.
    """
    _name = 'service.call'
    _description = "Service Call"
    _inherit = ['service.document.mixin']

    @api.model
    def _ensure_takes_calls(self):
        """:raise AccessError: if the user takes no calls"""
        self._ensure_role('customer_service', self.env._(
            "Calls are taken by customer service, dispatchers and service managers. Ask one of them"
            " to make the order."))

    @api.model
    def _open_page(self, partner, obj=None):
        """Return the action that opens the page of calls with who calls, and about what."""
        self._ensure_takes_calls()
        action = self.env['ir.actions.client']._for_xml_id('service_management.service_call_action')
        return {**action, 'context': {
            'default_partner_id': partner.id, 'default_object_id': obj and obj.id}}

    @api.model
    def _say_day(self, day):
        return day and format_date(self.env, day)

    @api.model
    def _say_moment(self, moment):
        return moment and format_datetime(self.env, moment, dt_format='EEE d MMM, HH:mm')

    @api.model
    def _say_address(self, partner):
        """Return the address of a contact on one line."""
        town = ' '.join(filter(None, (partner.zip, partner.city)))
        return ', '.join(filter(None, (partner.street, partner.street2, town)))

    @api.model
    def _label(self, record, field):
        """Return what people read of a selection."""
        labels = dict(record._fields[field]._description_selection(self.env))
        return labels.get(record[field], '')
