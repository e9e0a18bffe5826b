import hashlib
import html
import re

from odoo import SUPERUSER_ID, api

#: What the mails said before, of those that say something else now. Nothing but words is compared.
SAID = {
    'mail_template_quote': '79812fe57c1c',
    'mail_template_received': 'de933221e6a1',
    'mail_template_planned': '89acf6c23eb9',
    'mail_template_cancelled': 'c8f45776b0b7',
    'mail_template_on_way': '19724e936974',
    'mail_template_done': 'c7c0493bdc70',
    'mail_template_sla_missed': '78d6e0b62fce',
    'mail_template_agreement': '8ce80f06da80',
}


def digest(body):
    """Return a short text that is the same for mails of the same words."""
    words = re.sub(r'\s+', '', html.unescape(re.sub(r'<[^>]*>', '', body or '')))
    return hashlib.sha1(words.encode(), usedforsecurity=False).hexdigest()[:12]


def migrate(cr, version):
    """Give mails to customers their new words; those that somebody has written anew stay."""
    env = api.Environment(cr, SUPERUSER_ID, {'lang': 'en_US'})
    for name, said in SAID.items():
        template = env.ref(f'service_management.{name}', raise_if_not_found=False)
        if not template or template.write_uid.id not in (False, SUPERUSER_ID):
            continue
        if digest(template.body_html) == said:
            template.reset_template()
    cr.execute(
        "UPDATE ir_model_data SET noupdate = TRUE"
        " WHERE module = 'service_management' AND model = 'mail.template'")
