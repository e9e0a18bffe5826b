from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..common.records import search_yes_or_no


class ServiceWarrantyClaim(models.Model):
    """A part that failed under the warranty of its supplier, followed from the draft to the credit."""
    _name = 'service.warranty.claim'
    _description = "Claim to a Supplier"
    _inherit = [
        'service.document.mixin', 'service.order.detail.mixin', 'mail.thread', 'mail.activity.mixin']
    _window_action = 'service_management.service_warranty_claim_action'
    _order = 'id desc'
    _check_company_auto = True
    _mail_post_access = 'read'  # technicians add photos to what the office has sent

    #: {target state: the states a claim may come from}
    _transitions = {
        'draft': {'sent', 'refused'}, 'sent': {'draft'}, 'accepted': {'sent', 'refused'},
        'refused': {'sent', 'accepted'}, 'credited': {'accepted'}}

    name = fields.Char(string="Number", readonly=True, copy=False, default="New", index='trigram')
    company_id = fields.Many2one(
        related='order_id.company_id', store=True, index=True, precompute=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    state = fields.Selection(
        selection=[
            ('draft', "Draft"), ('sent', "Sent"), ('accepted', "Accepted"), ('refused', "Refused"),
            ('credited', "Credited")],
        default='draft', required=True, readonly=True, copy=False, index=True, tracking=True)

    # What failed
    line_id = fields.Many2one(
        comodel_name='service.order.line', string="Part", check_company=True, ondelete='restrict',
        index='btree_not_null', domain="[('order_id', '=', order_id), ('kind', '=', 'item')]")
    object_id = fields.Many2one(
        related='line_id.object_id', store=True, index='btree_not_null', precompute=True)
    product_id = fields.Many2one(related='line_id.product_id', store=True, index='btree_not_null', precompute=True)
    serial_number = fields.Char(help="Of the part that failed.")
    reason = fields.Text(string="Fault", help="What failed, and why it is the supplier's to pay.")

    # What is claimed
    supplier_id = fields.Many2one(
        comodel_name='res.partner', compute='_compute_supplier_id', store=True,
        readonly=False, precompute=True, check_company=True, index='btree_not_null',
        ondelete='restrict', tracking=True)
    hours_claimed = fields.Float(string="Labor Hours", help="Hours of labor that are claimed.")
    amount_labor = fields.Monetary(string="Labor Claimed")
    amount_parts = fields.Monetary(
        string="Parts Claimed", compute='_compute_amount_parts', store=True, readonly=False,
        precompute=True, help="At first what the part has cost.")
    amount_claimed = fields.Monetary(
        string="Claimed", compute='_compute_amount_claimed', store=True, precompute=True)
    date_sent = fields.Date(string="Sent On", readonly=True, copy=False)
    date_answer = fields.Date(
        string="Answer Until", copy=False, tracking=True,
        help="The responsible gets a to-do when nothing has come by then.")
    date_reminded = fields.Date(string="Reminded On", readonly=True, copy=False)

    is_overdue = fields.Boolean(
        string="Answer Overdue", compute='_compute_is_overdue', search='_search_is_overdue')

    # What came of it
    credit_move_id = fields.Many2one(
        comodel_name='account.move', string="Credit Note", check_company=True, copy=False,
        index='btree_not_null', ondelete='restrict',
        groups='account.group_account_invoice,service_management.service_management_group_manager',
        domain="[('move_type', '=', 'in_refund'), ('state', '=', 'posted'),"
               " ('partner_id', 'child_of', supplier_id)]")
    amount_credited = fields.Monetary(string="Credited", copy=False, tracking=True)

    _overdue = models.Index("(date_answer) WHERE state = 'sent' AND date_reminded IS NULL")
    _positive = models.Constraint(
        'CHECK (hours_claimed >= 0 AND amount_labor >= 0 AND amount_parts >= 0'
        ' AND amount_credited >= 0)', "What is claimed or credited cannot be negative.")

    @api.depends('line_id')
    def _compute_supplier_id(self):
        """Take the first supplier of the product, as long as nobody chose another."""
        for claim in self:
            # Whom a part is bought from is no secret to whoever claims it.
            seller = claim.line_id.product_id.sudo().seller_ids[:1].partner_id
            claim.supplier_id = claim.supplier_id or seller

    @api.depends('line_id')
    def _compute_amount_parts(self):
        for claim in self:
            # What a part cost is not shown to technicians, who may draft a claim.
            claim.amount_parts = claim.amount_parts or max(claim.line_id.sudo().cost, 0.0)

    @api.depends('amount_labor', 'amount_parts')
    def _compute_amount_claimed(self):
        for claim in self:
            claim.amount_claimed = claim.amount_labor + claim.amount_parts

    @api.depends('state', 'date_answer')
    def _compute_is_overdue(self):
        for claim in self:
            claim.is_overdue = bool(
                claim.state == 'sent' and claim.date_answer
                and claim.date_answer < claim.company_id._get_service_today())

    def _search_is_overdue(self, operator, value):
        return search_yes_or_no(operator, value, Domain('state', '=', 'sent') & self.env[
            'res.company']._get_today_domain('date_answer', '<'))

    @api.model
    def _complete_new(self, vals_list):
        """Number claims in the company of their order."""
        Order = self.env['service.order']
        numbered = self.env['res.company']._number_documents('service.warranty.claim', [
            {**vals, 'company_id': Order.browse(vals.get('order_id')).sudo().company_id.id}
            for vals in super()._complete_new(vals_list)])
        return [{name: value for name, value in vals.items() if name != 'company_id'}
                for vals in numbered]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        for claim in self.filtered(lambda claim: claim.state != 'draft'):
            raise UserError(self.env._(
                "%s was sent to the supplier and stays. Only drafts are deleted.", claim.name))

    def _get_responsible_users(self):
        return super()._get_responsible_users() | self.order_id.user_id

    #=== LIFE ===#

    def _ensure_office(self):
        self._ensure_role('dispatcher', self.env._(
            "Claims are sent and followed by dispatchers. Draft it, and ask one to send it."))

    def action_send(self):
        """Keep that the claims were sent, and when an answer is expected.

        :raise UserError: if one does not say to whom and why, or claims nothing
        """
        self._ensure_office()
        for claim in self.filtered(lambda claim: claim.state == 'draft'):
            if not (claim.supplier_id and claim.reason and claim.amount_claimed):
                raise UserError(self.env._(
                    "%s cannot be sent: fill in the supplier, the fault and what is claimed.", claim.name))
            today = claim.company_id._get_service_today()
            claim._set_state(
                'sent', date_sent=today, date_reminded=False,
                date_answer=claim.date_answer or (
                    today + relativedelta(days=claim.company_id.service_claim_days)))

    def action_accept(self):
        """Keep that the supplier pays; what he pays is what was claimed until somebody says less."""
        self._ensure_office()
        for claim in self._set_state('accepted'):
            claim.amount_credited = claim.amount_credited or claim.amount_claimed

    def action_refuse(self):
        """Keep that the supplier does not pay."""
        self._ensure_office()
        self._set_state('refused', amount_credited=0.0)

    def action_credit(self):
        """End the claims with the credit note of the supplier.

        :raise UserError: if one has no posted credit note
        """
        self._ensure_role('manager', self.env._("A manager or an accountant links the credit note."))
        for claim in self:
            if claim.credit_move_id.state != 'posted' or claim.credit_move_id.move_type != 'in_refund':
                raise UserError(self.env._(
                    "%s is credited by a posted credit note of the supplier: choose it first.",
                    claim.name))
        self._set_state('credited')

    def action_reset(self):
        """Let claims that were sent or refused be changed and sent again."""
        self._ensure_office()
        self._set_state('draft', date_sent=False, date_answer=False)

    @api.model
    def _cron_remind_claims(self):
        """Ask the responsible to follow up claims whose answer is overdue, once each."""
        overdue = self.search([
            ('is_overdue', '=', True), ('date_reminded', '=', False)], limit=1000)
        for company, claims in overdue.grouped('company_id').items():
            for claim in claims:
                claim._schedule_todo('mail.mail_activity_data_todo', self.env._(
                    "%s: nothing has come from the supplier", claim.name))
            # Kept by the program, whoever runs the job.
            claims.sudo().date_reminded = company._get_service_today()
