"""What is personal in the documents of a customer: the table by which a private person is erased.

For each model that belongs to a customer:

``of``
    the path from a record to its customer.
``empty``
    texts and pictures that are emptied.
``rename``
    texts that a record cannot be without: a neutral one takes their place.
``keep``
    what says nothing of a person, or has to be proved: numbers of documents, fingerprints, prices.
``evidence``
    who decided and with which signature, as ``name:signature``: of a contact person of a company that
    is all there is. It is emptied, too.

Messages, attachments, activities, followers and the words of ratings go with each record. A new field
that holds text or a picture has its place here: `TestServicePrivacy` walks over the registry.
"""

PERSONAL = {
    'service.order': {
        'of': 'commercial_partner_id',
        'evidence': 'accepted_by:accept_signature signed_by:signature',
        'empty': '''
            access_token client_order_ref caller_phone properties note_internal note_external stage_note sla_note
            site_street site_street2 site_zip site_city site_latitude site_longitude service_place_key
            sign_off_step work_done
            ''',
        'rename': 'title',
        'keep': 'name sent_fingerprint accepted_fingerprint analytic_distribution given_fields',
    },
    'service.order.line': {
        'of': 'order_id.commercial_partner_id',
        'empty': 'billing_note',
        'rename': 'name',
        'keep': 'billing_reason given_fields agreed_coverage agreed_price analytic_distribution',
    },
    'service.order.task': {
        'of': 'order_id.commercial_partner_id',
        'empty': 'note_internal note_external',
    },
    'service.order.answer': {
        'of': 'order_id.commercial_partner_id',
        'empty': 'answer_text answer_photo answer_photo_small remark',
        'keep': 'name unit choices answer_choice',
    },
    'service.order.object': {
        'of': 'order_id.commercial_partner_id',
        'empty': 'problem note',
    },
    'service.object.component': {
        'of': 'object_id.commercial_partner_id',
        'empty': 'position',
        'keep': 'name serial_number parent_path',
    },
    'service.structure.line': {
        'of': 'partner_id',  # the supplier of a part of many objects
        'keep': 'name position parent_path',
    },
    'service.component.change': {
        'of': 'object_id.commercial_partner_id',
        'empty': 'note',
        'keep': 'name serial_number',
    },
    'service.meter': {
        'of': 'object_id.commercial_partner_id',
        'keep': 'name unit',
    },
    'service.meter.reading': {
        'of': 'object_id.commercial_partner_id',
        'empty': 'note cancel_reason',
    },
    'service.repair': {
        'of': 'order_id.commercial_partner_id',
        'empty': 'name note',
    },
    'service.object.certificate': {
        'of': 'partner_id.commercial_partner_id',
        'empty': 'document document_name note',
        'keep': 'number given_fields',
    },
    'service.guide.reply': {
        'of': 'order_id.commercial_partner_id',
        'empty': 'remark',
    },
    'service.warranty.claim': {
        'of': 'order_id.commercial_partner_id',
        'empty': 'reason',
        'keep': 'name serial_number',
    },
    'service.order.stage.log': {
        'of': 'order_id.commercial_partner_id',
        'empty': 'note',
    },
    'service.order.sla': {
        'of': 'order_id.commercial_partner_id',
        'empty': 'note',
    },
    'service.order.sla.interval': {
        'of': 'status_id.order_id.commercial_partner_id',
        'empty': 'note',
    },
    'service.visit': {
        'of': 'order_id.commercial_partner_id',
        'evidence': 'signed_by:signature',
        'empty': 'note release_reason follow_up steps',
    },
    'service.object': {
        'of': 'commercial_partner_id',
        'empty': 'access_token code note usage_note usage_before',
        'rename': 'name',
        'keep': 'serial_number parent_path given_fields',
    },
    'service.agreement': {
        'of': 'commercial_partner_id',
        'evidence': 'accepted_by:accept_signature',
        'empty': '''
            access_token client_order_ref note_internal note_external end_note generation_error
            renewal_error
            ''',
        'rename': 'title',
        'keep': 'name sent_fingerprint accepted_fingerprint',
    },
    'service.agreement.line': {
        'of': 'agreement_id.commercial_partner_id',
        'empty': 'name',
    },
    'service.agreement.change': {
        'of': 'agreement_id.commercial_partner_id',
        'empty': 'old_value new_value',
        'rename': 'subject',
        'keep': 'term',
    },
    'service.agreement.occurrence': {
        'of': 'agreement_id.commercial_partner_id',
        'empty': 'note',
    },
    'service.subscription': {
        'of': 'commercial_partner_id',
        'empty': 'access_token client_order_ref note_external close_note billing_error',
        'rename': 'title',
        'keep': 'name given_fields analytic_distribution',
    },
    'service.subscription.line': {
        'of': 'subscription_id.commercial_partner_id',
        'rename': 'name',
        'keep': 'given_fields analytic_distribution',
    },
    'service.subscription.history': {
        'of': 'subscription_id.commercial_partner_id',
        'empty': 'old_value new_value',
        'rename': 'subject',
        'keep': 'term',
    },
    'service.subscription.fee': {
        'of': 'commercial_partner_id',
        'empty': 'name',
    },
    'service.subscription.accrual': {
        'of': 'fee_id.commercial_partner_id',
        'empty': 'error',
    },
    'service.subscription.run.failure': {
        'of': 'subscription_id.commercial_partner_id',
        'rename': 'error',
    },
    'account.analytic.line': {
        'of': 'service_order_line_id.order_id.commercial_partner_id',
        'rename': 'name',
    },
}

#: Texts of a contact that say nothing of him
CONTACT_KEEP = 'lang tz signup_type invoice_edi_format_store'
#: What identifies him as the customer of invoices, as long as they have to be kept
CONTACT_LEDGER = 'name street street2 zip city vat ref company_registry'


def get_names(model, *groups):
    """Return the set of the names of fields in some groups of the row of a model."""
    row = PERSONAL[model]
    return {name for group in groups for name in row.get(group, '').replace(':', ' ').split()}
