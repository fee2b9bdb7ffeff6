"""Retention for those who answer for it: rules, changes tried before they hold, tax years, holds, what is due."""
