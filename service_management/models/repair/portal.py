from odoo import models

from ...tools.clock import local_day
from .service_repair import CODES


class ServiceRepair(models.Model):
    """What customers see of repairs: in words of codes, and nothing of notes, people and prices."""
    _inherit = 'service.repair'

    def _describe_for_customer(self, obj):
        """Return what the customer reads of what was repaired on an object, the latest first.

        What is under way is not shown, nor is a repair no code of which is for customers.

        :return: list of {'day', 'order', 'symptom_id', 'diagnosis_id', 'resolution_id'}: the day it
            was finished, and what is for customers of what was coded, in words
        """
        # Customers have no rights on companies and codes: what is for them is said of each.
        shown = self.sudo().filtered(lambda repair: (
            repair.object_id == obj and repair.is_finished
            and repair.company_id.service_portal_repairs))
        told = [{
            'day': local_day(repair.date_finished, repair.company_id._get_service_timezone()),
            'order': repair.order_id,
            **{name: repair[name].filtered('is_for_customers').name or '' for name in CODES[1:]},
        } for repair in shown.sorted('date_finished', reverse=True)]
        return [row for row in told if any(row[name] for name in CODES[1:])]
