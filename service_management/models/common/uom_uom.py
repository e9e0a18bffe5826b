from odoo import models

from .records import format_quantity, is_one


class UomUom(models.Model):
    _inherit = 'uom.uom'

    def _get_words(self, quantity):
        """Return how much of one unit something is, as people write it: ``2.5 hours``, ``3 kg``.

        Pieces are counted without a word, and so is what has no unit. A unit that was renamed is
        named as it is now.
        """
        number = format_quantity(
            self.env, quantity, self.env['decimal.precision'].precision_get('Product Unit'))
        if not self:
            return number
        named = {
            "Units": lambda: (number, number),
            "Minutes": lambda: (
                self.env._("%s minute", number), self.env._("%s minutes", number)),
            "Hours": lambda: (self.env._("%s hour", number), self.env._("%s hours", number)),
            "Days": lambda: (self.env._("%s day", number), self.env._("%s days", number)),
        }.get(self.with_context(lang='en_US').name)
        if not named:
            return f'{number} {self.name}'
        one, many = named()
        return one if is_one(self.env, quantity) else many
