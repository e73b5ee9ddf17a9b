"""The judgement of a hop, whatever technology it is of.

A program states what it dials (`Dial`) from where it runs (`Caller`); a place says who answers there. Each facet
is a pure function of these: does the name lead to somebody, is that a port of what answers, does the process
listen where the hop arrives, does it speak the protocol … What came of it is a `Judgement`, one a facet. Rules
read judgements and know no technology.
"""
