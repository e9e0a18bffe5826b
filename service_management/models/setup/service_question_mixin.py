from odoo import api, fields, models
from odoo.exceptions import ValidationError

KINDS = [
    ('yes_no', "Yes or No"),
    ('number', "Number"),
    ('choice', "Choice"),
    ('text', "Text"),
    ('photo', "Photo"),
]


class ServiceQuestionMixin(models.AbstractModel):
    """What is asked in a checklist: of every order with a task, or of one order."""
    _name = 'service.question.mixin'
    _inherit = ['service.reading.mixin']
    _description = "Question of a Checklist"

    name = fields.Char(string="Question", required=True, translate=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        selection=KINDS, string="Answer", required=True, default='yes_no',
        help="What the technician enters.")
    is_required = fields.Boolean(
        string="Required", help="The order is not signed off before it is answered.")
    is_for_customer = fields.Boolean(
        string="For the Customer", default=True,
        help="Printed on the work receipt, and shown in the portal once the work is done.")
    choices = fields.Text(translate=True, help="What can be chosen: a line for each.")

    def _get_choices(self):
        """Return what can be chosen as the answer of one question."""
        self.ensure_one()
        return [line.strip() for line in (self.choices or '').splitlines() if line.strip()]

    def _copy_words(self, other):
        """Give another question the words of one in all languages."""
        self.ensure_one()
        for name in ('name', 'unit', 'choices'):
            if words := self._fields[name]._get_stored_translations(self):
                other.update_field_translations(name, words)

    @api.constrains('kind', 'choices')
    def _check_choices(self):
        for question in self:
            if question.kind == 'choice' and not question._get_choices():
                raise ValidationError(self.env._(
                    "“%s” has nothing to choose from. Enter its choices, a line for each.",
                    question.name))
