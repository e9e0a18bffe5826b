import base64
import os
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser

DESKTOP, PHONE = '1366x860', '390x844'

#: Waits for a selector, clicks it when asked to or drags it to another one, and so on; then lets the
#: picture be taken.
_WALK = """
(async () => {
    const settle = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const find = async (selector) => {
        const start = Date.now();
        let element;
        while (!(element = document.querySelector(selector))) {
            if (Date.now() - start > 20000) {
                throw new Error(`${selector} does not appear`);
            }
            await settle(50);
        }
        return element;
    };
    const point = (element, type, dx = 0) => {
        const { left, top, width } = element.getBoundingClientRect();
        const values = { clientX: left + width / 2 + dx, clientY: top + 40, pointerId: 1, button: 0 };
        element.dispatchEvent(new PointerEvent(type, { bubbles: true, cancelable: true, ...values }));
    };
    for (const step of %s) {
        const [selector, target] = step.split(" => ");
        const element = await find(selector);
        if (target) {
            const place = await find(target);
            await settle(500);
            point(element, "pointerdown");
            point(element, "pointermove", 20);
            await settle(100);
            point(place, "pointerenter");
            point(place, "pointermove");
            await settle(100);
            point(place, "pointermove", 5);
            point(place, "pointerup");
        } else if (step.includes("button") || step.includes(":is(")) {
            await settle(500);  // the page's scripts are there, too
            element.click();
        }
    }
    await settle(1500);  // fonts, avatars and animations
    console.log("test successful");
})();
"""

#: Selects the rows of a list.
_SELECT_ALL = ('.o_list_view .o_data_row', 'thead .o_list_record_selector :is(input)')


@tagged('-standard', '-at_install', 'post_install', 'service_pictures')
class TestServicePictures(HttpCase):
    """Takes the pictures of the user guide in the demo company: ``./dev pictures``."""

    def _take(self, name, login, path, *steps, size=DESKTOP, ready='.o_navbar'):
        folder = Path(os.environ['SM_PICTURES'])
        folder.mkdir(parents=True, exist_ok=True)
        wait_code_ok = ChromeBrowser._wait_code_ok

        def wait_and_take(browser, *args, **kwargs):
            wait_code_ok(browser, *args, **kwargs)
            picture = browser._websocket_request('Page.captureScreenshot')['data']
            (folder / f'{name}.png').write_bytes(base64.b64decode(picture))

        navigate_to = ChromeBrowser.navigate_to

        def navigate_in_riga(browser, *args, **kwargs):
            browser._websocket_request(
                'Emulation.setTimezoneOverride', params={'timezoneId': 'Europe/Riga'})
            return navigate_to(browser, *args, **kwargs)

        with patch.object(ChromeBrowser, '_wait_code_ok', wait_and_take), \
                patch.object(ChromeBrowser, 'navigate_to', navigate_in_riga), \
                patch.multiple(self, browser_size=size, touch_enabled=size == PHONE):
            self.browser_js(
                path, _WALK % list(steps), login=login,
                ready=f"!!document.querySelector('{ready}')")

    def _order(self, name):
        return self.env.ref(f'service_management.service_order_{name}')

    def test_pictures(self):
        self._take('orders', 'dispatcher', '/odoo/service-orders',
                   '.o_service_order_kanban .o_kanban_record')
        self._take('new-order', 'dispatcher', '/odoo/service-orders',
                   '.o_service_order_kanban .o_kanban_record', 'button.o_kanban_quick_add',
                   '.o_kanban_quick_create .o_field_widget')
        boiler = self.env.ref('service_management.service_object_school_boiler')
        self._take('call', 'customer_service', f'/odoo/service-objects/{boiler.id}',
                   'button[name=action_take_call]', '.o_service_call_preview')
        self._take('order', 'dispatcher', f"/odoo/service-orders/{self._order('no_heat').id}",
                   '.o_form_view .o_field_one2many')
        self._take('board', 'dispatcher', '/odoo/service-board', '.o_schedule_bar')
        self._take('dispatch-board', 'dispatcher', '/odoo/dispatch',
                   '.o_service_dispatch_kanban .o_kanban_record')
        # Nobody is planned for another day than the board shows without being asked.
        waiting = self.env['service.visit'].search([('is_unassigned', '=', True)])
        waiting.order_id.date_preferred = fields.Datetime.now().replace(
            hour=8, minute=0, second=0, microsecond=0) + timedelta(days=3)
        self._take('board-question', 'dispatcher', '/odoo/dispatch',
                   ':nth-child(1 of .o_kanban_group) .o_kanban_record.o_draggable'
                   ' => :nth-child(2 of .o_kanban_group)', '.modal .modal-body')
        self._take('dispatch-calendar', 'dispatcher', '/odoo/dispatch-calendar', '.fc-event')
        self._take('dispatch-many', 'dispatcher',
                   '/odoo/action-service_management.service_visit_action?view_type=list',
                   *_SELECT_ALL, '.o_control_panel button[name=action_dispatch_many]',
                   '.modal .o_form_view')
        doubtful = self._order('oven_vent').visit_ids
        doubtful.employee_id = self.env.ref('service_management.hr_employee_anna')
        self._take('visit-warning', 'dispatcher', f'/odoo/service.visit/{doubtful.id}',
                   '.o_form_view .alert-warning')
        self._take('my-visits', 'technician', '/odoo/my-visits', '.o_service_my_visits .o_service_sign',
                   size=PHONE)
        self._take('sign-off', 'technician', '/odoo/my-visits',
                   '.o_service_my_visits button.o_service_sign', '.modal .o_service_work_summary',
                   size=PHONE)
        self._take('add-parts', 'technician', '/odoo/my-visits',
                   '.o_service_my_visits button.o_service_parts', '.modal .o_service_add_parts .o_data_row',
                   size=PHONE)
        self._take('follow-up', 'technician', '/odoo/my-visits',
                   '.o_service_my_visits button.o_service_follow_up',
                   '.modal .o_field_widget[name=reason_id]', size=PHONE)
        self._take('take-back', 'technician', '/odoo/my-visits',
                   '.o_service_my_visits button.o_service_start',
                   '.o_service_my_visits .o_service_take_back', size=PHONE)
        self._take('object', 'dispatcher',
                   f"/odoo/service-objects/{self.env.ref('service_management.service_object_school_boiler').id}",
                   '.o_form_view .o_field_widget[name=order_ids]')
        self._take('to-post', 'manager', '/odoo/action-service_management.service_order_action_to_post',
                   '.o_list_view .o_data_row')
        self._take('post-preview', 'manager',
                   '/odoo/action-service_management.service_order_action_to_post',
                   *_SELECT_ALL, '.o_control_panel button[name=action_post]', '.modal .o_form_view')
        self._take('bill-preview', 'manager',
                   '/odoo/action-service_management.service_order_action_to_bill',
                   *_SELECT_ALL, '.o_control_panel button[name=action_bill]', '.modal .o_form_view')
        self._take('posted', 'manager', f"/odoo/service-orders/{self._order('hotel_noise').id}",
                   '.o_form_view .o_field_one2many')
        invoice = self._order('cold_room').invoice_ids
        self._take('invoice', 'accountant',
                   f'/odoo/action-account.action_move_out_invoice_type/{invoice.id}',
                   '.o_form_view .o_field_widget[name=invoice_line_ids]')
        self._take('order-type', 'manager',
                   '/odoo/action-service_management.service_order_type_action/'
                   f"{self.env.ref('service_management.service_order_type_breakdown').id}",
                   '.o_form_view .o_field_many2many_tags')
        service = self.env['service.order'].search([
            ('answer_ids', '!=', False), ('state', '=', 'open'),
            ('visit_ids.employee_id', '=', self.env.ref('service_management.hr_employee_anna').id)],
            limit=1)
        self._take('checklist', 'technician', f'/odoo/service-orders/{service.id}',
                   '.o_service_checklist_question', size=PHONE)
        self._take('stages', 'manager', '/odoo/action-service_management.service_stage_action',
                   '.o_list_view .o_data_row')
        self._take('process', 'manager',
                   '/odoo/action-service_management.service_order_process_action_menu',
                   '.modal .o_form_view')

    def test_pictures_of_the_customers_side(self):
        quote = self._order('quote_burner')
        page = f'/my/service_orders/{quote.id}'
        self._take('quote', 'dispatcher', f'/odoo/service-orders/{quote.id}',
                   '.o_form_view .o_field_one2many')
        self._take('requests', 'dispatcher',
                   '/odoo/action-service_management.service_order_action_requests',
                   '.o_list_view .o_data_row')
        self._take('portal-home', 'customer', '/my', '.o_portal_index_card', ready='#wrap')
        self._take('portal-orders', 'customer', '/my/service_orders', '.o_portal_my_doc_table',
                   ready='#wrap')
        self._take('portal-quote', 'customer', page, '.o_service_steps', ready='#wrap')
        self._take('portal-phone', 'customer', page, '.o_service_detail', ready='#wrap', size=PHONE)
        self.env.company.service_customer_moves = 'self'
        told = self.env['service.visit'].search([
            ('state', '=', 'dispatched'), ('date_start', '>', fields.Datetime.now()),
            ('partner_id', '=', quote.partner_id.id)], limit=1)
        self._take('portal-move', 'customer',
                   f'/my/service_orders/{told.order_id.id}/visits/{told.id}',
                   '.o_service_visit_form', ready='#wrap', size=PHONE)
        self._take('contact-limits', 'customer_service', '/odoo/res.partner/'
                   f"{self.env.ref('service_management.res_partner_hotel_spa_contact').id}",
                   '.o_notebook :is(a[name=service])', '.o_field_widget[name=service_site_ids]')
        self._take('portal-sign', 'customer', page, 'button[data-bs-target="#o_service_sign"]',
                   '.modal.show canvas', ready='#wrap', size=PHONE)
        self._take('portal-request', 'customer', '/my/service_request', '#request_title',
                   ready='#wrap', size=PHONE)
        self._take('portal-done', 'customer',
                   f"/my/service_orders/{self._order('spa_pump').id}", '.o_service_rating',
                   ready='#wrap')
        self._take('document-quote', 'dispatcher',
                   f'/report/html/service_management.report_service_quote/{quote.id}', '.page',
                   ready='.page')
        self._take('document-work', 'dispatcher',
                   '/report/html/service_management.report_service_work_description/'
                   f"{self._order('annex_boiler').id}", '.page', ready='.page')
        self._take('team-mails', 'manager', '/odoo/action-service_management.service_team_action/'
                   f"{self.env.ref('service_management.service_team_heating').id}",
                   '.o_form_view .o_field_widget[name=mail_done_id]')
        finished = self._order('annex_boiler')
        finished.visit_ids.filtered(lambda visit: visit._is_open())._finish()
        self._take('portal-confirm', 'customer', f'/my/service_orders/{finished.id}',
                   'button[data-bs-target="#o_service_sign"]', '.modal.show .o_service_work',
                   ready='#wrap', size=PHONE)

    def test_pictures_of_prices_sales_and_figures(self):
        self._take('price-rules', 'manager',
                   '/odoo/action-service_management.service_price_rule_action',
                   '.o_list_view .o_data_row')
        self._take('line-sets', 'manager', '/odoo/action-service_management.service_line_set_action/'
                   f"{self.env.ref('service_management.service_line_set_boiler').id}",
                   '.o_form_view .o_data_row')
        sale_order = self.env.ref('service_management.sale_order_boiler_service')
        self._take('sale-order', 'salesperson',
                   f'/odoo/action-sale.action_orders/{sale_order.id}',
                   '.o_form_view [name=action_view_service_orders]')
        quotation = self.env.ref('service_management.sale_order_monitoring')
        self._take('quotation-recurring', 'customer', f'/my/orders/{quotation.id}',
                   '.o_service_recurring', size='1366x1200', ready='#wrap')
        self._take('overview', 'manager', '/odoo/service-overview', '.o_service_tile')
        self.env.company.service_hides_first_steps = False
        self._take('first-steps', 'manager', '/odoo/service-overview', '.o_service_first_steps')
        self.env.company.service_hides_first_steps = True
        self._take('features', 'admin', '/odoo/action-service_management.res_config_settings_action',
                   '#group_service_agreement')
        self._take('margin', 'manager',
                   '/odoo/action-service_management.service_order_report_action',
                   '.o_pivot_view .o_pivot_cell_value')
        person = self.env.ref('service_management.res_partner_private')
        self._take('personal-data', 'manager', f'/odoo/res.partner/{person.id}'
                   '/action-service_management.service_personal_data_action',
                   '.modal [name=erased]')
        self._take('stage-moves', 'manager',
                   '/odoo/action-service_management.service_order_stage_log_action',
                   '.o_list_view .o_data_row')

    def test_pictures_of_agreements_and_service_levels(self):
        agreement = self.env.ref('service_management.service_agreement_hotel')
        self._take('agreements', 'manager', '/odoo/service-agreements', '.o_list_view .o_data_row')
        self._take('agreement', 'manager', f'/odoo/service-agreements/{agreement.id}',
                   '.o_form_view .o_field_widget[name=line_ids] .o_data_row')
        self._take('agreements-activate', 'manager', '/odoo/service-agreements',
                   *_SELECT_ALL, '.o_control_panel button[name=action_activate_selected]',
                   '.modal .o_form_view')
        # The picture shows a run that is to come.
        orders = agreement.occurrence_ids.order_id
        orders.stage_id = self.env['service.stage']._get_first()
        orders.unlink()
        agreement.occurrence_ids.sudo().unlink()
        self._take('agreement-generate', 'manager', f'/odoo/service-agreements/{agreement.id}',
                   '.o_form_view button[name=action_generate]',
                   '.modal .o_field_widget[name=preview_ids] .o_data_row')
        offer = self.env.ref('service_management.service_agreement_hotel_spa')
        self._take('portal-agreement', 'customer', f'/my/service_agreements/{offer.id}',
                   '.o_main_table', ready='#wrap')
        self._take('sla', 'manager', '/odoo/action-service_management.service_sla_action/'
                   f"{self.env.ref('service_management.service_sla_gold').id}",
                   '.o_form_view .o_data_row')
        order = self._order('sla_missed')
        self._take('order-sla', 'dispatcher', f'/odoo/service-orders/{order.id}',
                   '.o_notebook :is(a[name=service_levels])',
                   '.o_field_widget[name=sla_status_ids] .o_data_row')
        planned = self.env['service.order'].search([
            ('channel', '=', 'agreement'), ('sla_status_ids', '!=', False)], limit=1)
        self._take('sla-planned', 'dispatcher', f'/odoo/service-orders/{planned.id}',
                   '.o_notebook :is(a[name=service_levels])',
                   '.o_field_widget[name=sla_status_ids] .o_data_row')
        self._take('sla-report', 'manager',
                   '/odoo/action-service_management.service_order_sla_action',
                   '.o_pivot_view .o_pivot_cell_value')

    def test_pictures_of_subscriptions(self):
        def ref(name):
            return self.env.ref(f'service_management.{name}')
        hotel, clinic = ref('service_subscription_hotel'), ref('service_subscription_clinic')
        rows = '.o_field_widget[name={}] .o_data_row'
        self._take('subscriptions', 'manager', '/odoo/service-subscriptions',
                   '.o_list_view .o_data_row')
        self._take('subscription', 'manager', f'/odoo/service-subscriptions/{hotel.id}',
                   '.o_form_view ' + rows.format('line_ids'))
        self._take('subscription-plan', 'manager',
                   '/odoo/action-service_management.service_subscription_plan_action/'
                   f"{ref('service_subscription_plan_deferred').id}",
                   '.o_form_view .o_field_widget[name=deferred_account_id]')
        self._take('subscription-fees', 'manager', '/odoo/service-subscription-fees',
                   '.o_list_view .o_data_row')
        self._take('subscription-prices', 'manager',
                   '/odoo/action-service_management.service_subscription_indexation_action/'
                   f"{ref('service_subscription_indexation_new_year').id}",
                   '.o_form_view ' + rows.format('line_ids'))
        self._take('accruals', 'accountant', '/odoo/service-accruals', '.o_list_view .o_data_row')
        self._take('recurring-revenue', 'manager',
                   '/odoo/action-service_management.service_subscription_revenue_action',
                   '.o_pivot_view .o_pivot_cell_value')
        self._take('subscription-close', 'manager', f'/odoo/service-subscriptions/{clinic.id}',
                   '.o_form_view button[name=action_close]', '.modal .o_field_widget[name=reason_id]')
        self._take('portal-subscription', 'customer', f'/my/service_subscriptions/{hotel.id}',
                   '.o_service_terms', ready='#wrap')
        for subscription in (hotel, clinic):
            subscription.fee_ids.filtered(lambda fee: fee.state == 'draft').move_id.unlink()
        self._take('subscription-bill', 'manager', f'/odoo/service-subscriptions/{hotel.id}',
                   '.o_form_view button[name=action_bill]',
                   '.modal ' + rows.format('preview_ids'))
        run = self.env['service.subscription.run'].sudo()._start(
            hotel, *[hotel.date_start.today()] * 2)
        run._process_batch(hotel)
        run._finish()
        self._take('billing-run', 'manager', f'/odoo/service-billing-runs/{run.id}',
                   '.o_form_view .o_field_widget[name=amount]')
