"""Files as tables: whatever a person exports becomes rows of text, or is refused with a reason.

table.py tells what a file is · archive.py unpacks within bounds · xlsx.py, xls.py and ods.py read
workbooks · encodings.py, dialect.py and lines.py read text · heading.py finds the names of the columns.
"""
