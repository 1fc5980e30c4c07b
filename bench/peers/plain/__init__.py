"""A plain auction as most projects would write it: DRF, tokens, the ORM's select_for_update, a Celery notification."""
