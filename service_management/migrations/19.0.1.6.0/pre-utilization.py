def migrate(cr, version):
    """Days of the utilization are counted from fewer rows, in a view: what dialogs left is of no use."""
    cr.execute("DROP TABLE IF EXISTS service_utilization_line CASCADE")
