"""Processes as BPMN 2.0: read and refused, run, migrated. Nothing a file says is ever run as a program."""
