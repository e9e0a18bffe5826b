from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

#: Messages that people wrote; what the program noted stays where it happened
WRITTEN = ('comment', 'email', 'email_outgoing', 'auto_comment')


class ServiceOrder(models.Model):
    """Two orders that are one call: one is kept with all that both have, the other leads to it."""
    _inherit = 'service.order'

    merged_into_id = fields.Many2one(
        comodel_name='service.order', readonly=True, copy=False,
        index='btree_not_null', ondelete='set null', check_company=True,
        help="The order that is kept instead of this one, with what this one had.")
    merged_ids = fields.One2many(
        comodel_name='service.order', inverse_name='merged_into_id', string="Merged Orders",
        readonly=True)

    def _get_kept(self):
        """Return the order that one order was merged into in the end, or none; in the rights it has."""
        self.ensure_one()
        kept, seen = self.merged_into_id, self
        while kept and kept.merged_into_id and kept not in seen:
            kept, seen = kept.merged_into_id, seen | kept
        return kept

    @api.model
    def _get_merge_refusal(self, kept, others):
        """Return why some orders cannot be merged into one that is kept, in a sentence, or nothing."""
        if not kept or not others:
            return self.env._("Choose two orders or more, and the one that is kept.")
        if len((kept | others).commercial_partner_id) > 1:
            return self.env._(
                "These orders are of different customers. Only orders of one customer are merged.")
        if len((kept | others).company_id) > 1:
            return self.env._(
                "These orders are of different companies. Only orders of one company are merged.")
        if refusal := kept._get_refusal_to_keep(others):
            return refusal
        for order in others:
            if refusal := order._get_refusal_to_be_merged(kept):
                return refusal
        return ''

    def _get_refusal_to_keep(self, others):
        """Return why one order cannot take in others, or nothing; extend for more."""
        self.ensure_one()
        if self.state not in ('draft', 'open'):
            return self.env._(
                "%(order)s is in stage “%(stage)s”: only requests and open orders take in others.",
                order=self.name, stage=self.stage_id.name)
        if not self.can_edit:
            return self._get_forbidden_message('edit')
        if self.state == 'draft' and self.quote_sent_on:
            return self.env._(
                "%s is a quote that its customer has: it says what it said. Confirm it first, or let"
                " the customer decide.", self.name)
        if self.state == 'draft' and 'open' in others.mapped('state'):
            return self.env._(
                "%(request)s is a request, and %(order)s is open already. Keep %(order)s.",
                request=self.name,
                order=others.filtered(lambda order: order.state == 'open')[:1].name)
        return ''

    def _get_refusal_to_be_merged(self, kept):
        """Return why one order cannot become a part of another, or nothing; extend for more."""
        self.ensure_one()
        if self.state not in ('draft', 'open'):
            return self.env._(
                "%(order)s is in stage “%(stage)s”: only requests and open orders are merged.",
                order=self.name, stage=self.stage_id.name)
        if self.signature:
            return self.env._(
                "%s is signed: what was signed stays as it is. Keep this one.", self.name)
        if self.quote_sent_on:
            return self.env._(
                "%s was quoted to its customer: what a quote says stays together. Keep this one.",
                self.name)
        lines = self.sudo().line_ids  # what was billed counts, whoever may see the bill
        if 'posted' in lines.mapped('state') or lines.invoice_line_ids:
            return self.env._(
                "%s has lines that are posted or billed: they stay where they are. Keep this one.",
                self.name)
        if not self.can_edit:
            return self._get_forbidden_message('edit')
        if not self.can_cancel:
            return self.env._(
                "%(order)s cannot be cancelled in stage “%(stage)s”. Keep this one, or move it to a"
                " stage that allows this first.", order=self.name, stage=self.stage_id.name)
        return ''

    def _get_merge_distance(self):
        """Return how far one order is from being done, as a list to sort by; extend for more.

        Open comes before requested, quoted before not, then the first call.
        """
        self.ensure_one()
        return [self.state != 'open', not self.quote_sent_on, self.date_order, self._origin.id]

    def _merge(self, kept):
        """Merge orders into one that is kept, and cancel them.

        Messages with their photos, attachments, to-dos, objects, tags, tasks and lines go along;
        extend `_move_work_to` for more. What the customer finds under the old link is the order kept.

        :param kept: service.order record
        :raise AccessError: if the user may not change or cancel one of them
        :raise UserError: saying what speaks against it
        """
        others = self - kept
        (kept | others).check_access('write')
        if refusal := self._get_merge_refusal(kept, others):
            raise UserError(refusal)
        reason = self.env.ref(
            'service_management.service_reason_duplicate', raise_if_not_found=False)
        reason = reason or self.env['service.reason']._get_default('cancel')
        for stage, orders in others._get_target_stages('cancelled').items():
            orders._check_move(stage, {'stage_reason_id': reason.id})
        # Who may cancel the one and write the other was asked: their parts are moved by the program.
        for order in others.sudo():
            order._move_work_to(kept.sudo())
            order._move_messages_to(kept.sudo())
            order.merged_into_id = kept
            order._message_log(body=Markup("%s") % self.env._(
                "Merged into %s.", kept._get_html_link()))
            kept.sudo()._message_log(body=Markup("%s") % self.env._(
                "%s was merged into this order.", order._get_html_link()))
        others.sudo()._move_to('cancelled', reason, self.env._("Merged into %s", kept.name))
        return others

    def _move_work_to(self, kept):
        """Move what one order has to another, in sudo; extend for more."""
        self.ensure_one()
        if changes := self._prepare_merged(kept):
            kept.write(changes)
        known = kept.task_ids.task_id
        self.task_ids.filtered(lambda task: (
            task.is_done or task.task_id not in known)).write({'order_id': kept.id})
        if lines := self._get_merged_lines():
            lines.write({'order_id': kept.id})

    def _get_merged_lines(self):
        """Return the lines of one order that go along; extend to leave some behind."""
        self.ensure_one()
        return self.line_ids.filtered(lambda line: line.state == 'open')

    def _prepare_merged(self, kept):
        """Return what the order that is kept takes over of one order; extend for more."""
        self.ensure_one()
        vals = {
            'object_ids': [Command.link(obj.id) for obj in self.object_ids.filtered('active')],
            'tag_ids': [Command.link(tag.id) for tag in self.tag_ids],
            'priority': max(kept.priority, self.priority),
            'date_order': min(kept.date_order, self.date_order),
        }
        for name in ('contact_id', 'date_preferred', 'client_order_ref', 'caller_phone',
                     'preferred_employee_id'):
            if not kept[name] and self[name]:
                vals[name] = self._fields[name].convert_to_write(self[name], self)
        if not kept.arrival_from and not kept.arrival_to:
            vals.update(arrival_from=self.arrival_from, arrival_to=self.arrival_to)
        for name in ('note_internal', 'note_external'):
            if self[name] and self[name] != kept[name]:
                vals[name] = (kept[name] or Markup()) + self[name]
        return {name: value for name, value in vals.items() if value and not (
            isinstance(value, str | int) and value == kept[name])}

    def _move_messages_to(self, kept):
        """Move what was written about one order, its photos, files, readers and to-dos, in sudo."""
        self.ensure_one()
        here = [('model', '=', self._name), ('res_id', '=', self.id)]
        self.env['mail.message'].search(
            [*here, ('message_type', 'in', WRITTEN)]).write({'res_id': kept.id})
        self.env['ir.attachment'].search([
            ('res_model', '=', self._name), ('res_id', '=', self.id), ('res_field', '=', False),
        ]).write({'res_id': kept.id})
        kept.message_subscribe(self.message_partner_ids.ids)
        self.activity_ids.write({'res_id': kept.id})

    def action_merge(self):
        """Open the dialog that merges orders: those that are chosen, or one with the one like it."""
        similar = self.similar_order_ids if len(self) == 1 else self.browse()
        orders = self | similar if len(similar) == 1 else self  # of several, people choose
        return self._open_dialog(
            'service.order.merge', self.env._("Merge Orders"), default_order_ids=orders.ids)
