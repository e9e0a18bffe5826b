from odoo import api, models


class ServiceOrder(models.Model):
    """What customers write: e-mails and portal requests become drafts."""
    _inherit = 'service.order'

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a request of an e-mail to a team; who wrote it is the customer."""
        values = {
            'name': "New",  # numbered like the others: mail would take the subject
            'title': msg_dict.get('subject') or self.env._("Request without a subject"),
            'partner_id': msg_dict.get('author_id'),
            'user_id': False,
            **(custom_values or {}),
        }
        if not values['partner_id']:
            author = self.env['mail.thread']._partner_find_from_emails_single(
                [msg_dict['email_from']], no_create=False)
            values['partner_id'] = author.id
            msg_dict['author_id'] = author.id
        team = self.env['service.team'].browse(values.get('team_id'))
        if team:
            leader = team.user_id._filter_there(team.company_id)
            values.update(company_id=team.company_id.id, user_id=leader.id)
        values = self._prepare_request({**values, 'channel': 'email'})
        author = self.env['res.partner'].browse(values['partner_id'])
        values['partner_id'] = author.parent_id.id or author.id
        if author.parent_id:
            values['contact_id'] = author.id
        order = super().message_new(msg_dict, custom_values=values)
        order.message_subscribe(author.ids)
        return order

    @api.model
    def _prepare_request(self, values):
        """Return the values of an order as customers make it: a draft for the dispatcher."""
        company = self.env['res.company'].browse(values.get('company_id')) or self.env.company
        values = {'company_id': company.id, **values}
        team = self.new(values).team_id
        stage = self.env['service.stage']._get_for('draft', company, team)
        return {**values, 'team_id': team.id, 'stage_id': stage.id}
