"""Students of all kinds. `manage.py loadtest` runs them and makes their accounts: docs/loadtest.md."""

from __future__ import annotations

from pathlib import Path
from random import Random

from essays import essay, revised
from locust import between, task
from portal import PEOPLE, Student

FILES = [path.read_bytes() for path in sorted(Path(__file__).resolve().parents[2].glob("examples/*.docx"))]


class Reader(Student):
    """Comes back to read: the list, a search, the quota, the documents there are."""

    weight = 5
    wait_time = between(2, 8)

    @task(4)
    def look_at_the_list(self) -> None:
        self.get("/")

    @task(2)
    def search(self) -> None:
        self.get("/?q=water", "/?q=[word]")

    @task(1)
    def see_the_quota(self) -> None:
        self.get("/quota/")

    @task(1)
    def begin_and_think_again(self) -> None:
        self.get("/submit/")


class Writer(Student):
    """Hands in a text of one's own and watches what becomes of it."""

    abstract = True
    wait_time = between(5, 20)
    sections = 4

    def on_start(self) -> None:
        super().on_start()
        self.chance = Random(self.account["email"])  # another text for each, the same in each run

    def text(self) -> str:
        return essay(self.chance, self.sections)


class Paster(Writer):
    weight = 4

    @task
    def paste(self) -> None:
        document = self.hand_in({**self.form("/submit/"), "text": self.text()}, "/submit/ (pasted)")
        if document:
            self.watch(document)


class Uploader(Writer):
    """A Word document, as many have it; equal ones are shared, as one's own twice would be."""

    weight = 2

    @task
    def upload(self) -> None:
        file = ("essay.docx", self.chance.choice(FILES)) if self.chance.random() < 0.5 else self._markdown()
        document = self.hand_in({**self.form("/submit/"), "file": file}, "/submit/ (a file)")
        if document:
            self.watch(document)

    def _markdown(self) -> tuple[str, bytes]:
        return "essay.md", self.text().encode()


class Reviser(Writer):
    """Reads the feedback, writes one section anew, hands in again."""

    weight = 2

    @task
    def revise(self) -> None:
        text, previous = self.text(), ""
        for _ in range(3):
            path = f"/submit/?previous={previous}" if previous else "/submit/"
            fields = {**self.form(path, "/submit/?previous=[id]" if previous else ""), "text": text}
            document = self.hand_in(fields, "/submit/ (a new draft)" if previous else "/submit/ (pasted)")
            if not document:
                return
            self.watch(document)
            text, previous = revised(self.chance, text), document


class NightBefore(Writer):
    """An hour to midnight: everything at once, and the page again and again."""

    weight = 3
    wait_time = between(1, 3)
    sections = 7

    @task(1)
    def hand_in_everything(self) -> None:
        for _ in range(2):
            fields = {**self.form("/submit/"), "text": self.text()}
            document = self.hand_in(fields, "/submit/ (pasted)")
            if document:
                self.get(f"/documents/{document}/", "/documents/[id]/")

    @task(6)
    def reload(self) -> None:
        self.get("/")


class Newcomer(Student):
    """Signs in with a password, which costs the server most of all pages."""

    weight = 1
    wait_time = between(10, 30)

    def sign_in(self) -> None:
        """With the first page that needs it."""

    @task
    def sign_in_and_look(self) -> None:
        self.client.cookiejar.clear()
        fields = self.form("/sign-in/")
        known = {"login": self.account["email"], "password": PEOPLE["password"]}
        if self.send("/sign-in/", {**fields, **known}, "/sign-in/ (signed in)"):
            self.get("/")
