"""What the act of trying rules on a case takes."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.parties.roles import Can
from apps.rehearsal import trials
from apps.rehearsal.models import Trial
from apps.rehearsal.names import RULEBOOK_TRY
from kernel.acts.act import Act, no_lane


class TrialForm(serializers.Serializer[Any]):
    """A case file."""

    case = serializers.DictField(label="案例")


class TrialAnswer(TypedDict):
    """A trial of rules."""

    trial: int


def _trial_answer(trial: Trial) -> TrialAnswer:
    return {"trial": trial.pk}


ACTS = (
    Act(
        RULEBOOK_TRY,
        "以案例试算规则",
        trials.ask,
        Can.DECIDE_FOR_PROVINCE,
        subject="rulebook_id",
        form=TrialForm,
        lane=no_lane,
        answer=_trial_answer,
    ),
)
