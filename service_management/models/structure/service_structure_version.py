from odoo import fields, models
from odoo.exceptions import UserError


class ServiceStructureVersion(models.Model):
    _name = 'service.structure.version'
    _description = "Version of a Structure Template"
    _inherit = ['service.version.mixin']
    _order = 'structure_id, number desc'
    _check_company_auto = True
    _versioned = 'structure_id'

    structure_id = fields.Many2one(
        comodel_name='service.structure', string="Template", required=True, index=True,
        ondelete='cascade')
    company_id = fields.Many2one(related='structure_id.company_id', store=True, index=True)
    line_ids = fields.One2many(
        comodel_name='service.structure.line', inverse_name='version_id', string="Lines")
    object_count = fields.Integer(compute='_compute_object_count', string="Objects")

    _one_in_force = models.UniqueIndex(
        "(structure_id) WHERE state = 'in_force'", "Another version is in force already.")
    _one_draft = models.UniqueIndex(
        "(structure_id) WHERE state = 'draft'", "There is a draft of the next version already.")
    _unique_number = models.UniqueIndex(
        '(structure_id, number)', "There is a version with this number already.")

    def _compute_object_count(self):
        count_by_version = dict(self.env['service.object']._read_group(
            [('structure_version_id', 'in', self.ids)], ['structure_version_id'], ['__count']))
        for version in self:
            version.object_count = count_by_version.get(version._origin, 0)

    def _ensure_complete(self):
        """:raise UserError: if one version has no lines"""
        super()._ensure_complete()
        if not self.line_ids:
            raise UserError(self.env._(
                "%s has no lines. Enter what it is made of first.", self.display_name))

    def _ensure_deletable(self):
        """:raise UserError: if one of these versions is used, or was, or a recall names it"""
        super()._ensure_deletable()
        # A recall counts, whoever may see it.
        recall = self.env['service.recall'].sudo().with_context(active_test=False).search(
            [('version_ids', 'in', self.ids)], limit=1)
        if recall:
            raise UserError(self.env._(
                "Recall “%s” names a version of it: take it off the recall first.", recall.name))

    def _copy_lines(self, target):
        """Give another version the lines of one, which it knows them by."""
        self.ensure_one()
        copies = {}
        # The program knows a line again in the next version.
        for line in self.sudo().line_ids.sorted(lambda line: (line.parent_path or '').count('/')):
            copies[line] = line.copy({
                'version_id': target.id, 'parent_id': copies.get(line.parent_id, line.browse()).id,
                'origin_id': target.structure_id == self.structure_id and (
                    line.origin_id or line).id})
        return super()._copy_lines(target)

    def action_view_objects(self):
        """Show the objects that are on one version."""
        self.ensure_one()
        self.check_access('read')
        return self.env['service.object']._show_found([('structure_version_id', '=', self.id)])
