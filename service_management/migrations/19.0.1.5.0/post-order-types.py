def migrate(cr, version):
    """Keep the priorities and service levels that people gave before order types propose some."""
    mark = """
        UPDATE service_order
           SET given_fields = COALESCE(given_fields, '{}'::jsonb) || jsonb_build_object(
                   '%s', jsonb_build_object('user_id', false, 'on', to_char(
                       now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')))"""
    cr.execute(mark % 'priority' + " WHERE priority <> '0'")
    cr.execute(mark % 'sla_id' + """
          FROM service_team team
         WHERE team.id = service_order.team_id AND service_order.sla_id IS NOT NULL
           AND service_order.sla_id IS DISTINCT FROM team.sla_id""")
