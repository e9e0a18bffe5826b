from odoo import models


class ServiceOrder(models.Model):
    """Visits go along when orders are merged: those that were, and those that are planned."""
    _inherit = 'service.order'

    def _get_refusal_to_be_merged(self, kept):
        # A clock that runs counts, whoever's it is.
        if self.sudo().visit_ids.filtered('timer_start'):
            return self.env._(
                "Somebody works on %s right now. Wait until the clock is stopped, or keep this one.",
                self.name)
        return super()._get_refusal_to_be_merged(kept)

    def _get_merge_distance(self):
        """Planned comes before not."""
        is_open, is_quoted, *rest = super()._get_merge_distance()
        return [is_open, is_quoted, not self.date_planned, *rest]

    def _move_work_to(self, kept):
        """Move visits before the hours that were booked on them."""
        waiting = self.visit_ids.filtered(lambda visit: (
            visit.state == 'planned' and not visit.employee_id and not visit.date_start))
        moving = self.visit_ids.filtered(lambda visit: visit.state != 'cancelled') - waiting
        waiting.unlink()
        if moving:
            moving.write({'order_id': kept.id})
            moving._replace_waiting()
            for visit in moving:
                visit._message_log(body=self.env._("Moved here from %s.", self.name))
        super()._move_work_to(kept)
        kept._ensure_waiting_visit()
