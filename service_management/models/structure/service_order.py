from odoo import fields, models


class ServiceOrder(models.Model):
    """What an order has changed of the structure of its objects, and which recall it is of."""
    _inherit = 'service.order'

    recall_id = fields.Many2one(
        comodel_name='service.recall', readonly=True, copy=False, check_company=True,
        index='btree_not_null', ondelete='restrict')
    component_change_ids = fields.One2many(
        comodel_name='service.component.change', inverse_name='order_id',
        string="Changes of the Structure", readonly=True)

    def action_view_components(self):
        """Show the components of the objects of one order: what is replaced is said there."""
        self.ensure_one()
        self.check_access('read')
        return {
            **self.env['ir.actions.act_window']._for_xml_id(
                'service_management.service_object_component_action'),
            'domain': [
                ('object_id', 'in', self.object_ids.ids), ('origin_id', '=', False),
                ('date_to', '=', False)],
            'context': {},
        }
