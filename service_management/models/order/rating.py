from odoo import models


class ServiceOrder(models.Model):
    """What customers think of finished work."""
    _inherit = 'service.order'

    def _rating_get_partner(self):
        return self._mail_get_partners()[self.id] or super()._rating_get_partner()

    def _rating_get_parent_field_name(self):
        return 'team_id'

    def _get_rating_url(self):
        """Return the address at which the customer rates one finished order."""
        self.ensure_one()
        # The first to ask makes the token, which is the customer's: nobody else has rights on it.
        return f'/rate/{self.sudo()._rating_get_access_token()}'

    def action_view_ratings(self):
        """Show what customers thought of these orders."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('rating.rating_rating_action')
        return {
            **action, 'context': {},
            'domain': [('res_model', '=', self._name), ('res_id', 'in', self.ids),
                       ('consumed', '=', True)]}
