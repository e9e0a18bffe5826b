from lxml import etree

from odoo import fields, models

#: Attributes of a schedule, and whether it takes them to be one
_ATTRIBUTES = {
    'string': False, 'class': False, 'js_class': False, 'create': False, 'edit': False,
    'date_start': True, 'date_stop': True, 'row': True, 'scales': False, 'default_scale': False,
    'color': False, 'step': False}
#: What the axis can show; the client knows how many days each of them is
_SCALES = {'day', 'three_days', 'week', 'two_weeks', 'month'}


class IrUiView(models.Model):
    """The schedule: a row for each one who works, and a time axis."""
    _inherit = 'ir.ui.view'

    type = fields.Selection(selection_add=[('schedule', "Schedule")])

    def _get_view_info(self):
        return {'schedule': {'icon': 'fa fa-align-left'}} | super()._get_view_info()

    def _validate_tag_schedule(self, node, name_manager, node_info):
        """Refuse schedules that the client could not draw."""
        if not node_info['validate']:
            return
        for child in node.iterchildren(tag=etree.Element):
            if child.tag != 'field':
                self._raise_view_error(self.env._(
                    "A schedule has fields only, not <%s>.", child.tag), child)
        if unknown := set(node.attrib) - set(_ATTRIBUTES) - {'__validate__'}:
            self._raise_view_error(self.env._(
                "A schedule has no attribute %(names)s: it takes %(known)s.",
                names=', '.join(sorted(unknown)), known=', '.join(_ATTRIBUTES)), node)
        for name, is_needed in _ATTRIBUTES.items():
            if is_needed and not node.get(name):
                self._raise_view_error(self.env._("A schedule needs the attribute %s.", name), node)
        for name in filter(None, (node.get('date_start'), node.get('date_stop'), node.get('row'))):
            name_manager.has_field(node, name, node_info)
        scales = set(filter(None, node.get('scales', '').split(','))) | {
            node.get('default_scale') or 'day'}
        if unknown := scales - _SCALES:
            self._raise_view_error(self.env._(
                "A schedule has no scale %(names)s: it takes %(known)s.",
                names=', '.join(sorted(unknown)), known=', '.join(sorted(_SCALES))), node)
