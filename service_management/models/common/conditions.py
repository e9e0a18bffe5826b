from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import ormcache

from .records import name_found


class Base(models.AbstractModel):
    """What others are of, or work with: whoever archives it is asked first, and told what that is.

    Relations may be conditions: empty they are for everybody.

    A relation says so with ``condition=True``; one that only looks like it says ``condition=False``.
    A condition is a closed set. Whom it names stays in it when archived (``active_test``), and is not
    deleted (``ondelete='restrict'``): a condition that lost its last record would fit everybody.
    """
    _inherit = 'base'

    @api.model
    def _valid_field_parameter(self, field, name):
        return name == 'condition' or super()._valid_field_parameter(field, name)

    @api.model
    @ormcache('mark')
    def _get_marked_fields(self, mark):
        """Return ((model name, field name), …) of the relations to this model that have a mark.

        :param str mark: parameter of fields, as 'condition'
        """
        return tuple(
            (model._name, field.name)
            for model in self.env.values() if not model._abstract and not model._transient
            for field in model._fields.values()
            if getattr(field, mark, False) and field.comodel_name == self._name
            and not field.related)

    @api.model
    def _get_condition_fields(self):
        """Return the relations that are conditions, and may name records of this model."""
        return self._get_marked_fields('condition')

    @api.model
    def _get_condition_domain(self):
        """Return the domain of the records whose conditions still decide something.

        Extend to leave out what is history: nobody is asked about it before he archives.
        """
        return Domain.TRUE

    def _get_named_by(self, only_live=False):
        """Return what these records are a condition of, as text: a line for each model.

        :param bool only_live: leave out what is archived, and what decides nothing any more
        """
        texts = []
        for model, field in self._get_condition_fields():
            # A condition counts, whoever asks.
            Model = self.env[model].sudo().with_context(active_test=only_live)
            domain = Domain(field, 'in', self.ids)
            if only_live:
                domain &= Model._get_condition_domain()
            texts.append(name_found(Model, domain))
        return '\n'.join(filter(None, texts))

    #=== OPEN WORK ===#

    @api.model
    def _get_open_domain(self):
        """Return the domain of the records that are work to be done; documents extend it."""
        return Domain.FALSE

    @api.model
    @ormcache()
    def _get_work_fields(self):
        """Return ((model name, field name), …) of the relations by which open work names this model."""
        if not self._get_open_domain().is_false():
            return ()  # work itself says when it may be archived
        return tuple(
            (model._name, field.name)
            for model in self.env.values()
            if not model._abstract and not model._transient and model._auto
            and not model._get_open_domain().is_false()
            for field in model._fields.values()
            if field.type in ('many2one', 'many2many') and field.store and not field.related
            and field.comodel_name == self._name and not getattr(field, 'condition', False)
            and field.name not in models.MAGIC_COLUMNS)

    def _get_open_work(self):
        """Return the open work that names these records, as text: a line for each model."""
        domains = {}
        for model, field in self._get_work_fields():
            domains.setdefault(model, []).append(Domain(field, 'in', self.ids))
        # Work counts, whoever asks.
        return '\n'.join(filter(None, (
            name_found(self.env[model].sudo(), (
                Domain.OR(domains[model]) & self.env[model]._get_open_domain()))
            for model in domains)))

    #=== WHAT IS ASKED AND REFUSED ===#

    @api.ondelete(at_uninstall=False)
    def _unlink_except_condition(self):
        if not self._get_condition_fields():
            return
        for record in self:
            if named_by := record._get_named_by():
                raise UserError(self.env._(
                    "%(record)s is a condition and cannot be deleted: without it these would be for"
                    " everybody. Take it off them first, or archive it.\n%(conditions)s",
                    record=record.sudo().display_name, conditions=named_by))

    def action_archive(self):
        """Ask before archiving what conditions or open work name; archive the rest at once."""
        return self._ask_before_archiving() or super().action_archive()

    def _ask_before_archiving(self):
        """Return the dialog that asks whether to archive these records, or None where nobody need ask.

        Models that archive more along, or lose what `action_archive` returns, ask it first.
        """
        if self.env.context.get('service_archive_confirmed') or not (
                self._get_named_by(only_live=True) or self._get_open_work()):
            return None
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Archive"),
            'res_model': 'service.archive',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {
                'default_res_model': self._name,
                'default_res_ids': self.ids,
            },
        }
