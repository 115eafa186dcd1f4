"""Addresses that lead to a place on the page."""

import fake_run
from browsing import until

from reports import write


def test_addresses_lead_to_a_section_a_claim_and_a_folded_part(visit, tmp_path):
    fake = fake_run.make(tmp_path, seeds=(0, 1, 2))
    report = write.write(fake.run_dir, fake.store).resolve().as_uri()
    for target in ("codes", "v-V1", "reproduce"):
        page = visit(f"{report}#{target}")
        until(page, "scrollY > 100")
        place = page.evaluate("id => document.getElementById(id).getBoundingClientRect().top", target)
        assert abs(place) < 60 or page.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 2")
