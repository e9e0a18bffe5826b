from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .schedule import moment_of, seconds_of

#: How many visits are moved at once: more than people have on a board
_MOST = 500


class ServiceVisit(models.Model):
    """What people do on the board.

    A move says where a visit was when somebody took it, and where it goes. Whoever was quicker is
    not overwritten, and a move that arrives twice is one.
    """
    _inherit = 'service.visit'

    is_locked = fields.Boolean(
        string="Locked", copy=False, tracking=True,
        help="The technician and the time stay: the board moves it no more until it is unlocked.")

    def write(self, vals):
        """Let who and when of locked visits stay."""
        if {'employee_id', 'date_start', 'date_end', 'duration_hours'} & set(vals) and (
                vals.get('is_locked', True)) and not self.env.su:
            self._ensure_unlocked()
        return super().write(vals)

    def _ensure_unlocked(self):
        """:raise UserError: if a visit is locked"""
        if locked := self.filtered('is_locked')[:1]:
            raise UserError(self.env._(
                "%s is locked: its technician and time stay. Unlock it first.", locked.display_name))

    def _release(self, reason):
        """Hold nobody to a plan whose technician is gone."""
        self.filtered('is_locked').is_locked = False
        return super()._release(reason)

    def action_lock(self, is_locked=True):
        """Keep who comes when, or let it be planned anew.

        :param bool is_locked: whether they stay
        :raise AccessError: if the user is no dispatcher
        :raise UserError: if a visit has no technician and time yet
        """
        self._ensure_may_plan()
        for visit in self if is_locked else ():
            if not (visit.employee_id and visit.date_start):
                raise UserError(self.env._(
                    "%s has no technician and time yet. Plan it first.", visit.display_name))
        self.is_locked = bool(is_locked)
        return True

    @api.model
    def move_on_schedule(self, moves, is_confirmed=False):
        """Plan visits as somebody moved them: all of them, or none.

        :param moves: [{'id', 'row': id of the technician or False, 'start': seconds or False,
            'end': seconds, or False for as long as the work takes, 'hours': how long that is, where it
            changes, 'known': {'row', 'start', 'end'} as the board showed it}]
        :param bool is_confirmed: whether the questions were answered
        :return: {'problems': [sentences]} of what stands against it, or {'questions': [sentences]}
            that people decide: nothing is written then; else {'moved': [{'id', 'before', 'after'}]},
            each with 'row', 'start', 'end' and 'hours'
        :raise AccessError: if the user is no dispatcher
        :raise UserError: if moves are no moves, or are too many
        """
        self._ensure_may_plan()
        moves = self._take_moves(moves)
        visits = self.search(Domain('id', 'in', [*moves]))
        problems = [
            problem for visit in visits if (problem := visit._find_problem(moves[visit.id]))]
        if len(visits) < len(moves):
            problems.append(self.env._("A visit is not there any more."))
        if problems:
            return {'problems': problems}
        visits = visits.filtered(lambda visit: not visit._is_at(moves[visit.id]))
        changes = {visit: visit._prepare_move(moves[visit.id]) for visit in visits}
        if not is_confirmed and (questions := self._get_move_questions(changes)):
            return {'questions': questions}
        before = {visit: visit._get_place() for visit in visits}
        for visit, values in changes.items():
            visit.write(values)
        return {'moved': self._tell_moved(before)}

    @api.model
    def _tell_moved(self, before):
        """Return [{'id', 'before', 'after'}] of visits by where they were: {visit: place}."""
        return [{'id': visit.id, 'before': place, 'after': visit._get_place()}
                for visit, place in before.items()]

    @api.model
    def _take_moves(self, moves):
        """Return {visit id: move}; raises as `move_on_schedule`."""
        if len(moves) > _MOST:
            raise UserError(self.env._("Move at most %s visits at once.", _MOST))
        taken = {}
        for move in moves:
            places = (move, move.get('known') or {})
            is_whole = isinstance(move.get('id'), int) and all(
                isinstance(place.get(name, False), int) for place in places
                for name in ('row', 'start', 'end'))
            if not is_whole or (move.get('end') and not move.get('start')) or not isinstance(
                    move.get('hours', 0), (int, float)):
                raise UserError(self.env._("The board sent no move. Load the page once more."))
            taken[move['id']] = move
        return taken

    def _get_place(self):
        """Return who does one visit and when, as the board knows it."""
        self.ensure_one()
        return {
            'row': self.employee_id.id, 'start': seconds_of(self.date_start),
            'end': seconds_of(self.date_end), 'hours': self.duration_hours}

    def _is_at(self, move):
        """Tell whether one visit is where a move takes it."""
        self.ensure_one()
        place = self._get_place()
        return place['row'] == move['row'] and place['start'] == move['start'] and all(
            place[name] == move[name] for name in ('end', 'hours') if move.get(name))

    def _find_problem(self, move):
        """Return why one visit cannot be moved as somebody wants it, or None."""
        self.ensure_one()
        if self._is_at(move):
            return None  # it was moved already: the same move arrived twice, or two people agree
        place, known = self._get_place(), move.get('known')
        try:
            self._ensure_unlocked()
            if known and any(
                    place[name] != (known.get(name) or False) for name in ('row', 'start', 'end')):
                return self.env._(
                    "%(visit)s was moved by %(user)s in the meantime.", visit=self.display_name,
                    user=self.write_uid.name)
            self._ensure_plannable()
        except UserError as error:
            return str(error)
        return self._explain_forbidden(move)

    def _explain_forbidden(self, move):
        """Return why a hard rule of the company forbids a move of one visit, or None."""
        slots = [self._get_planned_slot(self._prepare_move(move))] \
            if move['row'] and self.company_id._get_hard_rules() else []
        forbidden = self._find_forbidden(slots).get(self)
        return forbidden and f'{self.order_id.name}: {self._word_forbidden(forbidden)}'

    def _prepare_move(self, move):
        """Return what is written to one visit to move it."""
        self.ensure_one()
        values = {'employee_id': self._pick_technician(move['row']).id}
        start, end = (move.get(name) for name in ('start', 'end'))
        if start != seconds_of(self.date_start):
            values['date_start'] = fields.Datetime.to_string(moment_of(start)) if start else False
        if start and end and (end != seconds_of(self.date_end) or 'date_start' in values):
            values['date_end'] = fields.Datetime.to_string(moment_of(end))
        if move.get('hours'):  # the same end is not as much work for everybody
            values['duration_hours'] = move['hours']
        return values

    @api.model
    def _get_move_questions(self, changes):
        """Return what speaks against moves, and who would be told of them, as sentences.

        :param changes: {visit: values}
        """
        questions = []
        for visit, values in changes.items():
            found = []
            if values['employee_id'] and values.get('date_start', visit.date_start):
                found += visit.get_planning_warnings(values)
            if visit.state == 'dispatched':
                found += visit._get_telling_questions(values)
            if len(changes) > 1:  # which of them is meant
                found = [f'{visit.order_id.name}: {sentence}' for sentence in found]
            questions += found
        return questions
