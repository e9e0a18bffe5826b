from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceAgreementCopyLines(models.TransientModel):
    _name = 'service.agreement.copy.lines'
    _description = "Copy Lines into an Agreement"

    agreement_id = fields.Many2one(comodel_name='service.agreement', string="To", required=True)
    company_id = fields.Many2one(related='agreement_id.company_id')
    source_id = fields.Many2one(
        comodel_name='service.agreement', string="From", required=True,
        domain="[('id', '!=', agreement_id), ('company_id', '=', company_id)]",
        help="A template, or another agreement.")
    is_template = fields.Boolean(related='source_id.is_template')
    line_ids = fields.Many2many(
        comodel_name='service.agreement.line', string="Lines", compute='_compute_line_ids',
        store=True, readonly=False,
        domain="[('agreement_id', '=', source_id), ('is_stopped', '=', False)]")
    with_relations = fields.Boolean(
        string="Objects and Tasks Too", default=True,
        help="Added to those already there. Those of a template always come along.")

    @api.depends('source_id')
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = wizard.source_id.line_ids._get_lines_to_copy()

    def action_apply(self):
        """Copy the lines chosen; stopped ones, and those of objects of others, are left behind.

        :raise UserError: if no line was chosen, or none can be copied
        """
        self.ensure_one()
        if not self.line_ids:
            raise UserError(self.env._(
                "Choose at least one line. Stopped lines cannot be copied."))
        if not self.agreement_id._copy_lines_from(
                self.source_id, self.line_ids & self.source_id.line_ids, self.with_relations):
            raise UserError(self.env._(
                "The objects of these lines are not covered by %s. Add the objects to it first.",
                self.agreement_id.name))
        return {'type': 'ir.actions.act_window_close'}
