from odoo import api, fields, models


class ServiceVersionedMixin(models.AbstractModel):
    """What is set up in versions. A model names its versions in `version_ids`, and the one in force."""
    _name = 'service.versioned.mixin'
    _description = "Setup in Versions"
    _inherit = ['service.setup.mixin']
    _order = 'name, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char(copy=False)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', ondelete='restrict', condition=True, index=True,
        default=lambda self: self.env.company, help="Leave empty to share it between companies.")

    @api.depends('version_ids.state')
    def _compute_version_id(self):
        for record in self:
            record.version_id = record.version_ids.filtered(
                lambda version: version.state == 'in_force')[:1]

    @api.model_create_multi
    def create(self, vals_list):
        """Begin each with a draft of its first version."""
        records = super().create(vals_list)
        versions = self.env[self._fields['version_ids'].comodel_name]
        versions.create([
            {versions._versioned: record.id}
            for record, vals in zip(records, vals_list, strict=True) if 'version_ids' not in vals])
        return records

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_force(self):
        self.version_ids._ensure_deletable()

    def copy(self, default=None):
        """Copy what is in the last version, too."""
        copies = super().copy(default)
        for record, copied in zip(self, copies, strict=True):
            record.version_ids[:1]._copy_lines(copied.version_ids)
        return copies

    def copy_data(self, default=None):
        """Tell copies from what they are copied of."""
        return [
            {**vals, 'name': self.env._("%s (copy)", record.name), **(default or {})}
            for record, vals in zip(self, super().copy_data(default), strict=True)]
