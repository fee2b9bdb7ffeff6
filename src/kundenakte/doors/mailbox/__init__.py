"""Mail in: mailboxes that are looked into (IMAP), and a door of our own that listens (SMTP, LMTP)."""
