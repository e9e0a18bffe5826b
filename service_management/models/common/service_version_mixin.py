from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceVersionMixin(models.AbstractModel):
    """One version of something: a draft is changed, one in force is used, a replaced one is kept.

    A model names in `_versioned` the field of what it is a version of, and keeps by unique indexes
    that one is in force, one a draft, and numbers are told apart.
    """
    _name = 'service.version.mixin'
    _description = "Version"
    _inherit = ['service.document.mixin']

    _versioned = None
    _transitions = {
        'in_force': {'draft'},
        'replaced': {'in_force'},
    }

    number = fields.Integer(readonly=True, copy=False, aggregator=None)
    state = fields.Selection(
        selection=[('draft', "Draft"), ('in_force', "In Force"), ('replaced', "Replaced")],
        required=True, default='draft', readonly=True, copy=False, index=True)
    date_from = fields.Date(string="In Force From", readonly=True, copy=False)
    note = fields.Char(string="What Is New")

    @api.depends(lambda self: (f'{self._versioned}.name', 'number') if self._versioned else ())
    @api.depends_context('lang')
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(name)s, version %(number)s", name=version[self._versioned].name or '',
                number=version.number)

    @api.model
    def _complete_new(self, vals_list):
        """Number versions."""
        if self._abstract:
            return super()._complete_new(vals_list)
        owners = self._fields[self._versioned].comodel_name
        last = {}
        for vals in vals_list:
            owner = self.env[owners].browse(vals.get(self._versioned))
            if owner not in last:
                last[owner] = max(owner.version_ids.mapped('number'), default=0)
            last[owner] += 1
            vals['number'] = last[owner]
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
        """:raise UserError: if one of these versions is used, or was; extend for what names one"""
        self._ensure_draft()

    def _ensure_complete(self):
        """:raise UserError: if one version cannot be used yet, saying what it lacks; to be extended"""

    def _copy_lines(self, target):
        """Give another version what is in one, and return it; to be extended."""
        return target

    def action_put_in_force(self):
        """Use drafts from today on, in the place of the versions that were in force.

        :raise UserError: if one cannot be used yet
        """
        self.check_access('write')
        self._ensure_draft()
        for version in self:
            version._ensure_complete()
            # The database is told at once: it takes one version in force, not two for a moment.
            version[self._versioned].version_id._set_state('replaced').flush_recordset(['state'])
            version._set_state('in_force', date_from=self.env.company._get_service_today())
        return True

    def action_new_version(self):
        """Make a draft of the next version, with what is in this one, and show it."""
        self.ensure_one()
        self.check_access('write')
        owner = self[self._versioned]
        draft = owner.version_ids.filtered(lambda version: version.state == 'draft')
        if not draft:
            self.flush_model(['state'])  # as in action_put_in_force: one draft
            draft = self.create({self._versioned: owner.id})
            self._copy_lines(draft)
        return draft._show_form()

    def action_open(self):
        """Show one version."""
        self.ensure_one()
        self.check_access('read')
        return self._show_form()
