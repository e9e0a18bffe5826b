from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .service_repair_status import ENDED

#: What is coded, in the order in which it is found
CODES = ('condition_id', 'symptom_id', 'diagnosis_id', 'resolution_id')


class ServiceRepair(models.Model):
    """One step of the repair of one object on one order: what was seen, found and done.

    Source: Dynamics 365 Finance & Operations, "Repair management": several lines an object, one for
    each step; a stage that is finished ends a line and keeps when.
    """
    _name = 'service.repair'
    _inherit = ['service.order.detail.mixin', 'service.dated.mixin']
    _description = "Repair Line"
    _order = 'order_id, sequence, id'
    _check_company_auto = True

    company_id = fields.Many2one(
        related='order_id.company_id', store=True, index=True, precompute=True)
    order_state = fields.Selection(
        related='order_id.state', string="State of the Order", store=True, precompute=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Title", help="In a few words, where codes do not say it.")
    note = fields.Text(string="Notes", help="For your people; customers never see it.")
    object_id = fields.Many2one(
        comodel_name='service.object', compute='_compute_object_id', store=True, readonly=False,
        precompute=True, check_company=True, index='btree_not_null', ondelete='restrict',
        domain="[('id', 'in', order_object_ids)]")
    order_object_ids = fields.Many2many(
        related='order_id.object_ids', string="Objects of the Order")
    order_object_id = fields.Many2one(
        comodel_name='service.order.object', string="Object on the Order",
        compute='_compute_order_object_id', store=True, precompute=True, index='btree_not_null',
        ondelete='cascade')
    can_edit = fields.Boolean(related='order_id.can_edit')

    # Codes
    condition_id = fields.Many2one(
        comodel_name='service.repair.condition', check_company=True, index='btree_not_null',
        ondelete='restrict', help="Under which circumstances it appears.")
    symptom_area_id = fields.Many2one(
        comodel_name='service.symptom.area', compute='_compute_symptom_area_id', store=True,
        readonly=False, precompute=True, check_company=True, index='btree_not_null',
        ondelete='restrict')
    symptom_id = fields.Many2one(
        comodel_name='service.symptom', check_company=True, index='btree_not_null',
        ondelete='restrict', domain="[('id', 'in', allowed_symptom_ids), ('area_id', '=?', symptom_area_id)]",
        help="What the customer sees.")
    diagnosis_area_id = fields.Many2one(
        comodel_name='service.diagnosis.area', compute='_compute_diagnosis_area_id', store=True,
        readonly=False, precompute=True, check_company=True, index='btree_not_null',
        ondelete='restrict')
    diagnosis_id = fields.Many2one(
        comodel_name='service.diagnosis', check_company=True, index='btree_not_null',
        ondelete='restrict', domain="[('id', 'in', allowed_diagnosis_ids), ('area_id', '=?', diagnosis_area_id)]",
        help="What the technician finds.")
    resolution_id = fields.Many2one(
        comodel_name='service.resolution', check_company=True, index='btree_not_null',
        ondelete='restrict', domain="[('id', 'in', allowed_resolution_ids)]",
        help="What was done about it.")
    allowed_symptom_ids = fields.Many2many(
        comodel_name='service.symptom', compute='_compute_allowed', string="Symptoms to Choose")
    allowed_diagnosis_ids = fields.Many2many(
        comodel_name='service.diagnosis', compute='_compute_allowed', string="Diagnoses to Choose")
    allowed_resolution_ids = fields.Many2many(
        comodel_name='service.resolution', compute='_compute_allowed',
        string="Resolutions to Choose")

    # Who, when, how far
    status_id = fields.Many2one(
        comodel_name='service.repair.status', check_company=True, index='btree_not_null',
        ondelete='restrict')
    is_finished = fields.Boolean(
        string="Finished", compute='_compute_is_finished', store=True, precompute=True)
    employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Technician", check_company=True, ondelete='restrict',
        index='btree_not_null', domain="[('service_team_id', '!=', False)]",
        default=lambda self: self.env.user.employee_id.filtered('service_team_id'))
    date_start = fields.Datetime(
        string="Found On", required=True, default=fields.Datetime.now, copy=False)
    date_finished = fields.Datetime(string="Finished On", readonly=True, copy=False)
    line_ids = fields.One2many(
        comodel_name='service.order.line', inverse_name='repair_id', string="Work and Parts",
        readonly=True)

    _what_helped = models.Index(
        '(symptom_id, object_id, diagnosis_id, resolution_id)'
        ' WHERE is_finished IS TRUE AND resolution_id IS NOT NULL')
    _by_object = models.Index('(object_id, date_start)')
    _by_employee = models.Index('(employee_id, date_start)')
    _time_order = models.Constraint(
        'CHECK (date_finished >= date_start)',
        "A repair cannot be finished before the fault was found. Correct “Found On”.")

    @api.depends('order_id')
    def _compute_object_id(self):
        """Name the object where there is only one to name; keep the one that is named."""
        for repair in self.filtered(lambda repair: not repair.object_id):
            objects = repair.order_id.object_ids
            repair.object_id = objects if len(objects) == 1 else False

    @api.depends('order_id', 'object_id')
    def _compute_order_object_id(self):
        for repair in self:
            repair.order_object_id = repair.order_id.object_status_ids.filtered(
                lambda row, repair=repair: row.object_id == repair.object_id)[:1]

    @api.depends('symptom_id')
    def _compute_symptom_area_id(self):
        for repair in self:
            repair.symptom_area_id = repair.symptom_id.area_id or repair.symptom_area_id

    @api.depends('diagnosis_id')
    def _compute_diagnosis_area_id(self):
        for repair in self:
            repair.diagnosis_area_id = repair.diagnosis_id.area_id or repair.diagnosis_area_id

    @api.depends('status_id.category')
    def _compute_is_finished(self):
        for repair in self:
            repair.is_finished = repair.status_id.category in ENDED

    @api.depends('company_id', 'object_id.group_id', 'symptom_id', 'diagnosis_id')
    def _compute_allowed(self):
        for repair in self:
            for name in CODES[1:]:
                repair[f'allowed_{name}s'] = repair._get_allowed(name)

    def _get_allowed(self, name):
        """Return the codes that one repair may be given in a field, by object and combinations.

        :param str name: 'symptom_id', 'diagnosis_id' or 'resolution_id'
        """
        self.ensure_one()
        Code = self.env[self._fields[name].comodel_name].with_context(active_test=True)
        company = self.company_id or self.order_id.company_id or self.env.company
        domain = Domain(Code._check_company_domain(company)) & Domain(
            'object_group_ids', 'in', [False, *self.object_id.group_id._origin.ids])
        before = CODES[1:CODES.index(name)]
        if before:
            allowed = self.env['service.repair.combination']._get_allowed(
                name, company, self.object_id._origin,
                **{code: self[code]._origin for code in before})
            if allowed is not None:
                domain &= Domain('id', 'in', allowed.ids)
        return Code.search(domain)

    @api.depends('name', 'symptom_id', 'diagnosis_id', 'resolution_id', 'object_id')
    @api.depends_context('lang')
    def _compute_display_name(self):
        for repair in self:
            said = repair.name or repair._describe_codes() or repair.object_id.display_name
            repair.display_name = said or self.env._("Repair")

    def _describe_codes(self):
        """Return what is coded of one repair, in the language of the reader."""
        self.ensure_one()
        return ' → '.join(self[name].name for name in CODES[1:] if self[name])

    @api.constrains('order_id', 'object_id')
    def _check_object(self):
        for repair in self:
            if repair.object_id - repair.order_id.object_ids:
                raise ValidationError(self.env._(
                    "%(object)s is not on %(order)s. Add it to the order first.",
                    object=repair.object_id.display_name, order=repair.order_id.name))

    @api.constrains('symptom_id', 'diagnosis_id', 'resolution_id')
    def _check_codes(self):
        for repair in self:
            for name in CODES[1:]:
                code = repair[name]
                if code.active and code not in repair._get_allowed(name):
                    raise ValidationError(self.env._(
                        "“%(code)s” does not go with the object, or with what is coded before it."
                        " Choose one that is offered, or have a service manager add the combination.",
                        code=code.display_name))

    @api.model_create_multi
    def create(self, vals_list):
        """Guard orders that are locked, and draw what follows from codes.

        :raise UserError: if the stage of an order forbids editing it
        """
        orders = self.env['service.order'].browse(
            {vals['order_id'] for vals in vals_list if vals.get('order_id')})
        orders._ensure_allowed('edit')
        orders._keep_object_statuses()
        repairs = super().create(vals_list)
        repairs._after_coding()
        repairs.filtered('is_finished')._keep_finished()
        return repairs

    def write(self, vals):
        """Guard orders that are locked, and draw what follows from codes.

        :raise UserError: if the stage of an order forbids editing it
        """
        self.order_id._ensure_allowed('edit')
        ended = self.filtered('is_finished')
        coded = {repair: [repair[name] for name in CODES] for repair in self}
        result = super().write(vals)
        self.filtered(lambda repair: (
            [repair[name] for name in CODES] != coded[repair]))._after_coding()
        (self - ended).filtered('is_finished')._keep_finished()
        # As in _keep_finished: taken back as it was kept.
        ended.filtered(lambda repair: not repair.is_finished).sudo().date_finished = False
        return result

    def _keep_finished(self):
        """Keep when repairs were finished."""
        now = fields.Datetime.now()
        for repair in self:
            # When something happened is evidence, and nobody's to write.
            repair.sudo().date_finished = max(now, repair.date_start)

    def _after_coding(self):
        """Draw what follows from codes for orders; extend for more."""
        for order, repairs in self.grouped('order_id').items():
            order._follow_symptoms(repairs.symptom_id)
        begun = self.filtered(lambda repair: repair._is_begun())
        begun._begin()
        # Whoever codes has begun, whoever may say so.
        waiting = begun.sudo().order_object_id.filtered(lambda row: row.category == 'to_do')
        for company, rows in waiting.grouped('company_id').items():
            if status := self.env['service.repair.status']._get_first(company, 'in_process'):
                rows.status_id = status

    def _is_begun(self):
        """Tell whether somebody works on one repair: a symptom that a caller named is only heard of."""
        self.ensure_one()
        return bool(
            self.status_id.category != 'to_do' or self.diagnosis_id or self.resolution_id)

    def _begin(self):
        """Let repairs that were only heard of be under way, by whoever finds or does something."""
        heard = self.filtered(lambda repair: repair.status_id.category == 'to_do')
        for company, repairs in heard.grouped('company_id').items():
            if status := self.env['service.repair.status']._get_first(company, 'in_process'):
                repairs.status_id = status
        technician = self.env.user.employee_id.filtered('service_team_id')
        if technician:
            heard.filtered(lambda repair: not repair.employee_id).employee_id = technician

    def _get_excluding_code(self):
        """Return the diagnosis or resolution of one repair that no warranty covers, or none."""
        self.ensure_one()
        codes = (self.diagnosis_id, self.resolution_id)
        return next((code for code in codes if code.is_warranty_excluded), None)

    @api.model
    def _complete_new(self, vals_list):
        """Begin in the first status of work under way."""
        first = {}
        for vals in vals_list:
            if 'status_id' not in vals and vals.get('order_id'):
                company = self.env['service.order'].browse(vals['order_id']).company_id
                if company not in first:
                    first[company] = self.env['service.repair.status']._get_first(
                        company, 'in_process').id
                vals['status_id'] = first[company]
        return super()._complete_new(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self.order_id._ensure_allowed('edit')
        if kept := self.filtered(lambda repair: 'posted' in repair.line_ids.mapped('state'))[:1]:
            raise UserError(self.env._(
                "Work of “%s” is posted: the repair stays as its record.", kept.display_name))

    def action_view_order(self):
        """Show the order that one repair belongs to."""
        self.ensure_one()
        self.check_access('read')
        return self.order_id._show()
