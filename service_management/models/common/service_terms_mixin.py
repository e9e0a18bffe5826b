from contextlib import contextmanager

from odoo import api, models
from odoo.tools import format_date, html2plaintext


class ServiceTermsMixin(models.AbstractModel):
    """A record whose terms are agreed with a customer: every change of them is kept."""
    _name = 'service.terms.mixin'
    _description = "Agreed Terms"

    #: Of documents: (model of the rows of their history, its link to them).
    _history = None

    @api.model
    def _get_term_fields(self):
        """Return the names of the fields whose changes are kept."""
        return []

    def _get_terms_document(self):
        """Return the document whose terms one record holds: it has a state and a history."""
        raise NotImplementedError

    def _is_agreed(self):
        """Tell whether the terms of one record are agreed already, and not drafted any more."""
        self.ensure_one()
        return self._get_terms_document().state != 'draft'

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
        if field.type == 'date':
            return format_date(self.env, value)
        if field.type in ('many2one', 'selection'):
            return field.convert_to_export(value, self) or ''
        return '' if value is False or value is None else str(value)

    def write(self, vals):
        """Keep what changed of terms that are agreed."""
        with self._keep_changes(vals):
            return super().write(vals)

    @contextmanager
    def _keep_changes(self, names):
        """Keep what the body changes of terms that are agreed.

        :param names: of the fields that it may change
        """
        names = [name for name in self._get_term_fields() if name in names]
        agreed = self.filtered(lambda record: record._is_agreed()) if names else self.browse()
        before = {record: {name: record._format_term(name) for name in names} for record in agreed}
        yield
        changes = []
        for record, terms in before.items():
            for name, old in terms.items():
                new = record._format_term(name)
                if new != old:
                    changes.append(record._prepare_change(name, old, new))
        self._log_changes(changes)

    def _prepare_change(self, name, old, new):
        """Return the values of a row of the history of terms."""
        self.ensure_one()
        document = self._get_terms_document()
        return {
            document._history[1]: document.id,
            'term': self._fields[name]._description_string(self.env) if name else self.env._("Line"),
            'subject': False if document == self else self.display_name,
            'old_value': old,
            'new_value': new,
            'user_id': self.env.uid,
        }

    def _log_presence(self, joined):
        """Keep that lines join or leave documents whose terms are agreed already."""
        self._log_changes([
            line._prepare_change(
                None, False if joined else line._summarize(), line._summarize() if joined else False)
            for line in self if line._is_agreed()])

    def _summarize(self):
        """Return one line in a few words, for the history."""
        raise NotImplementedError

    def _log_changes(self, changes):
        """Write rows of the history."""
        for document in self[:1]._get_terms_document() if changes else ():
            # History is written by changes only, whoever makes them.
            self.env[document._history[0]].sudo().create(changes)
