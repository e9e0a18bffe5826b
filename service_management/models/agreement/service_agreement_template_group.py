from odoo import api, fields, models


class ServiceAgreementTemplateGroup(models.Model):
    _name = 'service.agreement.template.group'
    _inherit = ['service.guarded.mixin']
    _description = "Group of Agreement Templates"
    _order = 'complete_name'
    _parent_store = True
    _rec_name = 'complete_name'

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        compute='_compute_complete_name', store=True, recursive=True, string="Group")
    parent_id = fields.Many2one(
        comodel_name='service.agreement.template.group', string="Within",
        index='btree_not_null', ondelete='restrict')
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many(
        comodel_name='service.agreement.template.group', inverse_name='parent_id')
    template_ids = fields.One2many(
        comodel_name='service.agreement', inverse_name='template_group_id', string="Templates",
        domain=[('is_template', '=', True)])

    @api.depends('name', 'parent_id.complete_name')
    def _compute_complete_name(self):
        for group in self:
            parts = (group.parent_id.complete_name, group.name)
            group.complete_name = ' / '.join(filter(None, parts))
