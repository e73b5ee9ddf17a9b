"""What load balancers outside the cluster ask pods for their health: those of AWS, Google and Azure.

They are configured by annotations of a Service, an Ingress, or by objects of their own; what none of these says is
taken from a probe, or from the cloud's own default. Each module says what one cloud asks; what the pods answer is judged
for all of them alike.
"""
