from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import ormcache

from .records import name_found


class Base(models.AbstractModel):
    """Relations that are conditions: empty they are for everybody.

    A relation says so with ``condition=True``; one that only looks like it says ``condition=False``.
    A condition is a closed set. Whom it names stays in it when archived (``active_test``), and is not
    deleted (``ondelete='restrict'``): a condition that lost its last record would fit everybody.
    Whoever archives what conditions name is asked first.
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
        """Ask before archiving what conditions name; archive the rest at once."""
        if (not self._get_condition_fields()
                or self.env.context.get('service_archive_confirmed')
                or not self._get_named_by(only_live=True)):
            return super().action_archive()
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
