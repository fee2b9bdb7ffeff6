"""Takes over a customer list.

reading.py makes a table of the file, columns.py says what its columns mean, rows.py reads one line, planning.py
compares with what is known, run.py writes batch by batch and reports on each line.
"""

from kundenakte.customers.imports.columns import guess_mapping
from kundenakte.customers.imports.report import ImportReport, RowOutcome
from kundenakte.customers.imports.run import import_customers, set_import_mapping

__all__ = ["ImportReport", "RowOutcome", "guess_mapping", "import_customers", "set_import_mapping"]
