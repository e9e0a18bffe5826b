from odoo import fields, models

from ...tools.warranty import percent_by_age


class ServiceWarrantyMixin(models.AbstractModel):
    """Terms of a warranty: how long, from when, and what it pays by age."""
    _name = 'service.warranty.mixin'
    _description = "Warranty Terms"

    warranty_labor_months = fields.Integer(
        string="Labor Warranty", at_most=1200,
        help="Months from the day on which the warranty begins; fills the warranty of new objects.")
    warranty_parts_months = fields.Integer(
        string="Parts Warranty", at_most=1200,
        help="Months from the day on which the warranty begins; fills the warranty of new objects.")
    warranty_begin = fields.Selection(
        selection=[
            ('in_service', "Start-Up"), ('delivery', "Delivery"), ('purchase', "Purchase")],
        string="Warranty Begins With", default='in_service', required=True,
        help="Where the object does not have that day, the next of start-up, delivery and purchase"
             " counts; after purchase comes delivery, then start-up.")

    _warranty_months = models.Constraint(
        'CHECK (warranty_labor_months >= 0 AND warranty_parts_months >= 0)',
        "A warranty cannot last less than no time.")

    def _has_warranty_terms(self):
        """Tell whether one record says anything of a warranty."""
        self.ensure_one()
        return bool(self.warranty_labor_months or self.warranty_parts_months)

    def _get_warranty_steps(self):
        """Return the rows of what the warranty pays by age."""
        return self.env['service.warranty.step']

    def _get_warranty_percent(self, kind, start, day):
        """Return what percent a warranty of a kind ('labor' or 'parts') pays on a day."""
        steps = self._get_warranty_steps().filtered(lambda step: step.kind in ('both', kind))
        return percent_by_age(start, day, [(step.after_months, step.percent) for step in steps])
