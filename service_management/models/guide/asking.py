from odoo import models
from odoo.exceptions import UserError


class ServiceOrder(models.Model):
    """A guide is walked in a dialog, by a technician on the phone or by whoever takes the call."""
    _inherit = 'service.order'

    def get_guides(self, object_id=None):
        """Return what the dialog of guides shows of one order before a guide is chosen.

        :param object_id: id of a service.object of the order; the first one where nobody says
        :return: {'objects': [{'id' (False without one), 'name'}], 'object_id', 'guides': [{'id', 'name',
            'note', 'symptoms': names}], the most fitting first, 'runs': [{'id', 'name', 'state', 'step'}]}
        """
        self.ensure_one()
        self.check_access('read')
        obj = self._get_named_object(object_id or self.object_ids[:1].id)
        symptoms = self.repair_ids.filtered(lambda repair: repair.object_id == obj).symptom_id
        guides = self.env['service.guide']._get_for(self.company_id, obj, symptoms)
        return {
            'objects': [
                {'id': each.id, 'name': each.display_name or self.env._("The order")}
                for each in self.object_ids or [obj]],
            'object_id': obj.id,
            'guides': [
                {'id': guide.id, 'name': guide.name, 'note': guide.version_id.note or '',
                 'symptoms': ', '.join((guide.symptom_ids & symptoms).mapped('name'))}
                for guide in guides],
            'runs': [
                {'id': run.id, 'name': run.guide_id.name, 'state': run.state, 'step': run.step_id.name}
                for run in self.guide_run_ids.filtered(
                    lambda run: run.object_id == obj and run.state != 'stopped')],
        }

    def start_guide(self, object_id, guide_id):
        """Begin a guide for an object of one order, or go on with the one that is under way.

        :return: as `get_guide_run`
        :raise UserError: if the stage forbids editing the order, or the guide is not offered
        """
        self._ensure_askable()
        obj = self._get_named_object(object_id)
        guide = self.env['service.guide']._get_for(
            self.company_id, obj, self.env['service.symptom']).filtered(
            lambda guide: guide.id == guide_id)
        if not guide:
            raise UserError(self.env._(
                "The guide is not offered any more. Open the dialog again."))
        run = self.guide_run_ids.filtered(lambda run: (
            run.object_id == obj and run.guide_id == guide and run.state == 'running'))[:1]
        # What was answered is evidence: runs are made by the program.
        run = run or self.env['service.guide.run'].sudo().create({
            'order_id': self.id, 'object_id': obj.id, 'version_id': guide.version_id.id,
            'step_id': guide.version_id._get_steps()[:1].id,
        }).sudo(False)
        if run.step_id.kind == 'result':
            run._go_to(run.step_id)
        return self.get_guide_run(run.id)

    def _ensure_askable(self):
        """:raise UserError: if the stage of one order forbids editing it"""
        self.ensure_one()
        self.check_access('write')
        self._ensure_allowed('edit')

    def _get_guide_run(self, run_id):
        """Return one run of this order.

        :raise UserError: if it is none
        """
        self.ensure_one()
        self.check_access('read')
        run = self.guide_run_ids.filtered(lambda run: run.id == run_id)
        if not run:
            raise UserError(self.env._(
                "The guide was not walked for %s. Open the dialog again.", self.name))
        return run

    def get_guide_run(self, run_id):
        """Return what the dialog shows while a guide is walked.

        :return: {'id', 'name', 'object', 'state', 'step': {'id', 'name', 'kind', 'description' (HTML),
            'picture' (address or False), 'unit', 'limits', 'answers': [{'id', 'name'}]}, 'path':
            [{'question', 'answer', 'remark'}], 'left': how many answers at most are to come, 'result':
            {'codes': [names], 'sets': [{'id', 'name'}], 'skills': [names], 'type' (name or False),
            'can_retype'} or False, 'is_taken_over'}
        :raise UserError: if it was not walked for the order
        """
        run = self._get_guide_run(run_id)
        step = run.step_id
        return {
            'id': run.id, 'name': run.version_id.display_name, 'object': run.object_id.name or '',
            'state': run.state, 'is_taken_over': run.is_taken_over,
            'step': {
                'id': step.id, 'name': step.name, 'kind': step.kind,
                'description': step.description or '',
                'picture': step.picture and f'/web/image/service.guide.step/{step.id}/picture',
                'unit': step.unit or '', 'limits': step.limit_text or '',
                'answers': [
                    {'id': answer.id, 'name': answer.display_name} for answer in step.answer_ids],
            },
            'path': [
                {'question': reply.step_id.name, 'answer': reply.answer, 'remark': reply.remark or ''}
                for reply in run.reply_ids if not reply.is_taken_back],
            'left': run.version_id._count_left()[step],
            'result': run.state == 'ended' and self._describe_result(run),
        }

    def _describe_result(self, run):
        """Return what the result of one run proposes, as `get_guide_run` does."""
        result = run.step_id
        return {
            'codes': [
                code.name for code in (result.symptom_id, result.diagnosis_id, result.resolution_id)
                if code],
            'sets': [{'id': each.id, 'name': each.name} for each in result.line_set_ids],
            'skills': result.skill_ids.mapped('name'),
            'type': result.order_type_id != self.type_id and result.order_type_id.name,
            'can_retype': (
                self.state in ('draft', 'open') and not self._has_begun()
                and not self._get_refused(['type_id'])),
        }

    def answer_guide(self, run_id, step_id, answer_id=False, number=0.0, remark=''):
        """Keep what was answered at a step, and ask the next one.

        An answer to a step that is no more asked, because somebody was faster, is none.

        :return: as `get_guide_run`
        :raise UserError: if it is no answer to the step, or the stage forbids editing the order
        """
        self._ensure_askable()
        run = self._get_guide_run(run_id)
        step = run.version_id.step_ids.filtered(lambda step: step.id == step_id)
        run._reply(
            step, step.answer_ids.filtered(lambda answer: answer.id == answer_id), number, remark)
        return self.get_guide_run(run_id)

    def take_back_guide_answer(self, run_id):
        """Take the last answer back, and ask its step again.

        :return: as `get_guide_run`
        :raise UserError: if the result was taken over, or the stage forbids editing the order
        """
        self._ensure_askable()
        self._get_guide_run(run_id)._take_back()
        return self.get_guide_run(run_id)

    def stop_guide(self, run_id):
        """End a guide without a result.

        :return: as `get_guides`
        :raise UserError: if the stage forbids editing the order
        """
        self._ensure_askable()
        run = self._get_guide_run(run_id)
        run._stop()
        return self.get_guides(run.object_id.id)

    def take_over_guide(self, run_id, set_ids=(), is_type_wanted=False):
        """Do what the result of a guide proposes.

        :param set_ids: ids of the line sets that are wanted
        :return: as `get_guide_run`
        :raise UserError: if it has no result yet, or the work has begun and the type is to change
        :raise AccessError: if the type is to change, and the user may not change it
        """
        self._ensure_askable()
        run = self._get_guide_run(run_id)
        run._take_over(
            run.step_id.line_set_ids.filtered(lambda each: each.id in set_ids), is_type_wanted)
        return self.get_guide_run(run_id)
