from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class ServiceAgreement(models.Model):
    """How an agreement moves."""
    _inherit = 'service.agreement'

    _transitions = {
        'active': {'draft', 'expired'},
        'expired': {'active'},
        'closed': {'draft', 'active', 'expired'},
    }

    state = fields.Selection(
        selection=[
            ('draft', "Draft"), ('active', "Active"), ('expired', "Expired"),
            ('closed', "Closed")],
        default='draft', required=True, readonly=True, copy=False, index=True, tracking=True,
        group_expand=True)
    is_suspended = fields.Boolean(
        string="Suspended", readonly=True, copy=False, tracking=True,
        help="No orders are created, neither by hand nor by the nightly run.")
    end_reason_id = fields.Many2one(
        comodel_name='service.reason', string="Reason", readonly=True, copy=False,
        ondelete='restrict', tracking=True,
        help="Why the agreement was suspended or closed.")
    end_note = fields.Char(string="Note", readonly=True, copy=False)
    date_activated = fields.Date(string="Active Since", readonly=True, copy=False)

    _suspended = models.Index('(id) WHERE is_suspended IS TRUE')

    def _set_state(self, target, **values):
        """Move agreements as other documents; templates are never in force."""
        agreements = self.filtered(lambda agreement: not agreement.is_template)
        return super(ServiceAgreement, agreements)._set_state(target, **values)

    def _ensure_may_agree(self):
        """:raise AccessError: if the user is no service manager, or not one of the company"""
        self._ensure_role(
            'manager', self.env._("Only a service manager makes and ends agreements."))
        self.check_access('write')

    def action_activate(self):
        """Put drafts into force; ask first where lines have an agreed price of nothing.

        :raise AccessError: if the user is no service manager
        :raise UserError: if one cannot be put into force
        """
        self._ensure_can_begin()
        if self.line_ids._filter_free():
            return self._open_dialog(
                'service.agreement.activate', self.env._("Activate"),
                default_agreement_ids=self.ids)
        self._begin()
        return True

    def action_activate_selected(self):
        """Show which of many can be put into force, why others cannot, and do it.

        :raise AccessError: if the user is no service manager
        """
        self._ensure_may_agree()
        return self._open_dialog(
            'service.agreement.activate', self.env._("Activate"), default_agreement_ids=self.ids)

    @api.model
    def _get_bulk_verbs(self):
        return {**super()._get_bulk_verbs(), 'activate': '_begin'}

    def _ensure_can_begin(self):
        self._ensure_may_agree()
        for agreement in self:
            if error := agreement._get_activation_error():
                raise UserError(error)

    def _begin(self):
        """Put drafts into force, as they are, for whoever may."""
        self._ensure_can_begin()
        return self._activate()

    def _get_activation_error(self):
        """Return why one agreement cannot be put into force, or None; extend to ask for more."""
        self.ensure_one()
        if self.is_template:
            return self.env._("A template is copied from. Create an agreement from it.")
        if self.state not in self._get_transitions()['active']:
            return self.env._("%s is in force already, or closed.", self.name)
        if self.date_end and self.date_end < self._get_today():
            return self.env._(
                "%(agreement)s ended on %(date)s. Move its end, or renew it.",
                agreement=self.name, date=format_date(self.env, self.date_end))
        return None

    def _activate(self):
        """Put agreements into force; the nightly run begins with the work due from today on.

        :return: the agreements that are in force now and were not before
        """
        active = self.browse()
        for company, agreements in self.grouped('company_id').items():
            today = company._get_service_today()
            active |= agreements._set_state('active', date_activated=today)
        active._begin_runs()
        active._wake_job()
        return active

    def action_suspend(self):
        """Ask why agreements are suspended, and what becomes of their orders."""
        return self._open_end_dialog('suspend', self.env._("Suspend"))

    def action_close(self):
        """Ask when and why agreements end, and what becomes of their orders."""
        return self._open_end_dialog('close', self.env._("Close"))

    def _open_end_dialog(self, operation, title):
        """Return the dialog that suspends or closes agreements."""
        self._ensure_may_agree()
        return self._open_dialog(
            'service.agreement.end', title, default_agreement_ids=self.ids,
            default_operation=operation)

    def _suspend(self, reason, note=False):
        """Stop all creation of orders, for a reason."""
        self._ensure_may_agree()
        for agreement in self:
            if agreement.state != 'active' or agreement.is_suspended:
                raise UserError(self.env._(
                    "%s is not in force: there is nothing to suspend.", agreement.name))
        # Only the verbs suspend agreements.
        self.sudo().write({
            'is_suspended': True, 'end_reason_id': reason.id, 'end_note': note})

    def action_resume(self):
        """Take suspensions back; what was due meanwhile stays undone, as it was meant to."""
        self._ensure_may_agree()
        suspended = self.filtered('is_suspended')
        # Only the verbs suspend agreements.
        suspended.sudo().write({
            'is_suspended': False, 'end_reason_id': False, 'end_note': False})
        suspended._begin_runs()
        suspended._wake_job()
        return True

    def _close(self, reason, note=False, day=None):
        """End agreements for good, on a day.

        :param reason: service.reason
        :param date day: last day, by default today's where the company is
        :return: the agreements that were closed
        :raise UserError: if one is closed already
        """
        self._ensure_may_agree()
        closable = self._get_transitions()['closed']
        for agreement in self:
            if agreement.is_template or agreement.state not in closable:
                raise UserError(self.env._("%s is closed already.", agreement.display_name))
        running = self.filtered(lambda agreement: agreement.state == 'active')
        closed = self._set_state(
            'closed', is_suspended=False, end_reason_id=reason.id, end_note=note)
        for agreement in running:
            agreement.date_end = min(
                filter(None, (
                    agreement.date_end, max(day or agreement._get_today(), agreement.date_start))))
        closed._forget_failures()
        closed._forget_renewal_failures()
        return closed

    def _ensure_not_suspended(self):
        """:raise UserError: if no orders may be made for an agreement"""
        # That no orders are made for it is no secret of the agreement.
        for agreement in self.sudo().filtered('is_suspended'):
            raise UserError(self.env._(
                "%(agreement)s is suspended (%(reason)s): no orders are made for it. Resume it"
                " first, or make the order without it.",
                agreement=agreement.name, reason=agreement.end_reason_id.name))
