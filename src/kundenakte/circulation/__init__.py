"""Umlaufmappe: what goes from desk to desk – folder, routing slip, stops, tasks, minutes."""
