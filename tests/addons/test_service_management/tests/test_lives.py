import os
import re
from unittest.mock import patch

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from psycopg2 import IntegrityError

from odoo import fields

from odoo.addons.service_management.tests.common import ServiceBaseCommon

from .lives import BEGINNING, Life, LivesCase

names = st.text('ab', min_size=1, max_size=3)


class TagLife(Life):
    """Tags are made by a manager, and noted."""
    watched = ('service.tag',)

    def begin(self):
        self.Tag = self.env['service.tag'].with_user(self.case.user_manager)
        self.names = []

    @rule(name=names)
    def make(self, name):
        if self.attempt(self.Tag.create, {'name': name}):
            self.names.append(name)

    @rule(hours=st.integers(1, 3))
    def rest(self, hours):
        self.wait(hours)

    @invariant()
    def names_are_kept(self):
        assert set(self.names) <= set(self.Tag.search([]).mapped('name'))


class ForgetfulLife(TagLife):

    @rule(name=names)
    def make_unseen(self, name):
        self.attempt(self.Tag.create, {'name': name})
        self.names.append(name * 2)


class TestLives(LivesCase, ServiceBaseCommon):
    """The machine of lives: they leave nothing behind, refuse in full, and can be repeated."""

    def _begin(self):
        life = TagLife(self)
        self.addCleanup(life.teardown)
        return life

    def test_lives_run_and_leave_nothing_behind(self):
        tags, year = self.env['service.tag'].search([]), fields.Date.today().year
        with patch.dict(os.environ, SM_LIVES='5'):
            self.live(TagLife)
        self.assertEqual(self.env['service.tag'].search([]), tags)
        self.assertEqual(fields.Date.today().year, year)

    def test_life_has_a_clock_of_its_own(self):
        life = self._begin()
        life.rest(3)
        self.assertEqual(fields.Datetime.now(), fields.Datetime.add(BEGINNING, hours=3))

    def test_life_that_fails_is_told_with_how_to_repeat_it(self):
        with self.assertRaises(AssertionError) as caught, patch.dict(
                os.environ, SM_LIVES='9', SM_SEED='3'):
            self.live(ForgetfulLife)
        told = '\n'.join(caught.exception.__notes__)
        for part in ("state.make_unseen(name='a')", "SM_SEED=3"):
            self.assertIn(part, told)
        blob = re.search("@reproduce_failure.*b'(.*)'", told)[1]
        with self.assertRaises(AssertionError), patch.dict(os.environ, SM_BLOB=blob):
            self.live(ForgetfulLife)

    def test_deeds_are_done_or_refused_in_words(self):
        life = self._begin()
        self.assertTrue(life.attempt(life.Tag.create, {'name': "a"}))
        self.assertIsNone(life.refusal)
        self.assertFalse(life.attempt(life.Tag.create, [{'name': "b"}, {'name': "a"}]))
        self.assertIn("exists already", life.refusal)
        technician = life.Tag.with_user(self.user_technician)
        self.assertFalse(life.attempt(technician.create, {'name': "c"}))
        self.assertIn("not allowed", life.refusal)
        self.assertEqual(life.Tag.search([('name', 'in', ['a', 'b', 'c'])]).mapped('name'), ["a"])

    def test_errors_of_the_database_are_faults(self):
        life = self._begin()
        with self.assertRaises(IntegrityError):
            life.attempt(life.env.cr.execute, "INSERT INTO service_tag (name) VALUES (NULL)")
