"""What a run is told: `upstreamlint.yaml`, with the command line on top."""
