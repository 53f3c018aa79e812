"""A careers site on loopback for demo, tests and benchmarks: it speaks greenhouse, lever, ashby and jsonld.

    site = Site(postings=60, churn=0)
    with serve(site) as url:
        site.write_companies(folder / "companies.csv", url)
        site.misbehave("lever", "acmefreight", "status-429", times=1, retry_after=2)

The employers and their postings are invented; the same arguments give the same bytes on every machine and day.
"""

from tests.careers_site.answers import board_path, list_path
from tests.careers_site.careers import Site
from tests.careers_site.faults import KINDS
from tests.careers_site.serving import serve

__all__ = ["KINDS", "Site", "board_path", "list_path", "serve"]
