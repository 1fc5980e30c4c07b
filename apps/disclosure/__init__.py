"""Who may see which deadline, document, evidence and line of the record of a case (披露).

Which rows exist for whom is asked of each room's `queries.visible_to`; whether bidders of a lot are still unnamed of
`listings.queries.identities_hidden`; who reads payees of `funds.queries.payees_seen`.
"""
