from markupsafe import Markup

from odoo import api, models


class ServiceFirstSteps(models.AbstractModel):
    """What a company does before its first invoice for service; each package says its own steps.

    Nobody ticks a step: it is done when the data say so. This is the one place that knows what is
    missing, and whoever shows a screen that suffers from it asks here.
    """
    _name = 'service.first.steps'
    _description = "First Steps"
    _inherit = ['service.document.mixin']

    @api.model
    @api.readonly
    def get_data(self):
        """Return the steps of the company that is looked from, in their order.

        :return: {'is_hidden', 'count': how many are done, 'steps': [{'key', 'title', 'text', 'done',
            'missing': what follows while it is not done, or False, 'action': or False}]}; none while
            they are dismissed
        :raise AccessError: if the user is no service manager
        """
        self._ensure_role('manager', self.env._(
            "The first steps are for service managers. Ask one, or an administrator."))
        company = self.env.company
        is_hidden = company.service_hides_first_steps
        steps = [] if is_hidden else sorted(
            self._get_steps(company), key=lambda step: step['sequence'])
        return {
            'is_hidden': is_hidden,
            'count': len([step for step in steps if step['done']]),
            'steps': steps,
        }

    @api.model
    def hide(self, is_hidden=True):
        """Dismiss the panel for the company that is looked from, or call it back.

        :param bool is_hidden: whether it is dismissed
        :raise AccessError: if the user is no service manager
        """
        self._ensure_role('manager', self.env._(
            "The first steps are for service managers. Ask one, or an administrator."))
        # Companies are the administrator's; whether managers want a panel is not.
        self.env.company.sudo().service_hides_first_steps = bool(is_hidden)

    @api.model
    def action_show(self):
        """Call the panel back, and show the overview that it is on."""
        self.hide(False)
        return self.env['ir.actions.actions']._for_xml_id(
            'service_management.service_dashboard_action')

    @api.model
    @api.readonly
    def get_missing(self, place):
        """Return what is missing for a screen to be of use.

        :param str place: 'board' for planning, 'money' for bills and margins
        :return: [{'text': a sentence, 'action': of who can mend it, or False}]
        :raise AccessError: if the user works in the field
        """
        self._ensure_role('customer_service', self.env._(
            "What is missing in the set-up is for the office."))
        return [
            {'text': step['missing'], 'action': step['action']}
            for step in sorted(
                self._get_steps(self.env.company, place), key=lambda step: step['sequence'])
            if not step['done'] and step['missing']]

    @api.model
    def _explain_missing(self, help_message, *places):
        """Return the help of an empty list with what is missing for it to fill, for the office.

        :param places: as for `get_missing`
        """
        if not self._has_role('customer_service'):
            return help_message
        texts = [missing['text'] for place in places for missing in self.get_missing(place)]
        return Markup('%s%s') % (
            Markup(help_message or ''),
            Markup().join(Markup('<p class="text-warning-emphasis">%s</p>') % text for text in texts))

    @api.model
    def _get_steps(self, company, place=None):
        """Return the steps of one company; extend to add some to those before.

        :param str place: as for `get_missing`: only the steps that matter there
        """
        return [] if place else [self._get_mail_step(company)]

    @api.model
    def _make_step(self, key, sequence, title, text, done, action=False, missing=False):
        """Return a step.

        :param int sequence: tens, so that others fit in between
        :param action: what opens its screen, or False where the user may not do it
        :param missing: a sentence about what follows while it is not done
        """
        return {
            'key': key, 'sequence': sequence, 'title': title, 'text': text, 'done': bool(done),
            'action': action, 'missing': missing or False}

    @api.model
    def _open(self, model, title, views=('list', 'form'), record=None, right='write', **action):
        """Return the action of a step, or False where the user has not the right.

        :param record: whose form it opens
        :param str right: what the step takes on the model
        """
        if not self.env[model].has_access(right):
            return False
        return {
            'type': 'ir.actions.act_window', 'name': title, 'res_model': model, 'target': 'current',
            'views': [(False, view) for view in (('form',) if record else views)],
            **({'res_id': record.id} if record else {}), **action}

    @api.model
    def _get_mail_step(self, company):
        # Servers are the administrator's; that there is one is no secret.
        has_server = self.env['ir.mail_server'].sudo().search_count([], limit=1)
        step = company.sudo().email and self._open('ir.mail_server', self.env._("Mail sender"))
        return self._make_step(
            'mail', 50, self.env._("Mail sender"), self.env._(
                "The e-mail of the company, and the server that sends quotes, receipts and visits."),
            has_server and company.sudo().email,
            step or self._open('res.company', self.env._("Your company"), record=company))
