from odoo import models


class ServiceAgreement(models.Model):
    """Templates, and copies of what was agreed."""
    _inherit = 'service.agreement'

    def action_copy_lines(self):
        """Ask which lines of a template or another agreement to copy."""
        self.ensure_one()
        return self._open_dialog(
            'service.agreement.copy.lines', self.env._("Copy Lines"), default_agreement_id=self.id)

    def action_new_from_template(self):
        """Open a new agreement with the terms and the lines of one template."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'service.agreement',
            'views': [(False, 'form')],
            'context': {'default_template_id': self.id, 'default_title': self.title},
        }

    def _copy_lines_from(self, source, lines=None, with_relations=True):
        """Copy lines, and what the source relates to, into one agreement.

        Relations are added to those already there, never replace them; objects of another
        customer stay behind.

        Source: Dynamics 365 Finance & Operations, "Create service agreements": those of a template
        always come along, those of another agreement when they are wanted.

        :param source: a template or another agreement
        :param lines: lines of the source, by default all; stopped ones are left behind
        """
        self.ensure_one()
        if with_relations or source.is_template:
            self.task_ids |= source.task_ids
            objects = source.object_ids.filtered(lambda obj: (
                not self.is_template and obj.active
                and obj.commercial_partner_id in (obj.browse().commercial_partner_id,
                                                  self.commercial_partner_id)))
            if objects and (self.object_ids or not self.line_ids):
                self.object_ids |= objects
        return (source.line_ids if lines is None else lines)._copy_to(self)
