def migrate(cr, version):
    """Teams begin with the reminder that new ones begin with; companies send none until they choose."""
    cr.execute("""
        UPDATE service_team SET mail_reminder_id = template.res_id
          FROM ir_model_data template
         WHERE template.module = 'service_management' AND template.name = 'mail_template_reminder'
           AND mail_reminder_id IS NULL""")
