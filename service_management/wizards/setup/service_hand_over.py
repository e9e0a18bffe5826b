from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class ServiceHandOver(models.TransientModel):
    """Gives what hangs on one person to another one, as far as the user may."""
    _name = 'service.hand.over'
    _description = "Hand Over"

    employee_id = fields.Many2one(
        comodel_name='hr.employee', readonly=True, context={'active_test': False})
    user_id = fields.Many2one(
        comodel_name='res.users', compute='_compute_user_id', store=True, readonly=False,
        precompute=True, context={'active_test': False})
    company_id = fields.Many2one(comodel_name='res.company', compute='_compute_company_id')
    is_archiving = fields.Boolean(readonly=True, help="The user is archived afterwards.")
    row_ids = fields.One2many(
        comodel_name='service.hand.over.row', inverse_name='dialog_id', string="What Hangs on Them",
        compute='_compute_row_ids', compute_sudo=False, store=True, readonly=False)
    needs_technician = fields.Boolean(compute='_compute_needs')
    needs_user = fields.Boolean(compute='_compute_needs')
    successor_id = fields.Many2one(
        comodel_name='hr.employee', string="Technician's Work To",
        domain="[('id', '!=', employee_id), ('company_id', '=', company_id),"
               " ('service_team_id', '!=', False)]")
    successor_user_id = fields.Many2one(
        comodel_name='res.users', string="Responsibilities To",
        compute='_compute_successor_user_id', store=True, readonly=False, precompute=True,
        domain="[('id', '!=', user_id), ('share', '=', False), ('company_ids', 'in', company_id)]")

    @api.depends('employee_id')
    def _compute_user_id(self):
        for dialog in self:
            dialog.user_id = dialog.user_id or dialog.employee_id.user_id

    @api.depends('employee_id')
    def _compute_company_id(self):
        for dialog in self:
            dialog.company_id = dialog.employee_id.company_id or self.env.company

    @api.depends('employee_id', 'user_id')
    def _compute_row_ids(self):
        """List what hangs on the person today, as far as the user sees it."""
        for dialog in self:
            duties = dialog.employee_id._origin._get_duties() + dialog.user_id._origin._get_duties()
            dialog.row_ids = [Command.clear()] + [
                Command.create(dialog._prepare_row(found, field)) for found, field in duties]

    def _prepare_row(self, found, field):
        """Return the values of the row of one kind of duty."""
        model = self.env['ir.model']._get(found._name)
        transferable = found._filter_transferable(field)
        return {
            'model': found._name,
            'field': field,
            'name': f"{model.name}: {found._fields[field]._description_string(self.env)}",
            'count': len(found),
            'transferable_count': len(transferable),
            'is_chosen': bool(transferable),
            'is_of_user': found._fields[field].comodel_name == 'res.users',
        }

    @api.depends('row_ids.is_chosen', 'row_ids.is_of_user')
    def _compute_needs(self):
        for dialog in self:
            chosen = dialog.row_ids.filtered('is_chosen')
            dialog.needs_user = any(chosen.mapped('is_of_user'))
            dialog.needs_technician = any(not row.is_of_user for row in chosen)

    @api.depends('successor_id')
    def _compute_successor_user_id(self):
        for dialog in self:
            dialog.successor_user_id = (
                dialog.successor_user_id or dialog.successor_id.user_id)

    @api.model
    def _open(self, **values):
        """Return the action that opens the dialog for an employee or a user."""
        dialog = self.create(values)
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Hand Over"),
            'res_model': self._name,
            'res_id': dialog.id,
            'views': [(False, 'form')],
            'target': 'new',
        }

    def action_apply(self):
        """Hand over what is chosen; archive the user where that was asked for.

        :raise UserError: if nothing is chosen, or nobody takes it
        """
        self.ensure_one()
        chosen = self.row_ids.filtered('is_chosen')
        if not chosen:
            raise UserError(self.env._("Choose what to hand over."))
        if (self.needs_technician and not self.successor_id) or (
                self.needs_user and not self.successor_user_id):
            raise UserError(self.env._("Choose who takes it over."))
        fields_chosen = {(row.model, row.field) for row in chosen}
        if self.needs_technician:
            self.employee_id._hand_over_duties(self.successor_id, fields_chosen)
        if self.needs_user:
            self.user_id._hand_over_duties(self.successor_user_id, fields_chosen)
        if self.is_archiving:
            return self.action_archive_user()
        return {'type': 'ir.actions.act_window_close'}

    def action_archive_user(self):
        """Archive the user; rights are those of whoever archives."""
        user = self.user_id.with_context(service_archive_confirmed=True)
        return user.action_archive() or {'type': 'ir.actions.act_window_close'}


class ServiceHandOverRow(models.TransientModel):
    _name = 'service.hand.over.row'
    _description = "What Hangs on a Person"
    _order = 'id'

    dialog_id = fields.Many2one(
        comodel_name='service.hand.over', required=True, ondelete='cascade')
    model = fields.Char(required=True, readonly=True)
    field = fields.Char(required=True, readonly=True)
    is_of_user = fields.Boolean(readonly=True)
    name = fields.Char(string="What", readonly=True)
    count = fields.Integer(readonly=True)
    transferable_count = fields.Integer(
        string="Can Be Handed Over", readonly=True,
        help="The rest has begun, is locked by its stage, or is a service manager's to hand over.")
    is_chosen = fields.Boolean(string="Hand Over")

    def action_show(self):
        """List the records."""
        self.ensure_one()
        person = self.dialog_id.user_id if self.is_of_user else self.dialog_id.employee_id
        found = next((
            found for found, field in person._get_duties()
            if (found._name, field) == (self.model, self.field)), self.env[self.model])
        return {
            'type': 'ir.actions.act_window',
            'name': self.name,
            'res_model': self.model,
            'views': [(False, 'list'), (False, 'form')],
            'domain': [('id', 'in', found.ids)],
        }
