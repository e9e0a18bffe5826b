"""What people send who mean no good, or do not know better: to every route that we answer."""
import inspect
import json
import os
import random
import re

from odoo import http
from odoo.tests import HttpCase, tagged

from .common import SIGNATURE
from .common_subscription import SubscriptionCommon
from .test_service_portal import PNG

#: How many requests the robot makes; ``SERVICE_HOSTILE_REQUESTS`` says another number
REQUESTS = int(os.environ.get('SERVICE_HOSTILE_REQUESTS', '3000'))
SEED = int(os.environ.get('SERVICE_HOSTILE_SEED', '19'))

SVG = b'<!--' + b' ' * 2000 + b'--><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
#: Names that routes, and the methods that they call, know themselves
NAMES = (
    'self', 'document', 'values', 'session_history', 'no_breadcrumbs', 'record', 'options', 'kwargs',
    'args', 'env', 'context', 'page', 'sortby', 'filterby', 'groupby', 'search_in', 'search', 'title',
    'description', 'object_id', 'site_id', 'date_preferred', 'pid', 'hash', 'token', 'message', 'error',
    'report', 'report_type', 'download', 'user_id', 'stage_id', 'company_id', 'partner_id', 'feedback')
TEXTS = (
    '', ' ', '0', '-1', '1', '2147483648', '9' * 20, '²', '٣', '\0', 'a\0b', 'é\u202e', '\U0001f527',
    "' OR 1=1 --", '%s%(x)s{0}{self}', '<script>alert(1)</script>', '../../etc/passwd', '__class__',
    '[]', '{}', 'null', 'NaN', 'inf', '1e308', 'true', 'pdf', 'html', 'text', 'quote', 'receipt',
    '0001-01-01T00:00', '9999-12-31T23:59', '9999-12-31T23:59:59+14:00', '2026-02-30T10:00',
    '2026-03-04T10:00', SIGNATURE, 'PHN2Zy8+', 'no image', 'x' * 3000)
THINGS = (
    None, True, False, 0, -1, 2**31, 10**20, 1.5, [], [1], ['a'], {}, {'a': 1}, [[1]], '\ud800',
    'x' * 500000)
FILES = (
    ('a.png', PNG, 'image/png'), ('a.svg', SVG, 'image/svg+xml'), ('a.html', PNG, 'image/png'),
    ('a.png', b'<html><script>1</script></html>', 'image/png'), ('a.png', b'', 'image/png'),
    ('x' * 300, b'\0' * 100, 'text/plain'), ('a\x01b.png', PNG[:40], 'image/png'))
#: Errors of a call that say something to whoever called
SAID = re.compile(r'odoo\.exceptions\.|werkzeug\.exceptions\.|odoo\.http\.SessionExpired')


@tagged('post_install', '-at_install')
class TestServiceHostile(HttpCase, SubscriptionCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_portal_user('guest', cls.customer)
        cls._create_portal_user('stranger', cls.other_customer)
        cls.documents = {'guest': [], 'stranger': []}
        for login, customer, obj in (('guest', cls.customer, cls.object),
                                     ('stranger', cls.other_customer, cls.other_object)):
            secret = f"Secret of {login}"
            obj.write({'name': secret, 'partner_id': customer.id})
            order = cls._create_order(
                title=secret, partner_id=customer.id, object_ids=obj.ids, channel='portal')
            quote = cls._create_quote(title=secret, partner_id=customer.id)
            quote.action_mark_quote_sent()
            subscription = cls._subscribe(title=secret, partner_id=customer.id)
            agreement = cls.env['service.agreement'].create({
                'title': secret, 'partner_id': customer.id, 'date_start': '2026-01-01'})
            cls.documents[login] = [obj, order, quote, subscription, agreement]

    def _get_routes(self):
        """Return (rule, names of parameters) of every route whose code is ours."""
        return [
            (rule, sorted(self._get_parameters(rule.endpoint)))
            for rule in self.env['ir.http'].routing_map().iter_rules()
            if rule.endpoint.__module__.startswith('odoo.addons.service_management')]

    def _get_parameters(self, endpoint):
        return set(inspect.signature(endpoint.original_endpoint).parameters) - {'self'}

    def _fill_path(self, rule, chance, ids):
        """Return a path of a route with something for each of its placeholders."""
        path = str(rule.rule)
        path = re.sub(r'<int:\w+>', lambda match: str(chance.choice(ids)), path)
        return re.sub(r'<string:\w+>', lambda match: chance.choice(
            ('x', '%D9%A3', '%00', 'a' * 40, '..%2f')), path)

    def _ask(self, rule, names, chance, ids, tokens):
        """Ask a route for something; return the response, and what was asked."""
        path = self._fill_path(rule, chance, ids)
        names = [*chance.sample(names, chance.randint(0, len(names))),
                 *chance.sample(NAMES, chance.randint(0, 4))]
        texts = (*TEXTS, *map(str, ids), *tokens)
        if rule.endpoint.routing['type'] == 'jsonrpc':
            asked = {name: chance.choice((*texts, *THINGS)) for name in names}
            return self.url_open(path, data=json.dumps({'params': asked}), headers={
                'Content-Type': 'application/json'}, timeout=60), (path, asked)
        asked = {name: chance.choice(texts) for name in names}
        methods = {*(rule.methods or ('GET', 'POST'))} & {'GET', 'POST'}
        if chance.choice(sorted(methods)) == 'GET':
            return self.url_open(path, params=asked, method='GET', timeout=60), (path, asked)
        files = [(name, chance.choice(FILES)) for name in chance.sample(
            ['photos', *names], chance.randint(0, 1))]
        asked = {name: 'x' * 300000 if chance.random() < 0.02 else text
                 for name, text in asked.items() if name not in dict(files)}
        return self.url_open(
            path, data={**asked, 'csrf_token': http.Request.csrf_token(self)},
            files=files or None, timeout=60), (path, asked, files)

    def _see(self, documents):
        """Return what documents say, to compare."""
        self.env.invalidate_all()
        return [(document, document.write_date, len(document.message_ids), document.display_name)
                for document in documents]

    def test_hostile_requests_are_answered_and_see_nothing_of_others(self):
        routes = self._get_routes()
        self.assertGreater(len(routes), 12, "Routes are found")
        for number, login in enumerate(('guest', 'stranger', None)):
            chance = random.Random(SEED + number)
            self.authenticate(login, login)
            own = self.documents.get(login, [])
            others = [document for who, documents in self.documents.items() if who != login
                      for document in documents]
            ids = [-1, 0, 2**31, 10**20, *(document.id for document in own + others)]
            tokens = [document._portal_ensure_token() for document in own]
            orders, before = self.env['service.order'].search([]), self._see(others)
            for index in range(REQUESTS // 3):
                rule, names = routes[index % len(routes)]
                response, asked = self._ask(rule, names, chance, ids, tokens)
                with self.subTest(login=login, asked=str(asked)[:1000]):
                    self._check_answer(response, login)
            with self.subTest(login=login):
                self.assertEqual(self._see(others), before)
                made = self.env['service.order'].search([]) - orders
                self.assertLessEqual(
                    made.commercial_partner_id, self.env['res.partner'].union(
                        *(document.partner_id for document in own)))

    def _check_answer(self, response, login):
        self.assertLess(response.status_code, 500)
        for who in self.documents:
            if who != login:
                self.assertNotIn(f"Secret of {who}", response.text)
        if response.headers.get('Content-Type', '').startswith('application/json'):
            error = response.json().get('error')
            if error:
                self.assertRegex(error['data']['name'], SAID)
