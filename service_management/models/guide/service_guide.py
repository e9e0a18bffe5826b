from odoo import api, fields, models
from odoo.fields import Domain


class ServiceGuide(models.Model):
    """Questions that lead from what is seen to what is wrong, and to what its repair takes.

    Source: Microsoft Dynamics 365 Business Central, "Troubleshooting guidelines"; there they are text
    that is read, here they are walked, and what was answered is kept.
    """
    _name = 'service.guide'
    _description = "Troubleshooting Guide"
    _inherit = ['service.versioned.mixin']
    _check_company_auto = True

    object_group_ids = fields.Many2many(
        comodel_name='service.object.group', string="Object Groups", check_company=True,
        ondelete='restrict', condition=True, context={'active_test': False},
        help="Offered for objects of these groups, and for those of the products. Both empty: for all.")
    product_ids = fields.Many2many(
        comodel_name='product.product', string="Products", check_company=True,
        ondelete='restrict', condition=True, context={'active_test': False},
        help="Offered for objects that are one of these products, and for those of the groups.")
    symptom_ids = fields.Many2many(
        comodel_name='service.symptom', string="Symptoms", check_company=True,
        ondelete='restrict', context={'active_test': False},
        help="Offered first where one of them is coded.")
    version_ids = fields.One2many(
        comodel_name='service.guide.version', inverse_name='guide_id', string="Versions")
    version_id = fields.Many2one(
        comodel_name='service.guide.version', string="In Force", compute='_compute_version_id')
    run_count = fields.Integer(compute='_compute_run_count', string="Times Walked")

    @api.depends('version_ids')
    def _compute_run_count(self):
        count_by_guide = dict(self.env['service.guide.run']._read_group(
            [('guide_id', 'in', self.ids)], ['guide_id'], ['__count']))
        for guide in self:
            guide.run_count = count_by_guide.get(guide._origin, 0)

    @api.model
    def _has_any(self, company):
        """Tell whether a company has guides in force, and its user is shown them."""
        return self.env['service.order']._has_feature('repair') and bool(self.search_count(
            Domain(self._check_company_domain(company))
            & Domain('version_ids.state', '=', 'in_force'), limit=1))

    @api.model
    def _get_for(self, company, obj, symptoms):
        """Return the guides in force that are offered for an object, the most fitting first.

        First those for a symptom that is coded, then those for the product, for the group, for all.
        Source of the order of levels: Business Central, which looks at item before group.

        :param company: whose guides are offered
        :param obj: service.object, may be empty
        :param symptoms: service.symptom records that are coded
        """
        offered = (
            Domain(self._check_company_domain(company)) & Domain('version_ids.state', '=', 'in_force'))
        meant = (
            Domain('product_ids', '=', False) & Domain('object_group_ids', '=', False)
            | Domain('product_ids', 'in', obj.product_id.ids)
            | Domain('object_group_ids', 'in', obj.group_id.ids))
        return self.with_context(active_test=True).search(offered & meant).sorted(lambda guide: (
            not guide.symptom_ids & symptoms, obj.product_id not in guide.product_ids,
            obj.group_id not in guide.object_group_ids, bool(guide.symptom_ids)))

    def action_view_runs(self):
        """Show on which orders the guide was walked, and where it led."""
        self.ensure_one()
        self.check_access('read')
        return {
            **self.env['ir.actions.act_window']._for_xml_id('service_management.service_guide_run_action'),
            'domain': [('guide_id', '=', self.id)],
            'context': {},
        }
