"""What the acts and deadlines of this room are called."""

REGISTRATION_SUBMIT = "registration.submit"
REGISTRATION_DECIDE = "registration.decide"

QUALIFICATION_DEADLINE = "qualification"
