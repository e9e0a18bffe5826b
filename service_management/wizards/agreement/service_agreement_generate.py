from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

#: Rows of a preview; what is beyond is counted, not listed.
PREVIEW_ROWS = 200


class ServiceAgreementGenerate(models.TransientModel):
    _name = 'service.agreement.generate'
    _description = "Create Orders from Agreements"
    _inherit = ['service.dated.mixin', 'service.kind.choice.mixin']

    agreement_ids = fields.Many2many(
        comodel_name='service.agreement', string="Agreements",
        domain="[('state', '=', 'active'), ('is_template', '=', False)]",
        help="Empty: all active agreements.")
    line_ids = fields.Many2many(
        comodel_name='service.agreement.line', string="These Lines Only",
        domain="[('agreement_id', 'in', agreement_ids)] if agreement_ids else"
               " [('agreement_id.state', '=', 'active'), ('agreement_id.is_template', '=', False)]")
    date_from = fields.Date(
        string="Due From", required=True, default=lambda self: self.env.company._get_service_today())
    date_to = fields.Date(
        string="Due To", required=True,
        default=lambda self: self.env.company._get_service_today() + relativedelta(months=1))
    fill_gaps = fields.Boolean(
        help="Create again what was created once and whose order was deleted. What was skipped"
             " stays skipped.")
    only_after_last = fields.Boolean(
        string="Only After the Last One",
        help="Leave everything alone up to the last day that each line was ordered for.")
    preview_ids = fields.One2many(
        comodel_name='service.agreement.generate.preview', inverse_name='wizard_id',
        compute='_compute_preview')
    summary = fields.Char(compute='_compute_preview')
    left_out = fields.Text(compute='_compute_preview')

    @api.onchange('fill_gaps')
    def _onchange_fill_gaps(self):
        if self.fill_gaps:
            self.only_after_last = False

    @api.onchange('only_after_last')
    def _onchange_only_after_last(self):
        if self.only_after_last:
            self.fill_gaps = False

    @api.depends(lambda self: (
        'agreement_ids', 'line_ids', 'date_from', 'date_to', 'fill_gaps', 'only_after_last',
        *self._get_kind_fields().values()))
    def _compute_preview(self):
        for wizard in self:
            planned = wizard._plan()
            rows = [
                Command.create({
                    'number': number, 'date': order.day, 'is_closed_day': order.is_closed_day,
                    'agreement_id': order.agreement.id, 'line_id': work.line.id,
                    'date_due': work.due,
                })
                for number, order in enumerate(planned, start=1) for work in order.works]
            wizard.preview_ids = [Command.clear(), *rows[:PREVIEW_ROWS]]
            text = wizard.env._(
                "Orders: %(orders)s, lines: %(lines)s", orders=len(planned), lines=len(rows))
            if len(rows) > PREVIEW_ROWS:
                text = wizard.env._(
                    "%(text)s; the first %(count)s are shown", text=text, count=PREVIEW_ROWS)
            wizard.summary = text
            wizard.left_out = wizard._explain_left_out()

    def _get_agreements(self):
        """Return the agreements chosen; without a choice all that create orders."""
        self.ensure_one()
        return self.agreement_ids._origin or self.env['service.agreement'].search([
            ('state', '=', 'active'), ('is_template', '=', False), ('is_suspended', '=', False),
            ('company_id', 'in', self.env.companies.ids)])

    def _get_options(self):
        """Return the choices made, as the plan takes them."""
        self.ensure_one()
        return {
            'kinds': self._get_chosen_kinds(),
            'lines': self.line_ids._origin or None,
            'fill_gaps': self.fill_gaps,
            'only_after_last': self.only_after_last,
        }

    def _plan(self):
        self.ensure_one()
        if not (self.date_from and self.date_to):
            return []
        return self._get_agreements()._plan_orders(
            self.date_from, self.date_to, **self._get_options())

    def _explain_left_out(self):
        """Return why work that is due gets no order."""
        self.ensure_one()
        if not (self.date_from and self.date_to):
            return ''
        lines = self.line_ids._origin or self._get_agreements().line_ids
        return self._filter_kinds(lines)._explain_left_out(self.date_from, self.date_to)

    def action_apply(self):
        """Create the orders that the preview shows, and open them.

        :raise AccessError: if the user is no dispatcher
        :raise UserError: saying why there is nothing to create
        """
        self.ensure_one()
        if self.date_to < self.date_from:
            raise UserError(self.env._("The period ends before it begins. Correct “Due To”."))
        if self.fill_gaps and self.only_after_last:
            raise UserError(self.env._(
                "Choose one: fill gaps, or create only after the last one."))
        agreements = self._get_agreements()
        self._ensure_possible(agreements)
        orders = agreements._generate(
            self.date_from, self.date_to, **self._get_options())
        if not orders and (left_out := self._explain_left_out()):
            raise UserError(left_out)
        if not orders:
            raise UserError(self.env._(
                "Nothing is due in these days that has no order yet. Choose other days, or fill"
                " gaps to create deleted orders again."))
        return orders._show()

    def _ensure_possible(self, agreements):
        """:raise UserError: if none of the agreements creates orders at all"""
        for agreement in agreements if len(agreements) == 1 else ():
            agreement._ensure_not_suspended()
        if not any(agreement._can_generate() for agreement in agreements):
            raise UserError(self.env._(
                "Orders are created from active agreements only: activate one first."))
        self.line_ids._ensure_generable()


class ServiceAgreementGeneratePreview(models.TransientModel):
    _name = 'service.agreement.generate.preview'
    _description = "Order That Would Be Created"
    _order = 'number, id'

    wizard_id = fields.Many2one(
        comodel_name='service.agreement.generate', required=True, ondelete='cascade')
    number = fields.Integer(string="Order")
    date = fields.Date(string="Visit On")
    is_closed_day = fields.Boolean(string="Closed Day")
    agreement_id = fields.Many2one(comodel_name='service.agreement')
    partner_id = fields.Many2one(related='agreement_id.partner_id', string="Customer")
    line_id = fields.Many2one(comodel_name='service.agreement.line')
    object_id = fields.Many2one(related='line_id.object_id')
    date_due = fields.Date(string="Due")
