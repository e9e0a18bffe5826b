from odoo import api, models
from odoo.fields import Domain

#: How many answers are shown
SHOWN = 5
#: How many repairs of each answer are looked at for parts and hours, the latest first
SAMPLED = 50


class ServiceRepair(models.Model):
    """What helped before: what ended a symptom on this object, on such objects, anywhere."""
    _inherit = 'service.repair'

    @api.model
    def _get_levels(self, obj):
        """Return [(name, domain)]: where it is looked for what helped an object, the nearest first."""
        levels = []
        if obj:
            levels.append(('object', Domain('object_id', '=', obj.id)))
        if obj.product_id:
            levels.append(('product', Domain('object_id.product_id', '=', obj.product_id.id)))
        if obj.group_id:
            levels.append(('group', Domain('object_id.group_id', '=', obj.group_id.id)))
        return [*levels, ('all', Domain.TRUE)]

    @api.model
    def _get_what_helped(self, company, obj, symptom, diagnosis=None):
        """Return what ended a symptom before, the nearest and most frequent first.

        The number of queries does not depend on how much was repaired.

        :param company: whose repairs are looked at
        :param obj: the service.object that has the symptom, may be empty
        :param symptom: service.symptom record
        :param diagnosis: service.diagnosis record: only what ended this one
        :return: list of {'level': 'object', 'product', 'group' or 'all', 'diagnosis': record or
            empty, 'resolution': record, 'count': on that level, 'hours': of work on average,
            'parts': list of (product, average quantity, in how many of the repairs looked at)}
        """
        # What other teams found on such a unit is no secret to who repairs it.
        Repair = self.sudo()
        ended = (
            Domain('symptom_id', '=', symptom.id) & Domain('company_id', '=', company.id)
            & Domain('is_finished', '=', True) & Domain('resolution_id', '!=', False)
            & Domain('resolution_id.active', '=', True) & Domain('status_id.category', '=', 'finished'))
        if diagnosis:
            ended &= Domain('diagnosis_id', '=', diagnosis.id)
        found = {}
        for level, domain in self._get_levels(obj):
            if len(found) >= SHOWN:
                break
            for diagnosed, resolution, count in Repair._read_group(
                    ended & domain, ['diagnosis_id', 'resolution_id'], ['__count'],
                    order='__count desc, diagnosis_id, resolution_id', limit=SHOWN):
                found.setdefault((diagnosed, resolution), (level, domain, count))
        answers = []
        for (diagnosed, resolution), (level, domain, count) in list(found.items())[:SHOWN]:
            sample = Repair.search(
                ended & domain & Domain('diagnosis_id', '=', diagnosed.id)
                & Domain('resolution_id', '=', resolution.id),
                order='date_start desc, id desc', limit=SAMPLED)
            answers.append({
                'level': level, 'diagnosis': diagnosed.sudo(False),
                'resolution': resolution.sudo(False), 'count': count,
                **sample._get_usual_work()})
        return answers

    def _get_usual_work(self):
        """Return hours and parts that these repairs took on average: {'hours', 'parts'}."""
        lines = self.line_ids.filtered(
            lambda line: line.state != 'cancelled' and not line.reversed_line_id and line.quantity > 0)
        work = lines.filtered(lambda line: line.kind == 'hour' and not line.is_travel)
        parts = lines.filtered(lambda line: line.kind == 'item' and line.product_id.active)
        timed = work.repair_id
        usual = []
        for product, taken in parts.grouped('product_id').items():
            repairs = taken.repair_id
            quantity = sum(
                line.product_uom_id._compute_quantity(line.quantity, product.uom_id, round=False)
                for line in taken) / len(repairs)
            usual.append((product.sudo(False), product.uom_id.round(quantity), len(repairs)))
        return {
            'hours': work._get_hours() / len(timed) if timed else 0.0,
            'parts': sorted(usual, key=lambda part: (-part[2], part[0].id)),
        }

    def _take_over(self, answer):
        """Give one repair the codes that ended its symptom before, and plan the parts that it took.

        Parts that were used in at least half of the cases are planned; those that the order has for
        the object already are not planned once more.

        :param dict answer: one of `_get_what_helped`
        """
        self.ensure_one()
        self.write({
            'diagnosis_id': answer['diagnosis'].id or self.diagnosis_id.id,
            'resolution_id': answer['resolution'].id})
        known = self.order_id.line_ids.filtered(
            lambda line: line.state == 'open' and line.object_id in (self.object_id, False)).product_id
        looked_at = min(answer['count'], SAMPLED)
        self.env['service.order.line'].create([{
            'order_id': self.order_id.id, 'kind': 'item', 'product_id': product.id,
            'object_id': self.object_id.id, 'repair_id': self.id, 'quantity_planned': quantity,
        } for product, quantity, times in answer['parts']
            if product not in known and times * 2 >= looked_at])
