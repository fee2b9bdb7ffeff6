"""Papers in other file formats than a born-digital PDF: Word, Excel, PowerPoint, mail, pictures, scans, odd PDFs."""
