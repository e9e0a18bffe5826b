from odoo import api, fields, models
from odoo.exceptions import ValidationError

CATEGORIES = [
    ('to_do', "To Do"),
    ('in_process', "In Process"),
    ('partly', "Partly Done"),
    ('parts', "Waits for Parts"),
    ('customer', "Waits for the Customer"),
    ('referred', "Referred"),
    ('finished', "Finished"),
    ('given_up', "Not Repaired"),
]
#: What nobody can go on with now
WAITING = ('partly', 'parts', 'customer', 'referred')
#: What is over
ENDED = ('finished', 'given_up')


class ServiceRepairStatus(models.Model):
    """How far the repair of an object is, in the words of a company.

    Of several objects of an order, the first status in this list is the one of the order.
    Source: Business Central, "Repair Status" and "Service Order Status and Repair Status": the
    status of the order is the one of the item with the highest priority.
    """
    _name = 'service.repair.status'
    _inherit = ['service.repair.code.mixin']
    _description = "Repair Status"
    _check_company_auto = True

    category = fields.Selection(
        selection=CATEGORIES, required=True, default='in_process',
        help="What the program makes of it: clocks start and stop by it, whatever it is called.")
    role = fields.Selection(
        selection=[
            ('technician', "Technicians"), ('customer_service', "Customer Service"),
            ('dispatcher', "Dispatchers"), ('manager', "Service Managers")],
        string="Set By", required=True, default='technician', help="And by all above them.")
    stage_id = fields.Many2one(
        comodel_name='service.stage', string="Stage of the Order", check_company=True,
        index='btree_not_null', ondelete='restrict', domain="[('category', '=', 'open')]",
        help="Orders go there when this is the status of their most urgent object. Empty: they stay"
             " where they are.")
    stage_reason_id = fields.Many2one(
        comodel_name='service.reason', string="With the Reason", ondelete='restrict',
        domain="[('usage', '=', 'stage')]")
    is_for_customers = fields.Boolean(
        string="Shown to Customers", default=True,
        help="In the portal customers read it beside the object.")
    color = fields.Integer()

    @api.constrains('stage_id', 'stage_reason_id')
    def _check_stage(self):
        for status in self:
            stage = status.stage_id
            if stage and stage.category != 'open':
                raise ValidationError(self.env._(
                    "“%s” is no stage of open orders. Choose one of those: a repair alone neither signs"
                    " an order off nor closes it.", stage.name))
            if stage.needs_reason and not status.stage_reason_id:
                raise ValidationError(self.env._(
                    "Stage “%(stage)s” needs a reason. Choose the one that “%(status)s” gives.",
                    stage=stage.name, status=status.name))

    @api.model
    def _get_first(self, company, *categories):
        """Return the first status of some categories in a company, or none."""
        return self.with_context(active_test=True).search(
            [*self._check_company_domain(company), ('category', 'in', categories)], limit=1)
