from odoo import fields, models


class ServiceChangeMixin(models.AbstractModel):
    """A row of the history of terms: nobody writes it, and nobody deletes it alone.

    Its model links to the document whose terms changed, which names it as `_history`.
    """
    _name = 'service.change.mixin'
    _description = "Change of Terms"
    _order = 'id desc'
    _rec_name = 'term'

    date = fields.Datetime(default=fields.Datetime.now, required=True)
    user_id = fields.Many2one(
        comodel_name='res.users', string="By", required=True, ondelete='restrict')
    subject = fields.Char(string="Line", help="Empty: the document itself.")
    term = fields.Char(required=True)
    old_value = fields.Char(string="From")
    new_value = fields.Char(string="To")
