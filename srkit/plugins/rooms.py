"""The names of the built-in part rooms. Each is a plugin like any other, and imports torch."""

BUILT_IN = (
    "srkit.models",
    "srkit.upsamplers",
    "srkit.losses",
    "srkit.degradations",
    "srkit.stages",
    "srkit.metrics",
    "srkit.datasets",
    "srkit.optimizers",
    "srkit.schedules",
    "srkit.regimes",
    "srkit.trackers",
    "srkit.launchers",
)
