"""The HTTP API: every act, every query, for whoever may."""
