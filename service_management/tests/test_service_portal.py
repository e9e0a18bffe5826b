import base64
import json
from unittest.mock import patch

from lxml import html

from odoo import fields, http
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.tests import tagged

from ..controllers.common import portal
from .common import SIGNATURE, ServiceBaseCommon
from .common_portal import PortalCommon

PNG = base64.b64decode(SIGNATURE)
LISTS = ('/my/service_orders', '/my/service_objects')


@tagged('post_install', '-at_install')
class TestServicePortal(PortalCommon, ServiceBaseCommon):
    """Two customers; what is asked here is asked over HTTP, as their browsers do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guest = cls._create_portal_user('guest', cls.customer)
        cls.stranger = cls._create_portal_user('stranger', cls.other_customer)
        cls.order = cls._create_order(title="Ours", object_ids=cls.object.ids)
        cls.theirs = cls._create_order(
            title="Theirs", partner_id=cls.other_customer.id, object_ids=cls.other_object.ids)
        cls.quote = cls._create_quote(title="Quoted")
        cls.quote.action_mark_quote_sent()
        cls.draft = cls._create_quote(title="Not Sent Yet")

    def _post(self, url, data=None, files=None):
        if url.endswith('/decline'):
            document = self.env['service.order'].browse(int(url.split('/')[-2]))
            data = {'fingerprint': document._get_quote_fingerprint(), **(data or {})}
        return self.url_open(
            url, data={'csrf_token': http.Request.csrf_token(self), **(data or {})}, files=files)

    def _decide(self, order, verb, token=None, name="Guest"):
        read = order._get_quote_fingerprint() if verb == 'accept' else order._get_work_fingerprint()
        return self._call(
            f'/my/service_orders/{order.id}/{verb}', access_token=token, name=name,
            signature=SIGNATURE, fingerprint=read)

    #=== WHO SEES WHAT ===#

    def test_customers_list_the_orders_of_their_company(self):
        self.authenticate('guest', 'guest')
        page = self._get('/my/service_orders').text
        self.assertIn(self.order.name, page)
        self.assertIn(self.quote.name, page)
        self.assertNotIn(self.theirs.name, page)
        self.assertNotIn(self.draft.name, page, "A draft of the staff is nobody's business")

    def test_customers_list_the_objects_of_their_company(self):
        self.authenticate('guest', 'guest')
        page = self._get('/my/service_objects').text
        self.assertIn("Boiler", page)
        self.assertNotIn("Oven", page)

    def test_counters_count_the_customers_own(self):
        for login, expected in (('guest', [2, 1, 1]), ('stranger', [1, 0, 1])):
            with self.subTest(login=login):
                self.authenticate(login, login)
                counters = ['service_order_count', 'service_quote_count', 'service_object_count']
                self.assertEqual(
                    self._call('/my/counters', counters=counters),
                    dict(zip(counters, expected, strict=True)))

    def test_pages_of_others_lead_home(self):
        self.authenticate('guest', 'guest')
        token = self.order._portal_ensure_token()
        for url in (
            f'/my/service_orders/{self.theirs.id}',
            f'/my/service_orders/{self.draft.id}',
            f'/my/service_orders/{self.theirs.id}?access_token={token}',
            f'/my/service_orders/{self.theirs.id}?report_type=pdf',
            f'/my/service_objects/{self.other_object.id}',
            '/my/service_orders/999999999',
            '/my/service_orders/99999999999999999999',
            '/my/service_objects/99999999999999999999',
        ):
            with self.subTest(url=url):
                response = self._get(url)
                self.assertTrue(response.url.endswith('/my'), response.url)
                self.assertNotIn("Theirs", response.text)

    def test_token_opens_one_order_without_a_login(self):
        token = self.order._portal_ensure_token()
        self.authenticate(None, None)
        self.assertIn("Ours", self._get(
            f'/my/service_orders/{self.order.id}?access_token={token}').text)
        for wrong in ('', token[:-1], token[:-1] + ('0' if token[-1] != '0' else '1'),
                      token.upper(), self.quote._portal_ensure_token()):
            with self.subTest(token=wrong):
                response = self._get(f'/my/service_orders/{self.order.id}?access_token={wrong}')
                self.assertNotIn("Ours", response.text)

    def test_portal_users_have_no_rights_on_any_model_of_ours(self):
        models = self.env['ir.model'].search([]).filtered(
            lambda model: 'service_management' in (model.modules or '').split(', ')[:1]
            and model.model.startswith('service.'))
        self.assertGreater(len(models), 15)
        for user in (self.guest, self.env.ref('base.public_user').sudo()):
            for model in models.mapped('model'):
                records = self.env[model].with_user(user)
                for method, *args in (
                    ('search', []), ('search_count', []), ('search_read', [], ['id']),
                    ('name_search', ''), ('_read_group', [], [], ['__count']), ('create', {}),
                ):
                    with self.subTest(model=model, user=user.login, method=method), \
                            self.assertRaises(AccessError):
                        getattr(records, method)(*args)

    def test_rpc_reads_and_writes_nothing(self):
        self.authenticate('guest', 'guest')
        for method, args in (
            ('search_read', [[]]), ('read', [self.order.ids]),
            ('write', [self.order.ids, {'title': "Mine"}]), ('action_confirm', [self.quote.ids]),
            ('action_mark_quote_sent', [self.quote.ids]), ('unlink', [self.order.ids]),
        ):
            with self.subTest(method=method), self.assertLogs('odoo.http', 'WARNING'):
                response = self.url_open(
                    f'/web/dataset/call_kw/service.order/{method}',
                    data=json.dumps({'params': {
                        'model': 'service.order', 'method': method, 'args': args, 'kwargs': {}}}),
                    headers={'Content-Type': 'application/json'})
                self.assertEqual(
                    response.json()['error']['data']['name'], 'odoo.exceptions.AccessError')

    def test_signatures_and_photos_are_not_served_to_others(self):
        self._plan(self.order)
        self._sign(self.order)
        self.authenticate('stranger', 'stranger')
        response = self.url_open(f'/web/image/service.order/{self.order.id}/signature')
        self.assertNotEqual(response.content, PNG)
        self.assertNotIn('signature', response.headers.get('Content-Disposition', ''))

    def test_pages_tell_nothing_internal(self):
        self.order.note_internal = "Key under the mat"
        self._plan(self.order, employee=self.colleague)
        self.authenticate('guest', 'guest')
        page = self._get(f'/my/service_orders/{self.order.id}').text
        self.assertNotIn("Key under the mat", page)
        self.assertNotIn("Boris", page, "A plan that nobody was told of is none")
        self.order.visit_ids.action_dispatch()
        self.assertIn("Boris", self._get(f'/my/service_orders/{self.order.id}').text)

    def test_times_are_those_of_the_site_for_who_has_no_login(self):
        """Riga, two hours ahead of UTC in winter."""
        self._plan(self.order, '2026-03-03 08:00:00').action_dispatch()
        url = f'/my/service_orders/{self.order.id}?access_token={self.order._portal_ensure_token()}'
        self.authenticate(None, None)
        self.assertIn("10:00", self._get(url).text)

    def test_prices_show_when_quoted_or_done(self):
        self._create_line(self.order, quantity=3, name="Cleaning")
        self.authenticate('guest', 'guest')
        url = f'/my/service_orders/{self.order.id}'
        self.assertNotIn("Cleaning", self._get(url).text)
        self.assertIn("160.00", self._get(f'/my/service_orders/{self.quote.id}').text)
        self._plan(self.order)
        self._sign(self.order)
        self.assertIn("Cleaning", self._get(url).text)

    #=== LISTS ===#

    def test_unknown_parameters_never_give_an_error(self):
        self.authenticate('guest', 'guest')
        for url in LISTS:
            for query in (
                'sortby=x', 'filterby=x', 'groupby=x', 'search_in=x', 'search=%25%27%22\\',
                'sortby=&filterby=&groupby=', 'search=' + 'x' * 5000, 'date_begin=x',
                'groupby=partner_id', 'sortby=__class__', 'search_in[]=x&foo=bar',
            ):
                with self.subTest(url=url, query=query):
                    self._get(f'{url}?{query}')
            self._get(f'{url}/page/99999')

    def test_lists_sort_search_and_group(self):
        self.env['service.order'].create([{
            'title': f"Visit {index:03}", 'partner_id': self.customer.id, 'team_id': self.team.id,
            'site_id': (self.site if index % 2 else self.customer).id,
        } for index in range(85)])
        self.authenticate('guest', 'guest')
        first = self._get('/my/service_orders?sortby=title').text
        self.assertIn("Visit 000", first)
        self.assertNotIn("Visit 084", first)
        self.assertIn("Visit 084", self._get('/my/service_orders/page/2?sortby=title').text)
        found = self._get('/my/service_orders?search=Visit 042&search_in=title').text
        self.assertIn("Visit 042", found)
        self.assertNotIn("Visit 041", found)
        self.assertIn("Ours", self._get('/my/service_orders?search=B-1&search_in=object').text)
        self.assertIn("Harbour Hotel Annex", self._get('/my/service_orders?groupby=site_id').text)
        self.assertNotIn("Ours", self._get('/my/service_orders?filterby=quote').text)

    def test_search_everywhere_finds_what_each_field_finds(self):
        archived = self.env['service.object'].create({
            'name': "Old Pump", 'partner_id': self.customer.id, 'serial_number': 'P-77'})
        orders = self.order | self._create_order(title="Boiler leaks") | self._create_order(
            title="Filter", object_ids=(archived | self.object).ids, client_order_ref="PO-9")
        archived.active = False
        self.authenticate('guest', 'guest')
        fields = ('name', 'title', 'client_order_ref', 'object_ids.name', 'object_ids.serial_number', 'site_city')
        own = Domain('id', 'in', (orders | self.quote).ids)
        for latest in (1000, 0):  # words that few have, and words that many have
            self.patch(portal, 'LATEST', latest)
            for text in ("boiler", "P-77", "old pump", "PO-9", "Ours", "liepaja", "oven", "zzqx", "SRV"):
                with self.subTest(text=text, latest=latest):
                    wanted = self.env['service.order'].search(own & Domain.OR(
                        Domain(field, 'ilike', text) for field in fields))
                    page = html.fromstring(self._get(f'/my/service_orders?search={text}').text)
                    found = {
                        int(link.rpartition('/')[2].partition('?')[0])
                        for link in page.xpath("//table//a/@href") if '/my/service_orders/' in link}
                    self.assertEqual(found, set(wanted.ids))

    def test_search_goes_on_on_the_next_page(self):
        self.env['service.order'].create([{
            'title': f"Visit {index:03}", 'partner_id': self.customer.id, 'team_id': self.team.id,
        } for index in range(85)])
        self.authenticate('guest', 'guest')
        page = self._get('/my/service_orders/page/2?search=Visit&sortby=title').text
        self.assertIn("Visit 084", page)
        self.assertNotIn("Visit 003", page)

    def test_search_in_lines_of_agreements_and_subscriptions(self):
        """Words that many have are looked for in the visitor's own lines only."""
        agreement = self.env['service.agreement'].create({
            'title': "Care", 'partner_id': self.customer.id, 'date_start': '2026-01-01',
            'object_ids': self.object.ids, 'line_ids': [Command.create({'kind': 'hour'})]})
        agreement._activate()
        self.authenticate('guest', 'guest')
        for latest in (1000, 0):
            self.patch(portal, 'LATEST', latest)
            self.assertIn("Care", self._get('/my/service_agreements?search=B-1').text)
            self.assertNotIn("Care", self._get('/my/service_agreements?search=zzqx').text)
            self._get('/my/service_subscriptions?search=Care')

    def test_empty_lists_say_what_to_do(self):
        self.theirs.unlink()
        self.authenticate('stranger', 'stranger')
        self.assertIn("There is nothing yet", self._get('/my/service_orders').text)
        self.other_object.active = False
        self.assertIn("do not service any", self._get('/my/service_objects').text)

    def test_list_takes_the_same_queries_whatever_it_shows(self):
        self.authenticate('guest', 'guest')
        counts = []
        for number in (5, 40):
            self.env['service.order'].create([{
                'title': "More", 'partner_id': self.customer.id, 'team_id': self.team.id,
                'object_ids': self.object.ids, 'stage_id': self.stage_first.id,
            } for _index in range(number)])
            self.env.flush_all()
            self._get('/my/service_orders')
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._get('/my/service_orders')
            counts.append(self.env.cr.sql_log_count - before)
        self.assertGreater(counts[0], 10, "The requests are counted")
        self.assertLessEqual(counts[1], counts[0] + 3)

    #=== DECISIONS ===#

    def test_customer_accepts_with_a_signature(self):
        self.authenticate('guest', 'guest')
        result = self._decide(self.quote, 'accept')
        self.assertTrue(result['force_refresh'])
        self.assertRecordValues(self.quote, [{'state': 'open', 'accepted_by': "Guest"}])
        self.assertEqual(
            self.quote.message_ids.filtered(lambda m: "accepted" in m.body).author_id,
            self.guest.partner_id)
        self.assertIn("You have accepted", self._get(result['redirect_url']).text)

    def test_quote_is_accepted_as_the_page_shows_it(self):
        self.authenticate('guest', 'guest')
        url, fingerprint = self._open_quote(self.quote)
        self.assertNotIn('error', self._call(url, name="Guest", signature=SIGNATURE))
        self.assertRecordValues(self.quote, [{
            'state': 'open', 'accepted_fingerprint': fingerprint, 'amount_untaxed': 160}])

    def test_quote_that_changed_after_the_page_was_opened_is_read_again(self):
        self.authenticate('guest', 'guest')
        changes = (
            {'line_ids': [Command.update(self.quote.line_ids.id, {'price_unit': 90})]},
            {'line_ids': [Command.update(self.quote.line_ids.id, {'quantity_planned': 3})]},
            {'line_ids': [Command.update(self.quote.line_ids.id, {'discount': 10})]},
            {'line_ids': [Command.update(self.quote.line_ids.id, {'tax_ids': [Command.clear()]})]},
            {'validity_date': '2031-01-01'},
            {'limit_kind': 'maximum', 'limit_amount': 300},
        )
        for vals in changes:
            with self.subTest(vals=vals):
                url, fingerprint = self._open_quote(self.quote)
                self.quote.write(vals)
                result = self._call(url, name="Guest", signature=SIGNATURE)
                self.assertIn("has changed", result['error'])
                self.assertIn("read it again", self._get(result['redirect_url']).text)
                page = self.url_open(f'/my/service_orders/{self.quote.id}/decline', data={
                    'csrf_token': http.Request.csrf_token(self), 'fingerprint': fingerprint,
                    'note': "Too much, sorry"})
                self.assertIn("Too much, sorry</textarea>", page.text)
        self.assertRecordValues(self.quote, [{'state': 'draft', 'accepted_by': False}])

    def test_quote_is_not_decided_on_by_a_page_that_shows_nothing(self):
        self.authenticate('guest', 'guest')
        result = self._call(
            f'/my/service_orders/{self.quote.id}/accept', name="Guest", signature=SIGNATURE)
        self.assertIn("has changed", result['error'])
        self.assertEqual(self.quote.state, 'draft')

    def test_whoever_comes_from_the_mail_sees_that_the_quote_has_changed(self):
        self.authenticate('guest', 'guest')
        self.assertNotIn("something else than when", self._get(self.quote.access_url).text)
        self.quote.line_ids.price_unit = 90
        self.assertIn("something else than when", self._get(self.quote.access_url).text)

    def test_decisions_are_refused_to_others(self):
        self._plan(self.order).action_done()
        for login in ('stranger', None):
            self.authenticate(login, login)
            for order, verb in ((self.quote, 'accept'), (self.order, 'sign')):
                with self.subTest(login=login, verb=verb):
                    self.assertIn("no longer valid", self._decide(
                        order, verb, token='wrong')['error'])
            self._post(f'/my/service_orders/{self.quote.id}/decline', {'note': "No"})
        self.assertRecordValues(self.quote | self.order, [{'state': 'draft'}, {'state': 'open'}])

    def test_staff_decide_nothing_for_customers_and_are_told_who_does(self):
        self._plan(self.order).action_done()
        rated = self._worked_order(title="Worked")
        rating = rated.sudo()._rating_get_access_token()
        for user in (self.user_technician, self.user_dispatcher, self.user_manager):
            user.password = user.login + 'pass1'  # theirs to log in with here
            self.authenticate(user.login, user.password)
            for order, verb in ((self.quote, 'accept'), (self.order, 'sign')):
                for token in (None, order._portal_ensure_token()):
                    with self.subTest(user=user.login, verb=verb, token=bool(token)):
                        self.assertRegex(
                            self._decide(order, verb, token)['error'],
                            'Only the customer decides' if token or order.with_user(
                                user).has_access('read') else 'no longer valid')
            for token in ('', self.quote.access_token):
                self._post(f'/my/service_orders/{self.quote.id}/decline', {
                    'note': "No", 'access_token': token})
            with self.subTest(user=user.login, verb='rate'):
                self.assertIn("Only the customer", self._post(
                    f'/rate/{rating}/submit_feedback', {'rate': 5}).text)
        self.assertRecordValues(self.quote | self.order, [{'state': 'draft'}, {'state': 'open'}])
        self.assertFalse(rated.rating_ids.filtered('consumed'))

    def test_staff_see_the_page_without_what_only_the_customer_holds(self):
        self._plan(self.order).action_done()
        done = self._worked_order(title="Worked")
        self.user_dispatcher.password = 'dispatcher1'
        self.authenticate(self.user_dispatcher.login, 'dispatcher1')
        for order in self.quote | self.order | done:
            url = order.with_user(self.user_dispatcher).action_preview_portal()['url']
            with self.subTest(order=order.title):
                page = self._get(url).text
                self.assertIn(order.title, page)
                self.assertIn("Only the customer decides here", page)
                self.assertNotIn(order._portal_ensure_token(), page + url)
                self.assertNotIn('/rate/', page)
                self.assertNotIn('o_service_sign', page)
                self.assertNotIn('o_service_decline', page)

    def test_customer_rates_and_a_rating_that_is_none_is_not_found(self):
        done = self._worked_order(title="Worked")
        url = f'/rate/{done.sudo()._rating_get_access_token()}/submit_feedback'
        self.authenticate('stranger', 'stranger')
        self.assertIn("Only the customer", self._post(url, {'rate': 5}).text)
        self.authenticate('guest', 'guest')
        for rate in ('x', '7', '', '5\0'):
            with self.subTest(rate=rate):
                self.assertEqual(self._post(url, {'rate': rate}).status_code, 404)
        self.assertFalse(done.rating_ids.filtered('consumed'))
        self._post(url, {'rate': 5})
        self.assertEqual(done.rating_ids.filtered('consumed').rating, 5)

    def test_work_that_changed_after_the_page_was_opened_is_read_again(self):
        visit = self._plan(self.order, fields.Datetime.now())
        visit.action_done()
        self.authenticate('guest', 'guest')
        page = html.fromstring(self._get(self.order.access_url).text)
        url = json.loads(
            page.xpath('//owl-component[@name="portal.signature_form"]/@props')[0])['callUrl']
        self.order.title = "Something else"
        result = self._call(url, name="Guest", signature=SIGNATURE)
        self.assertIn("has changed", result['error'])
        self.assertIn("read it again", self._get(result['redirect_url']).text)
        result = self._call(url.split('?')[0], name="Guest", signature=SIGNATURE)
        self.assertIn("has changed", result['error'])
        self.assertEqual(self.order.state, 'open')

    def test_whoever_decides_second_is_told_so(self):
        self.authenticate('guest', 'guest')
        with patch.object(
                type(self.quote), 'try_lock_for_update', lambda self, **kwargs: self.browse()):
            self.assertIn("Somebody else is deciding", self._decide(self.quote, 'accept')['error'])
            self.assertIn("was not declined", self._post(
                f'/my/service_orders/{self.quote.id}/decline', {'note': "No"}).text)
        self.assertEqual(self.quote.state, 'draft')
        self._decide(self.quote, 'accept')
        self.assertIn("cannot be accepted any more", self._decide(self.quote, 'accept')['error'])

    def test_signatures_are_pictures_and_names_are_short(self):
        self.authenticate('guest', 'guest')
        url = f'/my/service_orders/{self.quote.id}/accept'
        svg = base64.b64encode(b'<svg xmlns="http://www.w3.org/2000/svg"></svg>').decode()
        markup = base64.b64encode(b'<html><script>1</script></html>').decode()
        for name, signature, error in (
            ("Guest", svg, "cannot be read"), ("Guest", markup, "cannot be read"),
            ("Guest", 'no image', "cannot be read"), ("Guest", [SIGNATURE], "cannot be read"),
            ("Guest", base64.b64encode(PNG[:40]).decode(), "cannot be read"),
            ("x" * 101, SIGNATURE, "100 characters at most"), ("a\0b", SIGNATURE, "cannot be read"),
            (["Guest"], SIGNATURE, "cannot be read"), ({}, SIGNATURE, "cannot be read"),
        ):
            with self.subTest(name=str(name)[:9], signature=str(signature)[:9]):
                self.assertIn(error, self._call(
                    url, name=name, signature=signature,
                    fingerprint=self.quote._get_quote_fingerprint())['error'])
        self.assertRecordValues(self.quote, [{'state': 'draft', 'accepted_by': False}])

    def test_decisions_are_not_made_by_a_plain_link(self):
        self.authenticate('guest', 'guest')
        for verb in ('accept', 'decline', 'sign'):
            with self.subTest(verb=verb):
                response = self.url_open(f'/my/service_orders/{self.quote.id}/{verb}')
                self.assertGreaterEqual(response.status_code, 400)
        self.assertEqual(self.quote.state, 'draft')

    def test_token_accepts_without_a_login(self):
        token = self.quote._portal_ensure_token()
        self.authenticate(None, None)
        self.assertNotIn('error', self._decide(self.quote, 'accept', token))
        self.assertEqual(self.quote.state, 'open')

    def test_refused_decisions_change_nothing_and_say_why(self):
        self.authenticate('guest', 'guest')
        for order, verb, name, error in (
            (self.quote, 'accept', "", "Enter your name"),
            (self.order, 'accept', "Guest", "cannot be accepted"),
            (self.order, 'sign', "Guest", "nothing to sign"),
        ):
            with self.subTest(error=error):
                self.assertIn(error, self._decide(order, verb, name=name)['error'])
        with self.subTest("broken signature"):
            result = self._call(
                f'/my/service_orders/{self.quote.id}/accept', name="Guest", signature='no image')
            self.assertTrue(result['error'])
        self.assertRecordValues(self.quote, [{'state': 'draft', 'accepted_by': False}])

    def test_finished_work_is_not_confirmed_without_a_name_and_a_signature(self):
        self._plan(self.order, fields.Datetime.now()).action_done()
        token = self.order._portal_ensure_token()
        self.authenticate(None, None)
        url = f'/my/service_orders/{self.order.id}/sign'
        for name, signature in (("", SIGNATURE), (" ", SIGNATURE), ("Guest", "")):
            with self.subTest(name=name, signature=signature):
                result = self._call(
                    url, access_token=token, name=name, signature=signature,
                    fingerprint=self.order._get_work_fingerprint())
                self.assertIn("Enter your name and sign to confirm the work", result['error'])
        self.assertRecordValues(self.order, [{
            'state': 'open', 'signed_by': False, 'signature': False}])

    def test_customer_declines_with_a_reason(self):
        reason = self.env.ref('service_management.service_reason_too_expensive')
        self.authenticate('guest', 'guest')
        page = self._post(
            f'/my/service_orders/{self.quote.id}/decline',
            {'reason_id': reason.id, 'note': "Too much"})
        self.assertIn("You have declined", page.text)
        self.assertRecordValues(self.quote, [{
            'state': 'cancelled', 'stage_reason_id': reason.id, 'stage_note': "Too much"}])
        again = self._post(f'/my/service_orders/{self.quote.id}/decline', {'note': "Again"})
        self.assertIn("was not declined", again.text)

    def test_declining_with_a_broken_reason_asks_again(self):
        self.authenticate('guest', 'guest')
        for reason in ('', 'x', '99999999999999', str(self.reason.id)):
            with self.subTest(reason=reason):
                page = self._post(
                    f'/my/service_orders/{self.quote.id}/decline', {'reason_id': reason})
                self.assertIn("was not declined", page.text)
        self.assertEqual(self.quote.state, 'draft')

    def test_customer_signs_finished_work(self):
        visit = self._plan(self.order, fields.Datetime.now())
        visit.action_start()
        visit.action_stop()
        visit.action_done()
        self.authenticate('guest', 'guest')
        self.assertIn("Confirm and Sign", self._get(f'/my/service_orders/{self.order.id}').text)
        self.assertNotIn('error', self._decide(self.order, 'sign'))
        self.assertRecordValues(self.order, [{'state': 'signed_off', 'signed_by': "Guest"}])
        page = self._get(f'/my/service_orders/{self.order.id}').text
        self.assertIn("How did we do?", page)
        self.assertIn("report=receipt", page)

    def test_documents_of_the_order_can_be_downloaded(self):
        self.authenticate('guest', 'guest')
        url = f'/my/service_orders/{self.quote.id}?report_type=html'
        self.assertIn("160.00", self._get(url).text)
        with self.subTest("none before there is one"):
            page = self._get(f'/my/service_orders/{self.order.id}?report_type=html').text
            self.assertNotIn("This receipt is not an invoice", page)

    def test_documents_are_downloaded_by_the_link_of_a_mail_without_a_login(self):
        done = self._worked_order(title="Worked")
        self.authenticate(None, None)
        for order, report in ((done, 'receipt'), (self.quote, 'quote')):
            with self.subTest(report=report):
                url = f'/my/service_orders/{order.id}?report={report}&report_type=pdf&download=true'
                response = self._get(f'{url}&access_token={order._portal_ensure_token()}')
                self.assertEqual(response.headers['Content-Type'], 'application/pdf')
                other = self._get(f'{url}&access_token={self.order._portal_ensure_token()}')
                self.assertNotEqual(other.headers['Content-Type'], 'application/pdf')

    def test_documents_are_downloaded_as_the_links_of_the_page_ask(self):
        done = self._worked_order(title="Worked")
        self.authenticate('guest', 'guest')
        for order, report in ((done, 'receipt'), (self.quote, 'quote')):
            url = f'/my/service_orders/{order.id}?report={report}&report_type='
            with self.subTest(report=report):
                self.assertIn(order.name, self._get(f'{url}html').text)
                response = self._get(f'{url}pdf&download=true')
                self.assertEqual(response.headers['Content-Type'], 'application/pdf')
                self.assertIn(
                    order.name.replace('/', '_') + '.pdf', response.headers['Content-Disposition'])

    def test_shared_object_opens_with_its_token_without_a_login(self):
        token = self.object._portal_ensure_token()
        self.authenticate(None, None)
        url = f'/my/service_objects/{self.object.id}'
        page = self._get(f'{url}?access_token={token}').text
        self.assertIn("B-1", page)
        self.assertNotIn("Ours", page, "The history is for the customer's own people")
        for wrong in ('', 'anything', token[:-1], self.other_object._portal_ensure_token()):
            with self.subTest(token=wrong):
                self.assertNotIn("B-1", self._get(f'{url}?access_token={wrong}').text)

    def test_pages_take_no_more_from_the_address_than_they_name(self):
        self.authenticate('guest', 'guest')
        extra = '&'.join(f'{name}=1' for name in (
            'document', 'values', 'session_history', 'no_breadcrumbs', 'record', 'options'))
        for url, text in ((f'/my/service_orders/{self.order.id}', "Ours"),
                          (f'/my/service_objects/{self.object.id}', "B-1")):
            with self.subTest(url=url):
                self.assertIn(text, self._get(f'{url}?{extra}').text)

    def test_token_that_is_no_ascii_text_is_a_wrong_token(self):
        self.order._portal_ensure_token()
        self.object._portal_ensure_token()
        self.authenticate(None, None)
        for url in (f'/my/service_orders/{self.order.id}', f'/my/service_objects/{self.object.id}'):
            with self.subTest(url=url):
                self.assertIn('/web/login', self._get(f'{url}?access_token=%D9%A3').url)

    def test_context_of_a_customer_sends_no_quote(self):
        """Whatever a caller puts into the context: only dispatchers send quotes."""
        request = self._create_quote(title="Price To Be Checked", channel='portal')
        token = request._portal_ensure_token()
        for login in ('guest', None):
            self.authenticate(login, login)
            self._call(
                '/mail/message/post', thread_model='service.order', thread_id=request.id,
                token=token, context={'service_quote_sent': True}, post_data={
                    'body': "x", 'message_type': 'comment', 'subtype_xmlid': 'mail.mt_comment'})
            with self.subTest(login=login):
                self.assertRecordValues(request, [{
                    'quote_sent_on': False, 'can_accept': False,
                    'stage_id': self.stage_request.id}])
                self.assertIn('error', self._decide(request, 'accept', token))

    def test_order_that_offers_nothing_cannot_be_accepted(self):
        self.quote.line_ids.unlink()
        self.authenticate('guest', 'guest')
        self.assertIn('error', self._decide(self.quote, 'accept'))
        self.assertEqual(self.quote.state, 'draft')

    #=== REQUESTS ===#

    def test_request_lands_as_a_draft_for_the_dispatcher(self):
        self.team.user_id = self.user_dispatcher
        self.authenticate('guest', 'guest')
        page = self._post('/my/service_request', {
            'title': "No hot water", 'object_id': self.object.id, 'description': "Since today",
            'date_preferred': '2026-03-04T10:00',
        }, files=[('photos', ('leak.png', PNG, 'image/png'))])
        order = self.env['service.order'].search([('title', '=', "No hot water")])
        self.assertRecordValues(order, [{
            'state': 'draft', 'channel': 'portal', 'partner_id': self.customer.id,
            'contact_id': self.guest.partner_id.id, 'object_ids': self.object.ids,
            'site_id': self.site.id, 'company_id': self.company.id,
            'user_id': self.user_dispatcher.id,
            'date_preferred': fields.Datetime.to_datetime('2026-03-04 08:00:00'),
        }])
        message = order.message_ids.filtered('attachment_ids')
        self.assertEqual(message.attachment_ids.raw, PNG)
        self.assertIn("Since today", message.body)
        self.assertFalse(order.visit_ids, "Nothing is planned before a dispatcher has confirmed it")
        self.assertIn("We have your request", page.text)

    def test_broken_requests_keep_what_was_entered_and_say_why(self):
        self.authenticate('guest', 'guest')
        good = {'title': "No hot water", 'description': "Kept words"}
        photo = ('photos', ('leak.png', PNG, 'image/png'))
        for data, files, error in (
            ({'title': "  "}, None, "in a few words"),
            ({'object_id': self.other_object.id}, None, "This equipment is not yours"),
            ({'object_id': '99999999999999'}, None, "This equipment is not yours"),
            ({'object_id': 'x'}, None, "This equipment is not yours"),
            ({'site_id': self.other_customer.id}, None, "This address is not yours"),
            ({'date_preferred': 'tomorrow'}, None, "as a day and an hour"),
            ({}, [('photos', ('a.txt', b'text', 'image/png'))], "is not a photo"),
            ({}, [('photos', ('a.svg', b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', 'image/svg+xml'))],
             "is not a photo"),
            ({}, [photo] * 9, "up to 8 photos"),
            ({'title': "a\0b"}, None, "cannot be read"),
            ({'date_preferred': '0001-01-01T00:00'}, None, "as a day and an hour"),
            ({'date_preferred': '9999-12-31T12:00'}, None, "out of reach"),
            ({}, [('photos', ('a.svg', b'<!--' + b' ' * 2000 + b'--><svg></svg>', 'image/png'))],
             "is not a photo"),
            ({}, [('photos', ('leak.html', PNG + b'<script>1</script>', 'image/png'))],
             "is not a photo"),
            ({}, [('photos', ('leak.png', PNG[:40], 'image/png'))], "is not a photo"),
            ({}, [('object_id', ('leak.png', PNG, 'image/png'))], "This equipment is not yours"),
            ({}, [('date_preferred', ('leak.png', PNG, 'image/png'))], "as a day and an hour"),
            ({'title': None}, [('title', ('leak.png', PNG, 'image/png'))], "cannot be read"),
        ):
            with self.subTest(error=error, data=data):
                page = self._post('/my/service_request', {**good, **data}, files).text
                self.assertIn(error, page)
                self.assertIn("Kept words", page)
        with patch('odoo.addons.service_management.controllers.order.request.MAX_PHOTO_BYTES', 10):
            page = self._post('/my/service_request', good, [photo]).text
            self.assertIn("is larger than", page)
        self.assertFalse(self.env['service.order'].search([('title', 'ilike', "hot water")]))

    def test_request_form_starts_with_the_object_asked_for(self):
        self.authenticate('guest', 'guest')
        page = self._get(f'/my/service_request?object_id={self.object.id}').text
        self.assertIn('<textarea id="request_description"', page)
        self.assertRegex(page, rf'<option value="{self.object.id}" selected')

    def test_customers_write_messages(self):
        self.authenticate('guest', 'guest')
        page = self._get(f'/my/service_orders/{self.order.id}').text
        self.assertIn(f'data-res_id="{self.order.id}"', page)
        self.assertIn(f'data-token="{self.order.access_token}"', page)
        for order, token, is_posted in (
            (self.order, self.order.access_token, True),
            (self.theirs, self.order.access_token, False),
            (self.theirs, self.theirs._portal_ensure_token()[:-1], False),
        ):
            before = order.message_ids
            self.url_open('/mail/message/post', data=json.dumps({'params': {
                'thread_model': 'service.order', 'thread_id': order.id, 'token': token,
                'post_data': {'body': "When do you come?", 'message_type': 'comment',
                              'subtype_xmlid': 'mail.mt_comment'}}}),
                headers={'Content-Type': 'application/json'})
            order.invalidate_recordset()
            self.assertEqual(bool(order.message_ids - before), is_posted)

    def test_requests_need_a_login(self):
        self.authenticate(None, None)
        self.assertIn('/web/login', self._get('/my/service_request').url)

    def test_request_of_a_person_without_a_company(self):
        person = self.env['res.partner'].create({'name': "Solo", 'email': 'solo@example.com'})
        self.env['res.users'].with_context(no_reset_password=True).create({
            'name': "Solo", 'login': 'solo', 'password': 'solosolo', 'partner_id': person.id,
            'company_id': self.company.id, 'company_ids': self.company.ids,
            'group_ids': [Command.set(self.env.ref('base.group_portal').ids)]})
        self.authenticate('solo', 'solosolo')
        self._post('/my/service_request', {'title': "Alone"})
        order = self.env['service.order'].search([('title', '=', "Alone")])
        self.assertRecordValues(order, [{'partner_id': person.id, 'contact_id': person.id}])

    def test_objects_have_their_history(self):
        self.authenticate('guest', 'guest')
        page = self._get(f'/my/service_objects/{self.object.id}').text
        self.assertIn(self.order.name, page)
        self.assertNotIn(self.quote.name, page)
