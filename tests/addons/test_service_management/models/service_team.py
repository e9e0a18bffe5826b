from odoo import fields, models


class ServiceTeam(models.Model):
    """An event that customers are told of, by `_get_mail_fields`."""
    _inherit = 'service.team'

    mail_delayed_id = fields.Many2one(
        comodel_name='mail.template', default=lambda self: self.env.ref(
            'test_service_management.mail_template_delayed', raise_if_not_found=False))

    def _get_mail_fields(self):
        return {**super()._get_mail_fields(), 'delayed': 'mail_delayed_id'}
