from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    service_order_line_id = fields.Many2one(
        comodel_name='service.order.line', index='btree_not_null',
        ondelete='restrict', copy=False, check_company=True)

    def _copy_data_extend_business_fields(self, values):
        """Let a credit note free what it credits; a plain duplicate bills nothing twice."""
        super()._copy_data_extend_business_fields(values)
        values['service_order_line_id'] = self.service_order_line_id.id
