from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain


class ServiceStage(models.Model):
    _name = 'service.stage'
    _description = "Service Stage"
    _inherit = ['service.setup.mixin']
    _order = 'sequence, id'

    CATEGORIES = [
        ('draft', "Request"),
        ('open', "Open"),
        ('signed_off', "Signed Off"),
        ('posted', "Posted"),
        ('cancelled', "Cancelled"),
    ]

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    fold = fields.Boolean(string="Folded in Kanban")
    customer_name = fields.Char(
        string="Customers Read", translate=True,
        help="What the portal says of open orders in this stage. Empty: how far the order is, as"
             " Confirmed, Planned or Under Way.")
    description = fields.Text(
        translate=True, help="Shown to the users of the board as a tooltip of the column.")
    company_id = fields.Many2one(
        comodel_name='res.company', ondelete='restrict', condition=True, index=True,
        help="Leave empty to share the stage between companies.")
    team_ids = fields.Many2many(
        comodel_name='service.team', string="Teams",
        help="Orders of other teams do not get this stage. Empty means every team.",
        ondelete='restrict', condition=True, context={'active_test': False})

    # What the stage means
    category = fields.Selection(
        selection=CATEGORIES, required=True, default='open',
        help="The state that an order is in while it is in this stage.")
    is_first = fields.Boolean(
        string="First Stage",
        help="Stage of new orders. Exactly one stage is the first; marking another one moves"
             " the mark.")

    # What the stage allows
    can_edit = fields.Boolean(string="May Edit", default=True)
    can_delete = fields.Boolean(string="May Delete")
    can_cancel = fields.Boolean(string="May Cancel", default=True)
    can_sign_off = fields.Boolean(string="May Sign Off")
    can_post = fields.Boolean(string="May Post")
    needs_reason = fields.Boolean(
        help="Whoever moves an order here has to give a reason; it is kept with the order.")
    rotting_threshold_days = fields.Integer(
        string="Days to Rot", default=0, at_least=0, at_most=36600,
        help="Orders that stay longer are marked as stale. Zero switches the mark off.")

    _one_first_stage = models.UniqueIndex(
        '(is_first) WHERE is_first IS TRUE', "Another stage is the first one already.")

    @api.model
    def _get_actions(self):
        """Return {action: (the field that allows it, what to say where it does not)}.

        Sentences name the %(order)s and the %(stage)s. Extend to let stages guard more.
        """
        texts = {
            'can_edit': self.env._("%(order)s cannot be changed in stage “%(stage)s”."),
            'can_delete': self.env._("%(order)s cannot be deleted in stage “%(stage)s”."),
            'can_cancel': self.env._("%(order)s cannot be cancelled in stage “%(stage)s”."),
            'can_sign_off': self.env._("%(order)s cannot be signed off in stage “%(stage)s”."),
            'can_post': self.env._("%(order)s cannot be posted in stage “%(stage)s”."),
        }
        return {flag.removeprefix('can_'): (flag, text) for flag, text in texts.items()}

    @api.model
    def _get_guarded_categories(self):
        """Return {category: the action that a stage has to allow before orders leave it for this}."""
        return {'cancelled': 'cancel', 'signed_off': 'sign_off', 'posted': 'post'}

    @api.constrains('is_first', 'category', 'active')
    def _check_first_stage(self):
        for stage in self.filtered('is_first'):
            if stage.category not in ('draft', 'open') or not stage.active:
                raise ValidationError(self.env._(
                    "“%s” is where new orders begin: it has to be active, and its category has to"
                    " be Request or Open.", stage.name))

    @api.model_create_multi
    def create(self, vals_list):
        """Pass the mark of the first stage on."""
        if any(vals.get('is_first') for vals in vals_list):
            self._release_first()
        return super().create(vals_list)

    def write(self, vals):
        """Pass the mark of the first stage on, and keep categories that are in use."""
        if 'category' in vals:
            self._ensure_unused(vals['category'])
        if vals.get('is_first'):
            (self._get_first() - self)._release_first()
        elif vals.get('is_first') is False and self.filtered('is_first'):
            raise UserError(self.env._(
                "New orders need a first stage: mark another stage as the first one instead."))
        return super().write(vals)

    def _release_first(self):
        """Take the mark away from the current first stage, so that another one can have it."""
        # The other writes keep the mark from getting lost; this one passes it on.
        super(ServiceStage, self._get_first()).write(  # pylint: disable=super-method-mismatch
            {'is_first': False})
        self.env.flush_all()  # the unique index must not see two marks

    def _ensure_unused(self, category):
        """Extend to keep stages from becoming another category while something is in them."""

    @api.ondelete(at_uninstall=False)
    def _unlink_except_first(self):
        if first := self.filtered('is_first')[:1]:
            raise UserError(self.env._(
                "“%s” is where new orders begin. Mark another stage as the first one before you"
                " delete it.", first.name))

    @api.model
    def _get_first(self):
        return self.with_context(active_test=False).search([('is_first', '=', True)])

    @api.model
    def _get_available_domain(self, company, team=None, **others):
        """Return the domain of the stages that orders of a company and team may be in.

        Extend for what else stages are kept for: `others` of orders, by name.
        """
        return (
            Domain(self._check_company_domain(company))
            & (Domain('team_ids', '=', False) | Domain('team_ids', 'in', team.ids if team else [])))

    @api.model
    def _get_for(self, category, company, team=None, **others):
        """Return the first stage of a category for a company and team.

        :raise UserError: if there is none
        """
        stage = self.with_context(active_test=True).search(
            self._get_available_domain(company, team, **others)
            & Domain('category', '=', category),
            order='is_first desc, sequence, id', limit=1)
        if not stage:
            label = dict(self._fields['category']._description_selection(self.env))[category]
            raise UserError(self.env._(
                "No stage has the category “%s”. Create one in Configuration, Stages.", label))
        return stage

    @api.model
    def _get_initial(self, company, team=None, **others):
        """Return the stage that a new order of a company and team begins in."""
        first = self._get_first().filtered_domain(
            self._get_available_domain(company, team, **others))
        return first or self._get_for('open', company, team, **others)
