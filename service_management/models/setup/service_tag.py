from random import randint

from odoo import fields, models


class ServiceTag(models.Model):
    _name = 'service.tag'
    _inherit = ['service.guarded.mixin']
    _description = "Service Tag"
    _order = 'name'

    def _default_color(self):
        return randint(1, 11)

    name = fields.Char(required=True, translate=True)
    color = fields.Integer(default=lambda self: self._default_color())
    active = fields.Boolean(default=True)

    _unique_name = models.Constraint('UNIQUE (name)', "This tag exists already.")
