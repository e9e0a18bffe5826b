import math

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ...tools.entries import is_text

#: How large numbers are, either way: floats tell a cent of them, integers are PostgreSQL's
LARGEST = {'float': 1e12, 'monetary': 1e12, 'integer': 2**31 - 1}
#: How many characters texts have at most: of a line, or of pages
LENGTHS = {'char': 2000, 'text': 100_000, 'html': 1_000_000}


class Base(models.AbstractModel):
    """What people enter into our fields can be kept, and means something.

    A number is one, and lies between ``at_least`` and ``at_most`` of its field; texts end, and a text
    that has to be there does not consist of blanks. This is the one place: it holds for every field
    of ours, on whatever model, in forms, imports and calls. Dates are bounded by
    `service.dated.mixin`.
    """
    _inherit = 'base'

    @api.model
    def _valid_field_parameter(self, field, name):
        return name in ('at_least', 'at_most') or super()._valid_field_parameter(field, name)

    @api.model
    @ormcache()
    def _get_entries(self):
        """Return the names of the fields of ours in this model that hold numbers, texts or lines."""
        return frozenset(
            field.name for field in self._fields.values()
            if field.type in (*LARGEST, *LENGTHS, 'one2many') and not field.related
            and (field._module or '').startswith('service_management'))

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse what cannot be kept."""
        if self._get_entries():
            for vals in (self._get_context_defaults(), *vals_list):
                self._ensure_entries(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Refuse what cannot be kept."""
        if self._get_entries():
            self._ensure_entries(vals)
        return super().write(vals)

    @api.model
    def _get_context_defaults(self):
        """Return the values that a caller has put into the context for new records."""
        return {
            name: value for key, value in self.env.context.items()
            if (name := key.removeprefix('default_')) != key and name in self._fields}

    @api.model
    def _ensure_entries(self, vals):
        """Look at values before anything is computed of them, and at lines among them.

        :raise ValidationError: if a number or a text that is written cannot be kept
        """
        for name in self._get_entries() & set(vals):
            field = self._fields[name]
            if field.type == 'one2many':
                for command in vals[name] or ():
                    if len(command) > 2 and isinstance(command[2], dict):
                        self.env[field.comodel_name]._ensure_entries(command[2])
            elif error := self._find_entry_error(field, vals[name]):
                raise ValidationError(error)

    @api.model
    def _find_entry_error(self, field, value):
        """Return what is wrong with a value of a field, in a sentence, or nothing."""
        if value is None or value is False:
            return None
        label = field._description_string(self.env)
        if field.type in LARGEST:
            return self._find_number_error(field, value, label)
        if not isinstance(value, str):
            return None
        if not is_text(value):
            return self.env._("“%s” has a character in it that cannot be kept.", label)
        if len(value) > LENGTHS[field.type]:
            return self.env._(
                "“%(field)s” has %(count)s characters at most.", field=label,
                count=LENGTHS[field.type])
        if field.required and field.type != 'html' and not value.strip():
            return self.env._("“%s” is empty. Enter a few words.", label)
        return None

    @api.model
    def _find_number_error(self, field, value, label):
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            return self.env._("“%s” is no number.", label)
        if math.isnan(number) or abs(number) > LARGEST[field.type]:
            return self.env._("“%s” is no number that can be kept.", label)
        least, most = (getattr(field, name, None) for name in ('at_least', 'at_most'))
        if least is not None and number < least:
            return self.env._("“%(field)s” is %(least)s at least.", field=label, least=least)
        if most is not None and number > most:
            return self.env._("“%(field)s” is %(most)s at most.", field=label, most=most)
        return None
