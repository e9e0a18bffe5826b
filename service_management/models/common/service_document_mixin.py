from odoo import api, models
from odoo.exceptions import AccessError


class ServiceDocumentMixin(models.AbstractModel):
    """What every document of the suite knows of the people who act on it.

    One rule for guards of role: in sudo they pass, everywhere. Sudo means that somebody was asked
    before: a customer who signed, a technician who finished, a job that a manager has set up.
    """
    _name = 'service.document.mixin'
    _description = "Service Document"

    @api.model
    def _has_role(self, role):
        """Tell whether the user has a role, or acts in sudo.

        :param str role: 'technician', 'dispatcher' or 'manager', or the XML id of another group
        """
        group = role if '.' in role else f'service_management.service_management_group_{role}'
        return self.env.su or self.env.user.has_group(group)

    @api.model
    def _ensure_role(self, role, message):
        """Let nobody pass who has not a role; see `_has_role`.

        :param str message: who may do it, translated
        :raise AccessError: saying the message
        """
        if not self._has_role(role):
            raise AccessError(message)
