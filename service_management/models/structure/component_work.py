from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date


class ServiceObjectComponent(models.Model):
    """What is done with components: they are replaced, removed, moved. Verbs take the day of it."""
    _inherit = 'service.object.component'

    def _ensure_there(self, day):
        """:raise UserError: if one component is not there, or was fitted after a day"""
        for component in self:
            if component._is_over():
                raise UserError(self.env._(
                    "%s is not there any more. Look at the structure again.", component.display_name))
            if day < component.date_from:
                raise UserError(self.env._(
                    "%(component)s as it is now is there since %(day)s. Choose this day, or a later"
                    " one.", component=component.display_name,
                    day=format_date(self.env, component.date_from)))
            if day > component.company_id._get_service_today():
                raise UserError(self.env._(
                    "Enter when it happened: the day cannot lie in the future."))

    def _get_below(self):
        """Return the components that are in these, on all levels, and there."""
        return self.search([
            ('id', 'child_of', self.ids), ('id', 'not in', self.ids), ('origin_id', '=', False),
            ('date_to', '=', False)])

    def _leave(self, day):
        """End these components on a day."""
        for component in self:
            component._take({'date_to': max(day, component.date_from)})

    def _remove(self, day, reasons=None):
        """Take components out, with all that is in them.

        :param date day: the first one on which they are not there
        :param dict reasons: why, as fields of `service.component.change`
        """
        self._ensure_there(day)
        leaving = self | self._get_below()
        leaving._leave(day)
        leaving._log('removed', reasons=reasons)
        return self

    def _set_quantity(self, quantity, day, reasons=None):
        """Say how many of one component there are from a day on.

        :raise UserError: if it is none
        """
        self.ensure_one()
        self._ensure_there(day)
        if self.product_uom_id.compare(quantity, 0) <= 0:
            raise UserError(self.env._(
                "A component has a quantity above zero. Remove what is not there."))
        version = self._keep_version(day)
        self._take({'quantity': quantity})
        self._log('quantity', version, reasons)
        return self

    def _exchange(self, values, day, reasons=None, quantity=None, keeps_below=False):
        """Put another part in the place of one component, or of some of its quantity.

        :param dict values: what the new part is, as fields of it
        :param date day: the first one on which the new part is there
        :param dict reasons: why, as fields of `service.component.change`
        :param float quantity: how many are replaced; by default all
        :param bool keeps_below: what is in it stays, and is in the new part
        :return: the new component
        :raise UserError: if more is replaced than there is, or the component is not there
        """
        self.ensure_one()
        self._ensure_there(day)
        unit = self.product_uom_id
        quantity = self.quantity if quantity is None else quantity
        if unit.compare(quantity, 0) <= 0 or unit.compare(quantity, self.quantity) > 0:
            raise UserError(self.env._(
                "Of %(component)s, more than 0 and at most %(all)s can be replaced.",
                all=f'{self.quantity:g}', component=self.display_name))
        is_whole = not unit.compare(quantity, self.quantity)
        # The program says what takes the place of what.
        successor = self.sudo().create({
            **self._prepare_successor(), 'quantity': quantity, **values, 'date_from': day,
        }).with_env(self.env)
        successor.sudo().change_ids.unlink()  # said with what it replaces
        version, left = None, 0.0
        if is_whole:
            self._exchange_whole(successor, day, reasons, keeps_below)
        else:
            left = self.quantity - quantity
            version = self._keep_version(day)
            self._take({'quantity': left})
        self._log(
            'replaced' if is_whole else 'part_replaced', version, reasons,
            replaced_by_id=successor.id, quantity_after=left)
        return successor

    def _exchange_whole(self, successor, day, reasons, keeps_below):
        """End one component, and what is in it unless that stays in its successor."""
        below = self._get_below()
        self._leave(day)
        if keeps_below:
            for part in below.filtered(lambda part: part.parent_id == self):
                version = part._keep_version(day)
                part._take({'parent_id': successor.id})
                part._log('changed', version, reasons)
        else:
            below._leave(day)
            below._log('removed', reasons=reasons)

    def _prepare_successor(self):
        """Return what a part has that takes the place of one component, as far as nobody says else."""
        self.ensure_one()
        return {
            **self._get_values(), 'serial_number': False, 'warranty_end': False,
            'object_id': self.object_id.id, 'parent_id': self.parent_id.id, 'replaces_id': self.id,
            'structure_line_id': self.structure_line_id.id,
        }

    def _move_to_object(self, obj, day, reasons=None, parent=None):
        """Move components with all that is in them to another object.

        :param obj: service.object, of the same company
        :param parent: service.object.component of it that they are in from then on, may be none
        :return: the components that they are there
        """
        self._ensure_there(day)
        if obj in self.object_id or obj.company_id != self.company_id:
            raise UserError(self.env._(
                "Choose another object of the same company to move it to."))
        leaving = self | self._get_below()
        moved = leaving._copy_to_object(obj, day, reasons, parent)
        leaving._leave(day)
        leaving._log('moved', reasons=reasons, target_object_id=obj.id)
        return moved

    def _copy_to_object(self, obj, day, reasons=None, parent=None):
        """Make components of another object as these are, each in what it is in here.

        :return: the new components
        """
        copies = {}
        # What others are in comes first, however they are sorted.
        for component in self.sorted(lambda part: (part.level, part.id)):
            copies[component] = self.create({
                **component._get_values(), 'object_id': obj.id, 'date_from': day,
                'parent_id': copies.get(component.parent_id, parent or self.browse()).id,
            })
        made = self.browse().union(*copies.values())
        if reasons:
            made.sudo().change_ids.write(reasons)  # the program keeps why
        return made

    def action_work(self):
        """Ask what is done with one component: it is replaced, removed, or moved.

        :raise UserError: if it is not there any more
        """
        self.ensure_one()
        self.check_access('write')
        if self._is_over():
            raise UserError(self.env._(
                "%s is not there any more. Look at the structure again.", self.display_name))
        return self.object_id._open_dialog(
            'service.component.work', self.display_name, default_component_id=self.id)
