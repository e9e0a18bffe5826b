from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .records import name_found


def is_of_companies(model):
    """Tell whether records of a model belong to a company that can be searched by."""
    company = model._fields.get('company_id')
    return bool(
        company and (company.store or company.search) and company.comodel_name == 'res.company')


class ServiceCompanyMixin(models.AbstractModel):
    """Records of a company that others name: none of these is left behind in another company."""
    _name = 'service.company.mixin'
    _description = "Record of a Company That Others Name"

    @api.constrains('company_id')
    def _check_company_of_users(self):
        """:raise ValidationError: if what names one of these records may not name it any more"""
        for record in self.filtered('company_id'):
            if texts := record._get_left_behind():
                raise ValidationError(self.env._(
                    "“%(record)s” cannot be %(company)s's: these of other companies use it."
                    " Take it off them first, or make another one.\n%(users)s",
                    record=record.display_name, company=record.company_id.name,
                    users='\n'.join(texts)))

    @api.model
    def _get_naming_fields(self):
        """Return [(model name, field name)] of the stored relations to this model from companies'."""
        return [
            (name, field.name)
            for name, model in self.env.items()
            if not model._abstract and not model._transient and model._auto
            for field in model._fields.values()
            if field.type in ('many2one', 'many2many') and field.store and not field.related
            and field.comodel_name == self._name and is_of_companies(model)]

    def _get_left_behind(self):
        """Return what names one record from companies that it does not serve: a line for each model."""
        self.ensure_one()
        texts = {}
        for name, field in self._get_naming_fields():
            texts |= self._get_names(name, (
                Domain(field, 'in', self.ids) & Domain('company_id', '!=', False)
                & ~self._get_served_domain()))
        return list(texts.values())

    @api.model
    def _get_names(self, name, domain):
        """Return {model name: text that names the records of a domain}, empty where there are none."""
        # What is there counts, whoever asks.
        text = name_found(self.env[name].sudo().with_context(active_test=False), domain)
        return {name: text} if text else {}

    def _get_served_domain(self):
        """Return the domain, by their company, of the records that may name one of these."""
        return Domain('company_id', '=', self.company_id.id)
