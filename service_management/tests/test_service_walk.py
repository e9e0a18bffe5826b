"""Every page of the portal, as every customer: what pages offer is followed, filled in and sent."""
import json
import re
from unittest.mock import patch
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin, urlsplit

from lxml import html

from odoo import http
from odoo.tests import new_test_user, tagged

from odoo.addons.mail.tests.common import MockEmail
from odoo.addons.portal.controllers.portal import CustomerPortal

from .common import SIGNATURE
from .common_walk import IS_LONG, WalkCommon
from .test_service_portal import PNG

#: Pages of ours, whose links have to lead where they say
OURS = re.compile(r'/my/service_\w+')
#: Forms that take what a customer says
FORMS = re.compile(r'/my/service_\w+|/rate/')
#: Left alone: they end the session or the login
ENDS = re.compile(r'/web/session/logout|/my/deactivate|/my/security')


class Robot:
    """A visitor who tries what a page offers, and says how he came there."""

    def __init__(self, test, login, owner=None):
        self.test, self.login = test, login
        self.owner = owner or test.visitors.get(login)
        self.visited, self.seen, self.forms = {}, set(), {}

    #=== LINKS ===#

    def walk(self, *starts):
        """Follow what there is on pages, and on those that they lead to."""
        queue = [(url, ()) for url in starts]
        while queue:
            url, way = queue.pop(self.test.chance.randrange(len(queue)))
            if self._is_new(url):
                way = (*way, url.removeprefix(self.test.base_url()))
                with self.test.subTest(login=self.login, way=' → '.join(way)):
                    queue += [(link, way) for link in self.visit(url, way)]

    def _is_new(self, url):
        """Tell whether an address shows a page, or makes a choice on one of its kind, for the first time."""
        parts = urlsplit(url)
        if parts.netloc not in ('', urlsplit(self.test.base_url()).netloc) or ENDS.match(parts.path):
            return False
        traits = {parts.path}
        if OURS.match(parts.path):
            traits |= {(get_kind(url), name, value) for name, value in parse_qsl(parts.query)
                       if name not in ('access_token', 'pid', 'hash')}
            if IS_LONG:
                traits = {url}
        is_new = not traits <= self.seen
        self.seen |= traits
        return is_new

    def visit(self, url, way=()):
        """Open one address, look at what comes, and return the addresses that it offers."""
        test = self.test
        if 'report_type=pdf' in url and test.is_known_paper(url):
            url = url.replace('report_type=pdf', 'report_type=html')
        response = test.url_open(url, timeout=60)
        for step in (*response.history, response):
            test.assertIn(step.status_code, (200, 301, 302, 303), step.url)
        test.assertShowsNothingOfOthers(response, self.owner)
        path, arrived = urlsplit(url).path, urlsplit(response.url).path
        if OURS.match(path):
            test.assertIn(arrived, (path,) if self.login else (path, '/web/login'))
        self.visited[url] = arrived
        if 'report_type=pdf' in url:
            return test.assertIsPaper(response) or ()
        if not response.headers['Content-Type'].startswith('text/html'):
            test.assertTrue(response.content)
            return ()
        return self._read(response, way)

    def _read(self, response, way):
        """Return the addresses of one page; remember its forms."""
        page, base = html.fromstring(response.text), response.url
        if OURS.match(urlsplit(base).path) and 'report_type' not in base:
            for link in page.xpath(
                    '//a[starts-with(@href, "#")][not(ancestor::form)][not(@data-bs-toggle)]'
                    '[not(contains(@class, "disabled"))]'):
                name = link.get('href')[1:]
                self.test.assertTrue(
                    page.xpath('//*[@id=$name]', name=name), html.tostring(link))
            if page.xpath('//tbody/tr/td') and re.search(r'[?&]groupby=(?!none)', base):
                self.test.assertTrue(page.xpath('//tbody/tr/th'), "Groups have no names")
        for action in find_forms(page, base):
            self.forms.setdefault(action, (base, way))
        found = [
            urldefrag(urljoin(base, address)).url
            for address in page.xpath('//a/@href | //img/@src')
            if not address.startswith(('#', 'mailto:', 'tel:', 'data:', 'javascript:'))]
        return [variant for url in found for variant in self._vary(url)]

    def _vary(self, url):
        """Yield an address, and what else may be asked for there."""
        yield url
        if 'report_type=pdf' in url:
            for kind in ('html', 'text'):
                yield url.replace('report_type=pdf', f'report_type={kind}')
            yield url.replace('&download=true', '').replace('download=true', '')
        if re.search(r'/my/service_(?!request)\w+$', url):
            for search in ('secret', 'nothing like it', '%'):
                yield f"{url}?{urlencode({'search': search})}"

    #=== FORMS ===#

    def send_forms(self):
        """Send one form of each kind: with nothing typed in, and as it is meant."""
        actions, kinds = sorted(self.forms), set()
        self.test.chance.shuffle(actions)
        for action in actions:
            base, way = self.forms[action]
            if get_kind(action) in kinds or not self._find_form(base, action):
                continue  # decided on by another form
            kinds.add(get_kind(action))
            for is_filled in (False, True):
                with self.test.subTest(login=self.login, way=' → '.join((*way, action)),
                                       filled=is_filled):
                    self._send(self._find_form(base, action), is_filled)
        return kinds

    def _find_form(self, base, action):
        """Return (address, form or None) of what a page lets the visitor send, if it does."""
        return find_forms(html.fromstring(self.test.url_open(base).text), base).get(action)

    def _send(self, found, is_filled):
        address, form = found
        if form is None:
            self._sign(address, is_filled)
            return
        values, files = self.test.fill(form, self.owner, is_filled)
        page = self.test.url_open(address, data=values, files=files or None, timeout=60)
        self.test.assertEqual(page.status_code, 200)
        self.test.assertShowsNothingOfOthers(page, self.owner)
        is_refused = bool(html.fromstring(page.text).xpath('//*[contains(@class, "alert-danger")]'))
        needs = bool(form.xpath('.//*[@required]'))
        self.test.assertEqual(is_refused, needs and not is_filled, "Refused, or taken?")

    def _sign(self, address, is_filled):
        name, signature = ("Robot", SIGNATURE) if is_filled else ("", "")
        result = self.test.url_open(address, json={'params': {
            'name': name, 'signature': signature}}).json()['result']
        self.test.assertEqual('error' in result, not is_filled, result)
        if is_filled:
            self.test.assertIn("Thank you!", self.test.url_open(result['redirect_url']).text)


def get_kind(url):
    """Return what an address is of: its path without what tells one document from another."""
    return re.sub(r'\d+', '#', re.sub(r'/rate/\w+', '/rate/#', urlsplit(url).path))


def find_forms(page, base):
    """Return {path: (address, form, or None for the one that signs)} of the forms of ours on a page."""
    found = {}
    for form in page.xpath('//form[@method]'):
        action = urljoin(base, form.get('action') or '')
        if form.get('method').upper() == 'POST' and FORMS.match(urlsplit(action).path):
            found[urlsplit(action).path] = (action, form)
    for values in page.xpath('//owl-component[@name="portal.signature_form"]/@props'):
        action = urljoin(base, json.loads(values)['callUrl'])
        found[urlsplit(action).path] = (action, None)
    return found


@tagged('post_install', '-at_install')
class TestServiceWalk(WalkCommon, MockEmail):
    #: Kinds of documents that were made into a PDF
    papers = set()

    def setUp(self):
        super().setUp()
        # Several pages of each list, without hundreds of documents.
        self.enterContext(patch.object(CustomerPortal, '_items_per_page', 2))
        Report = type(self.env['ir.actions.report'])
        render = Report._render_qweb_pdf

        def render_for_good(report, *args, **kwargs):
            return render(report.with_context(force_report_rendering=True), *args, **kwargs)

        self.enterContext(patch.object(Report, '_render_qweb_pdf', render_for_good))

    def is_known_paper(self, url):
        """Tell whether this kind of document was made into a PDF before: it takes a second."""
        kind = (get_kind(url), dict(parse_qsl(urlsplit(url).query)).get('report'))
        is_known = kind in self.papers
        self.papers.add(kind)
        return is_known and not IS_LONG

    def fill(self, form, owner, is_filled):
        """Return (values, files) as a browser sends a form, with something typed in or nothing."""
        values, files = {}, []
        for field in form.xpath('.//input | .//select | .//textarea'):
            name, kind = field.get('name'), field.get('type', field.tag)
            if kind == 'hidden':
                values[name] = field.get('value')
            elif kind == 'radio':
                if field.get('checked') or name not in values:
                    values[name] = field.get('value')
            elif kind == 'file':
                files += [(name, ('a.png', PNG, 'image/png'))] * is_filled
            elif kind == 'select':
                values[name] = field.xpath('.//option/@value')[-1 if is_filled else 0]
            elif kind == 'datetime-local':
                values[name] = '2030-01-01T10:00' if is_filled else ''
            else:
                self.assertIn(kind, ('text', 'input', 'textarea'), "Teach the robot this field")
                values[name] = f"Secret of {owner}: typed in" if is_filled else ''
        # Of several buttons, the one that asks for what is typed in.
        for button in form.xpath('.//button[@name][not(@formnovalidate)]')[:1]:
            values[button.get('name')] = button.get('value')
        return values, files

    def assertShowsNothingOfOthers(self, response, owner):
        for other in self.documents:
            if other != owner:
                self.assertNotIn(f"Secret of {other}", response.text)

    def assertIsPaper(self, response):
        self.assertEqual(response.headers['Content-Type'], 'application/pdf')
        self.assertTrue(response.content.startswith(b'%PDF'))
        self.assertGreater(len(response.content), 2000)
        self.assertRegex(response.headers['Content-Disposition'], r'filename.*\w+\.pdf')

    def test_links_lead_where_they_say_and_forms_take_what_they_ask_for(self):
        walked = []
        for login in self.visitors:
            self.authenticate(login, login)
            robot = Robot(self, login)
            robot.walk('/my')
            sent = robot.send_forms()
            self.assertIn('/my/service_request', sent)
            walked.append(robot)
        kinds = {get_kind(path) for robot in walked for path in (*robot.visited, *robot.forms)}
        self.assertEqual(self._get_pages() - kinds, set(), "No link leads there")
        self._check_others_are_refused(walked)

    def _get_pages(self):
        """Return the kinds of addresses that our routes answer."""
        return {
            re.sub(r'<int:\w+>', '#', str(rule.rule))
            for rule in self.env['ir.http'].routing_map().iter_rules() if rule.endpoint.__module__.startswith('odoo.addons.service_management')
            and str(rule.rule).startswith('/my/')}

    #=== WHAT BELONGS TO OTHERS ===#

    def _check_others_are_refused(self, robots):
        """Ask for all documents of others: in each way that somebody was offered for his own."""
        queries, verbs = {}, {}
        for robot in robots:
            for url in robot.visited:
                queries.setdefault(get_kind(url), set()).add(tuple(
                    pair for pair in parse_qsl(urlsplit(url).query) if pair[0] != 'access_token'))
            for action in robot.forms:
                base, verb = action.rsplit('/', 1)
                verbs.setdefault(get_kind(base), set()).add(verb)
        everything = [document for documents in self.documents.values() for document in documents]
        before = self._look(everything)
        for login in (*self.visitors, None):
            self.authenticate(login, login)
            own = self.documents.get(self.visitors.get(login), [])
            for document in everything:
                if document not in own:
                    kind = get_kind(document.access_url)
                    for query in self._some(sorted(queries[kind])):
                        for token in self._some(self._get_wrong_tokens(document, everything)):
                            self._check_refused(login, document, query, token)
                    for verb in sorted(verbs.get(kind, ())):
                        self._check_undecided(login, document, verb)
        self.assertEqual(self._look(everything), before)

    def _some(self, choices):
        return choices if IS_LONG else [self.chance.choice(choices)]

    def _look(self, documents):
        self.env.invalidate_all()
        return [(document, document.write_date, len(document.message_ids)) for document in documents]

    def _get_wrong_tokens(self, document, everything):
        """Return tokens that do not open a document: none, some like its own, one of another's."""
        token = document._portal_ensure_token()
        other = self.chance.choice([other for other in everything if other != document])
        return [None, '', 'x', token[:-1], token + '0', token.upper(), other._portal_ensure_token()]

    def _check_refused(self, login, document, query, token):
        query = [*query, *([('access_token', token)] if token is not None else [])]
        url = f'{document.access_url}?{urlencode(query)}'
        with self.subTest(login=login, url=url):
            response = self.url_open(url, allow_redirects=False)
            self.assertEqual(response.status_code, 303)
            self.assertEqual(urlsplit(response.headers['Location']).path, '/my')

    def _check_undecided(self, login, document, verb):
        with self.subTest(login=login, document=document.display_name, verb=verb):
            url = f'{document.access_url}/{verb}'
            if verb == 'decline':
                self._check_refused(login, document, (), None)
                response = self.url_open(url, allow_redirects=False, data={
                    'csrf_token': http.Request.csrf_token(self), 'note': "No",
                    'fingerprint': document._get_quote_fingerprint()})
                self.assertEqual(urlsplit(response.headers['Location']).path, '/my')
            else:
                self.assertIn("no longer valid", self.url_open(url, json={'params': {
                    'name': "Robot", 'signature': SIGNATURE}}).json()['result']['error'])

    #=== STAFF ===#

    def _get_staff(self):
        salesperson = new_test_user(
            self.env, 'salesperson', groups='sales_team.group_sale_salesman',
            company_id=self.company.id)
        return (self.user_technician | self.user_customer_service | self.user_dispatcher
                | self.user_manager | self.user_accountant | salesperson)

    def test_staff_who_have_the_link_are_staff_all_the_same(self):
        documents = [document for document in self.documents['guest'] if 'title' in document._fields]
        quote, finished, offer, done = (
            next(document for document in documents if f": {title}" in document.title)
            for title in ("quote", "finished", "offer", "done"))
        rating = f'{done._get_rating_url()}/submit_feedback'
        before, orders = self._look(documents), self.env['service.order'].search_count([])
        for user in self._get_staff():
            user.password = 'of-the-staff'
            self.authenticate(user.login, 'of-the-staff')
            for document, verb in ((quote, 'accept'), (finished, 'sign'), (offer, 'accept')):
                token = document._portal_ensure_token()
                with self.subTest(user=user.login, document=document.title, verb=verb):
                    page = self.url_open(document.get_portal_url())
                    self.assertIn("Only the customer decides here", page.text)
                    self.assertFalse(find_forms(html.fromstring(page.text), page.url))
                    url = f'{document.access_url}/{verb}'
                    self.assertIn("Only the customer decides", self.url_open(url, json={'params': {
                        'name': "Robot", 'signature': SIGNATURE, 'access_token': token,
                    }}).json()['result']['error'])
            for document in (quote, offer):
                with self.subTest(user=user.login, document=document.title, verb='decline'):
                    self._post(f'{document.access_url}/decline', note="No",
                               access_token=document.access_token,
                               fingerprint=document._get_quote_fingerprint())
            with self.subTest(user=user.login, verb='rate'):
                self.assertIn("Only the customer", self._post(rating, rate=1).text)
            with self.subTest(user=user.login, verb='request'):
                page = self._post('/my/service_request', title="Mine")
                self.assertIn("Only customers ask for service here", page.text)
        self.assertEqual(self._look(documents), before)
        self.assertEqual(self.env['service.order'].search_count([]), orders)
        self.assertFalse(done.rating_ids.filtered('consumed'))

    def _post(self, url, **values):
        return self.url_open(url, data={
            'csrf_token': http.Request.csrf_token(self), **values})

    def test_history_says_that_nobody_was_logged_in(self):
        quote = next(document for document in self.documents['guest']
                     if document._name == 'service.order' and ": quote" in document.title)
        self.authenticate(None, None)
        self.url_open(f'{quote.access_url}/accept', json={'params': {
            'name': "Robot", 'signature': SIGNATURE, 'access_token': quote._portal_ensure_token(),
            'fingerprint': quote._get_quote_fingerprint()}})
        self.assertEqual(quote.accepted_by, "Robot")
        message = quote.message_ids.filtered(lambda message: "signed by Robot" in message.body)
        self.assertIn("by the link, without a login", message.body)
        self.assertTrue(message.create_uid._is_public())

    #=== LINKS OF MAILS ===#

    def _send_mails(self):
        """Send each mail of ours for a document of the guest; return the mails."""
        Data = self.env['ir.model.data'].sudo()
        templates = self.env['mail.template'].browse(Data.search([
            ('module', '=', 'service_management'), ('model', '=', 'mail.template')]).mapped('res_id'))
        self.assertGreater(len(templates), 7)
        documents = self.documents['guest']
        with self.mock_mail_gateway():
            for template in templates.filtered(lambda item: item.model != 'service.order.sla'):
                document = self.chance.choice(
                    [document for document in documents if document._name == template.model])
                document.message_post_with_source(
                    template, message_type='comment', subtype_xmlid='mail.mt_comment',
                    email_layout_xmlid='mail.mail_notification_layout_with_responsible_signature')
        return self._new_mails

    def _share(self, document):
        """Return the link that staff give away by the dialog *Share*."""
        return self.env['portal.share'].with_user(self.user_manager).create({
            'res_model': document._name, 'res_id': document.id}).share_link

    def test_links_of_mails_and_shares_open_without_a_login(self):
        mails = self._send_mails()
        links = {
            link for mail in mails for link in html.fromstring(mail.body_html).xpath('//a/@href')
            if link.startswith(self.base_url())}
        self.assertGreater(len(links), 7)
        links |= {self._share(document) for document in self.documents['guest']}
        self.authenticate(None, None)
        for link in sorted(links):
            with self.subTest(link=link):
                page = self.url_open(link)
                self.assertRegex(page.url, '/rate/' if '/rate/' in link else '/my/service_')
                self.assertIn("rating" if '/rate/' in link else "Secret of guest", page.text)
        robot = Robot(self, None, 'guest')
        robot.walk(*sorted(links))
        robot.send_forms()
