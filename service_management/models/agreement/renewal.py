import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, float_round, format_date, split_every

from ..common.batches import attempt, tell_once
from ..common.records import search_yes_or_no

_logger = logging.getLogger(__name__)


class ServiceAgreement(models.Model):
    """How long an agreement lasts, and how it goes on."""
    _inherit = 'service.agreement'

    renewal = fields.Selection(
        selection=[('manual', "By Hand"), ('automatic', "Automatic")],
        compute='_compute_terms', store=True, readonly=False, precompute=True, required=True)
    renewal_months = fields.Integer(
        string="Renewed For", compute='_compute_terms', store=True, readonly=False,
        precompute=True, at_most=1200, help="Months that the agreement goes on for when it is renewed.")
    notice_days = fields.Integer(
        string="Notice", compute='_compute_terms', store=True, readonly=False, precompute=True,
        at_most=3660,
        help="So many days before the end, the responsible gets a to-do, and the agreement is"
             " listed as expiring soon.")
    renewal_percent = fields.Float(
        string="Price Change", digits='Discount', compute='_compute_terms', store=True,
        readonly=False, precompute=True, at_least=-100, at_most=1000,
        help="Percent that the own prices of the lines change by when the agreement is renewed.")
    date_notice = fields.Date(compute='_compute_date_notice', store=True)
    notified_end = fields.Date(
        copy=False, readonly=True, help="The end that the responsible was told of.")
    is_expiring = fields.Boolean(
        string="Expiring Soon", compute='_compute_is_expiring', search='_search_is_expiring')
    renewal_error = fields.Text(
        string="Why It Was Not Renewed", copy=False, readonly=True,
        help="What failed when the job was to renew the agreement or to let it expire. It is tried"
             " again every night.")

    _renewal_failed = models.Index('(id) WHERE renewal_error IS NOT NULL')
    _renewal_span = models.Constraint(
        "CHECK (renewal <> 'automatic' OR renewal_months > 0)",
        "Say for how many months the agreement is renewed.")

    @api.depends('date_end', 'notice_days')
    def _compute_date_notice(self):
        for agreement in self:
            agreement.date_notice = agreement.date_end and agreement.date_end - relativedelta(
                days=agreement.notice_days)

    @api.depends('state', 'date_notice')
    def _compute_is_expiring(self):
        expiring = self.filtered_domain(self._get_expiring_domain())
        for agreement in self:
            agreement.is_expiring = agreement in expiring

    def _search_is_expiring(self, operator, value):
        return search_yes_or_no(operator, value, self._get_expiring_domain())

    @api.model
    def _get_expiring_domain(self):
        return (
            Domain('state', '=', 'active') & Domain('is_template', '=', False)
            & self.env['res.company']._get_today_domain('date_notice', '<='))

    def action_renew(self):
        """Let agreements go on for another term, at changed prices."""
        self._ensure_may_agree()
        for agreement in self:
            if agreement.is_template or agreement.state not in ('active', 'expired'):
                raise UserError(self.env._(
                    "%s is not in force: activate it instead.", agreement.display_name))
            if not agreement.date_end or not agreement.renewal_months:
                raise UserError(self.env._(
                    "%s has no end, or no term to be renewed for. Enter both first.",
                    agreement.name))
        self._renew()
        return True

    def _renew(self):
        """Move the end of agreements by their terms, and change the lines' own prices."""
        digits = self.env['decimal.precision'].precision_get('Product Price')
        for agreement in self:
            if agreement.renewal_percent:
                factor = 1 + agreement.renewal_percent / 100
                for line in agreement.line_ids.filtered('is_fixed_price'):
                    line.price_unit = float_round(
                        line.price_unit * factor, precision_digits=digits)
            # Terms are counted from the first day: a short month leaves no trace.
            terms = 1
            while (end := agreement._get_term_end(terms)) <= agreement.date_end:
                terms += 1
            agreement.date_end = end
            agreement._message_log(body=self.env._(
                "Renewed until %s.", format_date(self.env, end)))
        expired = self.filtered(lambda agreement: agreement.state == 'expired')
        expired._set_state('active')
        # What was due while they had expired stays undone.
        expired._begin_runs()
        self.activity_unlink(['service_management.mail_activity_type_agreement'])
        self._forget_renewal_failures()

    def _get_term_end(self, terms):
        """Return the last day of one agreement after so many terms."""
        self.ensure_one()
        return self.date_start + relativedelta(months=self.renewal_months * terms, days=-1)

    @api.model
    def _get_term_domains(self):
        """Return the domains of the agreements whose term may be over, and of those to tell of."""
        Company = self.env['res.company']
        todays = Company._get_todays()
        live = Domain('state', '=', 'active') & Domain('is_template', '=', False)
        noted, over = (
            Company._get_today_domain(field, operator, todays=todays)
            for field, operator in (('date_notice', '<='), ('date_end', '<')))
        renewed = Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s - LEAST(%s, COALESCE((SELECT horizon_days FROM service_agreement_group"
                " WHERE id = %s), 0)) < %s", *(
                    model._field_to_sql(alias, name, query)
                    for name in ('date_end', 'notice_days', 'group_id')), max(todays.values())),
            predicate=lambda agreement: agreement._is_renewed_today())
        ended = live & (over | (
            noted & Domain('renewal', '=', 'automatic') & Domain('is_suspended', '=', False)
            & renewed))
        untold = Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s IS DISTINCT FROM %s", *(
                    model._field_to_sql(alias, name, query) for name in ('notified_end', 'date_end'))),
            predicate=lambda agreement: agreement.notified_end != agreement.date_end)
        noticed = live & noted & untold & ~over
        return ended, noticed

    @api.model
    def _get_renewal_domain(self):
        """Return the domain of the agreements that the job looks at; what failed is tried again."""
        ended, noticed = self._get_term_domains()
        failed = Domain('state', '=', 'active') & Domain('renewal_error', '!=', False)
        return ended | noticed | failed

    @api.model
    def _cron_renew(self, batch_size=20):
        """Renew what renews itself, let the rest expire, and remind of ends that come."""
        agreements = self.search(self._get_renewal_domain(), order='id')
        self._process_batches(self._renew_batch, split_every(batch_size, agreements.ids, list))

    @api.model
    def _renew_batch(self, agreement_ids):
        """Do what is due at the end of the terms of some agreements.

        Notice is given of those together that do not end yet; the others are done each alone.
        """
        agreements = self.browse(agreement_ids).try_lock_for_update()
        ended, noticed = self._get_term_domains()
        agreements = agreements.filtered_domain(self._get_renewal_domain())
        notices = agreements.filtered_domain(noticed & Domain('renewal_error', '=', False))
        notices -= notices.filtered_domain(ended)
        if notices and not attempt(self.env, notices._give_notice):
            agreements -= notices
        for agreement in agreements:
            if error := attempt(self.env, agreement._follow_term):
                agreement._set_renewal_aside(error)
            else:
                agreement._forget_renewal_failures()

    def _follow_term(self):
        """Renew one agreement or let it expire, then give notice, as far as it is time for it."""
        self.ensure_one()
        ended, noticed = self._get_term_domains()
        if self.filtered_domain(ended):
            self._end_term()
        if self.filtered_domain(noticed):
            self._give_notice()

    def _set_renewal_aside(self, error):
        """Keep why one agreement could not be renewed, and tell its responsible once."""
        self.ensure_one()
        _logger.warning("%s could not be renewed", self.name, exc_info=error)
        self.renewal_error = str(error)
        tell_once(
            self, 'service_management.mail_activity_type_renewal',
            self.env._("The renewal failed"), str(error))

    def _forget_renewal_failures(self):
        failed = self.filtered('renewal_error')
        # Whoever renews has solved it.
        failed.sudo().renewal_error = False
        failed.sudo().activity_unlink(['service_management.mail_activity_type_renewal'])

    def _is_renewed_today(self):
        """Tell whether it is time for one agreement to renew itself."""
        self.ensure_one()
        ahead = min(self.group_id.horizon_days, self.notice_days)
        return self.renewal == 'automatic' and not self.is_suspended and bool(self.date_end) and (
            self._get_today() > self.date_end - relativedelta(days=ahead))

    def _end_term(self):
        """Renew one agreement that renews itself, else let it expire, by the days of its company.

        It is renewed once its notice has passed and the nightly run reaches beyond its end: what
        is due until then was ordered at the old prices, and nobody waits for the first visits.
        """
        self.ensure_one()
        if self._is_renewed_today():
            self._renew()
        elif self._get_today() > self.date_end:
            self._set_state('expired')
            self._message_log(body=self.env._(
                "Expired on %s.", format_date(self.env, self.date_end)))

    def _give_notice(self):
        """Tell those responsible once that agreements end or renew themselves soon."""
        for (renewal, day), agreements in self.grouped(
                lambda agreement: (agreement.renewal, agreement.date_end)).items():
            agreements.sudo().notified_end = day  # only the run says whom it told
            end = format_date(self.env, day)
            if renewal == 'automatic':
                text = self.env._("Renews itself after %s unless it is closed", end)
            else:
                text = self.env._("Ends on %s: renew it or let it end", end)
            agreements._schedule_todo(
                'service_management.mail_activity_type_agreement', text, date_deadline=day)
