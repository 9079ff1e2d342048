"""A suite that pytest cannot run, for the tests of whose fault that is."""

raise ImportError("a suite that does not run")
