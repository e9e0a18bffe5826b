from datetime import datetime, time, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_amount

from ...tools.planning import hours_between


class ServiceDashboard(models.AbstractModel):
    _name = 'service.dashboard'
    _description = "Service Overview"
    _inherit = ['service.document.mixin']

    @api.model
    @api.readonly
    def get_data(self):
        """Return what a manager wants to know in the morning, of the active companies.

        :return: {'sections': [{'title', 'tiles': [{'label', 'value', 'hint', 'level', 'action'}]}],
            'technicians': [{'id', 'name', 'hours', 'available', 'percent', 'level'}]}
        :raise AccessError: if the user is no service manager
        """
        self._ensure_role('manager', self.env._("The overview is for service managers."))
        return {'sections': self._get_sections(), 'technicians': self._get_technicians()}

    @api.model
    def _get_today(self):
        """Return the naive UTC start and end of the user's day."""
        today = fields.Date.context_today(self)
        zone = self.env.tz
        return tuple(
            zone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None)
            for day in (today, today + timedelta(days=1)))

    @api.model
    def _get_sections(self):
        """Return the tiles by section; extend to add more."""
        start, end = self._get_today()
        today = Domain('date_start', '>=', start) & Domain('date_start', '<', end)
        live = Domain('state', 'in', ('draft', 'open'))
        quote = Domain('state', '=', 'draft') & Domain('quote_sent_on', '!=', False)
        expired = Domain('is_quote_expired', '=', True)
        return [
            {'title': self.env._("Today"), 'tiles': [
                self._count_visits(
                    self.env._("Visits today"), today & Domain('state', '!=', 'cancelled')),
                self._count_visits(
                    self.env._("Under way"), Domain('state', '=', 'under_way'), level='info'),
                self._count_orders(
                    self.env._("To plan"), live & Domain('has_unassigned_visit', '=', True),
                    level='warning'),
                self._count_orders(
                    self.env._("Late"), live & Domain('is_late', '=', True), level='danger'),
                self._count_orders(
                    self.env._("SLA at risk"), live & Domain('sla_state', '=', 'at_risk'),
                    level='warning'),
                self._count_orders(
                    self.env._("SLA missed"), live & Domain('sla_state', '=', 'missed'),
                    level='danger'),
            ]},
            {'title': self.env._("Agreements"), 'tiles': self._get_agreement_tiles()},
            {'title': self.env._("Customers"), 'tiles': [
                self._count_orders(
                    self.env._("Requests"),
                    Domain('state', '=', 'draft') & Domain('quote_sent_on', '=', False),
                    level='warning'),
                self._count_orders(
                    self.env._("Quotes to decide"), quote & ~expired, 'amount_untaxed'),
                self._count_orders(
                    self.env._("Expired quotes"), quote & expired, 'amount_untaxed',
                    level='danger'),
                self._get_rating_tile(),
            ]},
            {'title': self.env._("Money"), 'tiles': [
                self._count_orders(
                    self.env._("To post"), Domain('state', '=', 'signed_off'), 'amount_untaxed',
                    level='info'),
                self._count_orders(
                    self.env._("To bill"), Domain('invoice_status', '=', 'to_invoice'),
                    'amount_untaxed', level='info'),
                *self._get_margin_tiles(),
            ]},
        ]

    @api.model
    def _count_orders(self, label, domain, amount_field=None, level=None):
        """Return a tile that counts orders, and says what they are worth in the company's money."""
        domain &= Domain('company_id', 'in', self.env.companies.ids)
        count, hint = 0, False
        if amount_field:
            amount = 0.0
            for currency, company, number, total in self.env['service.order']._read_group(
                    domain, ['currency_id', 'company_id'], ['__count', f'{amount_field}:sum']):
                count += number
                amount += (currency or company.currency_id)._convert(
                    total, self.env.company.currency_id, company, fields.Date.context_today(self))
            hint = format_amount(self.env, amount, self.env.company.currency_id)
        else:
            count = self.env['service.order'].search_count(domain)
        return self._make_tile(
            label, count, 'service_management.service_order_action', domain, hint=hint,
            level=level if count else None)

    @api.model
    def _count_visits(self, label, domain, level=None):
        domain &= Domain('company_id', 'in', self.env.companies.ids)
        count = self.env['service.visit'].search_count(domain)
        return self._make_tile(
            label, count, 'service_management.service_visit_action', domain,
            level=level if count else None)

    @api.model
    def _get_agreement_tiles(self):
        Agreement = self.env['service.agreement']
        own = Domain('company_id', 'in', self.env.companies.ids) & Domain(
            'is_template', '=', False)
        tiles = []
        for label, domain, level in (
            (self.env._("Active"), Domain('state', '=', 'active'), None),
            (self.env._("To be accepted"), Domain('state', '=', 'draft') & Domain(
                'quote_sent_on', '!=', False), 'info'),
            (self.env._("Expiring soon"), Agreement._get_expiring_domain(), 'warning'),
            (self.env._("Orders not created"), Domain('generation_error', '!=', False), 'danger'),
            (self.env._("Renewals failed"), Domain('renewal_error', '!=', False), 'danger'),
        ):
            count = Agreement.search_count(own & domain)
            tiles.append(self._make_tile(
                label, count, 'service_management.service_agreement_action', own & domain,
                level=level if count else None))
        return tiles

    @api.model
    def _get_rating_tile(self):
        since = fields.Datetime.now() - timedelta(days=30)
        domain = Domain('res_model', '=', 'service.order') & Domain('consumed', '=', True) & Domain(
            'write_date', '>=', since)
        # Ratings carry no company: those of the orders that are looked at count.
        ratings = self.env['rating.rating'].search(domain)
        orders = self.env['service.order'].browse(ratings.mapped('res_id')).exists()
        own = set(orders.filtered(lambda order: order.company_id in self.env.companies).ids)
        ratings = ratings.filtered(lambda rating: rating.res_id in own)
        average = sum(ratings.mapped('rating')) / len(ratings) if ratings else 0.0
        return self._make_tile(
            self.env._("Rating, last 30 days"), f'{average:.1f} / 5' if ratings else '–',
            'rating.rating_rating_action', Domain('id', 'in', ratings.ids),
            hint=self.env._("%s ratings", len(ratings)),
            level='danger' if ratings and average < 3 else None)

    @api.model
    def _get_margin_tiles(self):
        month = fields.Date.context_today(self) + relativedelta(day=1)
        tiles = []
        for label, start in (
            (self.env._("Margin this month"), month),
            (self.env._("Margin last month"), month - relativedelta(months=1)),
        ):
            domain = (
                Domain('date', '>=', start) & Domain('date', '<', start + relativedelta(months=1))
                & Domain('company_id', 'in', self.env.companies.ids)
                & Domain('order_state', '!=', 'draft'))
            [(revenue, margin)] = self.env['service.order.report']._read_group(
                domain, [], ['revenue:sum', 'margin:sum'])
            currency = self.env.company.currency_id
            tiles.append(self._make_tile(
                label, format_amount(self.env, margin or 0.0, currency),
                'service_management.service_order_report_action', domain,
                hint=self.env._(
                    "%(percent)d %% of %(revenue)s",
                    percent=round(100 * (margin or 0.0) / revenue) if revenue else 0,
                    revenue=format_amount(self.env, revenue or 0.0, currency)),
                level='danger' if (margin or 0.0) < 0 else None))
        return tiles

    @api.model
    def _make_tile(self, label, value, action, domain, hint=False, level=None):
        action = self.env['ir.actions.act_window']._for_xml_id(action)
        return {
            'label': label,
            'value': value,
            'hint': hint,
            'level': level,
            'action': {
                **{key: action[key] for key in ('type', 'res_model', 'help')},
                'name': label,
                'views': [(False, view) for view in self._get_tile_views(action['res_model'])],
                'domain': list(domain),
                'context': {},
            },
        }

    @api.model
    def _get_tile_views(self, model):
        return {
            'service.order.report': ('pivot', 'graph', 'list'),
            'rating.rating': ('list', 'kanban', 'graph', 'pivot'),
        }.get(model, ('list', 'kanban', 'form', 'calendar'))

    @api.model
    def _get_technicians(self):
        """Return how full the day of each technician is: planned visits against working hours."""
        start, end = self._get_today()
        # Calendars are HR's; that somebody works today is what planning shows.
        employees = self.env['hr.employee'].sudo().search([
            ('service_team_id', '!=', False), ('company_id', 'in', self.env.companies.ids)])
        present = self.env['service.visit']._get_working_spans(employees, start, end)[1]
        planned = dict(self.env['service.visit']._read_group([
            ('employee_id', 'in', employees.ids), ('state', '!=', 'cancelled'),
            ('date_start', '>=', start), ('date_start', '<', end),
        ], ['employee_id'], ['duration_hours:sum']))
        technicians = []
        for employee in employees:
            available = sum(
                hours_between(begin, finish) for begin, finish in present.get(employee.id, ()))
            hours = planned.get(employee.with_env(self.env), 0.0)
            percent = round(100 * hours / available) if available else (100 if hours else 0)
            technicians.append({
                'id': employee.id,
                'name': employee.name,
                'hours': hours,
                'available': available,
                'percent': percent,
                'level': 'danger' if percent > 100 else 'success' if percent >= 60 else 'warning',
            })
        return technicians
