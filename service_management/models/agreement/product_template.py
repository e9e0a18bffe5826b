from odoo import api, fields, models


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    service_tracking = fields.Selection(
        selection_add=[('service_agreement', "Service Agreement")],
        ondelete={'service_agreement': 'set default'})
    service_agreement_template_id = fields.Many2one(
        comodel_name='service.agreement', string="Agreement Template", company_dependent=True,
        domain="[('is_template', '=', True)]",
        help="What the agreement begins with that selling the product creates.")

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Offer to sell agreements where they are used."""
        described = super().fields_get(allfields, attributes)
        self._leave_out_tracking(described, 'service_agreement', 'agreement')
        return described

    @api.model
    def _get_saleable_tracking_types(self):
        return [*super()._get_saleable_tracking_types(), 'service_agreement']

    def _prepare_service_tracking_tooltip(self):
        if self.service_tracking == 'service_agreement':
            return self.env._("Confirming a sales order prepares an agreement.")
        return super()._prepare_service_tracking_tooltip()

    def _leave_out_tracking(self, described, kind, feature):
        """Take a kind of service out of described fields, where nobody uses the feature it needs.

        What some product makes already is offered all the same: it would be shown as nothing.

        :param dict described: as `fields_get` returns it
        """
        field = described.get('service_tracking', {})
        group = f'service_management.service_management_group_{feature}'
        if not field.get('selection') or self.env.user.has_group(group) or (
                # Whichever product it is: it is asked for the list of kinds.
                self.sudo().search_count([('service_tracking', '=', kind)], limit=1)):
            return
        field['selection'] = [option for option in field['selection'] if option[0] != kind]
