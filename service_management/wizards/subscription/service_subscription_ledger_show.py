from odoo import fields, models
from odoo.tools import format_date


class ServiceSubscriptionLedgerShow(models.TransientModel):
    """Dialog that asks up to which day accruals are held against the ledger."""
    _name = 'service.subscription.ledger.show'
    _description = "Accruals Against the Ledger as of a Day"
    _date_years = 100
    _inherit = ['service.dated.mixin']

    date = fields.Date(
        string="As Of", required=True, default=lambda self: self.env.company._get_service_today(),
        help="What was posted after this day does not count.")

    def action_apply(self):
        """Show accounts and months up to the day."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'service_management.service_subscription_ledger_action')
        return {
            **action,
            'name': self.env._(
                "Accruals Against the Ledger as of %s", format_date(self.env, self.date)),
            'context': {
                'search_default_group_account': 1,
                'service_ledger_until': fields.Date.to_string(self.date)}}
