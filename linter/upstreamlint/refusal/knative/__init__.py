"""What the webhook of Knative Serving refuses: Services, Configurations, Revisions and Routes.

Source: knative.dev/serving v0.50.0, `pkg/apis/serving` and `pkg/apis/autoscaling`. What the settings of a cluster allow or
forbid (`config-features`, the limits of `config-defaults`) is left to it.
"""
