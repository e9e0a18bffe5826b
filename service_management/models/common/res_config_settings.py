from odoo import models
from odoo.fields import Domain


class ResConfigSettings(models.TransientModel):
    """Features: a package shows what is its own to whoever has the group that its setting gives."""
    _inherit = 'res.config.settings'

    def _warn_of_used_feature(self, field, model, domain=Domain.TRUE):
        """Return the warning of an onchange where a feature is switched off that is in use.

        Switching it off hides it and stops nothing.

        :param str field: name of the setting of the feature
        :param str model: of the documents that show that it is used
        :param domain: what of them is in use
        """
        if self[field] or not self._is_feature_on(field):
            return None
        count = self.env[model].search_count(domain)
        if not count:
            return None
        return {'warning': {
            'title': self.env._("In use: %s", self._fields[field]._description_string(self.env)),
            'message': self.env._(
                "%(records)s: %(count)s. What is there goes on as it is, and nobody sees it until the"
                " feature is switched on again.",
                count=count, records=self.env[model]._description),
        }}

    def action_show_first_steps(self):
        """Show the overview with the panel of first steps."""
        return self.env['service.first.steps'].action_show()

    def _is_feature_on(self, field):
        """Tell whether employees have the feature of a setting now."""
        return self.env['res.groups']._is_feature_enabled(self._fields[field].implied_group)
