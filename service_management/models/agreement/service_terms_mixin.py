from odoo import api, models
from odoo.tools import html2plaintext


class ServiceTermsMixin(models.AbstractModel):
    """A record whose terms are agreed with a customer: every change of them is kept."""
    _name = 'service.terms.mixin'
    _description = "Agreed Terms"

    @api.model
    def _get_term_fields(self):
        """Return the names of the fields whose changes are kept."""
        return []

    def _get_agreement(self):
        """Return the agreement whose terms one record holds."""
        raise NotImplementedError

    def _is_agreed(self):
        """Tell whether the terms of one record are agreed already, and not drafted any more."""
        self.ensure_one()
        return self._get_agreement().state != 'draft'

    def _format_term(self, name):
        """Return what one term says, as people read it."""
        self.ensure_one()
        field, value = self._fields[name], self[name]
        if field.type in ('many2many', 'one2many'):
            return ', '.join(value.mapped('display_name'))
        if field.type == 'html':
            return html2plaintext(value or '')
        if field.type == 'boolean':
            return self.env._("Yes") if value else self.env._("No")
        if field.type in ('many2one', 'selection'):
            return field.convert_to_export(value, self) or ''
        return str(value) if value or value == 0 else ''

    def write(self, vals):
        """Keep what changed of terms that are agreed."""
        names = [name for name in self._get_term_fields() if name in vals]
        agreed = self.filtered(lambda record: record._is_agreed()) if names else self.browse()
        before = {record: {name: record._format_term(name) for name in names} for record in agreed}
        result = super().write(vals)
        changes = []
        for record, terms in before.items():
            for name, old in terms.items():
                new = record._format_term(name)
                if new != old:
                    changes.append(record._prepare_change(name, old, new))
        self._log_changes(changes)
        return result

    def _prepare_change(self, name, old, new):
        """Return the values of a row of the history of terms."""
        self.ensure_one()
        return {
            'agreement_id': self._get_agreement().id,
            'term': self._fields[name]._description_string(self.env),
            'subject': False,
            'old_value': old,
            'new_value': new,
            'user_id': self.env.uid,
        }

    def _log_changes(self, changes):
        # History is written by changes only, whoever makes them.
        self.env['service.agreement.change'].sudo().create(changes)
