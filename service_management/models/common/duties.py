"""What hangs on a person, and how it is handed over to another one."""
from odoo import api, models
from odoo.fields import Domain


class Base(models.AbstractModel):
    """Relations that are duties: whom they name has something to do, until somebody else is named.

    A relation to an employee or a user says so with ``duty=True``. Who did what, when and for how much
    is evidence, and stays.
    """
    _inherit = 'base'

    @api.model
    def _valid_field_parameter(self, field, name):
        return name == 'duty' or super()._valid_field_parameter(field, name)

    @api.model
    def _get_duty_domain(self, field):
        """Return the domain of the records whose duty is not over; extend to leave out others.

        :param str field: name of the relation that is the duty
        """
        return Domain.TRUE

    def _filter_transferable(self, field):
        """Return those of these records whose duty the user may give to somebody else; extend.

        :param str field: as in `_get_duty_domain`
        """
        return self._filtered_access('write')

    def _get_duties(self):
        """Return [(records, field name)] of what hangs on these people, as far as the user sees it."""
        duties = []
        for model, field in self._get_marked_fields('duty'):
            Model = self.env[model].with_context(active_test=True)
            if not Model.has_access('read'):
                continue
            if found := Model.search(Domain(field, 'in', self.ids) & Model._get_duty_domain(field)):
                duties.append((found, field))
        return duties

    def _hand_over_duties(self, successor, fields=None):
        """Give what hangs on one person to another one.

        :param successor: record of the same model
        :param fields: {(model name, field name)} of what is handed over, by default all
        :return: [(records, field name)] of what was handed over
        """
        self.ensure_one()
        given = []
        for found, field in self._get_duties():
            if fields is not None and (found._name, field) not in fields:
                continue
            if records := found._filter_transferable(field):
                records.write({field: successor.id})
                given.append((records, field))
        return given
