from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import float_compare

from .records import compute_anew


class ServiceGivenMixin(models.AbstractModel):
    """Values that follow a source until a person gives others, and then stay.

    A model names its followed fields in `_get_followed_fields`, each with the method that says what
    the source proposes now. Each has a compute of its own that is nothing but `self._follow(name)`,
    and depends on the source alone: a mark that one value gets finds no other anew. What is created or written differently from the proposal is given: it is kept in
    `given_fields`, with who gave it and when, and no compute changes it any more. A value that is
    written back to the proposal follows again; so does one that `_reset_given` takes back. Forms
    send computed values along: they equal the proposal and are not mistaken for a person's.

    What the program itself decides is written together with `given_fields`, in sudo: then nothing
    is concluded from the values.
    """
    _name = 'service.given.mixin'
    _description = "Values Given by People"

    given_fields = fields.Json(
        string="Given by Hand", copy=False, readonly=True,
        help="Values that somebody gave: they stay as they are until somebody resets them.")

    def _get_followed_fields(self):
        """Return {name: method} of the fields that follow a source, those first that others look at.

        The methods return {record: what the source proposes now}, without those of these records
        for which there is no source, or none any more.
        """
        return {}

    def _get_proposals(self, name):
        """Return {record: value of a field that its source proposes now}, where there is a source."""
        # As computes do: what is found is found for whoever writes.
        return self.sudo()._get_followed_fields()[name]()

    def _follow(self, name):
        """Compute a followed field: what was given stays, the rest is what its source proposes."""
        free = self.filtered(lambda record: not record._is_given(name))
        proposals = free._get_proposals(name)
        for record in self:
            record[name] = proposals.get(record, record[name])

    def _is_given(self, name):
        """Tell whether somebody gave one record its value of a field."""
        self.ensure_one()
        return name in (self.given_fields or {})

    def _get_giver(self, name):
        """Return who gave one record its value of a field; nobody where that is not known."""
        self.ensure_one()
        user_id = (self.given_fields or {}).get(name, {}).get('user_id')
        # The name of a colleague is no secret, whatever became of the user.
        return self.env['res.users'].sudo().browse(user_id).exists()

    def _find_anew(self, names, sources=()):
        """Let fields follow their sources again, whoever gave their values.

        :param sources: stored fields that hold proposals, to find anew as well
        """
        for record in self:
            # Marks are kept by the program only.
            record.sudo().given_fields = record._get_marks_without(names)
        compute_anew(self, (*sources, *names))

    def _get_marks_without(self, names):
        self.ensure_one()
        return {
            name: mark for name, mark in (self.given_fields or {}).items() if name not in names}

    def _imagine_anew(self, names, sources=()):
        """Return {record: a copy of it in memory, with its values as `_find_anew` would leave them}."""
        imagined = {}
        # What is found is found for whoever asks.
        for record in self.sudo():
            copy = self.env[self._name].sudo().new(origin=record)
            copy.given_fields = record._get_marks_without(names)
            for name in (*sources, *names):
                copy._compute_field_value(self._fields[name])
            imagined[record.sudo(self.env.su)] = copy
        return imagined

    @api.model
    def _is_cleared(self, name, value):
        """Tell whether a value clears a text that must not be empty: that asks for the proposal."""
        field = self._fields.get(name)
        return bool(
            name in self._get_followed_fields() and not value and field.required
            and field.type in ('char', 'text'))

    def _is_same(self, name, value, other):
        """Tell whether two values of a field are the same to people."""
        field = self._fields[name]
        if field.type in ('float', 'monetary'):
            digits = field.get_digits(self.env) if field.type == 'float' else None
            return not float_compare(
                value or 0.0, other or 0.0, precision_digits=digits[1] if digits else 6)
        if field.relational:
            return value._origin == other._origin
        return (value or False) == (other or False)

    def _note_given(self, names, before=None):
        """Keep which values of fields are given, where they differ from what is proposed.

        :param before: {record: {name: value}}, before somebody wrote; without it, all is new
        :return: {record: {name: former value}} of what somebody gave or took back
        """
        noted = defaultdict(dict)
        # What was written stays while it is looked at, also where one mark changes a proposal.
        with self.env.protecting([self._fields[name] for name in names], self):
            for name in names:
                proposals = self._get_proposals(name)
                for record in self:
                    if record in proposals:
                        former = before[record][name] if before else proposals[record]
                        if record._note_value(name, proposals[record], former):
                            noted[record][name] = former
        return noted

    def _note_value(self, name, proposal, former):
        """Keep whether one record's value of a field is given.

        :return: whether somebody gave it, or took it back
        """
        self.ensure_one()
        is_given = not self._is_same(name, self[name], proposal)
        if is_given == self._is_given(name) and (
                not is_given or self._is_same(name, self[name], former)):
            return False
        marks = {**(self.given_fields or {})}
        marks.pop(name, None)
        if is_given:
            marks[name] = self._prepare_mark()
        # Marks are kept by the program only; what is new in a form has no rights to ask for.
        (self.sudo() if self.id else self).given_fields = marks
        return True

    @api.model
    def _prepare_mark(self):
        """Return who gives a value, and when."""
        return {
            'user_id': self.env.uid, 'on': fields.Datetime.to_string(fields.Datetime.now())}

    def _on_given(self, noted, is_new=False):
        """Extend for what follows when somebody gave values, or took them back.

        :param noted: as `_note_given` returns it
        :param is_new: whether the records have just been created
        :raise AccessError: if the user must not
        """

    def _has_onchange(self, field, other_fields):
        return field.name in self._get_followed_fields() or super()._has_onchange(
            field, other_fields)

    def _apply_onchange_methods(self, field_name, result):
        """Let what is given in a form stay while the form is open."""
        if field_name in self._get_followed_fields():
            self._note_given([field_name])
        return super()._apply_onchange_methods(field_name, result)

    @api.model
    def _get_named(self, vals):
        """Return those of the followed fields that values, or defaults of a caller, are for."""
        return [
            name for name in self._get_followed_fields()
            if name in vals or f'default_{name}' in self.env.context]

    @api.model
    def _is_by_program(self, vals):
        """Tell whether values say themselves what was given.

        :raise AccessError: if a person says so
        """
        if 'given_fields' not in vals:
            return False
        if not self.env.su:
            raise AccessError(self.env._(
                "Who gave which value is kept by itself. Change the value instead."))
        return True

    @api.model_create_multi
    def create(self, vals_list):
        """Keep what was given, where it differs from what is proposed."""
        by_program = [self._is_by_program(vals) for vals in vals_list]
        vals_list = [
            {name: value for name, value in vals.items() if not self._is_cleared(name, value)}
            for vals in vals_list]
        records = super().create(vals_list)
        groups = defaultdict(self.browse)
        for record, vals, is_by_program in zip(records, vals_list, by_program, strict=True):
            if not is_by_program and (names := self._get_named(vals)):
                groups[tuple(names)] |= record
        for names, group in groups.items():
            if noted := group._note_given(names):
                group._on_given(noted, is_new=True)
        return records

    def write(self, vals):
        """Keep what was given, where it differs from what is proposed."""
        names = [name for name in self._get_followed_fields() if name in vals]
        if self._is_by_program(vals) or not names:
            return super().write(vals)
        if cleared := [name for name in names if self._is_cleared(name, vals[name])]:
            self._find_anew(cleared)
            vals = {name: value for name, value in vals.items() if name not in cleared}
            names = [name for name in names if name in vals]
        before = {record: {name: record[name] for name in names} for record in self}
        result = super().write(vals)
        if noted := self._note_given(names, before):
            self._on_given(noted)
        return result
