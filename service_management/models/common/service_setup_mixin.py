from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ServiceSetupMixin(models.AbstractModel):
    """What a company sets up serves its branches, too, as Odoo's taxes and journals do."""
    _name = 'service.setup.mixin'
    _description = "Setup of a Company and Its Branches"
    _inherit = ['service.company.mixin']
    _check_company_domain = models.check_company_domain_parent_of

    def _get_served_domain(self):
        return Domain('company_id', 'child_of', self.company_id.id)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """:raise UserError: if something that is kept names one of these, and says what"""
        fields = [
            (name, field) for name, field in self._get_naming_fields()
            if self.env[name]._fields[field].ondelete == 'restrict']
        for record in self:
            texts = {}
            for name, field in fields:
                texts |= self._get_names(name, Domain(field, 'in', record.ids))
            if texts:
                raise UserError(self.env._(
                    "“%(record)s” is in use and cannot be deleted. Archive it instead.\n%(users)s",
                    record=record.display_name, users='\n'.join(texts.values())))
