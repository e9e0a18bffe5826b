import inspect
import re
from contextlib import suppress
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.models import BaseModel
from odoo.tests import freeze_time, new_test_user
from odoo.tools import SQL

from .common_company import ServiceCompanyCommon

#: Statements that change something, and of which table
CHANGE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)


@freeze_time('2026-03-02 09:00:00')
class TestServiceMethods(ServiceCompanyCommon):
    """Who only looks at something, or does not even that, changes nothing by any public method."""

    def _get_methods(self):
        """Yield (model, name) of the public methods of the suite, on whatever model."""
        for name, model in sorted(self.env.registry.items()):
            if model._abstract:
                continue
            names = {
                method for cls in model.mro()
                if cls.__module__.startswith('odoo.addons.service_management')
                for method, function in vars(cls).items()
                if inspect.isfunction(function) and not method.startswith('_')}
            for method in sorted(names - set(dir(BaseModel))):
                yield name, method

    def _try(self, user, model, method):
        """Let a user call a method on all records there are, and on one.

        :return: (whether it answered, tables that were changed)
        """
        records = self.env[model].sudo().with_context(active_test=False)
        records = records.search([], limit=20) if records._auto else records
        changed, answered, cursor = set(), False, type(self.env.cr)
        execute = cursor.execute

        def spy(cr, query, *args, **kwargs):
            text = query.code if isinstance(query, SQL) else str(query)
            if found := CHANGE.match(text):
                tried.add(found[1])
            return execute(cr, query, *args, **kwargs)

        for subset in (records, records[:1]):
            function = getattr(subset.with_user(user), method)
            needed = [
                parameter for parameter in inspect.signature(function).parameters.values()
                if parameter.default is parameter.empty
                and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)]
            tried, savepoint = set(), self.env.cr.savepoint()
            # Refused, or nothing that can be done without values: nothing is kept.
            with suppress(UserError, TypeError, AttributeError, ValueError, KeyError), \
                    patch.object(cursor, 'execute', spy):
                function(*[False for _parameter in needed])
                self.env.flush_all()
                answered = True
                changed |= tried
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        return answered, changed - self._get_transient_tables()

    def _get_transient_tables(self):
        return {model._table for model in self.env.values() if model._transient}

    def test_who_only_looks_changes_nothing_by_any_method(self):
        outsider = new_test_user(
            self.env, login='service_outsider', groups='base.group_user',
            company_id=self.company.id)
        count = 0
        for user in (outsider, self.user_sales):
            for model, method in self._get_methods():
                count += 1
                with self.subTest(user=user.login, model=model, method=method):
                    self.assertFalse(self._try(user, model, method)[1])
        self.assertGreater(count, 200)

    def test_customers_call_no_method(self):
        """They have the routes of the portal, which look at who they are."""
        guest = self._create_portal_user('service_guest', self.customer)
        for model, method in self._get_methods():
            if model.startswith('service.'):
                with self.subTest(model=model, method=method):
                    self.assertEqual(self._try(guest, model, method), (False, set()))
