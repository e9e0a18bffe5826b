def migrate(cr, version):
    """Mark the ends of warranties that differ from what the group promises: somebody entered them.

    In SQL: there may be a million objects, and it is the promise of the version before.
    """
    for kind in ('labor', 'parts'):
        cr.execute(f"""
            UPDATE service_object AS object
               SET given_fields = COALESCE(object.given_fields, '{{}}')
                   || jsonb_build_object('warranty_{kind}_end', jsonb_build_object())
              FROM service_object AS same
              LEFT JOIN service_object_group AS grp ON grp.id = same.group_id
             WHERE same.id = object.id
               AND object.warranty_{kind}_end IS NOT NULL
               AND object.warranty_{kind}_end IS DISTINCT FROM CASE
                   WHEN grp.warranty_{kind}_months > 0 THEN CAST(
                       object.date_in_service + make_interval(months => grp.warranty_{kind}_months)
                       - interval '1 day' AS date) END
        """)
