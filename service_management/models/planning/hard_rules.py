"""What a company forbids: rules of a slot that nobody may plan against.

Everything else that speaks against a slot warns. Rules that depend on what else is planned only ever warn:
plans are full of overlaps while somebody rearranges a day.
"""
from odoo import api, fields, models
from odoo.exceptions import UserError

#: Which findings each setting of a company forbids
_HARD_RULES = {
    'service_forbids_expired': {'skill_expired'},
    'service_forbids_unskilled': {'skill_missing', 'skill_level'},
    'service_forbids_leave': {'leave'},
    'service_forbids_closed': {'closed'},
    'service_forbids_zone': {'zone'},
}


class ResCompany(models.Model):
    _inherit = 'res.company'

    service_forbids_expired = fields.Boolean(
        string="Certificate or Skill Has Run Out",
        help="Nobody is planned for work for which a certificate or a skill of his has run out by then.")
    service_forbids_unskilled = fields.Boolean(
        string="Skill Is Missing or Too Low",
        help="Nobody is planned for work that needs a skill or a level that he has not.")
    service_forbids_leave = fields.Boolean(
        string="On Leave", help="Nobody is planned for a time at which he is on leave.")
    service_forbids_closed = fields.Boolean(
        string="Outside of Working Hours", help="Nobody is planned for a time at which he does not work.")
    service_forbids_zone = fields.Boolean(
        string="Another Zone", help="Nobody is planned for work in a zone that is none of his.")

    def _get_hard_rules(self):
        """Return {code of a finding: field of the rule} of what one company forbids."""
        company = self.sudo()  # what is forbidden is no secret
        return {code: name for name, codes in _HARD_RULES.items() if company[name] for code in codes}


class ServiceVisit(models.Model):
    """Nobody plans what the company forbids: whoever tries is told why."""
    _inherit = 'service.visit'

    def _after_planning(self):
        self._keep_hard_rules()
        super()._after_planning()

    def _keep_hard_rules(self):
        """Leave no visit planned against a hard rule: what the program plans waits with the reason then.

        :raise UserError: if it is a person who plans
        """
        if not self.env.su:
            self._ensure_allowed()
            return
        for visit, reasons in self._find_forbidden(self._get_slots()).items():
            visit._release(' '.join(reasons))

    def _ensure_allowed(self):
        """:raise UserError: if a visit is planned against a hard rule of its company"""
        for reasons in self._find_forbidden(self._get_slots()).values():
            raise UserError(self._word_forbidden(reasons))

    @api.model
    def _word_forbidden(self, reasons):
        """Return what somebody is told who plans against hard rules.

        :param reasons: [sentences]
        """
        return self.env._(
            "%s Your company does not allow to plan this: choose somebody else, or another time.",
            ' '.join(reasons))

    @api.model
    def _find_forbidden(self, slots):
        """Return {visit: [sentences]} of those slots that hard rules forbid.

        :param slots: list of Slot, one a visit; what lies in the past is as it was
        """
        now = fields.Datetime.now()
        slots = [slot for slot in slots if slot.employee and slot.end and slot.end > now
                 and slot.visit.company_id._get_hard_rules()]
        return {
            slots[index].visit: [
                self._explain_finding(slots[index], finding) for finding in forbidden]
            for index, findings in self.env['hr.employee']._check_slots(slots).items()
            if (forbidden := [
                finding for finding in findings if slots[index].visit._is_forbidden(finding)])}

    def _is_forbidden(self, finding):
        """Tell whether a hard rule of the company of one visit forbids what speaks against a slot of it."""
        return finding.code in self.company_id._get_hard_rules()

    def _get_broken_rules(self, findings):
        """Return the names of the hard rules that findings on a slot of one visit break, as a set."""
        company = self.company_id
        rules = company._get_hard_rules()
        return {
            company._fields[rules[finding.code]]._description_string(self.env)
            for finding in findings if finding.code in rules}

    def _filter_allowed(self):
        """Return those of these visits that are planned against no hard rule."""
        return self - self.browse().union(*self._find_forbidden(self._get_slots()))

    @api.model
    def _word_finding(self, slot, finding):
        """Say what is more than a warning."""
        text = super()._word_finding(slot, finding)
        return self.env._("Forbidden: %s", text) if slot.visit._is_forbidden(finding) else text
