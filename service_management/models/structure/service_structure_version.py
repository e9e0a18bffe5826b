from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceStructureVersion(models.Model):
    """One version of a template: a draft is changed, one in force is used, a replaced one is kept."""
    _name = 'service.structure.version'
    _description = "Version of a Structure Template"
    _inherit = ['service.document.mixin']
    _order = 'structure_id, number desc'
    _check_company_auto = True

    _transitions = {
        'in_force': {'draft'},
        'replaced': {'in_force'},
    }

    structure_id = fields.Many2one(
        comodel_name='service.structure', string="Template", required=True, index=True,
        ondelete='cascade')
    company_id = fields.Many2one(related='structure_id.company_id', store=True, index=True)
    number = fields.Integer(readonly=True, copy=False, aggregator=None)
    state = fields.Selection(
        selection=[('draft', "Draft"), ('in_force', "In Force"), ('replaced', "Replaced")],
        required=True, default='draft', readonly=True, copy=False, index=True)
    date_from = fields.Date(string="In Force From", readonly=True, copy=False)
    note = fields.Char(string="What Is New")
    line_ids = fields.One2many(
        comodel_name='service.structure.line', inverse_name='version_id', string="Lines")
    object_count = fields.Integer(compute='_compute_object_count', string="Objects")

    _one_in_force = models.UniqueIndex(
        "(structure_id) WHERE state = 'in_force'", "Another version is in force already.")
    _one_draft = models.UniqueIndex(
        "(structure_id) WHERE state = 'draft'", "There is a draft of the next version already.")
    _unique_number = models.UniqueIndex(
        '(structure_id, number)', "There is a version with this number already.")

    @api.depends('structure_id.name', 'number')
    @api.depends_context('lang')
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(structure)s, version %(number)s", structure=version.structure_id.name or '',
                number=version.number)

    def _compute_object_count(self):
        count_by_version = dict(self.env['service.object']._read_group(
            [('structure_version_id', 'in', self.ids)], ['structure_version_id'], ['__count']))
        for version in self:
            version.object_count = count_by_version.get(version._origin, 0)

    @api.model
    def _complete_new(self, vals_list):
        """Number versions."""
        last = {}
        for vals in vals_list:
            structure = self.env['service.structure'].browse(vals.get('structure_id'))
            if structure not in last:
                last[structure] = max(structure.version_ids.mapped('number'), default=0)
            last[structure] += 1
            vals['number'] = last[structure]
        return super()._complete_new(vals_list)

    def _ensure_draft(self):
        """:raise UserError: if one of these versions is used, or was"""
        if fixed := self.filtered(lambda version: version.state != 'draft')[:1]:
            raise UserError(self.env._(
                "%s is in use, or was: it stays as it is. Make a new version.", fixed.display_name))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._ensure_deletable()

    def _ensure_deletable(self):
        """:raise UserError: if one of these versions is used, or was, or a recall names it"""
        self._ensure_draft()
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
        return target

    def action_put_in_force(self):
        """Use drafts from today on, in the place of the versions that were in force.

        :raise UserError: if one has no lines
        """
        self.check_access('write')
        self._ensure_draft()
        for version in self:
            if not version.line_ids:
                raise UserError(self.env._(
                    "%s has no lines. Enter what it is made of first.", version.display_name))
            # The database is told at once: it takes one version in force, not two for a moment.
            version.structure_id.version_id._set_state('replaced').flush_recordset(['state'])
            version._set_state('in_force', date_from=self.env.company._get_service_today())
        return True

    def action_new_version(self):
        """Make a draft of the next version, with the lines of this one, and show it."""
        self.ensure_one()
        self.check_access('write')
        draft = self.structure_id.version_ids.filtered(lambda version: version.state == 'draft')
        if not draft:
            draft = self.create({'structure_id': self.structure_id.id})
            self._copy_lines(draft)
        return draft._show_form()

    def action_open(self):
        """Show one version."""
        self.ensure_one()
        self.check_access('read')
        return self._show_form()

    def action_view_objects(self):
        """Show the objects that are on one version."""
        self.ensure_one()
        self.check_access('read')
        return self.env['service.object']._show_found([('structure_version_id', '=', self.id)])
