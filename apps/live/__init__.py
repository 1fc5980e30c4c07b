"""Live pages (实时页面): what happens on a lot reaches those who watch it within a second.

`hints` says that a lot changed, over Redis, and may be lost. `state` is what everybody may see of a lot, read from the
database. `hub` keeps one copy of it for all who watch and `streams` sends it to them; `bids` takes bids by ticket, and
`combiner` has those that wait decided together. These four live in the live process (`config/live.py`), which holds no
session. `tickets` and `address` are for the pages.
"""
