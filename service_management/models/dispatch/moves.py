from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..planning.hr_employee import Slot
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
        """Plan visits as somebody moved them, make some beside others, remove some: all, or nothing.

        A crew moves together: who arrives with a visit that is moved is moved, too.

        :param moves: list of what is done with a visit. Moved: {'id', 'row': id of the technician or
            False, 'start': seconds or False, 'end': seconds, or False for as long as the work takes,
            'hours': how long that is, where it changes}. Made: {'from': id of the visit whose work it
            is, 'row', 'start', 'hours', 'part_of': id of the visit of which it is a part, or False,
            'lead': id of the visit with which it comes, or False}. Removed: {'id', 'is_gone': True}.
            Each with 'known': {'row', 'start', 'end'} as the board showed the visit
        :param bool is_confirmed: whether the questions were answered
        :return: {'problems': [sentences]} of what stands against it, or {'questions': [sentences]}
            that people decide: nothing is written then; else {'moved': [{'id', 'before', 'after',
            'from': id of the visit that was copied}]}, places with 'row', 'start', 'end', 'hours',
            'part_of' and 'lead', or False where the visit was not there before, or is not there after it
        :raise AccessError: if the user is no dispatcher
        :raise UserError: if moves are no moves, or are too many
        """
        self._ensure_may_plan()
        made, moves = self._take_moves(moves)
        wanted = {*moves, *(move['from'] for move in made)}
        visits = self.search(Domain('id', 'in', [*wanted]))
        # What is gone already needs no removal: the same move arrived twice.
        wanted -= {move_id for move_id, move in moves.items()
                   if move.get('is_gone') and not self.browse(move_id).exists()}
        problems = [] if wanted <= {*visits._ids} else [
            self.env._("A visit is not there any more.")]
        visits = self.browse(visit.id for visit in visits if visit.id in moves)
        visits |= visits._add_crew_moves(moves)
        problems += [problem for visit in visits if (problem := visit._find_problem(moves[visit.id]))]
        if problems:
            return {'problems': problems}
        removed = visits.filtered(lambda visit: moves[visit.id].get('is_gone'))
        visits = (visits - removed).filtered(lambda visit: not visit._is_at(moves[visit.id]))
        changes = {visit: visit._prepare_move(moves[visit.id]) for visit in visits}
        made = [(self.browse(move['from']), move) for move in made]
        plans = {**changes, **{
            self.new({'order_id': visit.order_id.id}): visit._prepare_made(move)
            for visit, move in made if not visit._find_made(move)}}
        slots = self._get_planned_slots(plans)
        if forbidden := self._find_forbidden(slots):
            return {'problems': [
                f'{visit.order_id.name}: {self._word_forbidden(reasons)}'
                for visit, reasons in forbidden.items()]}
        if not is_confirmed and (questions := self._get_move_questions(plans, slots, removed)):
            return {'questions': questions}
        before = {visit: visit._get_place() for visit in visits}
        for visit, values in changes.items():
            if not visit._is_at(moves[visit.id]):  # its crew may have brought it
                visit.write(values)
        moved = self._tell_moved(before)
        moved += [visit._make_moved(move) for visit, move in made]
        moved += [{'id': visit.id, 'before': visit._get_place(), 'after': False} for visit in removed]
        removed.unlink()
        return {'moved': moved}

    @api.model
    def _tell_moved(self, before):
        """Return [{'id', 'before', 'after'}] of visits by where they were: {visit: place}."""
        return [{'id': visit.id, 'before': place, 'after': visit._get_place()}
                for visit, place in before.items()]

    @api.model
    def _take_moves(self, moves):
        """Return ([moves that make a visit], {visit id: other move}); raises as `move_on_schedule`."""
        if len(moves) > _MOST:
            raise UserError(self.env._("Move at most %s visits at once.", _MOST))
        made, taken = [], {}
        for move in moves:
            if not self._is_whole(move):
                raise UserError(self.env._("The board sent no move. Load the page once more."))
            if 'from' in move:
                made.append(move)
            else:
                taken[move['id']] = move
        return made, taken

    @api.model
    def _is_whole(self, move):
        """Tell whether a move says all that it has to."""
        def has(names, place=move):
            return all(isinstance(place.get(name, False), int) for name in names)
        hours = move.get('hours', 0)
        if not has(('id', 'from', 'row', 'start', 'end', 'part_of', 'lead')) or not has(
                ('row', 'start', 'end'), move.get('known') or {}) or not isinstance(hours, (int, float)):
            return False
        if 'from' in move:
            return bool(move.get('row') and move.get('start') and hours > 0)
        return 'id' in move and bool(move.get('start') or not move.get('end'))

    def _get_place(self):
        """Return who does one visit and when, as the board knows it."""
        self.ensure_one()
        return {
            'row': self.employee_id.id, 'start': seconds_of(self.date_start),
            'end': seconds_of(self.date_end), 'hours': self.duration_hours,
            'part_of': self.part_of_id.id, 'lead': self.lead_visit_id.id}

    def _is_at(self, move):
        """Tell whether one visit is where a move takes it."""
        self.ensure_one()
        place = self._get_place()
        return place['row'] == move['row'] and place['start'] == move['start'] and all(
            place[name] == move[name] for name in ('end', 'hours') if move.get(name))

    def _find_problem(self, move):
        """Return why one visit cannot be moved as somebody wants it, or None."""
        self.ensure_one()
        if not move.get('is_gone') and self._is_at(move):
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
            if move.get('is_gone') and self.state != 'planned':
                return self.env._(
                    "%s was dispatched: cancel it instead of removing it.", self.display_name)
        except UserError as error:
            return str(error)
        return None

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

    #=== MADE BESIDE OTHERS ===#

    def _prepare_made(self, move):
        """Return who does a visit that is made from one, and when, and what it belongs to."""
        self.ensure_one()
        return {
            'employee_id': self._pick_technician(move['row']).id,
            'date_start': fields.Datetime.to_string(moment_of(move['start'])),
            'duration_hours': move['hours'],
            'lead_visit_id': move.get('lead') or False,
        }

    def _find_made(self, move):
        """Return the visit that a move has made from one already: it may arrive twice."""
        self.ensure_one()
        return self.order_id.visit_ids.filtered(lambda visit: (
            visit.state == 'planned' and visit.employee_id.id == move['row'] and visit != self
            and seconds_of(visit.date_start) == move['start']))[:1]

    def _make_moved(self, move):
        """Make a visit from one, and return it as `move_on_schedule` does."""
        visit = self._find_made(move)
        if not visit:
            visit = self._make_beside(self._prepare_made(move))
            # Of what it is a part is kept by the program, whoever divides.
            visit.sudo().part_of_id = move.get('part_of') or False
        return {'id': visit.id, 'before': False, 'after': visit._get_place(), 'from': self.id}

    #=== CREWS ===#

    def _add_crew_moves(self, moves):
        """Add the moves of those who arrive together with these visits, and return their visits.

        Who waits to be planned joins the crew when it comes, wherever he was dropped.

        :param dict moves: {visit id: move}, changed in place
        """
        added = self.browse()
        for visit in self:
            move = moves[visit.id]
            if move.get('is_gone') or not move['start']:
                continue
            others = (visit._get_crew() - visit)._filter_together()
            if fellow := not visit.employee_id and others.filtered('employee_id')[:1]:
                moves[visit.id] = {
                    **move, 'start': seconds_of(fellow.date_start), 'end': False,
                    'hours': fellow.duration_hours}
                continue
            place = visit._get_place()
            times = {name: move[name] for name in ('start', 'end', 'hours') if move.get(name)}
            if all(place[name] == value for name, value in times.items()):
                continue  # the crew stays, whoever comes
            for other in others:
                if other.id not in moves:
                    moves[other.id] = {
                        'id': other.id, 'row': other.employee_id.id, 'end': False, **times}
                    added |= other
        return added

    #=== QUESTIONS ===#

    @api.model
    def _get_move_questions(self, plans, slots, removed):
        """Return what speaks against plans, and who would be told of them, as sentences.

        :param plans: {visit, may be a new one: values}
        :param slots: list of Slot, those of the plans
        :param removed: service.visit that are removed with it
        """
        warnings = self._get_slot_warnings(slots, removed)
        questions = []
        for visit, values in plans.items():
            found = warnings.get(visit, [])
            if visit.id and visit.state == 'dispatched':
                found = found + visit._get_telling_questions(values)
            if len(plans) > 1:  # which of them is meant
                found = [f'{visit.order_id.name}: {sentence}' for sentence in found]
            questions += found
        return questions

    @api.model
    def _get_planned_slots(self, plans):
        """Return the Slot of each plan that has a technician and a time.

        They are looked at together then: what moves away is in nobody's way.

        :param plans: {visit, may be a new one: values}
        """
        Employee = self.env['hr.employee']
        planned = [
            (visit, Employee.browse(values['employee_id']), start,
             fields.Datetime.to_datetime(values.get('date_end')), values.get('duration_hours'))
            for visit, values in plans.items() if values['employee_id'] and (
                start := fields.Datetime.to_datetime(values.get('date_start', visit.date_start)))]
        staying = self.union(*(
            visit for visit, _employee, start, *_rest in planned if start == visit.date_start))
        # An end that was given stays, where nobody gives another one.
        staying -= staying._filter_planned_ends()
        found = [(visit, employee, start, end or (visit in staying and not hours and visit.date_end),
                  hours) for visit, employee, start, end, hours in planned]
        given = iter(Employee._get_lengths_of_work([
            (employee, visit.order_id.company_id, start, end)
            for visit, employee, start, end, _hours in found if end]))
        lengths = [next(given) if end else timedelta(
            hours=hours or visit.duration_hours or visit._get_usual_hours())
            for visit, _employee, _start, end, hours in found]
        ends = iter(Employee._get_ends_of_work([
            (employee, visit.order_id.company_id, start, length)
            for (visit, employee, start, end, _hours), length in zip(found, lengths, strict=True)
            if not end]))
        return [Slot(visit, employee, start, end or next(ends), length)
                for (visit, employee, start, end, _hours), length in zip(found, lengths, strict=True)]
