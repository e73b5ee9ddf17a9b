"""What the API server, istiod and the controllers of the Gateway API refuse.

An object that is refused does not exist. Every object passes a check that is compiled from the schemas of
its kind and only says whether all is well (`quick`); the rare one that does not pass is explained (`explain`).
What no schema can say is checked by kind: `kubernetes`, `istio`, `argo`, `knative`.
"""
