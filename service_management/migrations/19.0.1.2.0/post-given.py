from odoo import SUPERUSER_ID, api
from odoo.fields import Domain
from odoo.tools import split_every


def migrate(cr, version):
    """Mark what else of open lines differs from what is found: from now on it stays."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    # Prices of orders were marked before: they were always kept beside what was found.
    mark(
        env['service.order.line'],
        Domain('state', '=', 'open') & Domain('order_id.state', 'in', ('draft', 'open', 'signed_off')),
        marked='price_unit',
        sources=('technical_price_unit', 'technical_discount', 'has_pricelist_discount'))
    mark(
        env['service.subscription.line'],
        Domain('date_billed_to', '=', False) & Domain('subscription_id.state', '!=', 'closed'))


def mark(model, domain, marked=None, sources=()):
    """Mark values of lines that differ from what is found; who gave them is not known."""
    env = model.env
    for ids in split_every(1000, model.search(domain).ids):
        lines = model.browse(ids)
        for name in sources:
            env.add_to_compute(model._fields[name], lines)
        for name in model._get_followed_fields():
            proposals = {} if name == marked else lines._get_proposals(name)
            for line, proposal in proposals.items():
                if not line._is_same(name, line[name], proposal):
                    line.given_fields = {**(line.given_fields or {}), name: {}}
        env.flush_all()
        env.invalidate_all()
