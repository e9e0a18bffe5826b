def migrate(cr, version):
    """Lines of forecasts are counted from fewer rows, in a view: what dialogs left is of no use."""
    cr.execute("DROP TABLE IF EXISTS service_subscription_forecast_line CASCADE")
