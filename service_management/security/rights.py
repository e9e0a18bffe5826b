"""Who writes which field: the rights that records and models cannot express.

Rights on models and records are in ``security/``. Here is, for each model that more than one role
writes, the least role that gives a field a value, in whatever state the record is (what a stage
locks, nobody writes). A role has what lesser roles have: technician, customer service, dispatcher,
manager. Two more stand for rules:

``proposed``
    everybody, as far as the value is the one that the program proposes; who may give another is
    decided where it is proposed (`_on_given`).
``engine``
    nobody: it is evidence, a number, a total or the result of a rule, and written in sudo by verbs.

What is read-only in Python is the engine's everywhere and needs no row. A new field that people
write has one: `TestServiceFieldRights` walks over the registry. Addons that extend a model say theirs
on the class, as ``_rights = {'dispatcher': 'opportunity_id'}``.
"""

#: Fields that every document has from Odoo's chatter, which guards them itself
CHATTER = ('message_', 'activity_', 'website_message_', 'rating_')

RIGHTS = {
    'service.portal.mixin': {
        'engine': 'access_token',
    },
    'service.order': {
        'technician': '''
            line_ids task_ids visit_ids note_internal note_external work_done properties
            stage_id stage_reason_id stage_note repair_ids object_status_ids
            ''',
        'customer_service': '''
            title type_id partner_id contact_id contact_phone caller_phone client_order_ref
            partner_invoice_id object_ids
            site_id site_street site_street2 site_zip site_city site_state_id site_country_id
            certificate_kind_ids
            channel priority tag_ids color date_order date_preferred arrival_from arrival_to
            company_id team_id zone_id user_id preferred_employee_id agreement_id
            pricelist_id payment_term_id fiscal_position_id limit_kind limit_amount validity_date
            ''',
        'dispatcher': '''
            active sla_id sla_note sla_reason_id analytic_distribution
            ''',
        'manager': 'is_history',
        'engine': '''
            signature signed_by signed_on stage_log_ids sla_status_ids answer_ids
            ''',
    },
    'service.order.line': {
        'technician': '''
            order_id sequence kind is_travel name object_id task_id visit_id
            product_id product_uom_id quantity quantity_planned
            employee_id date date_start date_end repair_id
            ''',
        'proposed': 'price_unit discount tax_ids',
        'dispatcher': 'analytic_distribution',
        'manager': 'billing_override billing_note cost_unit',
        'engine': '''
            technical_price_unit technical_discount has_pricelist_discount price_rule_id
            is_cancelled_with_order invoice_line_ids analytic_line_ids reversal_ids occurrence_ids
            ''',
    },
    'service.order.task': {
        'technician': 'order_id task_id sequence is_done note_internal note_external',
        'engine': 'answer_ids',
    },
    'service.order.answer': {
        'technician': '''
            answer_yes_no answer_number answer_choice answer_text answer_photo remark object_id
            ''',
        'engine': '''
            order_task_id question_id sequence name kind is_required is_for_customer unit limits
            limit_low limit_high choices
            ''',
    },
    'service.order.object': {
        'technician': 'status_id note problem priority',
        'customer_service': 'date_due',
        'dispatcher': 'employee_id',
        'engine': 'order_id',
    },
    'service.object.component': {
        'technician': '''
            object_id parent_id product_id name serial_number quantity product_uom_id position
            partner_id warranty_end date_from
            ''',
        'engine': 'parent_path',
    },
    'service.repair': {
        'technician': '''
            order_id object_id sequence name note condition_id symptom_area_id symptom_id
            diagnosis_area_id diagnosis_id resolution_id status_id employee_id date_start
            ''',
    },
    'service.visit': {
        'technician': 'note line_ids',
        'dispatcher': '''
            order_id employee_id date_start date_end duration_hours reason_id follow_up is_locked
            lead_visit_id
            ''',
    },
    'service.tag': {
        'customer_service': 'active name color',
    },
    'service.object.certificate': {
        'technician': '''
            object_id kind_id number result date_issued date_end employee_id issuer_id order_id
            document document_name note
            ''',
    },
    'service.warranty.claim': {
        'technician': 'order_id line_id serial_number reason hours_claimed',
        'dispatcher': 'supplier_id amount_labor amount_parts date_answer amount_credited',
        'manager': 'credit_move_id',
    },
    'service.warranty.extension': {
        'dispatcher': 'object_id kind months date_sold',
    },
    'service.meter': {
        'customer_service': '''
            name sequence active object_id unit start_value overflow_value target_total reading_ids
            ''',
    },
    'service.meter.reading': {
        'technician': 'meter_id moment value is_reset order_id note',
    },
    'service.object': {
        'technician': 'name code serial_number note site_id usage_state usage_note component_ids',
        'customer_service': '''
            company_id partner_id parent_id child_ids meter_ids product_id group_id is_intangible
            ''',
        'dispatcher': '''
            active date_purchase date_delivery date_in_service warranty_labor_end warranty_parts_end
            warranty_extension_ids
            ''',
        'engine': 'parent_path',
    },
}


def get_rights(model):
    """Return {field name: who writes it} of a model, with what mixins and other addons add."""
    rights = {}
    for cls in reversed(type(model).mro()):
        for rows in (RIGHTS.get(vars(cls).get('_name'), {}), vars(cls).get('_rights', {})):
            for role, names in rows.items():
                rights.update(dict.fromkeys(names.split(), role))
    return rights
