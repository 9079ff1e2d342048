"""The bug clinic of unit 14: small Transformers that are healthy, or have one of ten bugs."""
