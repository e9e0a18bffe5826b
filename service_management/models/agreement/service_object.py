from odoo import fields, models
from odoo.fields import Domain


class ServiceObject(models.Model):
    """The agreements that cover an object."""
    _inherit = 'service.object'

    agreement_ids = fields.Many2many(
        comodel_name='service.agreement', string="Agreements",
        relation='service_agreement_object_rel', readonly=True, copy=False)
    agreement_count = fields.Integer(compute='_compute_agreement_count')
    expiring_agreement_count = fields.Integer(
        string="Agreements Expiring Soon", compute='_compute_agreement_count')

    def _get_live_documents(self):
        # Agreements that the user may not see count, too.
        Agreement = self.env['service.agreement'].sudo()
        named = Domain('object_ids', 'in', self.ids) | Domain('line_ids.object_id', 'in', self.ids)
        return [*super()._get_live_documents(), Agreement.search(
            named & Domain('is_template', '=', False) & Domain('state', 'in', ('draft', 'active')))]

    def _compute_agreement_count(self):
        Agreement = self.env['service.agreement']
        named = Domain('object_ids', 'in', self.ids) & Domain('is_template', '=', False)
        counts, expiring = (
            dict(Agreement._read_group(named & extra, ['object_ids'], ['__count']))
            for extra in (Domain.TRUE, Agreement._get_expiring_domain()))
        for obj in self:
            obj.agreement_count = counts.get(obj._origin, 0)
            obj.expiring_agreement_count = expiring.get(obj._origin, 0)

    def action_view_agreements(self):
        """Show the agreements that name the object."""
        self.ensure_one()
        return self.env['service.agreement']._show_found(
            [('object_ids', 'in', self.ids), ('is_template', '=', False)],
            default_partner_id=self.partner_id.id, default_object_ids=self.ids)
