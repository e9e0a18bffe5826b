from odoo import fields, models


class ServiceOfferedCodeMixin(models.AbstractModel):
    """A code that is offered for some objects, and proposes what its repair usually takes."""
    _name = 'service.offered.code.mixin'
    _inherit = ['service.repair.code.mixin']
    _description = "Code of Repairs"
    _check_company_auto = True

    object_group_ids = fields.Many2many(
        comodel_name='service.object.group', string="Object Groups", check_company=True,
        ondelete='restrict', condition=True, context={'active_test': False},
        help="Offered for objects of these groups. Empty: for all objects.")
    is_for_customers = fields.Boolean(
        string="Shown to Customers", default=True,
        help="Customers read it in the portal, where the settings show them repairs.")
    line_set_ids = fields.Many2many(
        comodel_name='service.line.set', string="Line Sets", check_company=True,
        ondelete='restrict', help="Proposed to whoever codes it: hours and parts that it usually takes.")
