def migrate(cr, version):
    """Margins are in percent, as everywhere else."""
    cr.execute("UPDATE service_order SET margin_percent = 100 * margin_percent")
