from odoo import fields, models


class ServiceAgreementGroup(models.Model):
    _name = 'service.agreement.group'
    _description = "Service Agreement Group"
    _inherit = ['service.setup.mixin']
    _order = 'sequence, name'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', ondelete='restrict', condition=True, index=True,
        default=lambda self: self.env.company,
        help="Leave empty to share the group between companies.")
    sla_id = fields.Many2one(
        comodel_name='service.sla', string="SLA", check_company=True, ondelete='restrict',
        help="For agreements of the group that have none of their own.")
    horizon_days = fields.Integer(
        string="Orders Ahead", default=30,
        help="Every night, orders are created for the work that is due in so many days. 0 means"
             " that orders are created by hand only.")
    agreement_count = fields.Integer(compute='_compute_agreement_count')

    _horizon = models.Constraint(
        'CHECK (horizon_days >= 0 AND horizon_days <= 1100)',
        "Orders are created up to 1100 days ahead: enter 0 to 1100.")

    def _compute_agreement_count(self):
        count_by_group = dict(self.env['service.agreement']._read_group(
            [('group_id', 'in', self.ids), ('is_template', '=', False)],
            ['group_id'], ['__count']))
        for group in self:
            group.agreement_count = count_by_group.get(group._origin, 0)
