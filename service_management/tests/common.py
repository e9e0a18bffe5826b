import sys
from contextlib import contextmanager, nullcontext
from datetime import date, datetime
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.orm import environments, fields_textual
from odoo.tests import new_test_user, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.product.tests.common import ProductCommon

GROUP = 'service_management.service_management_group_'
#: What a company may leave switched off
FEATURES = (
    'agreement', 'subscription', 'sla', 'price_rule', 'line_set', 'zone', 'meter', 'repair', 'warranty',
    'structure', 'certificate')

#: A drawn signature: one black pixel.
SIGNATURE = (
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
)


def speak(module, lang, source, args, _translate=environments.get_translation):
    """Say a sentence as Odoo does, and fail where one of ours gets a date as only machines write it."""
    speaker = sys._getframe(2).f_globals['__name__']
    values = args.values() if isinstance(args, dict) else args
    if 'service_management' in speaker and any(isinstance(value, date) for value in values):
        raise AssertionError(f"“{source}” is said with a raw date: use format_date")
    return _translate(module, lang, source, args)


def keeping_words(kind):
    """Return how fields of a kind keep a text: as Odoo does, but ours fail where it is no text."""
    convert = kind.convert_to_cache

    def convert_to_cache(field, value, record, validate=True):
        if isinstance(value, (models.BaseModel, list, tuple)) or value == {}:
            if (field.model_name or '').startswith('service.'):
                raise AssertionError(f"{field} is given {value!r}: that is no text")
        return convert(field, value, record, validate)

    return convert_to_cache


class ServiceSetUp:
    """A company with a team, two technicians and one user per role; Monday 2 March 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.object(environments, 'get_translation', speak))
        for kind in (fields_textual.BaseString, fields.Html):
            cls.startClassPatcher(patch.object(kind, 'convert_to_cache', keeping_words(kind)))
        cls._switch_features(True)
        cls.env.user.group_ids |= (
            cls.env.ref(GROUP + 'manager') | cls.env.ref('hr.group_hr_manager')
            | cls.env.ref('base.group_system') | cls.env.ref('product.group_product_manager'))
        cls.company = cls.env.company
        cls.calendar = cls.env['resource.calendar'].create({
            'name': "Service Week",
            'company_id': cls.company.id,
            'tz': 'Europe/Riga',
            'attendance_ids': [Command.clear()] + [
                Command.create({
                    'name': "Day", 'dayofweek': str(day), 'hour_from': 8, 'hour_to': 17,
                    'day_period': 'morning',
                }) for day in range(5)],
        })
        cls.company.resource_calendar_id = cls.calendar
        cls.company.service_mail_delay_minutes = 0  # what is told is looked at at once
        cls.team = cls.env['service.team'].create({'name': "North", 'company_id': cls.company.id})
        cls.user_technician = cls._create_user('technician')
        cls.user_colleague = cls._create_user('technician', login='colleague')
        cls.user_customer_service = cls._create_user('customer_service')
        cls.user_dispatcher = cls._create_user('dispatcher')
        cls.user_manager = cls._create_user('manager')
        cls.technician = cls._create_technician("Anna", cls.user_technician, hourly_cost=30)
        cls.colleague = cls._create_technician("Boris", cls.user_colleague, hourly_cost=40)
        cls.customer = cls.env['res.partner'].create({
            'name': "Harbour Hotel", 'is_company': True, 'street': "Quay 1", 'zip': 'LV-1010',
            'city': "Riga",
        })
        cls.site = cls.env['res.partner'].create({
            'name': "Harbour Hotel Annex", 'parent_id': cls.customer.id, 'type': 'delivery',
            'street': "Pier 2", 'zip': 'LV-3401', 'city': "Liepaja",
        })
        cls.other_customer = cls.env['res.partner'].create({
            'name': "Bakery", 'is_company': True})
        cls.object = cls.env['service.object'].create({
            'name': "Boiler", 'partner_id': cls.customer.id, 'site_id': cls.site.id,
            'serial_number': 'B-1', 'date_in_service': '2025-01-01',
            'warranty_labor_end': '2025-12-31', 'warranty_parts_end': '2026-12-31',
        })
        cls.other_object = cls.env['service.object'].create({
            'name': "Oven", 'partner_id': cls.other_customer.id})
        cls.tax = cls.env['account.tax'].create({
            'name': "VAT 21", 'amount': 21, 'amount_type': 'percent', 'type_tax_use': 'sale',
            'company_id': cls.company.id,
        })
        cls.hours = cls._create_service_product("Hours", 80, uom=cls.env.ref('uom.product_uom_hour'))
        cls.travel = cls._create_service_product("Travel", 50, uom=cls.env.ref('uom.product_uom_hour'))
        cls.part = cls._create_service_product("Pump", 120, kind='consu', standard_price=70)
        cls.company.write({
            'service_hour_product_id': cls.hours.id,
            'service_travel_product_id': cls.travel.id,
        })
        Stage = cls.env['service.stage']
        cls.stage_request = Stage._get_for('draft', cls.company)
        cls.stage_first = Stage._get_first()
        cls.stage_hold = Stage.search([('needs_reason', '=', True), ('category', '=', 'open')])
        cls.stage_signed_off = Stage._get_for('signed_off', cls.company)
        cls.stage_posted = Stage._get_for('posted', cls.company)
        cls.stage_cancelled = Stage._get_for('cancelled', cls.company)
        cls.reason = cls.env['service.reason']._get_default('stage')
        cls.cancel_reason = cls.env['service.reason']._get_default('cancel')
        cls.visit_reason = cls.env['service.reason']._get_default('visit')

    @classmethod
    def _switch_features(cls, is_on):
        """Switch all features on or off, as Settings do."""
        command = Command.link if is_on else Command.unlink
        cls.env.ref('base.group_user').implied_ids = [
            command(cls.env.ref(GROUP + name).id) for name in FEATURES]

    @classmethod
    def _create_user(cls, role, login=None, **values):
        return new_test_user(
            cls.env, login=login or f'service_{role}', groups=GROUP + role,
            company_id=cls.company.id, tz='Europe/Riga', **values)

    @classmethod
    def _create_technician(cls, name, user=None, **values):
        return cls.env['hr.employee'].create({
            'name': name, 'user_id': user and user.id, 'company_id': cls.company.id,
            'service_team_id': cls.team.id, 'resource_calendar_id': cls.calendar.id,
            'tz': 'Europe/Riga', **values,
        })

    @classmethod
    def _create_service_product(cls, name, price, kind='service', uom=None, **values):
        return cls.env['product.product'].create({
            'name': name, 'type': kind, 'list_price': price, 'invoice_policy': 'delivery',
            'taxes_id': [Command.set(cls.tax.ids)], 'company_id': False,
            **({'uom_id': uom.id} if uom else {}), **values,
        })

    @classmethod
    def _create_order(cls, **values):
        return cls.env['service.order'].create({
            'title': "Boiler does not start",
            'partner_id': cls.customer.id,
            'team_id': cls.team.id,
            'date_order': datetime(2026, 3, 2, 8),
            **values,
        })

    @classmethod
    def _create_line(cls, order, kind='hour', **values):
        product = {'item': cls.part}.get(kind)
        return order.env['service.order.line'].create({
            'order_id': order.id, 'kind': kind,
            **({'product_id': product.id} if product else {}), **values,
        })

    @classmethod
    def _plan(cls, order, start='2026-03-03 08:00:00', employee=None, hours=1):
        """Plan the waiting visit of an order, or another one."""
        visit = order.visit_ids.filtered('is_unassigned')[:1] or cls.env['service.visit'].create(
            {'order_id': order.id})
        visit.write({
            'employee_id': (employee or cls.technician).id,
            'date_start': fields.Datetime.to_datetime(start),
            'duration_hours': hours,
        })
        return visit

    @contextmanager
    def assertRefused(self, message):
        """Assert that the database refuses what the body does, in words made for the user."""
        with self.assertRaises(IntegrityError) as caught, self.env.cr.savepoint():
            yield
            self.env.flush_all()
        table = caught.exception.diag.table_name
        model = next(model for model in self.env.values() if model._table == table)
        self.assertIn(message, model._sql_error_to_message(caught.exception))

    @contextmanager
    def assertRefusedWith(self, error, message, *kept):
        """Assert that the body is refused, in these words, and that records stay as they were.

        Guards refuse before anything is written. A constraint sees what was written: it takes the
        roll-back of a request.
        """
        def look():
            self.env.flush_all()
            self.env.invalidate_all()
            return [record.sudo().read([
                name for name, field in record._fields.items()
                if field.store and field.column_type]) for record in kept]

        before = look()
        with self.assertRaisesRegex(error, message):
            with self.env.cr.savepoint() if error is ValidationError else nullcontext():
                yield
        self.assertEqual(look(), before)

    @classmethod
    def _let(cls, role, model, **rights):
        """Give a role rights that ours has not, as a company may: our rules hold all the same.

        :param rights: as `perm_write=True`
        """
        cls.env['ir.model.access'].sudo().create({
            'name': f"More for {role}s", 'model_id': cls.env['ir.model']._get_id(model),
            'group_id': cls.env.ref(GROUP + role).id, 'perm_read': True, **rights})

    @classmethod
    def _create_portal_user(cls, login, customer, **values):
        """Return the portal user of a contact of a customer."""
        contact = cls.env['res.partner'].create({
            'name': f"Contact {login}", 'parent_id': customer.id, 'email': f'{login}@example.com'})
        return new_test_user(
            cls.env, login=login, groups='base.group_portal', partner_id=contact.id,
            company_id=cls.company.id, tz='Europe/Riga', **values)

    @classmethod
    def _create_quote(cls, **values):
        """Return a request with a line of two hours, quoted when sent to the customer."""
        order = cls._create_order(stage_id=cls.stage_request.id, **values)
        cls._create_line(order, quantity_planned=2)
        return order

    @classmethod
    def _sign(cls, order):
        order._get_awaited_visits()._cancel(cls.visit_reason)
        order.sudo().write({
            'stage_id': cls.stage_signed_off.id, 'signature': SIGNATURE, 'signed_by': "Guest"})

    def _worked_order(self, **values):
        """Return an order that is signed off: two hours of Anna and one pump."""
        order = self._create_order(**values)
        self._plan(order)
        self._create_line(order, employee_id=self.technician.id, quantity=2)
        self._create_line(order, 'item', quantity_planned=1)
        self._sign(order)
        return order


@tagged('post_install', '-at_install')
class ServiceBaseCommon(ServiceSetUp, ProductCommon):
    """The same company before it has a chart of accounts, for what needs no ledger.

    A chart takes seconds in each class: only what invoices or posts to the ledger pays for it.
    """

    @classmethod
    def get_default_groups(cls):
        return (super().get_default_groups() | cls.quick_ref('base.group_system')
                | cls.quick_ref('account.group_account_manager'))

    @classmethod
    def setup_independent_user(cls):
        return new_test_user(
            cls.env, login='service_founder', email='founder@example.com',
            group_ids=cls.get_default_groups().ids, company_id=cls.env.company.id)

    @classmethod
    def setup_independent_company(cls, **kwargs):
        return cls._create_company(name="Service Company", **kwargs)

    @classmethod
    def _create_company(cls, **create_values):
        company = super()._create_company(**{
            'country_id': cls.quick_ref('base.us').id, **create_values})
        # Taxes need one, which comes with a chart elsewhere.
        cls.env['account.tax.group'].create({'name': "Taxes", 'company_id': company.id})
        return company

    @classmethod
    def setup_other_company(cls, **kwargs):
        """Return another company in the way of the tests of accounting."""
        return {'company': cls._create_company(**{'name': "company_2", **kwargs})}


@tagged('post_install', '-at_install')
class ServiceCommon(ServiceSetUp, AccountTestInvoicingCommon):
    """The company with a ledger."""

    @classmethod
    def _create_accountant(cls):
        """Return who makes invoices and credits them, without a role in service."""
        return new_test_user(
            cls.env, login='service_accountant', company_id=cls.company.id, tz='Europe/Riga',
            groups='base.group_user,account.group_account_invoice')
