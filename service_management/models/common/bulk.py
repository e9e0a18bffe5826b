"""Many documents at once, while a person looks on: in steps, each a transaction of its own."""
import logging

from odoo import api, models
from odoo.exceptions import UserError

from .batches import attempt

_logger = logging.getLogger(__name__)

#: How many documents a step does; up to that many nobody has to wait for
STEP = 20


class ServiceDocumentMixin(models.AbstractModel):
    """Verbs that people use on many documents; the client calls them step by step."""
    _inherit = 'service.document.mixin'

    @api.model
    def _get_bulk_verbs(self):
        """Return {verb: name of its method}; extend for more.

        A method guards as if it was pressed, does the documents of a step together, and returns the
        records it made, if any.
        """
        return {}

    def _get_bulk_units(self, verb):
        """Return these documents in parts of which each fails or goes well as a whole.

        By default each document stands for itself; extend for those that belong together.
        """
        return list(self)

    def _run_in_steps(self, verb, title):
        """Return the action that does a verb with these documents, and shows how far it is.

        :param str title: what happens, as the heading of the dialog
        """
        batches, batch = [], []
        for unit in self._get_bulk_units(verb):
            batch += unit.ids
            if len(batch) >= STEP:
                batches.append(batch)
                batch = []
        return {
            'type': 'ir.actions.client',
            'tag': 'service_bulk',
            'params': {
                'title': title,
                'model': self._name,
                'verb': verb,
                'batches': [*batches, batch] if batch else batches,
            },
        }

    def action_bulk_step(self, verb):
        """Do a verb with the documents of one step; what fails is undone, and the others go on.

        :return: {'done': number of documents, 'failed': [{'id', 'name', 'text'}], 'made': ids}
        :raise AccessError: if the user does not see these records
        :raise UserError: if the model has no such verb
        """
        documents = self.exists()  # what was deleted meanwhile is done with
        documents.check_access('read')
        verbs = self._get_bulk_verbs()
        if verb not in verbs:
            raise UserError(self.env._("This cannot be done with several documents at once."))
        made, failed = self._try_bulk(verbs[verb], documents)
        units = documents._get_bulk_units(verb) if failed else ()
        if len(units) > 1:
            made, failed = [], []
            for unit in units:
                more, errors = self._try_bulk(verbs[verb], unit)
                made += more
                failed += errors
        return {'done': len(documents) - len(failed), 'failed': failed, 'made': made}

    @api.model
    def _try_bulk(self, method, documents):
        """Call a verb with documents.

        :return: (ids of what it made, as `action_bulk_step` returns what failed)
        """
        found = []
        error = attempt(self.env, lambda: found.append(getattr(documents, method)()))
        if not error:
            return (found[0].ids if isinstance(found[0], models.BaseModel) else []), []
        text = error.args[0] if isinstance(error, UserError) and error.args else self.env._(
            "Something went wrong here. The log of the server says more.")
        if not isinstance(error, UserError):
            _logger.error("%s of %s failed", method, documents, exc_info=error)
        return [], [
            {'id': document.id, 'name': document.display_name, 'text': text}
            for document in documents]

    @api.readonly
    def action_bulk_show(self, verb, made):
        """Return the action that shows what steps of a verb have made, if it makes something; extend.

        :param list made: ids, as `action_bulk_step` returned them
        :raise AccessError: if the user sees no such records at all
        """
        self.check_access('read')
        return False
