from odoo import api, fields, models


class ServiceTaxedMixin(models.AbstractModel):
    """Lines whose taxes follow their product and the fiscal position of their document.

    What a product is taxed with may change at any time: lines keep what they have, and say that it
    is different now, until somebody updates them.
    """
    _name = 'service.taxed.mixin'
    _inherit = 'service.given.mixin'
    _description = "Taxed Line"

    product_id = fields.Many2one(comodel_name='product.product')
    tax_ids = fields.Many2many(
        comodel_name='account.tax', string="Taxes", compute='_compute_tax_ids', store=True,
        readonly=False, precompute=True, check_company=True, ondelete='restrict',
        context={'active_test': False}, domain="[('type_tax_use', '=', 'sale')]",
        help="A tax that is archived later goes on counting on the lines that have it.")
    has_other_taxes = fields.Boolean(
        compute='_compute_has_other_taxes', help="The product is taxed differently now.")

    def _get_taxed_document(self):
        """Return the documents of lines: they have a company."""
        raise NotImplementedError

    def _get_fiscal_position(self):
        """Return the fiscal position that maps the taxes of one line's product."""
        raise NotImplementedError

    def _get_followed_fields(self):
        return {**super()._get_followed_fields(), 'tax_ids': self._propose_tax_ids}

    @api.depends('product_id', 'company_id')
    def _compute_tax_ids(self):
        self._follow('tax_ids')

    def _propose_tax_ids(self):
        """Return {line: the taxes of its product, as its document's fiscal position maps them}.

        An archived tax goes on where it is, as long as the product has no other.
        """
        taxes_by_key, found = {}, {}
        for line in self:
            company = line._get_taxed_document().company_id or self.env.company
            key = (company, line.product_id.taxes_id)
            if key not in taxes_by_key:
                taxes_by_key[key] = key[1]._filter_taxes_by_company(company)
            found[line] = line._get_fiscal_position().map_tax(
                taxes_by_key[key] or line._get_archived_taxes())
        return found

    def _get_archived_taxes(self):
        """Return the archived taxes that one line has of its product."""
        self.ensure_one()
        archived = self.tax_ids._origin.filtered(lambda tax: not tax.active)
        # The product itself knows those only that its reader's context has asked for.
        template = self.product_id.product_tmpl_id.with_context(active_test=False)
        return archived and archived & template.taxes_id

    @api.depends('tax_ids', 'product_id.taxes_id')
    def _compute_has_other_taxes(self):
        proposals = self.filtered('product_id')._get_updatable()._get_proposals('tax_ids')
        for line in self:
            line.has_other_taxes = line in proposals and not line._is_same(
                'tax_ids', line.tax_ids, proposals[line])

    def copy_data(self, default=None):
        """Copy taxes that were given; the others are found anew."""
        vals_list = super().copy_data(default)
        for line, vals in zip(self, vals_list, strict=True):
            if 'tax_ids' not in (default or {}) and not line._is_given('tax_ids'):
                vals.pop('tax_ids', None)
        return vals_list

    #=== FOUND ANEW ===#

    def _ensure_may_update(self):
        """:raise AccessError: if the user must not change what lines cost"""
        raise NotImplementedError

    def _get_updatable(self):
        """Return those of these lines whose values may be found anew; extend."""
        return self

    @api.model
    def _get_anew(self, topic):
        """Return what is found anew: the fields, and the stored fields that hold their proposals.

        :param topic: 'tax'; extend for more
        """
        return {'tax': (['tax_ids'], [])}[topic]

    def _get_own_value(self, name):
        """Return what a field of one line holds before the whole document changes it; extend."""
        self.ensure_one()
        return self[name]

    def _prepare_update(self, topic, new):
        """Return the values that show what would change of one line; extend for more topics.

        :param new: the line as it would be
        """
        return {
            'taxes_old': ', '.join(self.tax_ids.mapped('name')),
            'taxes_new': ', '.join(new.tax_ids.mapped('name')),
            'amount_old': self._get_total(),
            'amount_new': new._get_total(),
        }

    def _get_total(self):
        """Return what one line comes to with taxes."""
        raise NotImplementedError

    def _update(self, topic):
        """Find values of lines anew, whoever gave them, and keep it in the history.

        :param topic: as `_get_anew` takes it
        :raise AccessError: if the user must not
        """
        self._ensure_may_update()
        lines = self._get_updatable()
        names, sources = self._get_anew(topic)
        before = {line: {name: line[name] for name in names} for line in lines}
        lines._find_anew(names, sources)
        lines._on_updated({
            line: changed for line, former in before.items()
            if (changed := {
                name: value for name, value in former.items()
                if not line._is_same(name, line[name], value)})})

    def _on_updated(self, noted):
        """Extend for what follows when values of lines were found anew.

        :param noted: {line: {name: former value}} of what is different now
        """

    def action_update_taxes(self):
        """Show how the products of these lines are taxed now, to take it over."""
        return self._show_update('tax', self.env._("Update Taxes"))

    def _show_update(self, topic, title):
        """Open the dialog that shows what finding values of lines anew would change."""
        self._ensure_may_update()
        return self._get_taxed_document()._open_dialog(
            'service.update', title, default_topic=topic, default_res_model=self._name,
            default_res_ids=self._get_updatable().ids)
