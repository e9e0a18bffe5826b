from odoo import api, models
from odoo.fields import Command


class ServiceCall(models.AbstractModel):
    """What a caller says is wrong: a symptom of each object, and the problem in his words."""
    _inherit = 'service.call'

    @api.model
    @api.readonly
    def get_choices(self):
        """Tell whether symptoms are chosen, too: 'has_symptoms'."""
        return {**super().get_choices(), 'has_symptoms': self._has_feature('repair')}

    @api.model
    @api.readonly
    def get_symptoms(self, values):
        """Return what can be wrong with each object of a call, the most frequent first, and what helped.

        :param dict values: see `take`
        :return: [{'object_id' (False without objects), 'name', 'codes': [{'id', 'name', 'area',
            'count', 'priority'}], 'helped': as `get_repair_choices` has it}], of objects that have
            symptoms to choose from; nothing without the feature
        :raise AccessError: if the user takes no calls
        """
        self._ensure_takes_calls()
        if not self._has_feature('repair'):
            return []
        order = self._imagine(values)
        chosen = {repair.object_id._origin: repair for repair in order.repair_ids}
        codes_by_group = {}
        described = []
        for obj in order.object_ids._origin or [self.env['service.object']]:
            if obj.group_id not in codes_by_group:
                codes_by_group[obj.group_id] = self._get_codes(order, obj)
            answers = order._get_answers(chosen[obj]) if obj in chosen else []
            described.append({
                'object_id': obj.id, 'name': obj.display_name or '',
                'codes': codes_by_group[obj.group_id],
                'helped': [order._describe_answer(answer) for answer in answers]})
        return [obj for obj in described if obj['codes']]

    @api.model
    def _get_codes(self, order, obj):
        """Return the symptoms that an object can have, the most frequent of its group first."""
        draft = self.env['service.repair'].new({'order_id': order.id, 'object_id': obj.id})
        codes = draft._get_frequent('symptom_id')
        symptoms = self.env['service.symptom'].browse(code['id'] for code in codes)
        return [
            {**code, 'priority': symptom.priority or '0'}
            for code, symptom in zip(codes, symptoms, strict=True)]

    @api.model
    def preview(self, values):
        """Return what the symptoms ask for, too: 'skills', a list of names."""
        skills = self._imagine(values).repair_ids.symptom_id.skill_ids
        return {**super().preview(values), 'skills': skills.mapped('name')}

    @api.model
    def _prepare_order(self, values):
        """Code the symptoms that are chosen; the order is at least as urgent as they are."""
        vals = super()._prepare_order(values)
        symptoms = self._read_symptoms(vals, values) if self._has_feature('repair') else {}
        if symptoms:
            vals['repair_ids'] = [
                Command.create(self._prepare_repair(vals, obj, symptom))
                for obj, symptom in symptoms.items()]
            urgent = max(symptom.priority or '0' for symptom in symptoms.values())
            if urgent > vals.get('priority', '0'):
                vals['priority'] = urgent
        return vals

    @api.model
    def _read_symptoms(self, vals, values):
        """Return {object, or none: symptom} of what was chosen, as far as it is on the order."""
        [(_command, _zero, object_ids)] = vals['object_ids']
        objects = self.env['service.object'].browse(object_ids)
        chosen = {}
        for object_id, symptom_id in values.get('symptoms') or []:
            obj = objects.filtered(lambda obj, wanted=object_id: obj.id == wanted)
            symptom = self.env['service.symptom'].browse(self._read_id(symptom_id)).exists()
            if symptom and bool(obj) == bool(objects):
                chosen[obj] = symptom
        return chosen

    @api.model
    def _prepare_repair(self, vals, obj, symptom):
        """Return the values of a repair line that nobody has begun: what the caller sees."""
        company = self.env['res.company'].browse(vals['company_id'])
        to_do = self.env['service.repair.status']._get_first(company, 'to_do')
        return {
            'object_id': obj.id, 'symptom_id': symptom.id, 'status_id': to_do.id,
            'employee_id': False, 'date_start': vals['date_order']}

    @api.model
    def take(self, values):
        """Keep what the caller says as the problem of each object."""
        taken = super().take(values)
        self._keep_problem(taken['id'], values)
        return taken

    @api.model
    def add_to_order(self, order_id, values):
        """Keep what the caller says as the problem of each object that has none."""
        kept = super().add_to_order(order_id, values)
        self._keep_problem(kept['id'], values)
        return kept

    @api.model
    def _prepare_changes(self, order, vals):
        """Code what is not coded yet of an object."""
        changes = super()._prepare_changes(order, vals)
        known = {(repair.object_id.id, repair.symptom_id.id) for repair in order.repair_ids}
        repairs = [
            command for command in vals.get('repair_ids', [])
            if (command[2]['object_id'], command[2]['symptom_id']) not in known]
        return {**changes, 'repair_ids': repairs} if repairs else changes

    @api.model
    def _keep_problem(self, order_id, values):
        """Note what was said of the objects of a call, where nothing is said of them yet."""
        order = self.env['service.order'].browse(order_id)
        rows = order.object_status_ids.filtered(
            lambda row: row.object_id.id in (values.get('object_ids') or []) and not row.problem)
        said = (values.get('title') or '', values.get('note') or '')
        if rows and order.can_edit:
            rows.problem = '\n'.join(filter(None, (text.strip() for text in said)))
