def migrate(cr, version):
    """Note which deferral accruals belong to, where they were posted, and which are over."""
    cr.execute("""
        UPDATE service_subscription_accrual release
           SET deferral_id = deferral.id
          FROM (SELECT invoice_line_id, MAX(id) AS id FROM service_subscription_accrual
                 WHERE kind = 'deferral' AND mirror_of_id IS NULL
              GROUP BY invoice_line_id) deferral
         WHERE release.invoice_line_id = deferral.invoice_line_id AND release.kind = 'release'
           AND release.mirror_of_id IS NULL AND release.deferral_id IS NULL""")
    # Both journal items of a row are in its entry: one on an account of the balance sheet.
    cr.execute("""
        UPDATE service_subscription_accrual accrual
           SET journal_id = found.journal_id, deferred_account_id = found.deferred_id,
               revenue_account_id = found.revenue_id
          FROM (SELECT DISTINCT ON (accrual.id)
                       accrual.id, deferred.journal_id, deferred.account_id AS deferred_id,
                       revenue.account_id AS revenue_id
                  FROM service_subscription_accrual accrual
                  JOIN account_move_line deferred ON deferred.move_id = accrual.move_id
                   AND deferred.balance
                       = CASE accrual.kind WHEN 'deferral' THEN -1 ELSE 1 END * accrual.amount
                  JOIN account_account account ON account.id = deferred.account_id
                   AND account.account_type !~ '^(income|expense)'
                  JOIN account_move_line revenue ON revenue.move_id = accrual.move_id
                   AND revenue.name = deferred.name AND revenue.balance = -deferred.balance
                   AND revenue.id <> deferred.id
                 WHERE accrual.state = 'posted'
              ORDER BY accrual.id, deferred.id, revenue.id) found
         WHERE found.id = accrual.id AND accrual.deferred_account_id IS NULL""")
    # Taken back by their own invoice line: the schedule is over, and what took it back as well.
    cr.execute("""
        UPDATE service_subscription_accrual accrual
           SET cancelled_by_id = accrual.invoice_line_id
          FROM service_subscription_accrual source
          JOIN service_subscription_accrual mirror ON mirror.mirror_of_id = source.id
           AND mirror.invoice_line_id = source.invoice_line_id AND mirror.state <> 'cancelled'
         WHERE accrual.id IN (source.id, mirror.id)""")
