"""Ad hoc pictures."""
import os, pytest
from playwright.sync_api import Browser
from tests.e2e.sessions import sign_in
from tests.factories.commented import a_commented_document
from feedback.models import User
pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
OUT="/tmp/shots"
def test_shots(browser: Browser, site, owner: User):
    os.makedirs(OUT, exist_ok=True)
    doc = a_commented_document(owner, 60)
    for scheme in ("light","dark"):
        for name,(w,h) in {"wide":(1280,900),"phone":(390,844)}.items():
            c = browser.new_context(viewport={"width":w,"height":h}, color_scheme=scheme, reduced_motion="reduce")
            sign_in(c, site, owner); p=c.new_page()
            logs=[]
            p.on("console", lambda m: logs.append(m.text)); p.on("pageerror", lambda e: logs.append(str(e)))
            p.goto(site / f"documents/{doc.pk}/"); p.wait_for_timeout(600)
            p.screenshot(path=f"{OUT}/top-{name}-{scheme}.png")
            if scheme=="light":
                p.screenshot(path=f"{OUT}/full-{name}-{scheme}.png", full_page=True)
            for _ in range(9 if name=="wide" else 3): p.keyboard.press("j"); p.wait_for_timeout(80)
            p.wait_for_timeout(300)
            p.screenshot(path=f"{OUT}/open-{name}-{scheme}.png")
            print(name,scheme,logs)
            c.close()
