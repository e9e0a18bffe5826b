from odoo import api, models
from odoo.fields import Domain

#: So many orders of the past are counted beside a list, and no more
COUNTED = 1000


class ServiceOrder(models.Model):
    """What stands beside the list."""
    _inherit = 'service.order'

    @api.model
    @api.readonly
    def search_panel_select_range(self, field_name, **kwargs):
        """Count what is open, which is little whatever was done before, and some of the past.

        Where there is more in a list, all choices are offered, without figures.
        """
        is_counted = kwargs.get('enable_counters') or not kwargs.get('expand')
        past = Domain('state', 'not in', ('draft', 'open'))
        if is_counted and self.search_count(
                Domain(kwargs.get('search_domain', [])) & past, limit=COUNTED + 1) > COUNTED:
            kwargs.update(enable_counters=False, expand=True)
        return super().search_panel_select_range(field_name, **kwargs)
