from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.structure import Part
from ..common.records import changes_any, offer_template

#: What a version says: who changes it makes another version
CONTENT = (
    'name', 'product_id', 'serial_number', 'quantity', 'product_uom_id', 'position', 'partner_id',
    'warranty_end')
#: Changes after which a component is not there
GONE = ('removed', 'moved', 'replaced')


class ServiceObjectComponent(models.Model):
    """A part that an object is made of, and what it was before.

    The row that people see is the component; rows that name it as `origin_id` are its former versions,
    kept by the program. A version holds from `date_from` on, and no longer on `date_to`.
    """
    _name = 'service.object.component'
    _description = "Component of a Service Object"
    _inherit = ['service.part.mixin', 'service.dated.mixin', 'service.searched.mixin']
    _date_years = 100
    _order = 'object_id, parent_path, id'
    _rec_names_search = ['name', 'serial_number']
    _parent_store = True
    _check_company_auto = True

    object_id = fields.Many2one(
        comodel_name='service.object', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(
        related='object_id.company_id', store=True, index=True, precompute=True)
    origin_id = fields.Many2one(
        comodel_name='service.object.component', string="Version Of", readonly=True,
        index='btree_not_null', ondelete='cascade')
    parent_id = fields.Many2one(
        comodel_name='service.object.component', string="Part Of", check_company=True,
        index='btree_not_null', ondelete='cascade',
        domain="[('object_id', '=', object_id), ('origin_id', '=', False), ('date_to', '=', False),"
               " ('id', '!=', id)]")

    # What it is
    name = fields.Char(index='trigram')
    serial_number = fields.Char(index='trigram')
    warranty_end = fields.Date(
        string="Warranty Until", help="Last day of the supplier's own warranty on the part.")

    # When it is there
    date_from = fields.Date(
        string="Fitted On", required=True, default=lambda self: self._default_date_from())
    date_to = fields.Date(string="Until", readonly=True, index='btree_not_null')
    replaces_id = fields.Many2one(
        comodel_name='service.object.component', string="In the Place Of", readonly=True,
        index='btree_not_null', ondelete='set null')
    structure_line_id = fields.Many2one(
        comodel_name='service.structure.line', string="Line of the Template", readonly=True,
        index='btree_not_null', ondelete='set null')
    change_ids = fields.One2many(
        comodel_name='service.component.change', inverse_name='component_id', string="Changes",
        readonly=True)

    _there_now = models.Index('(product_id, object_id) WHERE date_to IS NULL AND origin_id IS NULL')
    _positive_quantity = models.Constraint(
        'CHECK (quantity > 0)', "A component has a quantity above zero. Remove what is not there.")
    _span_order = models.Constraint(
        'CHECK (date_to >= date_from)',
        "A part cannot leave before it was fitted. Correct the day.")

    def _default_date_from(self):
        return self.env.company._get_service_today()

    @api.depends('name', 'serial_number')
    def _compute_display_name(self):
        for component in self:
            component.display_name = ', '.join(
                filter(None, (component.name, component.serial_number)))

    @api.model
    def get_import_templates(self):
        """Offer a spreadsheet with the headings that the import knows."""
        return [offer_template(
            self, self.env._("Import Template for Structures of Objects"), 'service_structures')]

    @api.constrains('parent_id', 'object_id')
    def _check_parent(self):
        for component in self.filtered('parent_id'):
            parent = component.parent_id
            if parent.origin_id or parent.object_id != component.object_id:
                raise ValidationError(self.env._(
                    "%(component)s is part of %(parent)s, which is no component of %(object)s. Choose"
                    " one of the same object.", component=component.display_name,
                    parent=parent.display_name, object=component.object_id.display_name))

    @api.constrains('date_from')
    def _check_date_from(self):
        for component in self.filtered(lambda component: not component.origin_id):
            today = component.company_id._get_service_today()
            if component.date_from > today:
                raise ValidationError(self.env._(
                    "%s cannot have been fitted in the future. Correct the day.",
                    component.display_name))

    #=== VERSIONS ===#

    @api.model_create_multi
    def create(self, vals_list):
        """Keep who added which part when."""
        components = super().create(vals_list)
        components.filtered(lambda component: not component.origin_id)._log('added')
        return components

    def write(self, vals):
        """Keep what a component was before it is changed.

        :raise UserError: if it is not there any more, or a former version
        """
        if not self.env.su and any(component._is_over() for component in self):
            raise UserError(self.env._(
                "%s is history and stays as it is. Change the component that is there now.",
                self.filtered(lambda component: component._is_over())[:1].display_name))
        versioned = {*CONTENT, 'parent_id'} & set(vals)
        changing = self.filtered(
            lambda component: not component._is_over() and changes_any(component, vals, versioned))
        former = {component: component._keep_version() for component in changing}
        result = super().write(vals)
        for component, version in former.items():
            component._log(
                'quantity' if component._differs_in(version) == {'quantity'} else 'changed', version)
        return result

    def _take(self, values):
        """Write values without another version: whoever calls has kept the former one."""
        # As in _keep_version.
        return super(ServiceObjectComponent, self.sudo()).write(  # pylint: disable=super-method-mismatch
            values)

    def _is_over(self):
        """Tell whether one row is a former version, or a component that is not there any more."""
        self.ensure_one()
        return bool(self.origin_id or self.date_to)

    def _differs_in(self, version):
        """Return the names of what one component and a version of it say differently."""
        self.ensure_one()
        return {name for name in (*CONTENT, 'parent_id') if self[name] != version[name]}

    def _keep_version(self, day=None):
        """Keep what one component is as a version that ends, and begin another one.

        :param date day: the first one of the new version, by default today
        :return: the version
        """
        self.ensure_one()
        # The program keeps versions, whoever changes a part.
        component = self.sudo()
        day = max(component.date_from, day or component.company_id._get_service_today())
        version = component.copy({
            'origin_id': component.id, 'parent_id': component.parent_id.id,
            'object_id': component.object_id.id, 'date_from': component.date_from, 'date_to': day,
            **component._get_values()})
        component._take({'date_from': day})
        return version

    def _get_values(self):
        """Return what one row says, as values to write."""
        self.ensure_one()
        return self._convert_to_write({name: self[name] for name in CONTENT})

    def _log(self, kind, version=None, reasons=None, **values):
        """Keep a change of these components in the history.

        :param str kind: of `service.component.change`
        :param version: what one of them was before
        :param dict reasons: why, as fields of the change
        :param values: more fields of it
        """
        # History is nobody's to write.
        return self.env['service.component.change'].sudo().create([{
            'object_id': component.object_id.id, 'component_id': component.id, 'kind': kind,
            'date': component.date_to or component.date_from, 'name': component.name,
            'product_id': component.product_id.id, 'serial_number': component.serial_number,
            'quantity_after': 0 if kind in GONE else component.quantity,
            'quantity_before': version.quantity if version else (
                component.quantity if kind in GONE else 0),
            'version_id': version and version.id, 'user_id': self.env.uid, **(reasons or {}),
            **values,
        } for component in self])

    def _get_parts(self):
        """Return these rows as `tools.structure` looks at them; keys are ids of components."""
        return [Part(
            row.origin_id.id or row.id, row.parent_id.id or None, row._get_content(), row.date_from,
            row.date_to or None, row) for row in self]

    def _get_content(self):
        """Return what is compared of one row, as a tuple of plain values."""
        self.ensure_one()
        return tuple(
            self[name].id if self._fields[name].type == 'many2one' else self[name] or False
            for name in CONTENT)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        if self.env.su:
            return
        for component in self:
            if not component._is_slip():
                raise UserError(self.env._(
                    "%s has a history: it is not deleted. Remove it from the structure instead.",
                    component.display_name))

    def _is_slip(self):
        """Tell whether nothing has happened to one component since the user entered it, or a manager may."""
        self.ensure_one()
        changes = self.change_ids
        return not self._is_over() and changes.mapped('kind') == ['added'] and not changes.order_id and (
            changes.user_id == self.env.user or self.object_id._has_role('manager'))
