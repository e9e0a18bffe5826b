from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...tools.structure import as_of, compare, flatten, plan_rollback


class ServiceObject(models.Model):
    """What an object is made of, today and on any day."""
    _inherit = 'service.object'

    component_ids = fields.One2many(
        comodel_name='service.object.component', inverse_name='object_id', string="Structure",
        domain=[('origin_id', '=', False), ('date_to', '=', False)], copy=False)
    component_count = fields.Integer(compute='_compute_component_count', string="Components")
    component_change_count = fields.Integer(
        compute='_compute_component_count', string="Changes of the Structure")
    structure_version_id = fields.Many2one(
        comodel_name='service.structure.version', string="Template Version", readonly=True, copy=False,
        index='btree_not_null', ondelete='restrict', tracking=True,
        help="The version of the template that the structure was copied from, or brought to.")
    structure_id = fields.Many2one(
        related='structure_version_id.structure_id', string="Structure Template", store=True,
        index='btree_not_null')

    def _compute_component_count(self):
        there = Domain('object_id', 'in', self.ids)
        counts = dict(self.env['service.object.component']._read_group(
            there & Domain('origin_id', '=', False) & Domain('date_to', '=', False),
            ['object_id'], ['__count']))
        changes = dict(self.env['service.component.change']._read_group(
            there, ['object_id'], ['__count']))
        for obj in self:
            obj.component_count = counts.get(obj._origin, 0)
            obj.component_change_count = changes.get(obj._origin, 0)

    #=== ON A DAY ===#

    def _get_structures(self, *days):
        """Return what one object was made of on each of some days, read once for all of them.

        :return: list of {id of a component: Part, with the row that says what it was then}
        """
        self.ensure_one()
        parts = self.env['service.object.component'].search(
            [('object_id', '=', self.id)])._get_parts()
        return [as_of(parts, day) for day in days]

    def _compare_structures(self, day, other_day):
        """Return how the structure of one object differs on two days, as rows of a tree.

        :return: list of (level, state, row before or None, row after or None); state is 'same',
            'added', 'removed' or 'changed'. What was removed comes last.
        """
        self.ensure_one()
        before, after = self._get_structures(day, other_day)
        added, removed, changed = (set(keys) for keys in compare(before, after))
        rows = [
            (level, 'added' if part.key in added else 'changed' if part.key in changed else 'same',
             before[part.key].row if part.key in before else None, part.row)
            for level, part in flatten(after)]
        return rows + [
            (level, 'removed', part.row, None)
            for level, part in flatten(before) if part.key in removed]

    def _roll_back_structure(self, day, reasons=None):
        """Make the structure of one object what it was on a day, by changes of today: nothing is lost.

        :param date day: whose structure is restored
        :param dict reasons: why, as fields of `service.component.change`
        :return: how many components were ended, changed and restored, as a tuple
        :raise AccessError: if the user is no service manager
        :raise UserError: if nothing has changed since
        """
        self.ensure_one()
        self._ensure_role('manager', self.env._("Only service managers roll a structure back."))
        today = self.company_id._get_service_today()
        ended, changed, restored = plan_rollback(*self._get_structures(today, day))
        if not (ended or changed or restored):
            raise UserError(self.env._(
                "The structure of %s is what it was on that day. There is nothing to roll back.",
                self.display_name))
        Component = self.env['service.object.component']
        reasons = {**(reasons or {}), 'rolled_back_to': day}
        anew = {}  # what stands for a component that is there again
        for part in restored:
            # The program brings back what was there, as it was.
            component = Component.sudo().create({
                **part.row._get_values(), 'object_id': self.id, 'date_from': today,
                'parent_id': anew.get(part.parent, part.parent), 'replaces_id': part.key,
                'structure_line_id': part.row.structure_line_id.id})
            component.change_ids.write({**reasons, 'kind': 'restored'})
            anew[part.key] = component.id
        for part in changed:
            component = Component.browse(part.key)
            version = component._keep_version()
            component._take({
                **part.row._get_values(), 'parent_id': anew.get(part.parent, part.parent)})
            component._log('restored', version, reasons)
        leaving = Component.browse(ended)
        leaving._leave(today)
        leaving._log('removed', reasons=reasons)
        return len(ended), len(changed), len(restored)

    #=== ACTIONS ===#

    def action_view_structure(self):
        """Ask for a day, and show what the object was made of."""
        self.ensure_one()
        return self._open_dialog(
            'service.object.structure', self.env._("Structure of %s", self.display_name),
            default_object_id=self.id)

    def action_view_component_changes(self):
        """Show how the structure of the object has changed, the latest first."""
        self.ensure_one()
        self.check_access('read')
        return {
            **self.env['ir.actions.act_window']._for_xml_id(
                'service_management.service_component_change_action'),
            'domain': [('object_id', '=', self.id)], 'context': {},
        }

    def action_apply_structure(self):
        """Ask which template, and which version of it, these objects are made of.

        :raise AccessError: if the user is no service manager
        """
        self._ensure_role('manager', self.env._(
            "Only service managers say which template an object is made of."))
        return self._open_dialog(
            'service.structure.apply', self.env._("Bring to a Version"), default_object_ids=self.ids)

    def action_make_structure(self):
        """Make a template of what one object is made of, and show it.

        :raise AccessError: if the user is no service manager
        :raise UserError: if the object has no structure
        """
        self.ensure_one()
        return self._make_structure()._show_form()

    def _make_structure(self):
        """Return the draft of a new template with what one object is made of."""
        self.ensure_one()
        if not self.component_ids:
            raise UserError(self.env._("%s has no structure yet.", self.display_name))
        if not self.env['service.structure'].has_access('create'):
            raise AccessError(self.env._("Only service managers make templates."))
        version = self.env['service.structure'].create({
            'name': self.product_id.name or self.name, 'company_id': self.company_id.id,
            'product_ids': self.product_id.ids}).version_ids
        lines = {}
        for component in self.component_ids.sorted(lambda part: (part.level, part.id)):
            lines[component] = self.env['service.structure.line'].create({
                'version_id': version.id,
                'parent_id': component.parent_id in lines and lines[component.parent_id].id,
                'product_id': component.product_id.id, 'name': component.name,
                'quantity': component.quantity, 'product_uom_id': component.product_uom_id.id,
                'position': component.position, 'partner_id': component.partner_id.id})
        return version
