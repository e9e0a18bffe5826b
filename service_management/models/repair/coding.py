from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .service_repair import CODES

#: How far back it is counted what is coded often
_DAYS = 730
#: What the dialog may give a repair
_GIVEN = {*CODES, 'note', 'name'}


class ServiceOrder(models.Model):
    """Coding in a few taps: the most frequent codes first, and what helped before with them."""
    _inherit = 'service.order'

    def get_repair_coding(self):
        """Return what the dialog of coding shows of one order.

        :return: {'objects': [{'id' (False without one), 'name', 'row_id', 'problem', 'status', 'note',
            'usage', 'usage_note', 'proposed_usage' (or False), 'repairs': [{'id', 'codes': {field: {'id', 'name'} or False},
            'note', 'is_finished', 'technician', 'parts'}]}], 'statuses': [{'id', 'name',
            'category'}], 'usages': [[value, label]]}
        """
        self.ensure_one()
        self.check_access('read')
        Status = self.env['service.repair.status']
        statuses = Status.with_context(active_test=True).search(
            Status._check_company_domain(self.company_id))
        return {
            'name': self.name,
            'objects': [
                self._describe_for_coding(obj)
                for obj in self.object_ids or [self.env['service.object']]],
            'statuses': [
                {'id': status.id, 'name': status.name, 'category': status.category}
                for status in statuses if self._has_role(status.role)],
            'usages': self.env['service.object']._fields[
                'usage_state']._description_selection(self.env),
        }

    def _describe_for_coding(self, obj):
        """Return one object of one order, or what is coded without one, as `get_repair_coding` does."""
        row = self.object_status_ids.filtered(lambda row: row.object_id == obj)[:1]
        repairs = self.repair_ids.filtered(lambda repair: repair.object_id == obj)
        return {
            'id': obj.id, 'name': obj.display_name or self.env._("The order"), 'row_id': row.id,
            'problem': row.problem or '', 'note': row.note or '',
            'status': row.status_id and {
                'id': row.status_id.id, 'name': row.status_id.name,
                'category': row.status_id.category},
            'usage': obj.usage_state, 'usage_note': obj.usage_note or '',
            'proposed_usage': repairs._get_proposed_usage(obj),
            'repairs': [repair._describe_for_coding() for repair in repairs],
        }

    def get_repair_choices(self, object_id, codes):
        """Return what can be coded next on one object, the most frequent first, and what helped.

        :param object_id: id of a service.object of the order, or False
        :param dict codes: {field: id} of what is chosen so far
        :return: {'choices': {field: [{'id', 'name', 'area', 'count'}]}, 'helped': [{'diagnosis',
            'resolution', 'count', 'level', 'hours', 'parts'}], 'sets': [{'id', 'name'}] of lines
            that are proposed}
        """
        self.ensure_one()
        self.check_access('read')
        draft = self._new_coding(object_id, codes)
        return {
            'choices': {name: draft._get_frequent(name) for name in CODES},
            'helped': [
                self._describe_answer(answer) for answer in self._get_answers(draft)],
            'sets': [
                {'id': line_set.id, 'name': line_set.name}
                for line_set in draft._get_proposed_sets(self.line_ids)],
        }

    def _get_named_object(self, object_id):
        """Return the object of one order that a dialog names, or none.

        :raise UserError: if it is not on the order
        """
        obj = self.object_ids.filtered(lambda obj: obj.id == object_id)
        if object_id and not obj:
            raise UserError(self.env._(
                "The object is not on %s any more. Open the dialog again.", self.name))
        return obj

    def _new_coding(self, object_id, codes):
        """Return a repair that is being coded, unsaved.

        :raise UserError: if the object is not on the order
        """
        obj = self._get_named_object(object_id)
        return self.env['service.repair'].new({
            'order_id': self.id, 'object_id': obj.id,
            **{name: codes.get(name) or False for name in CODES}})

    def _get_answers(self, draft):
        """Return what helped before against what is coded so far, as `_get_what_helped` does."""
        if not draft.symptom_id:
            return []
        return self.env['service.repair']._get_what_helped(
            self.company_id, draft.object_id._origin, draft.symptom_id._origin,
            draft.diagnosis_id._origin)

    @api.model
    def _describe_answer(self, answer):
        """Return one answer of what helped before, as the dialog shows it."""
        return {
            'diagnosis': answer['diagnosis'].name or '', 'diagnosis_id': answer['diagnosis'].id,
            'resolution': answer['resolution'].name, 'resolution_id': answer['resolution'].id,
            'count': answer['count'], 'level': answer['level'],
            'hours': round(answer['hours'], 1),
            'parts': [
                {'name': product.display_name, 'quantity': quantity, 'times': times}
                for product, quantity, times in answer['parts'][:5]],
        }

    def code_repair(self, object_id, codes, repair_id=False, take_over=False):
        """Keep what was coded of one object: in a repair line that is there, or in a new one.

        :param dict codes: {field: value} of codes, note and title; others are refused
        :param bool take_over: plan the parts, too, that such a repair took before
        :return: as `get_repair_coding`
        :raise UserError: if the stage of the order forbids editing it, or something is no code
        """
        self.ensure_one()
        self.check_access('write')
        if strange := set(codes) - _GIVEN:
            raise UserError(self.env._(
                "A repair is coded with symptom, diagnosis and resolution; not with: %s.",
                ', '.join(sorted(strange))))
        self._new_coding(object_id, {})
        repair = self.repair_ids.filtered(lambda repair: repair.id == repair_id)
        if repair:
            repair.write(codes)
        else:
            repair = repair.create({'order_id': self.id, 'object_id': object_id, **codes})
        if take_over and repair.resolution_id:
            for answer in self._get_answers(repair):
                if answer['resolution'] == repair.resolution_id and (
                        answer['diagnosis'] in (repair.diagnosis_id, repair.diagnosis_id.browse())):
                    repair._take_over(answer)
                    break
        return self.get_repair_coding()

    def insert_repair_set(self, object_id, repair_id, set_id):
        """Add the lines that a code of a repair proposes, and tie them to it.

        :return: as `get_repair_coding`
        :raise UserError: if the codes do not propose them, or the stage forbids editing the order
        """
        self.ensure_one()
        self.check_access('write')
        repair = self.repair_ids.filtered(
            lambda repair: repair.id == repair_id and repair.object_id.id == object_id)
        line_set = repair._get_proposed_sets(self.line_ids).filtered(
            lambda line_set: line_set.id == set_id)
        if not line_set:
            raise UserError(self.env._(
                "These lines are on %s already, or the codes have changed. Open the dialog again.",
                self.name))
        line_set._insert(self, repair.object_id, {'repair_id': repair.id})
        return self.get_repair_coding()

    def set_object_status(self, object_id, vals):
        """Say how far the repair of one object is, and whether it may be used.

        :param dict vals: 'status_id' and 'note' of the object on the order, 'usage_state' and
            'usage_note' of the object itself
        :return: as `get_repair_coding`
        :raise UserError: if the object is not on the order, or its stage forbids editing it
        """
        self.ensure_one()
        self.check_access('write')
        self._ensure_allowed('edit')
        self._keep_object_statuses()
        row = self.object_status_ids.filtered(lambda row: row.object_id.id == object_id)
        if not row:
            raise UserError(self.env._(
                "The object is not on %s any more. Open the dialog again.", self.name))
        row.write({name: vals[name] for name in ('note', 'status_id') if name in vals})
        usage = {name: vals[name] for name in ('usage_state', 'usage_note') if name in vals}
        if usage:
            row.object_id.write(usage)
        return self.get_repair_coding()


class ServiceRepair(models.Model):
    _inherit = 'service.repair'

    def _describe_for_coding(self):
        """Return one repair as the dialog of coding shows it."""
        self.ensure_one()
        parts = self.line_ids.filtered(lambda line: line.kind == 'item' and line.state != 'cancelled')
        return {
            'id': self.id, 'note': self.note or '', 'is_finished': self.is_finished,
            'technician': self.employee_id.name or '',
            'codes': {
                name: self[name] and {'id': self[name].id, 'name': self[name].name} for name in CODES},
            'parts': [f'{line.quantity:g} × {line.product_id.display_name}' for line in parts],
        }

    def _get_proposed_sets(self, lines):
        """Return the line sets that the codes of these repairs propose, without those that are there.

        :param lines: service.order.line records that the order has
        """
        sets = (
            self.symptom_id.line_set_ids | self.diagnosis_id.line_set_ids
            | self.resolution_id.line_set_ids)
        return sets._origin.filtered(lambda line_set: (
            line_set.active and not line_set._is_among(lines, self.object_id._origin)))

    def _get_proposed_usage(self, obj):
        """Return the use of an object that open repairs propose where it is worse than what is said."""
        repairs = self.filtered(lambda repair: not repair.is_finished)
        ranks = [False, *dict(obj._fields['usage_state'].selection)]
        proposed = max(
            (code.usage_state for code in (*repairs.symptom_id, *repairs.diagnosis_id)),
            key=ranks.index, default=False)
        return proposed if ranks.index(proposed) > ranks.index(obj.usage_state) else False

    def _get_frequent(self, name):
        """Return what can be chosen in a field of one repair, the most frequent first.

        Counted are the last two years of objects of the group, with what is coded before.

        :return: list of {'id', 'name', 'area', 'count'}
        """
        self.ensure_one()
        if name == 'condition_id':
            Code = self.env[self._fields[name].comodel_name].with_context(active_test=True)
            offered = Code.search(Code._check_company_domain(self.order_id.company_id))
        else:
            offered = self._get_allowed(name)
        if not offered:
            return []
        domain = Domain('company_id', '=', self.order_id.company_id.id) & Domain(
            name, 'in', offered.ids) & Domain(
            'date_start', '>=', fields.Datetime.subtract(fields.Datetime.now(), days=_DAYS))
        if group := self.object_id.group_id._origin:
            domain &= Domain('object_id.group_id', '=', group.id)
        for before in CODES[1:CODES.index(name)] if name != 'condition_id' else ():
            if self[before]:
                domain &= Domain(before, '=', self[before]._origin.id)
        # What other teams coded is no secret: it is counted only.
        counts = {code.id: count for code, count in self.env['service.repair'].sudo()._read_group(
            domain, [name], ['__count'])}
        ranked = sorted(offered, key=lambda code: -counts.get(code.id, 0))  # stable: else as listed
        return [{
            'id': code.id, 'name': code.name, 'count': counts.get(code.id, 0),
            'area': code.area_id.name if 'area_id' in code._fields else '',
        } for code in ranked]
