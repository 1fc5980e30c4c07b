"""Every act on quota that this province gives to others, in the order of the process."""

from apps.crossprovince import closing_forms, forms, scheme_forms

ACTS = (*forms.ACTS, *scheme_forms.ACTS, *closing_forms.ACTS)
