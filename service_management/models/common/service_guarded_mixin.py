from lxml import etree

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import frozendict, ormcache

from ...security.rights import get_rights
from .records import changes_any


class ServiceGuardedMixin(models.AbstractModel):
    """Fields are written by those whom the table of rights names, whichever way they come.

    In sudo everything passes, as with every guard of role.
    """
    _name = 'service.guarded.mixin'
    _description = "Fields with Rights"

    @api.model
    @ormcache()
    def _get_rights(self):
        """Return {field name: role} of this model, as the table of rights and other addons say."""
        return frozendict(get_rights(self))

    @api.model
    def _get_refused(self, names):
        """Return those of the fields named that the user must not write, {name: who may}."""
        if self.env.su or self._transient:  # a dialog is its user's own
            return {}
        rights, refused = self._get_rights(), {}
        for name in names:
            field = self._fields.get(name)
            if not field:
                continue
            role = 'engine' if field.readonly else rights.get(name, 'proposed')
            if not self._may_write(role):
                refused[name] = role
        return refused

    @api.model
    def _may_write(self, role):
        """Tell whether the user writes fields of a role, of those that the table of rights has."""
        return role == 'proposed' or (role != 'engine' and self.env.user.has_group(
            f'service_management.service_management_group_{role}'))

    def _refuse(self, name, role):
        """:raise AccessError: saying who writes a field instead of the user"""
        label = self._fields[name]._description_string(self.env)
        if role == 'engine':
            raise AccessError(self.env._(
                "“%s” is kept by the program: it changes by what people do, not by hand.", label))
        raise AccessError(self.env._(
            "“%(field)s” is changed by others: %(role)s. Ask one of them.", field=label,
            role={
                'customer_service': self.env._("customer service, dispatchers and service managers"),
                'dispatcher': self.env._("dispatchers and service managers"),
                'manager': self.env._("service managers"),
            }[role]))

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse values that are not the user's to give.

        :raise AccessError: naming the field
        """
        for name, role in self._get_refused(set().union(*vals_list)).items():
            if any(not self._is_usual(name, vals[name]) for vals in vals_list if name in vals):
                self.check_access('create')
                self._refuse(name, role)
        return super().create(self._complete_new(vals_list))

    @api.model
    def default_get(self, fields):
        """Take no default of a caller for what is not the user's to give.

        A context goes along to whatever is made on the way: what it says of others is no try.
        """
        given = dict(self.env.context.items())
        names = {key: key.removeprefix('default_') for key in given if key.startswith('default_')}
        refused = self._get_refused(names.values())
        context = {key: value for key, value in given.items() if names.get(key) not in refused}
        # Keys are taken out, which keywords cannot.
        caller = self.with_env(self.env(context=context))
        return super(ServiceGuardedMixin, caller).default_get(fields)

    @api.model
    def _is_usual(self, name, value):
        """Tell whether a value says no more than leaving it out: forms send what they show."""
        field = self._fields[name]
        return not value or (bool(field.default) and value == field.default(self))

    @api.model
    def _complete_new(self, vals_list):
        """Return the values of new records with what the program gives them; extend to give more."""
        return vals_list

    def write(self, vals):
        """Refuse values that are not the user's to give; what is there already may be sent again.

        :raise AccessError: naming the field
        """
        for name, role in self._get_refused(vals).items():
            if any(changes_any(record, vals, {name}) for record in self):
                self.check_access('write')
                self._refuse(name, role)
        return super().write(vals)

    def copy_data(self, default=None):
        """Copy what is the user's to see and to give: the rest is found anew, or stays empty."""
        given = dict(default or {})
        left_out = {
            name for name, field in self._fields.items()
            if field.copy and name not in given and not self._has_field_access(field, 'read')}
        left_out.update(
            name for name, role in self._get_refused(self._fields).items()
            if role != 'engine' and name not in given)
        return [
            vals and {name: value for name, value in vals.items() if name not in left_out}
            for vals in super().copy_data({**given, **dict.fromkeys(left_out)})]

    @api.model
    def get_view(self, view_id=None, view_type='form', **options):
        """Show as read-only what is not the user's to enter, in lists within forms, too."""
        view = super().get_view(view_id, view_type, **options)
        arch = etree.fromstring(view['arch'])
        if self._lock_refused(arch):
            view['arch'] = etree.tostring(arch, encoding='unicode')
        return view

    @api.model
    def _lock_refused(self, node):
        """Make fields of others read-only in a view of this model, or in a part of one.

        :return: whether there are any
        """
        is_locked = False
        for child in node:
            field = child.tag == 'field' and self._fields.get(child.get('name'))
            inner = self
            if field and field.relational:
                inner = self.env[field.comodel_name]
            if hasattr(inner, '_lock_refused'):
                is_locked |= inner._lock_refused(child)
            if field and not field.readonly and self._get_refused([field.name]):
                child.set('readonly', 'True')
                is_locked = True
        return is_locked

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Tell forms which fields the user does not write."""
        described = super().fields_get(allfields, attributes)
        if attributes is None or 'readonly' in attributes:
            for name in self._get_refused(described):
                described[name]['readonly'] = True
        return described
