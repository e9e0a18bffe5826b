from odoo import SUPERUSER_ID, api
from odoo.tools import split_every


def migrate(cr, version):
    """Keep what lines of accepted quotes cost if their customers paid all."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    Line = env['service.order.line']
    covered = Line.search([('is_price_agreed', '=', True), ('state', '=', 'open')]).ids
    for ids in split_every(1000, covered):
        for line, price in Line.browse(ids)._get_agreed_price().items():
            line.agreed_price = price
        env.flush_all()
        env.invalidate_all()
