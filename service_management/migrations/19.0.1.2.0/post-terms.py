from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Note what subscriptions have of their own: what differs from the customer's."""
    env = api.Environment(cr, SUPERUSER_ID, {'active_test': False})
    env['service.subscription'].search([])._note_given(
        ['partner_invoice_id', 'payment_term_id', 'fiscal_position_id'])
