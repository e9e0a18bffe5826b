from odoo import models
from odoo.exceptions import UserError

from ...tools.structure import plan_upgrade


class ServiceObject(models.Model):
    """Objects are brought to a version of a template: what people have changed stays."""
    _inherit = 'service.object'

    def _plan_structure(self, version):
        """Return what a version of a template changes on these objects.

        :param version: service.structure.version
        :return: {object: {'add': lines, 'end': components, 'change': [(component, line)], 'kept':
            names of parts that people have changed}}
        :raise UserError: if an object is made of another template
        """
        lines = {line._get_key(): line for line in version.line_ids}
        plans = {}
        for obj in self:
            former = obj.structure_version_id
            if former and former.structure_id != version.structure_id:
                raise UserError(self.env._(
                    "%(object)s is made of “%(former)s”. An object has one template; copy the lines of"
                    " the other one to a template of its own.",
                    object=obj.display_name, former=former.structure_id.name))
            known = {line._get_key(): line for line in former.line_ids}
            present = obj._match_components(version)
            add, end, change, kept = plan_upgrade(
                {key: line._get_design() for key, line in known.items()},
                {key: line._get_design() for key, line in lines.items()},
                {key: component._get_design() for key, component in present.items()})
            plans[obj] = {
                'add': [lines[key] for key in add],
                'end': [present[key] for key in end],
                'change': [(present[key], lines[key]) for key in change],
                'kept': [(lines.get(key) or known[key]).name for key in kept],
            }
        return plans

    def _match_components(self, version):
        """Return {key of a line: component} of what is in one object already.

        A component that people have entered is the part of a line that is the same product, or has the
        same name where there is none, in the same part: it is not added a second time.

        :param version: service.structure.version
        """
        self.ensure_one()
        present = {
            component.structure_line_id: component for component in self.component_ids
            if component.structure_line_id}
        unknown = self.component_ids.filtered(lambda component: not component.structure_line_id)
        for line in version.line_ids.sorted(lambda line: (line.level, line.id)):
            parent = present.get(line.parent_id._get_key(), unknown.browse())
            if line._get_key() in present or (line.parent_id and not parent):
                continue
            match = unknown.filtered(lambda component, line=line, parent=parent: (
                component.parent_id == parent and component._is_same_part(line)))[:1]
            if match:
                present[line._get_key()] = match
                unknown -= match
        return present

    def _apply_structure(self, version, reasons=None):
        """Bring these objects to a version of a template: what people have changed stays.

        Safe to run again: what is there already is left alone.

        :param version: service.structure.version, not a draft
        :param dict reasons: why, as fields of `service.component.change`
        """
        if version.state == 'draft':
            raise UserError(self.env._(
                "%s is a draft. Put it in force first.", version.display_name))
        for obj, plan in self._plan_structure(version).items():
            today = obj.company_id._get_service_today()
            made = obj._match_components(version)
            for line, component in made.items():
                component._take({'structure_line_id': line.id})
            for line in plan['add']:
                # The program knows which line a component comes of.
                component = obj.env['service.object.component'].sudo().create({
                    **line._prepare_component(obj, today),
                    'parent_id': made.get(
                        line.parent_id._get_key(), obj.component_ids.browse()).id,
                }).with_env(self.env)
                component.sudo().change_ids.write(reasons or {})
                made[line._get_key()] = component
            for component, line in plan['change']:
                version_before = component._keep_version()
                values = line._prepare_component(obj, today)
                component._take({name: values[name] for name in (
                    'product_id', 'name', 'quantity', 'product_uom_id', 'position')})
                component._log('changed', version_before, reasons)
            for component in plan['end']:
                if not component.date_to:
                    component._remove(today, reasons)
            # The program keeps which version an object is on.
            obj.sudo().structure_version_id = version
        return self
