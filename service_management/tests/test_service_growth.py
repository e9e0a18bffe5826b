import re

from odoo import models
from odoo.fields import Domain
from odoo.tests import users

from ..models.order import search_panel
from .common import ServiceBaseCommon

#: What grows with the years
GROWING = (
    'service_order', 'service_order_line', 'service_visit', 'service_object', 'res_partner',
    'service_subscription_fee', 'service_agreement_occurrence', 'service_order_stage_log')


class TestServiceGrowth(ServiceBaseCommon):
    """What a person opens reads what it shows, however much was done before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(
            title="Boiler is loud", object_ids=cls.object.ids, client_order_ref="PO-4711")
        cls.others = cls._create_order(title="Tap drips") | cls._create_order(title="Boiler leaks")

    def _explain(self, query):
        """Return the plan of a query as the database makes it for tables that are large."""
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = on")
        self.env.cr.execute('EXPLAIN ' + self.env.cr.mogrify(query.select()).decode())
        return '\n'.join(row[0] for row in self.env.cr.fetchall())

    def assertReadsNoTable(self, plan):
        walked = re.findall(rf'Seq Scan on ({"|".join(GROWING)})\b', plan)
        self.assertFalse(walked, plan)

    # ------------------------------------------------------------ looking up

    @users('service_dispatcher', 'service_technician')
    def test_texts_that_name_a_document_are_looked_up_in_indexes(self):
        self._plan(self.order)
        for model in (
                'service.order', 'service.object', 'service.visit', 'service.order.line',
                'service.agreement', 'service.subscription'):
            Model = self.env[model]
            if not Model.has_access('read'):
                continue
            for text in ("SRV/00001", "GB30-4411", "harbour"):
                with self.subTest(model=model, text=text):
                    ways = [Domain(name, 'ilike', text) for name in Model._rec_names_search]
                    for way in ways:
                        self.assertReadsNoTable(self._explain(Model._search(way, bypass_access=True)))

    def test_texts_find_what_they_found(self):
        """Asked one by one, fields find what they find together, and nothing that is not seen."""
        names = self.env['service.order']._rec_names_search
        for text in ("boiler", "PO-4711", "Harbour", "GB30", "Liepaja", "zzqx", "%", "Tap"):
            with self.subTest(text=text):
                together = self.env['service.order'].search(
                    Domain.OR(Domain(name, 'ilike', text) for name in names))
                self.assertEqual(
                    self.env['service.order'].search([('display_name', 'ilike', text)]), together)
                self.assertEqual(
                    {order_id for order_id, _name in self.env['service.order'].name_search(text)},
                    set(together.ids))

    def test_what_is_called_exactly_like_it_comes_first(self):
        first = self._create_order(title="Tap")
        self._create_order(title="Tap of the kitchen", priority='3')
        found = self.env['service.order'].name_search("Tap", limit=2)
        self.assertEqual(found[0][0], first.id)
        self.assertEqual(len(found), 2)

    @users('service_technician')
    def test_look_up_finds_nothing_that_the_user_does_not_see(self):
        other = self._create_order(
            title="Not his", team_id=self.env['service.team'].sudo().create({'name': "South"}).id)
        self.assertFalse(self.env['service.order'].name_search("Not his"))
        self.assertFalse(self.env['service.order'].search([('display_name', 'ilike', "Not his")]))
        self.assertTrue(other.sudo().search([('display_name', 'ilike', "Not his")]))

    # ------------------------------------------------------------ lists

    def test_lists_as_the_menus_open_them_are_read_in_their_order(self):
        for model, domain, order, index in (
                ('service.visit', [('state', 'in', ('planned', 'dispatched', 'under_way'))],
                 'date_start, priority desc, id', 'service_visit_to_come'),
                ('service.agreement.occurrence', [], 'date_due desc, id desc',
                 'service_agreement_occurrence_latest'),
                ('service.order.line', [], 'id desc', 'service_order_line_pkey')):
            with self.subTest(model=model):
                self.env.cr.execute("SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
                plan = self._explain(self.env[model].sudo()._search(domain, limit=80, order=order))
                self.assertIn(index, plan)

    @users('service_manager')
    def test_analyses_find_a_period_in_an_index(self):
        # Of a few rows that of companies is as good
        self.env.cr.execute("DROP INDEX service_order_line__company_id_index")
        for model, day in (('service.order.report', 'date'), ('service.order.line', 'day')):
            with self.subTest(model=model):
                query = self.env[model]._search([
                    (day, '>=', '2026-03-01'), (day, '<', '2026-04-01'),
                    ('company_id', '=', self.env.company.id)])
                self.assertIn('service_order_line_by_day', self._explain(query))
        query = self.env['service.order.stage.log'].sudo()._search([('date', '>=', '2026-03-01')])
        self.assertIn('service_order_stage_log__date_index', self._explain(query))

    @users('service_manager')
    def test_hours_of_technicians_are_found_in_an_index(self):
        # Of a few rows others are as good
        self.env.cr.execute("DROP INDEX service_order_line__employee_id_index,"
                            " service_order_line__kind_index, service_order_line__company_id_index")
        wizard = self.env['service.utilization'].create({'date_from': '2026-03-01', 'date_to': '2026-03-31'})
        query = self.env['service.order.report']._search(wizard._get_booked_domain(self.technician))
        self.assertIn('service_order_line_by_day', self._explain(query))

    # ------------------------------------------------------------ beside the list

    def _count_beside(self, field, domain):
        """Return {what is offered beside the list of orders: how many there are, or None}."""
        values = self.env['service.order'].search_panel_select_range(
            field, enable_counters=True, search_domain=domain, limit=200)['values']
        return {value['id']: value.get('__count') for value in values}

    @users('service_dispatcher')
    def test_orders_are_counted_beside_the_list_where_there_are_few(self):
        south = self.env['service.team'].sudo().create({'name': "South"})
        self.others[0].team_id = south
        self.others[1].write({
            'stage_id': self.stage_cancelled.id, 'stage_reason_id': self.cancel_reason.id})
        open_orders = [('state', '=', 'open'), ('id', 'in', (self.order | self.others).ids)]
        for most, everything in ((1000, {self.team.id: 2, south.id: 1}), (0, None)):
            self.patch(search_panel, 'COUNTED', most)
            with self.subTest(most=most):
                self.assertEqual(
                    self._count_beside('team_id', open_orders), {self.team.id: 1, south.id: 1})
                found = self._count_beside('team_id', open_orders[1:])
                self.assertEqual(found, everything or {
                    team.id: None for team in self.env['service.team'].search([])})
                self.assertLessEqual({'open', 'cancelled'}, set(self._count_beside('state', open_orders[1:])))

    # ------------------------------------------------------------ indexes

    def test_conditions_of_indexes_are_written_as_odoo_asks(self):
        """Odoo asks `x IS TRUE`, from which PostgreSQL does not derive `x`: such an index is dead."""
        for name, Model in self.env.registry.items():
            if not name.startswith('service.'):
                continue
            for index in Model._table_objects.values():
                if not isinstance(index, models.Index):
                    continue
                definition = re.sub("'[^']*'", '', index.get_definition(self.env.registry))
                _what, _where, condition = definition.partition(' WHERE ')
                for column in re.findall(r'\b[a-z_]+\b', condition):
                    field = Model._fields.get(column)
                    if field is not None and field.type == 'boolean':
                        with self.subTest(model=name, column=column):
                            self.assertRegex(
                                condition, rf'\b{column}\b IS (NOT )?(TRUE|NULL)')
