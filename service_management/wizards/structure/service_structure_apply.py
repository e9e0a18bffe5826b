from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...models.common.records import tell_done

#: How many objects are shown one by one
SHOWN = 100


class ServiceStructureApply(models.TransientModel):
    """Objects get a template, or come to another version of theirs: what that changes is shown first."""
    _name = 'service.structure.apply'
    _description = "Bring Objects to a Version of Their Template"

    object_ids = fields.Many2many(comodel_name='service.object', required=True, readonly=True)
    company_id = fields.Many2one(comodel_name='res.company', compute='_compute_company_id')
    structure_id = fields.Many2one(
        comodel_name='service.structure', string="Template", compute='_compute_structure_id',
        store=True, readonly=False, domain="[('company_id', 'in', (False, company_id))]")
    version_id = fields.Many2one(
        comodel_name='service.structure.version', compute='_compute_version_id',
        store=True, readonly=False,
        domain="[('structure_id', '=', structure_id), ('state', '!=', 'draft')]")
    line_ids = fields.One2many(
        comodel_name='service.structure.apply.line', inverse_name='wizard_id', string="Changes",
        compute='_compute_line_ids', store=True, readonly=False)
    more_count = fields.Integer(compute='_compute_more_count')
    note = fields.Char(string="Reason")

    @api.depends('object_ids')
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.object_ids[:1].company_id

    @api.depends('object_ids')
    def _compute_structure_id(self):
        """Propose the template that the objects have, else one for their product."""
        for wizard in self:
            first = wizard.object_ids[:1]
            wizard.structure_id = wizard.object_ids.structure_id[:1] or (
                first and self.env['service.structure']._get_for(first._origin))

    @api.depends('structure_id')
    def _compute_version_id(self):
        for wizard in self:
            wizard.version_id = wizard.structure_id.version_id

    @api.depends('object_ids')
    def _compute_more_count(self):
        for wizard in self:
            wizard.more_count = max(0, len(wizard.object_ids) - SHOWN)

    @api.depends('object_ids', 'version_id')
    def _compute_line_ids(self):
        for wizard in self:
            version = wizard.version_id._origin
            plans = wizard.object_ids._origin[:SHOWN]._plan_structure(version) if version else {}
            wizard.line_ids = [Command.clear()] + [
                Command.create({
                    'object_id': obj.id, 'former_version_id': obj.structure_version_id.id,
                    'added': ', '.join(line.name for line in plan['add']),
                    'removed': ', '.join(component.name for component in plan['end']),
                    'changed': ', '.join(line.name for _component, line in plan['change']),
                    'kept': ', '.join(plan['kept'])})
                for obj, plan in plans.items()]

    def action_apply(self):
        """Bring the objects to the version.

        :raise UserError: if no version is chosen
        """
        self.ensure_one()
        if not self.version_id:
            raise UserError(self.env._("Choose a template with a version that is in force."))
        self.object_ids.check_access('write')
        self.object_ids._ensure_role('manager', self.env._(
            "Only service managers say which template an object is made of."))
        self.object_ids._apply_structure(self.version_id, {'note': self.note})
        return tell_done(self.env._(
            "Objects that are on %(version)s now: %(count)s", count=len(self.object_ids),
            version=self.version_id.display_name))


class ServiceStructureApplyLine(models.TransientModel):
    _name = 'service.structure.apply.line'
    _description = "What a Version Changes on an Object"

    wizard_id = fields.Many2one(
        comodel_name='service.structure.apply', required=True, ondelete='cascade')
    object_id = fields.Many2one(comodel_name='service.object', readonly=True)
    former_version_id = fields.Many2one(
        comodel_name='service.structure.version', string="On Version", readonly=True)
    # Texts, which lists show whole
    added = fields.Text(readonly=True)
    removed = fields.Text(readonly=True)
    changed = fields.Text(readonly=True)
    kept = fields.Text(
        string="Left Alone", readonly=True,
        help="The version changes it, and somebody has changed it before: it stays.")
