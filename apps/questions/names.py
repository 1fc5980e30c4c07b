"""What the acts of this room are called."""

QUESTION_ASK = "question.ask"
QUESTION_ANSWER = "question.answer"
