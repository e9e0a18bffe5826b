from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .service_repair_status import ENDED

#: What has to be coded by the rule of an order type
RULES = {
    'symptom': ('symptom_id',),
    'diagnosis': ('symptom_id', 'diagnosis_id'),
    'resolution': ('symptom_id', 'diagnosis_id', 'resolution_id'),
}


class ServiceOrder(models.Model):
    """What is wrong with each object of an order, and how far its repair is."""
    _inherit = 'service.order'

    object_status_ids = fields.One2many(
        comodel_name='service.order.object', inverse_name='order_id', string="State of the Objects")
    repair_ids = fields.One2many(
        comodel_name='service.repair', inverse_name='order_id', string="Repair Lines")
    repair_status_id = fields.Many2one(
        comodel_name='service.repair.status', compute='_compute_repair_status_id', store=True,
        index='btree_not_null', ondelete='restrict',
        help="Of the most urgent object, in the order of the list of statuses.")
    repair_summary = fields.Char(
        string="Objects Done", compute='_compute_repair_summary',
        help="How many of several objects are finished.")

    @api.depends('object_status_ids.status_id')
    def _compute_repair_status_id(self):
        for order in self:
            statuses = order.object_status_ids.status_id
            order.repair_status_id = statuses.sorted(
                lambda status: (status.sequence, status.id))[:1]

    @api.depends('object_status_ids.category')
    @api.depends_context('lang')
    def _compute_repair_summary(self):
        for order in self:
            rows = order.object_status_ids
            ended = rows.filtered(lambda row: row.category in ENDED)
            order.repair_summary = len(rows) > 1 and self.env._(
                "%(done)s of %(all)s done", done=len(ended), all=len(rows))

    @api.model_create_multi
    def create(self, vals_list):
        """Make the rows of the objects."""
        orders = super().create(vals_list)
        orders._keep_object_statuses()
        return orders

    def write(self, vals):
        """Keep the rows of the objects as the objects are."""
        result = super().write(vals)
        if 'object_ids' in vals:
            self._keep_object_statuses()
        return result

    def _keep_object_statuses(self):
        """Make a row for each object of these orders, and take away those of objects that left.

        Without the feature nothing is made.
        """
        # Rows come and go with the objects, whoever chooses these.
        orders = self.sudo()
        rows = orders.object_status_ids
        gone = rows.filtered(lambda row: row.object_id not in row.order_id.object_ids)
        if gone:
            gone.unlink()
            orders._follow_repair_status()
        if not self._has_repairs_on():
            return
        known = {(row.order_id, row.object_id) for row in rows - gone}
        missing = [
            (order, obj) for order in orders for obj in order.object_ids
            if (order, obj) not in known]
        if not missing:
            return
        Status = self.env['service.repair.status'].sudo()
        first = {
            company: Status._get_first(company, 'to_do').id
            for company in {order.company_id for order, _obj in missing}}
        self.env['service.order.object'].sudo().create([
            {'order_id': order.id, 'object_id': obj.id, 'status_id': first[order.company_id]}
            for order, obj in missing])

    @api.model
    def _has_repairs_on(self):
        """Tell whether the feature is switched on for the employees."""
        return self.env['res.groups']._is_feature_enabled(
            'service_management.service_management_group_repair')

    def _ensure_not_named(self, objects):
        """Keep the objects of which repairs are coded, too."""
        super()._ensure_not_named(objects)
        # What was coded is evidence, whoever takes an object off.
        if coded := self.sudo().repair_ids.object_id & objects:
            raise ValidationError(self.env._(
                "%(objects)s stays on %(order)s: its repairs are coded there. Delete its repair lines"
                " first.", objects=', '.join(coded.mapped('display_name')), order=self.name))

    #=== WHAT FOLLOWS ===#

    def _follow_repair_status(self):
        """Move open orders to the stage that the status of their most urgent object names.

        Where it names none, those go back to where they were that a status has moved.
        """
        for order in self.filtered(lambda order: order.state == 'open'):
            status = order.repair_status_id
            stage = status.stage_id or order._get_stage_before_status()
            if not stage.active or stage == order.stage_id or not stage.filtered_domain(
                    stage._get_available_domain(**dict(order._get_stage_place()))):
                continue
            # Who sets the status moves the order without having the right to.
            order.sudo().write({
                'stage_id': stage.id,
                'stage_reason_id': stage.needs_reason and status.stage_reason_id.id,
                'stage_note': self.env._("By the repair status “%s”.", status.name)})

    def _get_stage_before_status(self):
        """Return the stage that one order left for the one of a repair status, or none."""
        self.ensure_one()
        # What happened decides, whoever asks.
        last = self.sudo().stage_log_ids.sorted('id')[-1:]
        Status = self.env['service.repair.status'].sudo().with_context(active_test=False)
        if last.stage_id != self.stage_id or not Status.search_count(
                [('stage_id', '=', self.stage_id.id)], limit=1):
            return self.env['service.stage']
        former = last.stage_from_id
        return former if former.category == 'open' and not former.needs_reason else former.browse()

    def _follow_symptoms(self, symptoms):
        """Make one order as urgent as the symptoms that are coded say, and promise what they promise.

        What somebody gave stays.

        :param symptoms: service.symptom records
        """
        self.ensure_one()
        # Whoever codes has not the right to change what is promised.
        order = self.sudo()
        priority = max(filter(None, symptoms.mapped('priority')), default='0')
        if priority > (order.priority or '0') and not order._is_given('priority'):
            order.priority = priority
        if sla := symptoms.sla_id.filtered('active')[:1]:
            if not order._get_agreed_sla() and not order._is_given('sla_id') and order.sla_id != sla:
                order.sla_id = sla

    def _propose_priority(self):
        """Propose what symptoms ask for where that is more than what the type does."""
        found = super()._propose_priority()
        for order in self:
            coded = max(
                filter(None, order.repair_ids.symptom_id.mapped('priority')), default='0')
            found[order] = max(found[order], coded)
        return found

    def _propose_sla_id(self):
        """Propose what symptoms promise before what the type does, after what is agreed."""
        found = super()._propose_sla_id()
        for order in self:
            sla = order.repair_ids.symptom_id.sla_id.filtered('active')[:1]
            if sla and not order._get_agreed_sla():
                found[order] = sla
        return found

    def _get_wanted_skills(self):
        """Ask for what the faults need that are not repaired yet."""
        wanted = super()._get_wanted_skills()
        repairs = self.repair_ids.filtered(lambda repair: not repair.is_finished)
        for skill in repairs.symptom_id.skill_ids | repairs.diagnosis_id.skill_ids:
            wanted.setdefault(skill, self.env['hr.skill.level'])
        return wanted

    def _get_shown_status(self, obj):
        """Return the repair status of an object that the customer of one order reads, or none."""
        self.ensure_one()
        # Customers have no rights on statuses: what is for them is said of each.
        row = self.sudo().object_status_ids.filtered(lambda row: row.object_id == obj)
        return row.status_id.filtered('is_for_customers')

    #=== SIGN-OFF ===#

    def _get_uncoded(self):
        """Return [(object or none, [labels of what is not coded])] of one order, by its type's rule."""
        self.ensure_one()
        names = RULES.get(self.type_id.repair_rule, ())
        if not names:
            return []
        Repair = self.env['service.repair']
        labels = {name: Repair._fields[name]._description_string(self.env) for name in names}
        missing = []
        for obj in self.object_ids or [self.env['service.object']]:
            repairs = self.repair_ids.filtered(
                lambda repair, obj=obj: not obj or repair.object_id == obj)
            lacking = [labels[name] for name in names if not repairs or not all(
                repair[name] for repair in repairs)]
            if lacking:
                missing.append((obj, lacking))
        return missing

    def _check_becomes(self, state, vals):
        """:raise UserError: naming what has to be coded before a sign-off"""
        super()._check_becomes(state, vals)
        if state == 'signed_off' and (missing := self._get_uncoded()):
            raise UserError(self.env._(
                "%(order)s cannot be signed off before its repair is coded. Code these first, with"
                " “Repair”:\n%(objects)s", order=self.name, objects='\n'.join(
                    f"• {obj.display_name or self.name}: {', '.join(labels)}"
                    for obj, labels in missing)))

    def action_code_repair(self):
        """Open the dialog in which repairs are coded.

        :raise UserError: if the stage of the order forbids editing it
        """
        self.ensure_one()
        self.check_access('write')
        self._ensure_allowed('edit')
        self._keep_object_statuses()
        return {
            'type': 'ir.actions.client', 'tag': 'service_repair', 'target': 'new',
            'name': self.env._("Repair"), 'params': {'order_id': self.id},
        }
