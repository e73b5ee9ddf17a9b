"""What clients and operators see when a hop fails: a table by who answers and how it failed, as measured."""

from upstreamlint.answers.table import Failure, answer, symptom

__all__ = ["Failure", "answer", "symptom"]
