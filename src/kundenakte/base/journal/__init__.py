"""Who did what when, in a form that shows any later change."""
