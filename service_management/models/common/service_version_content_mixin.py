from odoo import api, models


class ServiceVersionContentMixin(models.AbstractModel):
    """What is in a version: it is changed while that is a draft, and not afterwards."""
    _name = 'service.version.content.mixin'
    _description = "Content of a Version"

    def _get_versions(self):
        """Return the versions that these records are in; extend where they are not named directly."""
        return self.version_id

    @api.model_create_multi
    def create(self, vals_list):
        """:raise UserError: if a version is in use, or was"""
        records = super().create(vals_list)
        records._get_versions()._ensure_draft()
        return records

    def write(self, vals):
        """:raise UserError: if a version is in use, or was"""
        self._get_versions()._ensure_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._get_versions()._ensure_draft()
