import logging

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .records import changes_any

_logger = logging.getLogger(__name__)


class ServiceDocumentMixin(models.AbstractModel):
    """What documents of service share: how they move, who may do what, dialogs and lists.

    A verb (`_post_lines`, `_close`) moves documents and returns them, asks nobody anything and can be
    called twice. An action (`action_close`) is a person's: it guards, opens a dialog where something
    has to be asked, and calls the verb.

    One rule for guards of role: in sudo they pass, everywhere. Sudo means that somebody was asked
    before: a customer who signed, a technician who finished, a job that a manager has set up.
    """
    _name = 'service.document.mixin'
    _inherit = ['service.searched.mixin', 'service.dated.mixin']
    _description = "Service Document"

    #: {target state: the states a document may come from}; an extension names only what it adds
    _transitions = {}
    #: the window action that shows the documents
    _window_action = None

    #=== LIFE ===#

    @api.model
    def _get_transitions(self):
        """Return {target state: the states a document may come from}, of all classes together."""
        merged = {}
        for cls in reversed(type(self).mro()):
            for target, sources in vars(cls).get('_transitions', {}).items():
                merged[target] = merged.get(target, frozenset()) | sources
        return merged

    def _set_state(self, target, **values):
        """Move documents to a state.

        Those that are there already are left alone. Those that cannot go there from where they are
        stay, too, and the log says so: whoever calls has asked before.

        :param values: more values that are written with the state
        :return: the documents that moved
        """
        sources = self._get_transitions()[target]
        waiting = self.filtered(lambda document: document.state != target)
        moving = waiting.filtered(lambda document: document.state in sources)
        for document in waiting - moving:
            _logger.warning(
                "%s cannot become %s: it is %s", document, target, document.state)
        moving.sudo().write({'state': target, **values})  # only verbs move documents
        return moving

    #=== COMPANY ===#

    def write(self, vals):
        """Keep documents in the company that numbers, taxes and prices them."""
        if 'company_id' in vals:
            for document in self._filter_numbered():
                if changes_any(document, vals, {'company_id'}):
                    raise UserError(self.env._(
                        "%(document)s stays with %(company)s: its number, prices and taxes are that"
                        " company's. Make a new one in the other company instead.",
                        document=document.display_name, company=document.company_id.name))
        return super().write(vals)

    def _filter_numbered(self):
        """Return those of these documents that have a number of their company's."""
        if 'name' not in self._fields:
            return self.browse()
        return self.filtered(lambda document: document.name and document.name != "New")

    #=== WHO MAY ===#

    @api.model
    def _has_role(self, role):
        """Tell whether the user has a role, or acts in sudo.

        :param str role: 'technician', 'customer_service', 'dispatcher' or 'manager', or the XML id
            of another group
        """
        group = role if '.' in role else f'service_management.service_management_group_{role}'
        return self.env.su or self.env.user.has_group(group)

    @api.model
    def _has_feature(self, feature):
        """Tell whether the user is shown a feature; it hides, and decides nothing else.

        :param str feature: end of the XML id of its group, as 'agreement'
        """
        return self.env.user.has_group(f'service_management.service_management_group_{feature}')

    @api.model
    def _ensure_role(self, role, message):
        """Let nobody pass who has not a role; see `_has_role`.

        :param str message: who may do it, and what others can do
        :raise AccessError: saying the message
        """
        if not self._has_role(role):
            raise AccessError(message)

    #=== WHAT ACTIONS OPEN ===#

    def _open_dialog(self, model, title, **context):
        """Return the action that opens a dialog.

        :param str model: model of the dialog
        :param context: what the dialog begins with, as ``default_…``
        :raise AccessError: if the user does not see these records
        """
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window',
            'name': title,
            'res_model': model,
            'view_mode': 'form',
            'views': [(False, 'form')],
            'target': 'new',
            'context': context,
        }

    def _show(self, **context):
        """Return the action that shows these records: the form of one, else the list.

        :param context: what new records begin with, as ``default_…``
        :raise AccessError: if the user does not see these records
        """
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id(self._window_action)
        if len(self) == 1:
            return {**action, 'res_id': self.id, 'views': [(False, 'form')], 'context': context}
        return {**action, 'domain': [('id', 'in', self.ids)], 'context': context}

    @api.model
    def _show_found(self, domain, **context):
        """Return the action that lists what a domain finds.

        :param context: what new records begin with, as ``default_…``
        """
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id(self._window_action)
        return {**action, 'domain': list(domain), 'context': context}

    def _show_form(self):
        """Return the action that opens the form of one record."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'res_model': self._name,
            'res_id': self.id,
            'views': [(False, 'form')],
        }
