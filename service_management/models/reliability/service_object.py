from odoo import fields, models


class ServiceObject(models.Model):
    """How an object holds out, and its label."""
    _inherit = 'service.object'

    # Figures of the failures; see service.failure.report for what they mean
    failure_count = fields.Integer(string="Failures", compute='_compute_failure_figures')
    failure_repeat_count = fields.Integer(
        string="Repeat Visits", compute='_compute_failure_figures')
    first_time_fix_percent = fields.Float(
        string="First-Time Fix (%)", compute='_compute_failure_figures',
        help="Of the failures that are signed off: one visit, and no repeat.")
    failure_days_between = fields.Float(
        string="Days Between Failures", compute='_compute_failure_figures',
        help="On average, from the end of a failure or from start-up to the next call.")
    failure_hours_to_repair = fields.Float(
        string="Hours to Repair", compute='_compute_failure_figures',
        help="On average, from the call to the sign-off.")

    def _compute_failure_figures(self):
        """Ask the analysis once for all objects, whatever companies are looked from."""
        # How often an object failed is no secret to whoever sees it.
        Report = self.env['service.failure.report'].sudo().with_context(
            allowed_company_ids=self.company_id.ids or self.env.companies.ids)
        by_id = {obj.id: rest for obj, *rest in Report._read_group(
            [('object_id', 'in', self._origin.ids)], ['object_id'],
            ['__count', 'repeats:sum', 'first_time_fix:avg', 'days_between:avg',
             'hours_to_repair:avg'])}
        for obj in self:
            (obj.failure_count, obj.failure_repeat_count, obj.first_time_fix_percent,
             obj.failure_days_between, obj.failure_hours_to_repair) = (
                value or 0 for value in by_id.get(obj._origin.id, [0] * 5))

    def action_view_failures(self):
        """Show the failures of one object."""
        self.ensure_one()
        self.check_access('read')
        return {
            **self.env['ir.actions.act_window']._for_xml_id(
                'service_management.service_failure_report_action'),
            'view_mode': 'list,pivot', 'views': [(False, 'list'), (False, 'pivot')],
            'domain': [('object_id', '=', self.id)], 'context': {},
        }

    def _get_label_url(self):
        """Return the address that the code on one object's label holds; it names nothing."""
        self.ensure_one()
        return f'{self.get_base_url()}/service/object/{self.id}'
