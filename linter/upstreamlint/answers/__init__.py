"""What clients and operators see when a hop fails: a table by who answers and how it failed, as measured."""

from upstreamlint.answers.table import NEVER_HEALTHY, Failure, answer, symptom

__all__ = ["NEVER_HEALTHY", "Failure", "answer", "symptom"]
