from odoo import api, fields, models

USAGE_STATES = [
    ('usable', "May Be Used"),
    ('limited', "With Limits"),
    ('stopped', "Must Not Be Used"),
]


class ServiceObject(models.Model):
    """What was repaired on an object, and whether it may be used."""
    _inherit = 'service.object'

    usage_state = fields.Selection(
        selection=USAGE_STATES, string="Use", tracking=True,
        help="Whether the object may be used, as far as service knows. Empty: nobody has said.")
    usage_note = fields.Char(
        string="Why", tracking=True, help="What limits its use, and what has to be done.")
    order_object_ids = fields.One2many(
        comodel_name='service.order.object', inverse_name='object_id', string="State on Orders",
        readonly=True)
    repair_ids = fields.One2many(
        comodel_name='service.repair', inverse_name='object_id', string="Repairs", readonly=True)
    repair_count = fields.Integer(compute='_compute_repair_count', string="Number of Repairs")

    _not_usable = models.Index("(usage_state) WHERE usage_state IN ('limited', 'stopped')")

    @api.depends('repair_ids')
    def _compute_repair_count(self):
        count_by_object = dict(self.env['service.repair']._read_group(
            [('object_id', 'in', self.ids)], ['object_id'], ['__count']))
        for obj in self:
            obj.repair_count = count_by_object.get(obj._origin, 0)

    def action_view_repairs(self):
        """Show the repairs of the object, the latest first."""
        self.ensure_one()
        self.check_access('read')
        return {
            **self.env['ir.actions.act_window']._for_xml_id(
                'service_management.service_repair_action'),
            'domain': [('object_id', 'in', self.ids)],
            'context': {},
        }
