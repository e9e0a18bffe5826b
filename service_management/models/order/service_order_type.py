from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .service_order import PRIORITIES


class ServiceOrderType(models.Model):
    """What a kind of work brings: what is always the same on its orders need not be entered."""
    _name = 'service.order.type'
    _description = "Service Order Type"
    _inherit = ['service.setup.mixin']
    _order = 'sequence, name, id'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        comodel_name='res.company', ondelete='restrict', condition=True, index=True,
        default=lambda self: self.env.company,
        help="Leave empty to share the type between companies.")
    description = fields.Text(
        translate=True, help="What the type is for: shown to whoever chooses it.")
    is_for_customers = fields.Boolean(
        string="Customers May Choose",
        help="Offered to customers who ask for service in the portal.")

    # What it brings
    task_ids = fields.Many2many(
        comodel_name='service.task', relation='service_order_type_task_rel', string="Tasks",
        check_company=True, ondelete='restrict', help="Tasks that its orders begin with.")
    line_set_ids = fields.Many2many(
        comodel_name='service.line.set', relation='service_order_type_line_set_rel',
        string="Line Sets", check_company=True, ondelete='restrict',
        help="Lines that its orders begin with; not those that agreements and sales orders make,"
             " which have lines of their own.")
    team_id = fields.Many2one(
        comodel_name='service.team', check_company=True, ondelete='restrict',
        help="Its orders go to this team, wherever they are. Empty: to the team of the zone. A type that"
             " is shared between companies has none.")
    priority = fields.Selection(selection=PRIORITIES, help="Empty: normal.")
    duration_hours = fields.Float(
        string="Duration of a Visit",
        help="Hours that a visit is planned with. Zero: what its tasks take.")
    skill_ids = fields.Many2many(
        comodel_name='hr.skill', relation='service_order_type_skill_rel', string="Skills",
        ondelete='restrict',
        help="Who comes needs them, at any level, beside the skills that the tasks require.")

    # What it asks for
    stage_id = fields.Many2one(
        comodel_name='service.stage', string="First Stage", check_company=True,
        ondelete='restrict', domain="[('category', 'in', ('draft', 'open'))]",
        help="Where its orders begin. Empty: in the first stage of all.")
    stage_ids = fields.Many2many(
        comodel_name='service.stage', relation='service_order_type_stage_rel',
        column1='type_id', column2='stage_id', string="Own Stages",
        help="Stages for orders of this type, and of the others that share them. Stages that no type"
             " calls its own are for every type.")
    signature_rule = fields.Selection(
        selection=[('required', "Always"), ('none', "Not Needed")], string="Needs a Signature",
        help="Whether customers sign before the sign-off. Empty: as the settings say.")
    is_free = fields.Boolean(
        string="Free of Charge",
        help="Customers do not pay for its orders, as in goodwill or work of your own.")

    order_count = fields.Integer(compute='_compute_order_count', string="Open Orders")

    _positive_duration = models.Constraint(
        'CHECK (duration_hours >= 0)', "A visit cannot take less than no time.")

    @api.onchange('company_id')
    def _onchange_company_id(self):
        """Leave out the team of another company."""
        if self.team_id.company_id != self.company_id:
            self.team_id = False

    @api.constrains('stage_id', 'stage_ids')
    def _check_stage(self):
        for order_type in self.filtered('stage_id'):
            stage = order_type.stage_id
            if stage.category not in ('draft', 'open'):
                raise ValidationError(self.env._(
                    "“%s” is no stage where orders begin: its category has to be Request or Open.",
                    stage.name))
            if stage.order_type_ids and order_type not in stage.order_type_ids:
                raise ValidationError(self.env._(
                    "“%(stage)s” is a stage of other order types. Add “%(type)s” to it first.",
                    stage=stage.name, type=order_type.name))

    def _compute_order_count(self):
        count_by_type = dict(self.env['service.order']._read_group(
            [('type_id', 'in', self.ids), ('state', 'in', ('draft', 'open'))],
            ['type_id'], ['__count']))
        for order_type in self:
            order_type.order_count = count_by_type.get(order_type._origin, 0)

    @api.model
    def _get_for_customers(self, company):
        """Return the types that customers of a company may choose."""
        return self.with_context(active_test=True).search(
            Domain(self._check_company_domain(company)) & Domain('is_for_customers', '=', True))

    def action_view_orders(self):
        """Show the orders of the type."""
        self.ensure_one()
        self.check_access('read')
        return self.env['service.order']._show_found(
            [('type_id', '=', self.id)], default_type_id=self.id, search_default_open=1)

    def _prepare_content(self, company):
        """Return what orders of a type, or of none, begin with in a company.

        :return: (list of values of tasks, list of values of lines)
        """
        served = Domain(self.env['service.task']._check_company_domain(company))
        sets = self.line_set_ids.filtered_domain(served)
        tasks = (self.task_ids | sets.task_id).filtered_domain(served)
        lines = [
            {'sequence': number, 'quantity_planned': line.quantity,
             **line._prepare_order_line(self.env['service.order'])}
            for number, line in enumerate(sets.line_ids, start=1)]
        for vals in lines:
            vals.pop('order_id')
        return [{'task_id': task.id} for task in tasks], lines
