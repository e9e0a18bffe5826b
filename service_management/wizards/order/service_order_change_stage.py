from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class ServiceOrderChangeStage(models.TransientModel):
    _name = 'service.order.change.stage'
    _description = "Change the Stage of Service Orders"
    _inherit = ['service.preview.mixin']

    order_ids = fields.Many2many(comodel_name='service.order', required=True)
    company_id = fields.Many2one(comodel_name='res.company', compute='_compute_company_id')
    stage_id = fields.Many2one(
        comodel_name='service.stage', string="New Stage", required=True,
        domain="['|', ('company_id', '=', False), ('company_id', 'parent_of', company_id)]")
    needs_reason = fields.Boolean(related='stage_id.needs_reason')
    usage = fields.Char(compute='_compute_usage')
    reason_id = fields.Many2one(
        comodel_name='service.reason', domain="[('usage', '=', usage)]")
    note = fields.Char()
    is_reopening = fields.Boolean(compute='_compute_is_reopening')
    is_sign_off = fields.Boolean(compute='_compute_usage')
    work_summary = fields.Html(compute='_compute_work_summary')
    signed_by = fields.Char(string="Name")
    signature = fields.Binary()
    needs_signature = fields.Boolean(compute='_compute_needs_signature')
    is_typed_signature = fields.Boolean(compute='_compute_needs_signature')
    work_done = fields.Text(
        string="What Was Done", compute='_compute_work_done', store=True, readonly=False)

    @api.depends('order_ids')
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.order_ids.company_id[:1]

    @api.depends('stage_id')
    def _compute_usage(self):
        for wizard in self:
            category = wizard.stage_id.category
            wizard.usage = 'cancel' if category == 'cancelled' else 'stage'
            wizard.is_sign_off = category == 'signed_off'

    @api.depends('order_ids', 'stage_id')
    def _compute_is_reopening(self):
        for wizard in self:
            wizard.is_reopening = wizard.order_ids._is_reopened_by(wizard.stage_id)

    @api.depends('order_ids', 'stage_id')
    def _compute_needs_signature(self):
        for wizard in self:
            orders = wizard.order_ids
            wizard.needs_signature = wizard.is_sign_off and any(
                order._requires_signature() and not order.signature for order in orders)
            wizard.is_typed_signature = any(orders.company_id.mapped('service_typed_signature'))

    @api.depends('order_ids')
    def _compute_work_done(self):
        """Begin with what is written already; of several orders each keeps its own."""
        for wizard in self:
            wizard.work_done = len(wizard.order_ids) == 1 and wizard.order_ids.work_done

    @api.depends('order_ids', 'is_sign_off')
    def _compute_work_summary(self):
        """Show the customer what is signed: the work that was done, and nothing else."""
        for wizard in self:
            orders = wizard.order_ids._origin
            lang = orders[:1].partner_id.lang
            wizard.work_summary = wizard.is_sign_off and self.env['ir.qweb'].with_context(
                lang=lang)._render('service_management.service_order_work_summary', {
                    'works': [
                        order.with_context(lang=lang)._get_signed_work() for order in orders]})

    @api.depends('order_ids', 'is_sign_off')
    def _compute_preview(self):
        super()._compute_preview()

    def _get_preview(self):
        """Warn the office before a sign-off, not the customer who signs on a technician's phone."""
        if not self.is_sign_off or not self.order_ids._has_role('dispatcher'):
            return super()._get_preview()
        return {}, self.order_ids._origin._get_posting_warnings()

    def action_apply(self):
        """Move the orders, with what was answered.

        :raise UserError: naming what is missing
        """
        self.ensure_one()
        self.order_ids.check_access('read')
        self._ensure_unsigned()
        values = self._prepare_values()
        if self.is_sign_off:
            # The technician confirms completion without the right to move orders by hand; the
            # rules of the move are checked all the same.
            orders = self.order_ids.sudo()
        else:
            orders = self.order_ids
        orders.write(values)
        return {'type': 'ir.actions.act_window_close'}

    def _ensure_unsigned(self):
        """:raise UserError: if an order has a signature already: nobody signs over it"""
        signed = self.order_ids.filtered(lambda order: (
            order.signature and order.state in ('signed_off', 'posted')))
        if self.is_sign_off and self.signature and signed:
            raise UserError(self.env._(
                "%(order)s was signed by %(name)s on %(day)s already.", order=signed[0].name,
                name=signed[0].signed_by, day=format_date(self.env, signed[0].signed_on)))

    def _prepare_values(self):
        """Return what is written to the orders; extend to write more with the new stage.

        :raise UserError: if a signature has no name
        """
        values = {
            'stage_id': self.stage_id.id,
            'stage_reason_id': self.reason_id.id,
            'stage_note': self.note,
        }
        if self.is_sign_off and len(self.order_ids) == 1 and (
                (self.work_done or '') != (self.order_ids.work_done or '')):
            values['work_done'] = self.work_done
        if self.is_sign_off and self.signature:
            if not (self.signed_by or '').strip():
                raise UserError(self.env._("Enter the name of the person who signs."))
            values.update(
                signature=self.signature, signed_by=self.signed_by,
                signed_on=fields.Datetime.now())
        return values
