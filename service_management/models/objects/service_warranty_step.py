from odoo import api, fields, models


class ServiceWarrantyStep(models.Model):
    _name = 'service.warranty.step'
    _description = "Warranty by Age"
    _inherit = ['service.guarded.mixin']
    _order = 'after_months, id'

    group_id = fields.Many2one(
        comodel_name='service.object.group', ondelete='cascade', index='btree_not_null')
    product_template_id = fields.Many2one(
        comodel_name='product.template', string="Product", ondelete='cascade', index='btree_not_null')
    company_id = fields.Many2one(
        comodel_name='res.company', compute='_compute_company_id', store=True, precompute=True,
        index='btree_not_null')
    kind = fields.Selection(
        selection=[('both', "Labor and Parts"), ('labor', "Labor"), ('parts', "Parts")],
        default='both', required=True)
    after_months = fields.Integer(
        at_most=1200, required=True,
        help="Full months of age from which on the percentage counts.")
    percent = fields.Float(
        digits='Discount', required=True, help="What the warranty pays from then on.")

    _one_owner = models.Constraint(
        'CHECK (num_nonnulls(group_id, product_template_id) = 1)',
        "A percentage by age belongs to an object group or to a product.")
    _percent_range = models.Constraint(
        'CHECK (percent >= 0 AND percent <= 100)', "A warranty pays between 0 and 100 %.")
    _positive_months = models.Constraint(
        'CHECK (after_months >= 0)', "An age cannot be less than no time.")

    @api.depends('group_id.company_id', 'product_template_id.company_id')
    def _compute_company_id(self):
        for step in self:
            step.company_id = step.group_id.company_id or step.product_template_id.company_id

    @api.depends('after_months', 'percent')
    def _compute_display_name(self):
        for step in self:
            step.display_name = self.env._(
                "%(percent)g %% after %(months)s months", percent=step.percent,
                months=step.after_months)
