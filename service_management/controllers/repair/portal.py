from ..order.portal import ServiceOrderPortal


class ServiceRepairPortal(ServiceOrderPortal):
    """What customers see of the repairs of their equipment."""

    def _prepare_service_object_page(self, obj):
        """Show what was found and done on the visitor's own orders."""
        values = super()._prepare_service_object_page(obj)
        return {**values, 'repairs': values['orders'].repair_ids._describe_for_customer(obj)}
