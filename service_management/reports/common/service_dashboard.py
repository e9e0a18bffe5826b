from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain


class ServiceDashboard(models.AbstractModel):
    """What people of the office want to know in the morning; each capability adds its tiles."""
    _name = 'service.dashboard'
    _description = "Service Overview"
    _inherit = ['service.document.mixin']

    @api.model
    @api.readonly
    def get_data(self):
        """Return what waits, and for managers what it brings, of the active companies.

        :return: {'sections': [{'key', 'title', 'tiles': [{'label', 'value', 'hint', 'level',
            'action', 'source': XML id of an action whose help is shown where nothing waits any
            more}]}], 'technicians': [{'id', 'name', 'hours', 'available', 'percent', 'level'}],
            'first_steps': as `service.first.steps` says, or False for others than managers}
        :raise AccessError: if the user works in the field
        """
        self._ensure_role('customer_service', self.env._(
            "The overview is for customer service, dispatchers and service managers."))
        return {
            'sections': self._get_sections(),
            'technicians': self._get_technicians(),
            'first_steps': self._has_role('manager') and self.env['service.first.steps'].get_data(),
        }

    @api.model
    def _get_sections(self):
        """Return the sections in the order in which they are read, with the tiles that say something."""
        return [
            {'key': key, 'title': title, 'tiles': [
                tile for tile in self._get_tiles(key) if tile['value']]}
            for key, title in self._get_titles().items()]

    @api.model
    def _get_titles(self):
        """Return {key: title} of the sections that the user may see, in their order; extend to add one."""
        return {'today': self.env._("Today")}

    @api.model
    def _get_tiles(self, section):
        """Return the tiles of a section from left to right; extend to add to those before.

        Tiles without a value are left out: nothing waits there.

        :param str section: a key of `_get_titles`
        """
        return []

    @api.model
    def _get_technicians(self):
        """Return how full the day of each technician is; who plans them says it."""
        return []

    @api.model
    def _get_today(self):
        """Return the naive UTC start and end of the user's day."""
        today = fields.Date.context_today(self)
        zone = self.env.tz
        return tuple(
            zone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None)
            for day in (today, today + timedelta(days=1)))

    @api.model
    def _get_own_domain(self):
        """Return the domain of the records of the active companies."""
        return Domain('company_id', 'in', self.env.companies.ids)

    @api.model
    def _count(self, model, label, domain, level=None):
        """Return a tile that counts documents.

        :param str level: 'info', 'warning' or 'danger', how much it matters that there are some
        """
        domain &= self._get_own_domain()
        return self._make_tile(
            label, self.env[model].search_count(domain), model, domain, level=level)

    @api.model
    def _make_tile(self, label, value, model, domain, hint=False, level=None, source=None):
        """Return a tile that opens what a domain finds.

        :param value: what it shows; nothing, and it is left out
        :param str model: whose records it opens
        :param str source: XML id of their action, where it is not the model's own one
        """
        return {
            'label': label,
            'value': value,
            'hint': hint,
            'level': level,
            'source': source or self.env[model]._window_action,
            'action': {
                'type': 'ir.actions.act_window',
                'res_model': model,
                'name': label,
                'views': [(False, view) for view in self._get_tile_views(model)],
                'domain': list(domain),
                'context': {},
            },
        }

    @api.model
    def _get_tile_views(self, model):
        """Return the types of views that a tile of the model opens, the first one first."""
        return ('list', 'kanban', 'form', 'calendar')
