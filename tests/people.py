"""The people of the tests: each test of rights uses the same few."""

from __future__ import annotations

import pytest
from django.test import Client

from feedback.models import Assignment, User
from tests.factories import people


@pytest.fixture
def owner(db: None) -> User:
    """The owner of the document."""
    return people.student(name="Olive Owner")


@pytest.fixture
def classmate(assignment: Assignment) -> User:
    """In the same course, and yet not to read another's work."""
    user = people.student(name="Cleo Classmate")
    people.enrol(assignment.course, user)
    return user


@pytest.fixture
def outsider(db: None) -> User:
    """In no course."""
    return people.student(name="Otis Outsider")


@pytest.fixture
def teacher(assignment: Assignment) -> User:
    user = people.teacher(name="Tessa Teacher")
    people.enrol(assignment.course, user, teaches=True)
    return user


@pytest.fixture
def operator(db: None) -> User:
    """Runs the site: may use the admin."""
    return people.operator(name="Opal Operator")


@pytest.fixture
def assignment(owner: User) -> Assignment:
    """What the owner's course asks for."""
    assignment = people.assignment()
    people.enrol(assignment.course, owner)
    return assignment


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
