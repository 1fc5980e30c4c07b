"""The legal documents that the exchange issues when something happens (文书), in the event's own transaction.

Each function takes the event and states only what is stored. Nothing about bidders stands in a document that
others can see before the close. `apps.disclosure.documents` says who may see which.
"""
