"""Who is told today: people leave, and what they were responsible for goes on."""
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain


class ResUsers(models.Model):
    _inherit = 'res.users'

    def _filter_there(self, company):
        """Return those of these users who are there for a company: active, with access to it."""
        # Who works here is no secret.
        there = self.sudo().filtered(lambda user: (
            user.active and not user.share and company in user.company_ids))
        return there.sudo(self.env.su)

    def _filter_able(self, record, right='write'):
        """Return those of these users who may do something with one record, or write it."""
        return self.filtered(lambda user: record.with_user(user).has_access(right))

    def _get_service_todos(self):
        """Return what these users have on their to-do lists of documents of service, in sudo."""
        # To-dos are their people's; that somebody looks after them is everybody's.
        Activity = self.env['mail.activity'].sudo()
        return Activity.search(
            Domain('user_id', 'in', self.ids) & Activity._get_service_domain())

    def action_archive(self):
        """Keep the to-dos of documents of service, for Odoo deletes those of users who leave."""
        todos = self._get_service_todos()
        todos.user_id = False
        result = super().action_archive()
        todos._give_to_responsible()
        return result

    def write(self, vals):
        """Leave the to-dos of users who leave to whoever is responsible then."""
        result = super().write(vals)
        if vals.get('active') is False:
            self._get_service_todos()._give_to_responsible()
        return result


class MailActivity(models.Model):
    _inherit = 'mail.activity'

    user_id = fields.Many2one(duty=True)

    @api.model
    def _get_duty_domain(self, field):
        return super()._get_duty_domain(field) & self._get_service_domain()

    @api.model
    def _get_service_domain(self):
        """Return the domain of the to-dos of documents of service."""
        return Domain('res_model', '=like', 'service.%')

    def _give_to_responsible(self):
        """Put to-dos on the lists of whoever is responsible for their documents today."""
        for todo in self:
            todo.user_id = self.env[todo.res_model].browse(todo.res_id)._get_responsible()


class ResCompany(models.Model):
    _inherit = 'res.company'

    def _find_people(self, group):
        """Return the users who are there for one company and have a role, always in the same order.

        Administrators of the system come last: theirs is an account that nobody may look into.

        :param str group: XML id of the group of the role
        """
        self.ensure_one()
        # Who works here is no secret.
        users = self.env['res.users'].sudo().search([
            ('company_ids', 'in', self.ids), ('share', '=', False),
            ('all_group_ids', 'in', self.env.ref(group).ids)], order='id')
        return users.sorted(lambda user: user.has_group('base.group_system')).sudo(self.env.su)

    def _get_service_managers(self):
        """Return the users who are told of a company's service where nobody else is there."""
        return self._find_people('service_management.service_management_group_manager')


class MailActivityMixin(models.AbstractModel):
    """One door for the to-dos of service: they go to somebody who is there."""
    _inherit = 'mail.activity.mixin'

    def _get_responsible_users(self):
        """Return who is responsible for one record, first come those who come first; extend."""
        self.ensure_one()
        return self.env['res.users']

    def _get_responsible(self):
        """Return the user who is responsible for one record today; see `_get_responsibles`."""
        self.ensure_one()
        return self._get_responsibles()[self]

    def _get_responsibles(self):
        """Return {record: the user who is responsible for it today, and may do something about it}.

        Who left the company, has no access to the record's any more, or may not change the record is
        passed over. Where nobody is left it is the company's service manager; where no manager may
        do anything either, whoever sees it; a company without one has nobody.
        """
        users = {
            record: record._get_responsible_users()._filter_there(record.company_id)
            for record in self}
        found = self._filter_able_users(users)
        nobodys = self.filtered(lambda record: not found[record])
        managers = {
            company: company._get_service_managers() for company in nobodys.company_id}
        able = nobodys._filter_able_users(
            {record: managers[record.company_id] for record in nobodys})
        found.update(able)
        nobodys = nobodys.filtered(lambda record: not able[record])
        found.update(nobodys._filter_able_users(
            {record: users[record] | managers[record.company_id] for record in nobodys}, 'read'))
        return {record: able[:1] for record, able in found.items()}

    def _filter_able_users(self, users_by_record, right='write'):
        """Return {record: those of its users who may do something with it}, asking once a user."""
        asked = defaultdict(self.browse)
        for record, users in users_by_record.items():
            for user in users:
                asked[user] |= record
        able = {
            user: set(records.with_user(user)._filtered_access(right).ids)
            for user, records in asked.items()}
        return {
            record: users.filtered(lambda user, record=record: record.id in able[user])
            for record, users in users_by_record.items()}

    def _schedule_todos(self, activity_type, todos):
        """Put to-dos on lists, all at once; as `activity_schedule`, but each with its own text.

        :param str activity_type: XML id of the type of activity
        :param todos: list of (record, user or nobody, summary)
        """
        if self.env.context.get('mail_activity_automation_skip'):
            return
        kind = self.env.ref(activity_type)
        today = fields.Date.context_today(self)
        model_id = self.env['ir.model']._get_id(self._name)
        self.env['mail.activity'].create([{
            'activity_type_id': kind.id, 'summary': summary, 'automated': True,
            'note': kind.default_note, 'date_deadline': today,
            'res_model_id': model_id, 'res_id': record.id, 'user_id': user.id,
        } for record, user, summary in todos])

    def _schedule_todo(self, activity_type, summary, users=None, company=None, **values):
        """Put something on the to-do list of whoever is responsible for each record.

        :param str activity_type: XML id of the type of activity
        :param users: who is told instead; those who are not there any more, or do not see the
            record, are left out
        :param company: whose people are told, by default that of each record
        :param values: more values of the activities
        """
        told_of = defaultdict(self.browse)
        responsible = self._get_responsibles() if users is None else {}
        for record in self:
            told = responsible[record] if users is None else users._filter_there(
                company or record.company_id)._filter_able(record, 'read')
            # A to-do of nobody is seen by all who see the record.
            for user_id in told.ids or ([False] if users is None else []):
                told_of[user_id] |= record
        for user_id, records in told_of.items():
            records.activity_schedule(activity_type, user_id=user_id, summary=summary, **values)
